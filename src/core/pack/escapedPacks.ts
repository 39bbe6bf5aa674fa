import { Buffer } from 'node:buffer';
import { BaleenError } from '../errors.js';
import type { Files } from '../host.js';
import type { OpenPack } from './openPack.js';
import { readPack } from './snapshotStore.js';

/** Pack texts as they stand in a JSON body, by SHA-256: the one in use, and perhaps one of an older session. */
export interface EscapedPacks {
  /** Throws a sentence if the pack is neither open nor stored any more. */
  get(open: OpenPack, sha256: string): Promise<Buffer>;
  clear(): void;
}

export function createEscapedPacks(files: Files): EscapedPacks {
  const escaped = new Map<string, Buffer>();
  return {
    async get({ snapshot, stateFolder }, sha256) {
      const known = escaped.get(sha256);
      if (known !== undefined) return known;
      const inUse = snapshot.report.sha256;
      const bytes = inUse === sha256 ? snapshot.bytes : await readStored(files, stateFolder, sha256);
      const text = Buffer.from(JSON.stringify(bytes.toString('utf8')), 'utf8');
      for (const other of escaped.keys()) if (other !== inUse) escaped.delete(other);
      escaped.set(sha256, text);
      return text;
    },
    clear: () => escaped.clear(),
  };
}

function readStored(files: Files, stateFolder: string, sha256: string): Promise<Buffer> {
  return readPack(files, stateFolder, sha256).catch(() => {
    throw new BaleenError(
      'The snapshot of the repository that this session was begun with is gone, so nothing was sent. Start a new session.',
    );
  });
}
