/** Makes visible what a reader would not see: a command must not look like another one. */

export interface TextSegment {
  text: string;
  /** plain: as it is. mark: stands for something invisible. foreign: visible, but not ASCII. */
  kind: 'plain' | 'mark' | 'foreign';
  /** For a mark or a foreign character: its code point, for instance "U+202E". */
  code?: string;
}

/** Controls but tab and line feed, format characters, odd spaces, fillers, variation selectors, tags, private use. */
const invisible =
  /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\u00a0\u034f\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200a\u202f\u205f\u2800\u3000\u3164\ufe00-\ufe0f\uffa0\ufffc\u{e0100}-\u{e01ef}]/u;
const bidirectional = /[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]/;

/** Runs this long can push the rest out of sight. Indentation may be deeper than gaps are. */
const longBlankRun = /(?<=\S)[ \t]{12,}|[ \t]{60,}|\n{6,}/;
const parts = new RegExp(
  `(?<blanks>${longBlankRun.source})|(?<hidden>(?![\\t\\n])${invisible.source})|(?<foreign>[^\\x00-\\x7f])`,
  'gu',
);

/** Every character of `text` stands in the result, as itself or as a mark that names it. */
export function markInvisible(text: string): TextSegment[] {
  const segments: TextSegment[] = [];
  let end = 0;
  for (const match of text.matchAll(parts)) {
    if (match.index > end) segments.push({ text: text.slice(end, match.index), kind: 'plain' });
    end = match.index + match[0].length;
    segments.push(describePart(match[0], match.groups ?? {}));
  }
  if (end < text.length) segments.push({ text: text.slice(end), kind: 'plain' });
  return segments;
}

function describePart(part: string, groups: Record<string, string | undefined>): TextSegment {
  if (groups['blanks'] !== undefined) return { text: `⟨${part.length} ${nameBlanks(part)}⟩`, kind: 'mark' };
  const code = formatCodePoint(part);
  if (groups['hidden'] !== undefined) return { text: `⟨${code}⟩`, kind: 'mark', code };
  return { text: part, kind: 'foreign', code };
}

function nameBlanks(run: string): string {
  if (run.startsWith('\n')) return 'line ends';
  return run.includes('\t') ? 'blanks' : 'spaces';
}

export function formatCodePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** For prose of the model: only what reorders text is spelled out, since joiners and the like have honest uses. */
export function spellBidirectional(text: string): string {
  if (!bidirectional.test(text)) return text;
  return text.replace(/[\u202a-\u202e\u2066-\u2069]/g, (character) => `⟨${formatCodePoint(character)}⟩`);
}

export function hasMarks(segments: readonly TextSegment[]): boolean {
  return segments.some((segment) => segment.kind === 'mark');
}
