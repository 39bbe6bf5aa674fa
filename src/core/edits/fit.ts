import { diffArrays } from 'diff';

/**
 * Carries the change from `sought` to `wanted` over to `found`, the lines that really stand in the file: a line that the
 * model leaves as it is stays as the file has it, a changed one gets the file's indentation. `undefined` if the model
 * changes a line that it has not read correctly, or if the two indentations do not go together.
 */
export function fitLines(
  found: readonly string[],
  sought: readonly string[],
  wanted: readonly string[],
): string[] | undefined {
  const indent = findIndentRule(found, sought);
  const fitted: string[] = [];
  let foundAt = 0;
  let wantedAt = 0;
  for (const part of diffArrays([...sought], [...wanted])) {
    for (let index = 0; index < part.count; index++) {
      if (part.removed) {
        const at = foundAt++;
        if (toLooseForm(found[at]!) !== toLooseForm(sought[at]!)) return undefined;
      } else if (part.added) {
        const line = wanted[wantedAt++]!;
        const indented = line.trim() === '' ? '' : indent?.(line);
        if (indented === undefined) return undefined;
        fitted.push(indented);
      } else {
        fitted.push(found[foundAt++]!);
        wantedAt++;
      }
    }
  }
  return fitted;
}

/** The kinds of quotes and dashes that a reader, and a model, takes for the same. */
export function unifySigns(line: string): string {
  return line
    .replace(/[\u2018\u2019\u201a\u201b`]/g, "'")
    .replace(/[\u201c\u201d\u201e]/g, '"')
    .replace(/[\u2010-\u2015\u2212]/g, '-');
}

function toLooseForm(line: string): string {
  return unifySigns(line).replace(/\s+/g, '');
}

type IndentRule = (line: string) => string | undefined;

const indentOf = (line: string): string => /^[ \t]*/.exec(line)![0];

/** How the model's indentation becomes the file's: equal, longer or shorter by a fixed part, or tabs for spaces. */
function findIndentRule(found: readonly string[], sought: readonly string[]): IndentRule | undefined {
  const pairs = sought
    .map((line, index) => ({ line, theirs: indentOf(line), ours: indentOf(found[index]!) }))
    .filter(({ line }) => line.trim() !== '');
  if (pairs.every(({ theirs, ours }) => theirs === ours)) return (line) => line;
  const { theirs, ours } = pairs[0]!;
  if (ours.endsWith(theirs)) {
    const added = ours.slice(0, ours.length - theirs.length);
    if (pairs.every((pair) => pair.ours === added + pair.theirs)) return (line) => added + line;
  }
  if (theirs.endsWith(ours)) {
    const dropped = theirs.slice(0, theirs.length - ours.length);
    if (pairs.every((pair) => pair.theirs === dropped + pair.ours)) {
      return (line) => (line.startsWith(dropped) ? line.slice(dropped.length) : undefined);
    }
  }
  return findUnitRule(pairs);
}

function findUnitRule(pairs: readonly { theirs: string; ours: string }[]): IndentRule | undefined {
  const deepest = pairs.reduce((a, b) => (b.theirs.length > a.theirs.length ? b : a));
  const convert = (from: string, to: string): IndentRule => {
    return (line) => {
      const indent = indentOf(line);
      const levels = indent.length / from.length;
      if (indent !== from.repeat(Math.floor(levels))) return undefined;
      return to.repeat(levels) + line.slice(indent.length);
    };
  };
  for (const [theirs, ours] of unitsOf(deepest.theirs, deepest.ours)) {
    const rule = convert(theirs, ours);
    if (pairs.every((pair) => rule(`${pair.theirs}x`) === `${pair.ours}x`)) return rule;
  }
  return undefined;
}

/** Units of one level each that would make the two indentations equally deep. */
function unitsOf(theirs: string, ours: string): [string, string][] {
  const units: [string, string][] = [];
  for (let levels = 1; levels <= Math.min(theirs.length, ours.length); levels++) {
    if (theirs.length % levels !== 0 || ours.length % levels !== 0) continue;
    const pair: [string, string] = [theirs.slice(0, theirs.length / levels), ours.slice(0, ours.length / levels)];
    if (pair[0].repeat(levels) === theirs && pair[1].repeat(levels) === ours) units.push(pair);
  }
  // The smallest unit first: one level of the file is one tab or a few spaces.
  return units.reverse();
}
