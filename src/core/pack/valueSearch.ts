/** Finds any of many values in bytes, in one pass over them however many values there are. */
import { Buffer } from 'node:buffer';
import { formsOf } from '../view/ownKeys.js';

export interface ValueSearch {
  /** What has fewer than eight bytes is no key, and would be found everywhere: it is left out. */
  add(value: string): void;
  isIn(bytes: Uint8Array): boolean;
}

/** So few forms are found sooner one after the other, by the machine's own search. */
const mostSingly = 12;
const headLength = 8;
/** A bit for each hash of a head: with a handful of values almost no place passes, with ten thousand one in thirty. */
const filterBits = 20;

export function createValueSearch(values: Iterable<string> = []): ValueSearch {
  const filter = new Uint8Array(1 << (filterBits - 3));
  /** By their first bytes. */
  const byHead = new Map<string, Buffer[]>();
  const added = new Set<string>();
  const few: Buffer[] = [];

  function addForm(form: Buffer): void {
    if (few.length <= mostSingly) few.push(form);
    const bit = hashOf(form.readUInt32BE(0), form.readUInt32BE(4));
    filter[bit >>> 3]! |= 1 << (bit & 7);
    const head = form.toString('latin1', 0, headLength);
    const group = byHead.get(head);
    if (group === undefined) byHead.set(head, [form]);
    else group.push(form);
  }

  const search: ValueSearch = {
    add(value) {
      if (added.has(value)) return;
      added.add(value);
      for (const form of formsOf(value)) addForm(Buffer.from(form, 'utf8'));
    },
    isIn(bytes) {
      if (byHead.size === 0) return false;
      const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      if (few.length <= mostSingly) return few.some((form) => buffer.includes(form));
      let first = 0;
      let second = 0;
      for (let at = 0; at < buffer.length; at++) {
        first = (first << 8) | (second >>> 24);
        second = (second << 8) | buffer[at]!;
        const bit = hashOf(first, second);
        if ((filter[bit >>> 3]! & (1 << (bit & 7))) === 0) continue;
        const start = at + 1 - headLength;
        if (start < 0) continue;
        const group = byHead.get(buffer.toString('latin1', start, at + 1));
        if (group?.some((form) => startsWith(buffer, start, form)) === true) return true;
      }
      return false;
    },
  };
  for (const value of values) search.add(value);
  return search;
}

function hashOf(first: number, second: number): number {
  return (Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca6b)) >>> (32 - filterBits);
}

function startsWith(buffer: Buffer, at: number, form: Buffer): boolean {
  return at + form.length <= buffer.length && buffer.compare(form, 0, form.length, at, at + form.length) === 0;
}
