/** Signs that a part of a file was left out of the text that is to take its place. */

const leastShrinkCharacters = 400;
/** A line that is a remark, or begins with an ellipsis. */
const remarkLine = /^[ \t]*(?:\/\/|#|--|;|%|\/\*|\*|<!--|\{\/\*|\.\.\.|…)[^\n]*$/gm;
/** As in "// ... existing code ..." and "# the rest of the file stays unchanged". */
const leftOut =
  /(?:\.\.\.|…).*\b(?:rest|remain\w*|existing|previous|unchanged|omitted|same)\b|\b(?:rest|remainder|remaining|existing|previous|everything else|other)\b.*(?:\.\.\.|…|\b(?:unchanged|omitted|not shown|as before|stays? the same|remains? the same)\b)/i;

/** Why an edit asks even where edits run: the new text says itself that something is missing. */
export function findRemarkOfLoss(before: string, after: string): string | undefined {
  const remarks = after.match(remarkLine) ?? [];
  const remark = remarks.map((line) => line.trim()).find((line) => leftOut.test(line) && !before.includes(line));
  return remark === undefined ? undefined : `The new text says that a part is left out ("${remark.slice(0, 80)}").`;
}

/** The same for an overwrite that is much shorter. */
export function findShrinking(before: string, after: string): string | undefined {
  const isLarge = before.length - after.length >= leastShrinkCharacters && after.length < before.length / 2;
  return isLarge ? `The file would shrink from ${before.length} to ${after.length} characters.` : undefined;
}
