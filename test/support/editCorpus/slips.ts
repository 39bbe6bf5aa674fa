/** The generator: what models really get wrong when they copy text out of a file, one slip a case. */
import type { Random } from '../seededRandom.js';
import { carryOut, newTextOf, oldTextOf, type Change, type Row } from './changes.js';

/** What the file is, what the model sends, and what has to come of it. */
export interface EditCase {
  name: string;
  slip: string;
  before: string;
  old_text: string;
  new_text: string;
  line?: number;
  /** The file as it has to be; `undefined` where only a refusal is right. */
  wanted: string | undefined;
  /** A refusal is as good as the wanted text: what was meant cannot be known for certain. */
  mayRefuse?: boolean;
}

type Slip = (change: Change, random: Random) => Omit<EditCase, 'name' | 'slip'> | undefined;

/** Every slip that the change has a place for. */
export function casesOf(change: Change, random: Random): EditCase[] {
  return Object.entries(slips).flatMap(([slip, make]) => {
    const made = make(change, random);
    // A slip that happens to be what stands elsewhere is none that anybody could see.
    const isExact =
      made !== undefined && made.old_text !== oldTextOf(change.rows) && made.before.includes(made.old_text);
    return made === undefined || isExact ? [] : [{ name: `${change.name} ${slip}`, slip, ...made }];
  });
}

/** The model's rows against the file's: rows that it adds are right, since nobody can know better. */
function send(change: Change, rows: readonly Row[], more: Partial<EditCase> = {}): ReturnType<Slip> {
  const old_text = oldTextOf(rows);
  const new_text = newTextOf(rows);
  if (old_text === new_text) return undefined;
  const { before } = change;
  return { before, old_text, new_text, wanted: carryOut(before, change.rows, change.line), ...more };
}

/** Slips of reading alone: all rows that stand in the file, none of those that are new. */
function misread(change: Change, alter: (text: string) => string): ReturnType<Slip> {
  const rows = change.rows.map((row) => (row.kind === '+' ? row : { ...row, text: alter(row.text) }));
  return isSame(rows, change.rows) ? undefined : send(change, rows);
}

/** Slips of the model's hand, which it makes in everything that it writes. */
function miswrite(change: Change, alter: (text: string) => string): ReturnType<Slip> {
  const sent = send(change, change.rows);
  if (sent === undefined || alter(sent.old_text) === sent.old_text) return undefined;
  return { ...sent, old_text: alter(sent.old_text), new_text: sent.new_text === '' ? '' : alter(sent.new_text) };
}

function reindent(change: Change, alter: (text: string) => string): ReturnType<Slip> {
  const rows = change.rows.map((row) => ({ ...row, text: row.text === '' ? '' : alter(row.text) }));
  const isTold = !isSame(rows.filter(isOld), change.rows.filter(isOld));
  // What stood in a new line that is blank nobody can tell.
  const isClear = change.rows.every(({ text }) => text === '' || text.trim() !== '');
  return isTold && isClear ? send(change, rows) : undefined;
}

const isOld = ({ kind }: Row): boolean => kind !== '+';

function isSame(a: readonly Row[], b: readonly Row[]): boolean {
  return a.length === b.length && a.every(({ text }, index) => text === b[index]!.text);
}

const contextAt = (change: Change, fits: (row: Row, index: number) => boolean): number[] =>
  change.rows.flatMap((row, index) => (row.kind === ' ' && fits(row, index) ? [index] : []));

/** One context row that fits is altered. */
function misreadOne(
  change: Change,
  random: Random,
  fits: (text: string) => boolean,
  alter: (text: string) => string,
): ReturnType<Slip> {
  const at = contextAt(change, ({ text }) => fits(text));
  // Where nothing else is sent, the row that was read wrongly is all there is to go by.
  if (at.length === 0 || sizeOf(change) < 60) return undefined;
  const chosen = random.choose(at);
  return send(
    change,
    change.rows.map((row, index) => (index === chosen ? { ...row, text: alter(row.text) } : row)),
  );
}

function sizeOf(change: Change): number {
  return oldTextOf(change.rows).replace(/\s+/g, '').length;
}

