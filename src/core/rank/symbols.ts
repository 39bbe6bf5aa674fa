import { Buffer } from 'node:buffer';
import { createNameTable, type NameTable } from './nameTable.js';
import { symbolRulesOf, type SymbolRules } from './symbolRules.js';

/**
 * The names of a file, each as a number: a hash of its letters and its language. Two names may share one; that moves
 * ranks by a hair, the same on every machine.
 */
export interface FileSymbols {
  defined: Uint32Array;
  /** Names that occur, each once, those it defines itself left out. */
  used: Uint32Array;
}

/** Shorter names say nothing. */
const leastChars = 3;
const mostChars = 64;
const distinctiveChars = 8;

/** The lowest bit of a name's number: long, or made of several words, so that two files hardly share it by accident. */
export function isDistinctive(name: number): boolean {
  return (name & 1) !== 0;
}

/** What a byte is to a name: nothing, a digit, a letter, or a letter that shows where a word of it begins. */
const charKinds = { none: 0, digit: 1, letter: 2, mark: 3 } as const;
const kindOf = Uint8Array.from({ length: 256 }, (_, byte) => {
  const char = String.fromCharCode(byte);
  if (/[A-Z_]/.test(char)) return charKinds.mark;
  if (/[a-z$]/.test(char) || byte >= 0x80) return charKinds.letter;
  return /\d/.test(char) ? charKinds.digit : charKinds.none;
});

/** What a word is in a language: none or some of these. */
const wordKinds = { word: 1, outer: 2, callable: 4, export: 8 } as const;

interface Words {
  seed: number;
  /** What each word of the rules is, by its place in the table. */
  table: NameTable;
  kinds: readonly number[];
  /** Any line that is not indented may begin a callable. */
  allCallable: boolean;
}

const wordTables = new WeakMap<SymbolRules, Words>();
const exportWords = ['export', 'pub', 'default', 'declare'];

function wordsOf(rules: SymbolRules): Words {
  const known = wordTables.get(rules);
  if (known !== undefined) return known;
  let seed = 0x811c9dc5;
  for (const byte of Buffer.from(rules.family)) seed = step(seed, byte);
  const table = createNameTable();
  const kinds: number[] = [];
  const add = (list: readonly string[], kind: number): void => {
    for (const word of list) {
      const place = table.add([...Buffer.from(word)].reduce(step, seed) >>> 0);
      kinds[place] = (kinds[place] ?? 0) | kind;
    }
  };
  add(rules.words, wordKinds.word);
  add(rules.outerWords, wordKinds.outer);
  add(rules.callables ?? [], wordKinds.callable);
  add(exportWords, wordKinds.export);
  const words: Words = { seed, table, kinds, allCallable: rules.callables?.length === 0 };
  wordTables.set(rules, words);
  return words;
}

function step(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, 0x01000193);
}

/** Whether a file's names are looked at, by its own name. */
export function hasSymbols(path: string): boolean {
  return symbolRulesOf(path) !== undefined;
}

const isUsed = 1;
const isDefined = 2;
/** Of the file that is read; files are read one after the other. */
const names = createNameTable();
let states = new Uint8Array(1024);

/** One pass over the bytes of a view. `undefined` for files that are no source code. */
export function readSymbols(path: string, view: Uint8Array): FileSymbols | undefined {
  const rules = symbolRulesOf(path);
  if (rules === undefined) return undefined;
  const defined: number[] = [];
  const used: number[] = [];
  states.fill(0, 0, names.size);
  names.clear();
  scanNames(view, rules, (name, isNew) => {
    const place = names.add(name);
    if (place === states.length) states = grow(states);
    const state = isNew ? isDefined : isUsed;
    if ((states[place]! & state) !== 0) return;
    states[place]! |= state;
    (isNew ? defined : used).push(place);
  });
  const toNames = (places: readonly number[]): Uint32Array => Uint32Array.from(places, (place) => names.nameAt(place));
  return { defined: toNames(defined), used: toNames(used.filter((place) => (states[place]! & isDefined) === 0)) };
}

function grow(full: Uint8Array): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(full.length * 2);
  larger.set(full);
  return larger;
}

/** Where the scan stands in its line. */
interface Line {
  /** Nothing but the start of the line, or words like `export`, stands before. */
  isOuter: boolean;
  /** Names before the first parenthesis of this line, and the last of them. */
  names: number;
  last: number;
  isCallable: boolean;
  isOpen: boolean;
}

function scanNames(bytes: Uint8Array, rules: SymbolRules, take: (name: number, isDefined: boolean) => void): void {
  const { seed, table, kinds, allCallable } = wordsOf(rules);
  const line: Line = { isOuter: true, names: 0, last: 0, isCallable: false, isOpen: false };
  const length = bytes.length;
  let awaited = false;
  for (let at = 0; at < length;) {
    const byte = bytes[at]!;
    if (kindOf[byte]! < charKinds.letter) {
      if (byte === 0x0a) {
        resetLine(line, bytes[at + 1]);
        awaited = false;
      } else if (byte === 0x28) {
        if (awaited && rules.receivers === true) at = skipReceiver(bytes, at);
        else awaited = false;
        if (!line.isOpen && line.isCallable && line.names > 1) take(line.last, true);
        line.isOpen = true;
      } else if (
        byte === 0x3d &&
        rules.assigns === true &&
        line.names === 1 &&
        line.isOuter &&
        bytes[at + 1] !== 0x3d
      ) {
        take(line.last, true);
        line.isOuter = false;
      } else if (kindOf[byte] === charKinds.digit) {
        while (at + 1 < length && kindOf[bytes[at + 1]!] !== charKinds.none) at++;
      } else if (byte !== 0x20 && byte !== 0x2a && byte !== 0x21 && byte !== 0x09) awaited = false;
      at++;
      continue;
    }
    const start = at;
    let hash = step(seed, byte);
    let isMixed = false;
    while (++at < length) {
      const next = bytes[at]!;
      const kind = kindOf[next]!;
      if (kind === charKinds.none) break;
      if (kind === charKinds.mark) isMixed = true;
      hash = step(hash, next);
    }
    const word = hash >>> 0;
    const place = table.find(word);
    const kind = place < 0 ? 0 : kinds[place]!;
    const chars = at - start;
    if ((kind & wordKinds.word) !== 0 || (line.isOuter && (kind & wordKinds.outer) !== 0)) awaited = true;
    else if (chars >= leastChars && chars <= mostChars) {
      const name = ((word & ~1) | (chars >= distinctiveChars && isMixed ? 1 : 0)) >>> 0;
      take(name, awaited);
      line.last = name;
      awaited = false;
    }
    if (!line.isOpen && ++line.names === 1) {
      line.isCallable = allCallable ? line.isOuter : (kind & wordKinds.callable) !== 0;
    }
    if (line.isOuter && rules.assigns !== true && (kind & wordKinds.export) === 0) line.isOuter = false;
  }
}

function resetLine(line: Line, next: number | undefined): void {
  line.isOuter = next !== 0x20 && next !== 0x09;
  line.names = 0;
  line.isCallable = false;
  line.isOpen = false;
}

/** The place of the parenthesis that closes, or of the one that opens if none does on this line. */
function skipReceiver(bytes: Uint8Array, open: number): number {
  for (let at = open; at < bytes.length && bytes[at] !== 0x0a; at++) if (bytes[at] === 0x29) return at;
  return open;
}
