/** What `whole_word` means, in search and in edits: neither end of a match lies between two characters of one word. */
const character = '[\\p{L}\\p{N}_]';
const startsWithCharacter = new RegExp(`^${character}`, 'u');
const endsWithCharacter = new RegExp(`${character}$`, 'u');

/** So a side where the match itself has no character of a word needs no boundary: `.map(` is whole in `list.map(x`. */
export function isWholeWord(text: string, start: number, end: number): boolean {
  return !isInsideWord(text, start) && !isInsideWord(text, end);
}

function isInsideWord(text: string, at: number): boolean {
  return (
    endsWithCharacter.test(text.slice(Math.max(0, at - 2), at)) && startsWithCharacter.test(text.slice(at, at + 2))
  );
}

/** Global; matches a literal text that is not empty wherever it is whole. */
export function wholeWordPattern(literal: string, caseSensitive = true): RegExp {
  const before = startsWithCharacter.test(literal) ? `(?<!${character})` : '';
  const after = endsWithCharacter.test(literal) ? `(?!${character})` : '';
  return new RegExp(before + escapeLiteral(literal) + after, caseSensitive ? 'gu' : 'giu');
}

export function escapeLiteral(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