/** The file is another one than the model read: context lines were altered. */
function alterFile(
  change: Change,
  alter: (text: string, index: number) => string,
  more: Partial<EditCase> = {},
): ReturnType<Slip> {
  // Of two equal lines, one of which is new, nobody can say which is the old one.
  const added = new Set(change.rows.filter(({ kind }) => kind === '+').map(({ text }) => text.trim()));
  const real = change.rows.map((row, index) =>
    row.kind === ' ' && !added.has(row.text.trim()) ? { ...row, text: alter(row.text, index) } : row,
  );
  if (isSame(real, change.rows)) return undefined;
  const restore = real.flatMap((row, index): Row[] =>
    row.kind === '+'
      ? []
      : [
          { kind: '-', text: change.rows[index]!.text },
          { kind: '+', text: row.text },
        ],
  );
  const before = carryOut(change.before, restore, change.line);
  return send({ ...change, before }, change.rows, { wanted: carryOut(before, real, change.line), ...more });
}

/** Where it is not clear what was meant, a refusal is as right as a guess that happens to be. */
function unlessUnclear(isUnclear: boolean, made: ReturnType<Slip>): ReturnType<Slip> {
  return made && isUnclear ? { ...made, mayRefuse: true } : made;
}

function linesOf({ rows }: Change): number {
  return rows.filter((row) => isOld(row) && row.text.trim() !== '').length;
}

function contextTexts({ rows }: Change): Set<string> {
  return new Set(rows.flatMap(({ kind, text }) => (kind === ' ' ? [text.trim()] : [])));
}

const isWordy = (text: string): boolean => text.trim().length >= 12;

