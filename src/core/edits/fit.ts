import { diffArrays } from 'diff';
import { isElision, toLooseForm } from './align.js';
import { mostEdits, type Line } from './lines.js';

type Part = { kind: 'kept' | 'gone'; at: number } | { kind: 'new'; line: string };

/**
 * Carries the change from `sought` to `wanted` over to the file's lines, of which `spans` says which stand for each
 * sought one: a line that the model leaves as it is stays as the file has it, a new one gets the file's indentation.
 * `undefined` if the model changes a line that it has not read correctly or has left out, if the indentations do not go
 * together, or if too many lines change to find out.
 */
export function fitLines(
  lines: readonly Line[],
  spans: readonly (readonly number[])[],
  sought: readonly string[],
  wanted: readonly string[],
): string[] | undefined {
  const parts = partsOf(sought, wanted);
  if (parts === undefined) return undefined;
  const indent = findIndentRule(lines, spans, sought);
  const fitted: string[] = [];
  /** Blank lines of the file behind a line that goes: they stay with the next one that stays. */
  let waiting: string[] = [];
  for (const [index, part] of parts.entries()) {
    if (part.kind === 'new') {
      if (isBesideBlank(parts, index, spans)) return undefined;
      const line = part.line === '' ? '' : indent(part.line, nearestGone(parts, index));
      if (line === undefined) return undefined;
      fitted.push(line);
      continue;
    }
    const span = spans[part.at]!;
    const gap = gapBehind(spans, part.at).map((at) => lines[at]!.text);
    if (part.kind === 'kept') {
      fitted.push(...waiting, ...span.map((at) => lines[at]!.text), ...gap);
      waiting = [];
      continue;
    }
    const text = sought[part.at]!;
    if (span.length > 1 || (isElision(text) && span.length === 0)) return undefined;
    if (span.length === 1 && toLooseForm(lines[span[0]!]!.text) !== toLooseForm(text)) return undefined;
    waiting = gap;
  }
  return fitted;
}

function partsOf(sought: readonly string[], wanted: readonly string[]): Part[] | undefined {
  const changes = diffArrays([...sought], [...wanted], { maxEditLength: mostEdits });
  if (changes === undefined) return undefined;
  const parts: Part[] = [];
  let at = 0;
  let wantedAt = 0;
  for (const { count, added, removed } of changes) {
    for (let index = 0; index < count; index++) {
      if (added) {
        parts.push({ kind: 'new', line: wanted[wantedAt++]! });
        continue;
      }
      parts.push({ kind: removed ? 'gone' : 'kept', at: at++ });
      if (!removed) wantedAt++;
    }
  }
  return parts;
}

/** Lines of the file between what stands for a sought line and what stands for the next: blank ones. */
function gapBehind(spans: readonly (readonly number[])[], at: number): number[] {
  const last = spans[at]!.at(-1);
  const next = spans.slice(at + 1).find((span) => span.length > 0)?.[0];
  if (last === undefined || next === undefined) return [];
  return Array.from({ length: next - last - 1 }, (_, index) => last + 1 + index);
}

/** Nobody can say on which side of a blank line a new one belongs that the model does not know of, or has invented. */
function isBesideBlank(parts: readonly Part[], index: number, spans: readonly (readonly number[])[]): boolean {
  const isInvented = (part: Part | undefined): boolean =>
    part?.kind === 'kept' && spans[part.at]!.length === 0 && part.at > 0 && part.at < spans.length - 1;
  const before = parts[index - 1];
  if (isInvented(before) || isInvented(parts[index + 1])) return true;
  return before?.kind === 'kept' && gapBehind(spans, before.at).length > 0;
}

/** The sought line that a new one stands in for. */
function nearestGone(parts: readonly Part[], index: number): number | undefined {
  const before = parts.slice(0, index).findLast((part) => part.kind !== 'new');
  return before?.kind === 'gone' ? before.at : undefined;
}

interface Pair {
  at: number;
  theirs: string;
  ours: string;
}

type IndentRule = (line: string) => string | undefined;

const indentOf = (line: string): string => /^[ \t]*/.exec(line)![0];

/** How the model's indentation becomes the file's; `gone` is the sought line that a new one stands in for. */
function findIndentRule(
  lines: readonly Line[],
  spans: readonly (readonly number[])[],
  sought: readonly string[],
): (line: string, gone: number | undefined) => string | undefined {
  const pairs = sought.flatMap((text, at): Pair[] => {
    const span = spans[at]!;
    if (text.trim() === '' || span.length !== 1) return [];
    return [{ at, theirs: indentOf(text), ours: indentOf(lines[span[0]!]!.text) }];
  });
  const rule = ruleOf(pairs);
  if (rule !== undefined) return rule;
  return (line, gone) => {
    const theirs = indentOf(line);
    const rest = line.slice(theirs.length);
    // One line at a wrong depth: the line that goes says it, else what holds for all other lines.
    const own = pairs.find(({ at }) => at === gone);
    if (own?.theirs === theirs) return own.ours + rest;
    return ruleWithoutOne(pairs)?.(line);
  };
}

/** Two lines are enough only if they are as the file has them: any two differences are of some rule. */
function ruleWithoutOne(pairs: readonly Pair[]): IndentRule | undefined {
  for (let without = 0; without < pairs.length; without++) {
    const others = pairs.toSpliced(without, 1);
    const isTold = others.length > 2 || (others.length === 2 && others.every(({ theirs, ours }) => theirs === ours));
    const rule = isTold ? ruleOf(others) : undefined;
    if (rule !== undefined) return rule;
  }
  return undefined;
}

/** Equal, longer or shorter by a fixed part, or tabs for spaces. */
function ruleOf(pairs: readonly Pair[]): IndentRule | undefined {
  if (pairs.length === 0 || pairs.every(({ theirs, ours }) => theirs === ours)) return (line) => line;
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

function findUnitRule(pairs: readonly Pair[]): IndentRule | undefined {
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
