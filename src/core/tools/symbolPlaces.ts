/** What the model means by a symbol: a word in a line of a file. It cannot count columns, so it need not. */
import type { SeenText } from '../edits/seenText.js';
import { toViewForm } from '../edits/textFile.js';
import type { LanguageAnswer, TextRange } from '../host.js';
import { encodeView } from '../view/codec.js';
import { plural } from '../wording.js';

const mostNamed = 12;
const mostAsked = 8;
const longestShown = 120;

export type SymbolPlaces = { ok: true; words: TextRange[] } | { ok: false; problem: string };

/** Where the symbol stands in its line; `name` is the file's, and a problem is a view. */
export function findSymbol(name: string, seen: SeenText, symbol: string, line?: number): SymbolPlaces {
  const sought = toViewForm(symbol);
  const found = seen.findWord(sought).map((at) => {
    return { at, start: seen.positionOf(at)!, end: seen.positionOf(at + sought.length)! };
  });
  if (found.length === 0) return { ok: false, problem: `${name} does not hold ${showSymbol(symbol)} as a whole word.` };
  const lines = [...new Set(found.map(({ start }) => start.line + 1))];
  const wanted = line ?? (lines.length === 1 ? lines[0] : undefined);
  const words = found.filter(({ start }) => start.line + 1 === wanted).map(({ start, end }) => ({ start, end }));
  if (words.length > 0) return { ok: true, words };
  const problem = `${showSymbol(symbol)} stands in ${plural(lines.length, 'line')} of ${name}${line === undefined ? '; say in which it is meant' : `, but not in line ${line}`}:`;
  const rows = lines.slice(0, mostNamed).map((number) => {
    const { at } = found.find(({ start }) => start.line + 1 === number)!;
    return `${name}:${number}: ${seen.lineAt(at).slice(0, longestShown)}`;
  });
  if (lines.length > rows.length) rows.push(`(${plural(lines.length - rows.length, 'more line', 'more lines')})`);
  return { ok: false, problem: [problem, ...rows].join('\n') };
}

export interface AnsweredPlace {
  path: string;
  range: TextRange;
}

export type SymbolAnswer<T> = LanguageAnswer<T> | { kind: 'ambiguous'; columns: number[] };

/**
 * Asks at each place of a line that holds the word several times. Those where it only looks like the symbol (in a
 * string, a remark) answer nothing or nothing about themselves; of the others all have to mean the same.
 */
export async function askAtWords<T>(
  path: string,
  words: readonly TextRange[],
  ask: (word: TextRange) => Promise<LanguageAnswer<T>>,
  placesOf: (answer: T) => readonly AnsweredPlace[],
): Promise<SymbolAnswer<T>> {
  const asked: { word: TextRange; answer: LanguageAnswer<T> }[] = [];
  for (const word of words.slice(0, mostAsked)) asked.push({ word, answer: await ask(word) });
  const [first] = asked;
  if (first === undefined || words.length === 1) return first?.answer ?? { kind: 'none', why: 'nothing was asked' };
  const meanings = new Map<string, { word: TextRange; answer: LanguageAnswer<T> }>();
  for (const one of asked) {
    if (one.answer.kind !== 'answered') continue;
    const all = placesOf(one.answer);
    if (all.some((place) => place.path === path && touches(place.range, one.word))) meanings.set(keyOf(all), one);
  }
  const [only, other] = [...meanings.values()];
  if (other !== undefined) {
    return { kind: 'ambiguous', columns: [...meanings.values()].map(({ word }) => word.start.column + 1) };
  }
  return (only ?? asked.find(({ answer }) => answer.kind === 'refused') ?? first).answer;
}

export function describeAmbiguity(name: string, symbol: string, line: number, columns: readonly number[]): string {
  return `${showSymbol(symbol)} means different things in line ${line} of ${name}, at the columns ${columns.join(', ')}. Name another line in which it stands once.`;
}

export function showSymbol(symbol: string): string {
  return `"${encodeView(symbol.slice(0, longestShown)).view}"`;
}

function touches({ start, end }: TextRange, word: TextRange): boolean {
  if (start.line !== word.start.line || end.line !== word.end.line) return false;
  return start.column >= word.start.column && end.column <= word.end.column;
}

function keyOf(places: readonly AnsweredPlace[]): string {
  return places
    .map(({ path, range: { start } }) => `${path}\0${start.line}\0${start.column}`)
    .sort()
    .join('\n');
}