const slips: Record<string, Slip> = {
  none: (change) => send(change, change.rows),
  'trailing spaces invented': (change) => misread(change, (text) => `${text}  `),
  'trailing spaces forgotten': (change) => alterFile(change, (text) => `${text} \t`),
  // Of a change that has both, nobody can say afterwards which of its new lines had which.
  'spaces for tabs': (change) =>
    change.rows.some(({ text }) => text.startsWith(' '))
      ? undefined
      : reindent(change, (text) => text.replace(/^\t+/, (tabs) => '    '.repeat(tabs.length))),
  'tabs for spaces': (change) => {
    const unit = unitOf(change.rows);
    if (unit === undefined) return undefined;
    return reindent(change, (text) => text.replace(/^ +/, (all) => '\t'.repeat(all.length / unit)));
  },
  'indentation forgotten': (change) => {
    const indents = change.rows.filter(({ text }) => text.trim() !== '').map(({ text }) => /^[ \t]*/.exec(text)![0]);
    const least = indents.reduce((a, b) => (b.length < a.length ? b : a), indents[0] ?? '');
    if (least === '' || !indents.every((indent) => indent.startsWith(least))) return undefined;
    return reindent(change, (text) => text.slice(least.length));
  },
  'indentation too deep': (change) => reindent(change, (text) => `    ${text}`),
  'one line at a wrong depth': (change, random) =>
    // A line or two do not tell which of their depths is the wrong one.
    linesOf(change) < 3
      ? undefined
      : misreadOne(change, random, isWordy, (text) => (/^[ \t]/.test(text) ? text.trimStart() : `  ${text}`)),
  'curly quotes': (change) =>
    misread(change, (text) => text.replace(/"([^"]*)"/g, '\u201c$1\u201d').replace(/'([^']*)'/g, '\u2018$1\u2019')),
  'straight quotes': (change) =>
    alterFile(change, (text) => text.replace(/"([^"]*)"/g, '\u201c$1\u201d').replace(/'([^']*)'/g, '\u2018$1\u2019')),
  'long dashes': (change) => misread(change, (text) => text.replace(/(?<=\s)--?(?=\s)/g, '\u2014')),
  'hard spaces': (change) => misread(change, (text) => text.replace(/(?<=\S) (?=\S)/g, '\u00a0')),
  'inner spaces': (change, random) =>
    misreadOne(
      change,
      random,
      (text) => isWordy(text) && /\(\w/.test(text),
      (text) => text.replace(/\((?=\w)/g, '( ').replace(/, /g, ','),
    ),
  'a blank line dropped': (change, random) => {
    const at = contextAt(change, ({ text }, index) => text.trim() === '' && isInside(change, index));
    if (at.length === 0) return undefined;
    const chosen = random.choose(at);
    const isAtChange = [chosen - 1, chosen + 1].some((index) => change.rows[index]?.kind !== ' ');
    // Between equal blank lines, or at a new line, it is not clear which one, or which side, was meant.
    if (isAtChange) return undefined;
    return send(
      change,
      change.rows.filter((_, index) => index !== chosen),
    );
  },
  'a blank line added': (change, random) => {
    const at = contextAt(change, ({ text }, index) => {
      return text.trim() !== '' && change.rows[index + 1]?.kind === ' ' && change.rows[index + 1]!.text.trim() !== '';
    });
    if (at.length === 0) return undefined;
    const isRepeated = change.rows.some(({ kind, text }) => kind === '+' && contextTexts(change).has(text.trim()));
    const rows = change.rows.toSpliced(random.choose(at) + 1, 0, { kind: ' ', text: '' });
    return unlessUnclear(isRepeated, send(change, rows));
  },
  'line feeds for CR LF': (change) => {
    const sent = send(change, change.rows);
    const toPairs = (text: string): string => text.replaceAll('\n', '\r\n');
    return sent && { ...sent, before: toPairs(sent.before), wanted: toPairs(sent.wanted!) };
  },
  'CR LF for line feeds': (change) => miswrite(change, (text) => text.replaceAll('\n', '\r\n')),
  'the last line end missing': (change) => miswrite(change, (text) => text.replace(/\n$/, '')),
  'a last line end invented': (change) => {
    const lines = change.before.replace(/\n$/, '').split('\n').slice(change.line);
    if (lines.length !== change.rows.filter(({ kind }) => kind !== '+').length) return undefined;
    if (change.rows.at(-1)?.kind !== ' ') return undefined;
    return send({ ...change, before: change.before.replace(/\n$/, '') }, change.rows);
  },
  'a line feed in front': (change) => miswrite(change, (text) => `\n${text}`),
  'the middle elided': (change) => elide(change, (indent) => `${indent}...`),
  'the middle elided by a remark': (change) => elide(change, (indent) => `${indent}// ... existing code ...`),
  'a typing error in a context line': (change, random) =>
    misreadOne(change, random, isWordy, (text) => misspell(text, random)),
  'stale context': (change, random) => {
    const at = contextAt(change, ({ text }) => /[A-Za-z]{4}/.test(text) && isWordy(text));
    if (at.length === 0 || sizeOf(change) < 60) return undefined;
    const chosen = random.choose(at);
    // As long as the old word stands elsewhere, what was sought might be another place that is gone.
    const word = /[A-Za-z]{4,}/.exec(change.rows[chosen]!.text)![0];
    const isElsewhere = change.before.split(word).length > 2;
    const stale = alterFile(change, (text, index) => (index === chosen ? text.replace(word, '$&2') : text));
    return unlessUnclear(isElsewhere, stale);
  },
  'line numbers': (change) => numbered(change, (number) => `${number}\t`),
  'line numbers with bars': (change) => numbered(change, (number) => `${String(number).padStart(5)} | `),
  'line numbers in the old text only': (change) => {
    const sent = numbered(change, (number) => `${number}\t`);
    return sent && { ...sent, new_text: newTextOf(change.rows) };
  },
  'escaped line feeds': (change) =>
    miswrite(change, (text) =>
      text.replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('"', '\\"').replaceAll('\n', '\\n'),
    ),
  'escaped quotes': (change) => miswrite(change, (text) => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')),
  'HTML entities': (change) =>
    miswrite(change, (text) =>
      text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
    ),
  'code fences': (change) => miswrite(change, (text) => `\`\`\`ts\n${text}\`\`\`\n`),
  'another Unicode form': (change, random) => {
    const at = contextAt(change, ({ text }) => isWordy(text));
    if (at.length === 0) return undefined;
    const chosen = random.choose(at);
    const accented = (form: 'NFC' | 'NFD') => (text: string, index: number) =>
      index === chosen ? `${text} \u00e9t\u00e9 \u00fcber`.normalize(form) : text;
    const file = alterFile(change, accented('NFC'));
    const rows = change.rows.map((row, index) => ({ ...row, text: accented('NFD')(row.text, index) }));
    return file && { ...file, old_text: oldTextOf(rows), new_text: newTextOf(rows) };
  },
  'the same text twice': (change) => {
    const before = `${change.before.replace(/\n?$/, '\n')}${oldTextOf(change.rows)}`;
    return send({ ...change, before }, change.rows, { wanted: undefined });
  },
  'the same text twice, with a line': (change) => {
    const before = `${change.before.replace(/\n?$/, '\n')}${oldTextOf(change.rows)}`;
    return send({ ...change, before }, change.rows, { line: change.line + 1 });
  },
  'nearly the same text elsewhere': (change) => {
    const twin = oldTextOf(change.rows).replace(/[A-Za-z]{3,}/, '$&2');
    if (twin === oldTextOf(change.rows)) return undefined;
    return send({ ...change, before: `${twin}${change.before}`, line: change.line + countLines(twin) }, change.rows);
  },
  'a typing error beside nearly the same text': (change, random) => {
    const twin = oldTextOf(change.rows).replace(/[A-Za-z]{3,}/, '$&2');
    const here = { ...change, before: `${twin}${change.before}`, line: change.line + countLines(twin) };
    const sent = misreadOne(here, random, isWordy, (text) => misspell(text, random));
    return sent && { ...sent, mayRefuse: true };
  },
  'text that is gone': (change) => {
    const old = change.rows.filter(({ kind }) => kind !== '+');
    const gone = old.map((row): Row => ({ ...row, kind: '-' }));
    return send({ ...change, before: carryOut(change.before, gone, change.line) }, change.rows, { wanted: undefined });
  },
};

/** Of the spaces that indent; `undefined` if there are none, or no multiple of one unit. */
function unitOf(rows: readonly Row[]): number | undefined {
  const depths = rows.filter(({ text }) => text.trim() !== '').map(({ text }) => /^ */.exec(text)![0].length);
  const least = Math.min(...depths.filter((depth) => depth > 0));
  return [4, 2].find((unit) => Number.isFinite(least) && depths.every((depth) => depth % unit === 0));
}

function isInside(change: Change, index: number): boolean {
  const isText = (row: Row): boolean => row.kind !== '+' && row.text.trim() !== '';
  return change.rows.slice(0, index).some(isText) && change.rows.slice(index + 1).some(isText);
}

function misspell(text: string, random: Random): string {
  const letters = [...text.matchAll(/[a-z]/g)].map(({ index }) => index);
  if (letters.length === 0) return text;
  const at = random.choose(letters);
  return text.slice(0, at) + (text[at] === 'q' ? 'x' : 'q') + text.slice(at + 1);
}

function numbered(change: Change, prefix: (number: number) => string): ReturnType<Slip> {
  const number = (text: string): string =>
    text
      .replace(/\n$/, '')
      .split('\n')
      .map((line, index) => `${prefix(change.line + index + 1)}${line}\n`)
      .join('');
  return miswrite(change, number);
}

/** Context far enough from the change that it need not be sent. */
function elide(change: Change, mark: (indent: string) => string): ReturnType<Slip> {
  const lines = change.before.replace(/\n$/, '').split('\n');
  const old = change.rows.filter(({ kind }) => kind !== '+').length;
  const below = lines.slice(change.line + old, change.line + old + 8).map((text): Row => ({ kind: ' ', text }));
  const tail = below.slice(-2);
  if (below.length < 6 || tail.some(({ text }) => text.trim().length < 3)) return undefined;
  const whole = { ...change, rows: [...change.rows, ...below] };
  const indent = /^[ \t]*/.exec(below[0]!.text)![0];
  return send(whole, [...change.rows, { kind: ' ', text: mark(indent) }, ...tail]);
}

function countLines(text: string): number {
  return text.split('\n').length - 1;
}
