import { Buffer } from 'node:buffer';
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

const isLetter = new Uint8Array(256);
const isDigit = new Uint8Array(256);
for (let byte = 0; byte < 256; byte++) {
  const letter = /[A-Za-z_$]/.test(String.fromCharCode(byte)) || byte >= 0x80;
  isLetter[byte] = letter ? 1 : 0;
  isDigit[byte] = byte >= 0x30 && byte <= 0x39 ? 1 : 0;
}

interface Words {
  seed: number;
  words: ReadonlySet<number>;
  outerWords: ReadonlySet<number>;
  callables: ReadonlySet<number> | undefined;
}

const wordTables = new WeakMap<SymbolRules, Words>();

function wordsOf(rules: SymbolRules): Words {
  const known = wordTables.get(rules);
  if (known !== undefined) return known;
  let seed = 0x811c9dc5;
  for (const byte of Buffer.from(rules.family)) seed = step(seed, byte);
  const hashAll = (list: readonly string[]): ReadonlySet<number> =>
    new Set(list.map((word) => [...Buffer.from(word)].reduce(step, seed) >>> 0));
  const words: Words = {
    seed,
    words: hashAll(rules.words),
    outerWords: hashAll(rules.outerWords),
    callables: rules.callables === undefined ? undefined : hashAll(rules.callables),
  };
  wordTables.set(rules, words);
  return words;
}

function step(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, 0x01000193);
}

const exportWords = ['export', 'pub', 'default', 'declare'].map((word) => Buffer.from(word));

/** Whether a file's names are looked at, by its own name. */
export function hasSymbols(path: string): boolean {
  return symbolRulesOf(path) !== undefined;
}

/** One pass over the bytes of a view. `undefined` for files that are no source code. */
export function readSymbols(path: string, view: Uint8Array): FileSymbols | undefined {
  const rules = symbolRulesOf(path);
  if (rules === undefined) return undefined;
  const defined = new Set<number>();
  const used = new Set<number>();
  scanNames(view, rules, (name, isDefined) => {
    if (isDefined) defined.add(name);
    else used.add(name);
  });
  for (const name of defined) used.delete(name);
  const names = Uint32Array.from([...defined, ...used]);
  return { defined: names.subarray(0, defined.size), used: names.subarray(defined.size) };
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
  const { seed, words, outerWords, callables } = wordsOf(rules);
  const line: Line = { isOuter: true, names: 0, last: 0, isCallable: false, isOpen: false };
  const length = bytes.length;
  let awaited = false;
  for (let at = 0; at < length;) {
    const byte = bytes[at] as number;
    if (isLetter[byte] === 0) {
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
      } else if (isDigit[byte] === 1) {
        while (at + 1 < length && (isLetter[bytes[at + 1] as number] === 1 || isDigit[bytes[at + 1] as number] === 1))
          at++;
      } else if (byte !== 0x20 && byte !== 0x2a && byte !== 0x21 && byte !== 0x09) awaited = false;
      at++;
      continue;
    }
    const start = at;
    let hash = seed;
    let isMixed = false;
    for (let next = byte; isLetter[next] === 1 || isDigit[next] === 1; next = bytes[at] as number) {
      hash = step(hash, next);
      isMixed ||= at > start && (next === 0x5f || (next >= 0x41 && next <= 0x5a));
      if (++at === length) break;
    }
    const word = hash >>> 0;
    const chars = at - start;
    const isWord = words.has(word) || (line.isOuter && outerWords.has(word));
    if (isWord) awaited = true;
    else if (chars >= leastChars && chars <= mostChars) {
      const name = ((word & ~1) | (chars >= distinctiveChars && isMixed ? 1 : 0)) >>> 0;
      take(name, awaited);
      line.last = name;
      awaited = false;
    }
    if (!line.isOpen) {
      line.names++;
      if (callables !== undefined && line.names === 1) {
        line.isCallable = callables.size === 0 ? line.isOuter : callables.has(word);
      }
    }
    if (line.isOuter && rules.assigns !== true && !isExport(bytes, start, at)) line.isOuter = false;
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

function isExport(bytes: Uint8Array, start: number, end: number): boolean {
  return exportWords.some((word) => word.length === end - start && word.compare(bytes, start, end) === 0);
}
