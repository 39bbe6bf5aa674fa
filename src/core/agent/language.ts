/** Which script a text is written in, to notice an answer in another one than the user's. */

export type Script =
  'Latin' | 'Chinese' | 'Japanese' | 'Korean' | 'Cyrillic' | 'Arabic' | 'Greek' | 'Hebrew' | 'Thai' | 'Devanagari';

const letters: readonly [Script, RegExp][] = [
  ['Latin', /\p{Script=Latin}/gu],
  ['Chinese', /\p{Script=Han}/gu],
  ['Japanese', /[\p{Script=Hiragana}\p{Script=Katakana}]/gu],
  ['Korean', /\p{Script=Hangul}/gu],
  ['Cyrillic', /\p{Script=Cyrillic}/gu],
  ['Arabic', /\p{Script=Arabic}/gu],
  ['Greek', /\p{Script=Greek}/gu],
  ['Hebrew', /\p{Script=Hebrew}/gu],
  ['Thai', /\p{Script=Thai}/gu],
  ['Devanagari', /\p{Script=Devanagari}/gu],
];

/** One such letter carries about as much as so many Latin ones. */
const denseWeight = 3;
const leastWeight = 12;
const clearShare = 0.6;

/** `undefined` where there is too little text, or none of the scripts leads clearly. Code is left out. */
export function scriptOf(text: string): Script | undefined {
  const prose = text.replace(/```[\s\S]*?(```|$)/g, ' ').replace(/`[^`\n]*`/g, ' ');
  const weights = new Map<Script, number>();
  for (const [script, pattern] of letters) {
    const count = prose.match(pattern)?.length ?? 0;
    weights.set(script, script === 'Latin' ? count : count * denseWeight);
  }
  // Japanese is written with Chinese characters too; its own letters tell it apart.
  if (weights.get('Japanese')! > 0) {
    weights.set('Japanese', weights.get('Japanese')! + weights.get('Chinese')!);
    weights.set('Chinese', 0);
  }
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  const [leading] = [...weights].sort((a, b) => b[1] - a[1]);
  if (leading === undefined || leading[1] < leastWeight || leading[1] < clearShare * total) return undefined;
  return leading[0];
}

/** A sentence if the answer is in another script than the request, and was not asked to be. */
export function describeLanguageDrift(request: string, answer: string): string | undefined {
  const [asked, given] = [scriptOf(request), scriptOf(answer)];
  if (asked === undefined || given === undefined || asked === given || namesLanguage.test(request)) return undefined;
  return `The model answered in another language than yours (${given} letters). Nothing was changed; to bring it back, write for instance "Answer in English" in the language that you want.`;
}

/** A request that speaks of languages may well want another one. */
const namesLanguage =
  /chinese|japanese|korean|russian|arabic|greek|hebrew|thai|hindi|translat|english|中文|英文|英语|日语|翻译/i;
