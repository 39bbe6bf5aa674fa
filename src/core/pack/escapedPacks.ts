import { Buffer } from 'node:buffer';

/** Packs that sessions use side by side are few. */
const mostKept = 2;

/** Pack texts as they stand in a JSON body, by SHA-256. */
export interface EscapedPacks {
  get(sha256: string, bytesOf: () => Promise<Buffer>): Promise<Buffer>;
  clear(): void;
}

export function createEscapedPacks(): EscapedPacks {
  const escaped = new Map<string, Buffer>();
  return {
    async get(sha256, bytesOf) {
      const text = escaped.get(sha256) ?? Buffer.from(JSON.stringify((await bytesOf()).toString('utf8')), 'utf8');
      // The one that was used last stands last.
      escaped.delete(sha256);
      escaped.set(sha256, text);
      for (const other of [...escaped.keys()].slice(0, -mostKept)) escaped.delete(other);
      return text;
    },
    clear: () => escaped.clear(),
  };
}
