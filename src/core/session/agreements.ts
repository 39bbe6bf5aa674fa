/** To which origins this workspace may be sent: kept in its state folder, where no workspace can write it. */
import { join } from 'node:path';
import * as z from 'zod';
import type { SendQuestion } from '../../protocol/destination.js';
import type { Clock, Files } from '../host.js';

/** Asks the user. Absent where nobody can be asked: then nothing is sent. */
export interface SendConsent {
  /** A sentence instead of a yes says why not. Rejects only when `signal` aborts. */
  ask(question: SendQuestion, signal: AbortSignal): Promise<{ agreed: true } | { agreed: false; sentence: string }>;
}

export interface Agreements {
  /** Oldest first. What cannot be read is no agreement. */
  list(): Promise<string[]>;
  add(origin: string): Promise<void>;
  /** Takes all of them back; answers with those that there were. */
  forget(): Promise<string[]>;
}

const stored = z.object({ agreed: z.array(z.object({ origin: z.string(), at: z.string() })) });
type Stored = z.infer<typeof stored>['agreed'];

export function createAgreements(parts: { files: Files; stateFolder: string; clock: Clock }): Agreements {
  const { files, stateFolder, clock } = parts;
  const path = join(stateFolder, 'agreements.json');
  const read = async (): Promise<Stored> => {
    if ((await files.lstat(path)) === undefined) return [];
    try {
      return stored.parse(JSON.parse(Buffer.from(await files.read(path)).toString('utf8'))).agreed;
    } catch {
      return [];
    }
  };
  const change = async (make: (agreed: Stored) => Stored): Promise<Stored> => {
    await files.makeFolder(stateFolder, 0o700);
    return files.withLock(`${path}.lock`, async () => {
      const before = await read();
      await files.replace(path, Buffer.from(`${JSON.stringify({ agreed: make(before) })}\n`, 'utf8'), 0o600);
      return before;
    });
  };
  const originsOf = (agreed: Stored): string[] => agreed.map(({ origin }) => origin);
  return {
    list: async () => originsOf(await read()),
    async add(origin) {
      const at = new Date(clock.now()).toISOString();
      await change((agreed) => [...agreed.filter((one) => one.origin !== origin), { origin, at }]);
    },
    forget: async () => originsOf(await change(() => [])),
  };
}
