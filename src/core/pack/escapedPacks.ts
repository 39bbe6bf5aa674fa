import { Buffer } from 'node:buffer';
import { formsOf } from '../view/ownKeys.js';
import { toJsonBytes } from './jsonBytes.js';

/** Packs that sessions use side by side are few. */
const mostKept = 2;

/** A pack as it stands in a JSON body, quotes included. Its bytes never change. */
export interface EscapedPack {
  readonly bytes: Uint8Array;
  /** Looked for once for each value. */
  holds(value: string): boolean;
}

/** Escaped packs by the SHA-256 of their bytes, made once and kept while they are in use. */
export interface EscapedPacks {
  get(sha256: string, bytesOf: () => Promise<Uint8Array>): Promise<EscapedPack>;
  clear(): void;
}

export function createEscapedPacks(): EscapedPacks {
  const kept = new Map<string, EscapedPack>();
  return {
    async get(sha256, bytesOf) {
      const pack = kept.get(sha256) ?? createEscapedPack(toJsonBytes(await bytesOf()));
      // The one that was used last stands last.
      kept.delete(sha256);
      kept.set(sha256, pack);
      for (const other of [...kept.keys()].slice(0, -mostKept)) kept.delete(other);
      return pack;
    },
    clear: () => kept.clear(),
  };
}

export function createEscapedPack(bytes: Uint8Array): EscapedPack {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const answers = new Map<string, boolean>();
  return {
    bytes,
    holds(value) {
      const known = answers.get(value);
      if (known !== undefined) return known;
      const holds = formsOf(value).some((form) => buffer.includes(form));
      answers.set(value, holds);
      return holds;
    },
  };
}
