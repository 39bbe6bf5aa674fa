/** To which origins this workspace may be sent: kept in its state folder, where no workspace can write it. */
import { join } from 'node:path';
import * as z from 'zod';
import type { SendQuestion } from '../../protocol/destination.js';
import type { Clock, Files } from '../host.js';
import { createKeptList } from '../keptList.js';

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

const stored = z.array(z.object({ origin: z.string(), at: z.string() }));
type Stored = z.infer<typeof stored>;

export function createAgreements(parts: { files: Files; stateFolder: string; clock: Clock }): Agreements {
  const { files, stateFolder, clock } = parts;
  const kept = createKeptList(files, join(stateFolder, 'agreements.json'), 'agreed', (list) => stored.parse(list));
  const originsOf = (agreed: Stored): string[] => agreed.map(({ origin }) => origin);
  return {
    list: async () => originsOf(await kept.read()),
    async add(origin) {
      const at = new Date(clock.now()).toISOString();
      await kept.change((agreed) => [...agreed.filter((one) => one.origin !== origin), { origin, at }]);
    },
    forget: async () => originsOf(await kept.change(() => [])),
  };
}
