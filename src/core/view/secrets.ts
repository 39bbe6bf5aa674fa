import { createHintScan } from './hintScan.js';
import { secretKinds, type SecretKind } from './secretKinds.js';
import type { Span } from './secretlintRules.js';

/** A range of a text, in UTF-16 units, that must not leave the machine. */
export interface SecretRange {
  start: number;
  end: number;
  kind: string;
  distinctive: boolean;
}

interface Candidate {
  start: number;
  end: number;
  kind: SecretKind;
}

const scanHints = createHintScan(secretKinds.flatMap((kind) => kind.hints));

/** Shorter values are not looked for elsewhere in the text: they would be found in the middle of words. */
const shortestRepeated = 8;

/** Every secret of a text, in order, not overlapping; also the repetitions of a value where no pattern would see it. */
export function findSecrets(text: string): SecretRange[] {
  const found: Candidate[] = [];
  const hints = scanHints(text);
  for (const kind of secretKinds) {
    if (kind.hints.length > 0 && !kind.hints.some((hint) => hints.has(hint))) continue;
    for (const candidate of candidatesOf(kind, text)) found.push(candidate);
  }
  if (found.length === 0) return [];
  const ranges = settleOverlaps(found);
  return addRepetitions(text, ranges);
}

/** What every credential whose form proves it has in it; most paths have not, and lists of them are long. */
const longRun = /[A-Za-z0-9_-]{20}/;

/** Those of a path that are certain: a name that only looks like a password is a name. */
export function findSecretsInPath(path: string): SecretRange[] {
  return longRun.test(path) ? findSecrets(path).filter(({ distinctive }) => distinctive) : [];
}

/** What stands for a secret already, as in a text that the model quotes. */
const onlyPlaceholder = /^\u27e6secret:[^\u27e7]*\u27e7$/;

function* candidatesOf(kind: SecretKind, text: string): Generator<Candidate> {
  for (const span of kind.find(text)) {
    const trimmed = trimRange(text, span);
    const value = text.slice(trimmed.start, trimmed.end);
    if (onlyPlaceholder.test(value) || kind.accept?.(value) === false) continue;
    yield { ...trimmed, kind };
  }
}

/** White space and quotes around a key's body stay, so that lines and strings keep their form. */
function trimRange(text: string, { start, end }: Span): Span {
  while (start < end && /[\s"',]/.test(text.charAt(start))) start++;
  while (end > start && /[\s"',]/.test(text.charAt(end - 1))) end--;
  if (text.startsWith('\\n', start)) start += 2;
  if (end - start >= 2 && text.startsWith('\\n', end - 2)) end -= 2;
  return { start, end };
}

/** The earlier kind of the table wins, and what it took is no longer looked at. */
function settleOverlaps(found: Candidate[]): SecretRange[] {
  const order = new Map(secretKinds.map((kind, index) => [kind, index]));
  const rank = (kind: SecretKind): number => order.get(kind) ?? 0;
  const ranges: SecretRange[] = [];
  found.sort((a, b) => a.start - b.start || rank(a.kind) - rank(b.kind));
  for (const { start, end, kind } of found) {
    const last = ranges.at(-1);
    if (last !== undefined && start < last.end) {
      // A longer match that begins inside: both are covered, under the first one's name.
      last.end = Math.max(last.end, end);
      last.distinctive ||= kind.distinctive;
    } else if (end > start) ranges.push({ start, end, kind: kind.name, distinctive: kind.distinctive });
  }
  return ranges;
}

function addRepetitions(text: string, ranges: SecretRange[]): SecretRange[] {
  const kinds = new Map<string, SecretRange>();
  for (const range of ranges) {
    const value = text.slice(range.start, range.end);
    if (value.length >= shortestRepeated && !kinds.has(value)) kinds.set(value, range);
  }
  const byHead = groupByHead(kinds.keys());
  const added: SecretRange[] = [];
  let next = 0;
  for (const at of placesOf(text, [...byHead.keys()])) {
    while (next < ranges.length && (ranges[next]?.end ?? 0) <= at) next++;
    const limit = ranges[next]?.start ?? text.length;
    if (at >= limit || at < (added.at(-1)?.end ?? 0)) continue;
    const value = byHead.get(text.slice(at, at + shortestRepeated))?.find((one) => text.startsWith(one, at));
    const origin = value === undefined ? undefined : kinds.get(value);
    if (value === undefined || origin === undefined || at + value.length > limit) continue;
    added.push({ ...origin, start: at, end: at + value.length });
  }
  return added.length === 0 ? ranges : [...ranges, ...added].sort((a, b) => a.start - b.start);
}

/** Values by their first characters, the longest first. */
function groupByHead(values: Iterable<string>): Map<string, string[]> {
  const byHead = new Map<string, string[]>();
  for (const value of [...values].sort((a, b) => b.length - a.length)) {
    const head = value.slice(0, shortestRepeated);
    const group = byHead.get(head);
    if (group === undefined) byHead.set(head, [value]);
    else group.push(value);
  }
  return byHead;
}

/** Places of any of some strings of equal length, ascending. */
function placesOf(text: string, heads: string[]): number[] {
  const places: number[] = [];
  if (heads.length <= 32) {
    for (const head of heads)
      for (let at = text.indexOf(head); at >= 0; at = text.indexOf(head, at + 1)) places.push(at);
    return places.sort((a, b) => a - b);
  }
  const wanted = new Set(heads);
  for (let at = 0; at + shortestRepeated <= text.length; at++) {
    if (wanted.has(text.slice(at, at + shortestRepeated))) places.push(at);
  }
  return places;
}
