/** What the user has allowed for good in a workspace: kept in its state folder, where no workspace can write it. */
import { join } from 'node:path';
import * as z from 'zod';
import type { Clock, Files } from '../host.js';
import { createKeptList } from '../keptList.js';
import { sameWords } from './plainLine.js';
import { mayBeKept } from './programs.js';
import type { AllowRule } from './rules.js';

export interface AllowedCommands {
  /** Oldest first. What cannot be read allows nothing. */
  list(): Promise<AllowRule[]>;
  add(rules: readonly AllowRule[]): Promise<void>;
  /** Takes all of them back; answers with those that there were. */
  forget(): Promise<AllowRule[]>;
}

const stored = z.array(z.object({ words: z.array(z.string()).min(1), folder: z.string(), at: z.string() }));
type Stored = z.infer<typeof stored>;

export function createAllowedCommands(parts: { files: Files; stateFolder: string; clock: Clock }): AllowedCommands {
  const { files, stateFolder, clock } = parts;
  const kept = createKeptList(files, join(stateFolder, 'allowedCommands.json'), 'allowed', (list) =>
    stored.parse(list),
  );
  return {
    // What an older version has kept is still no interpreter.
    list: async () => (await kept.read()).filter(({ words }) => mayBeKept(words)),
    async add(rules) {
      const at = new Date(clock.now()).toISOString();
      const added = rules
        .filter(({ words }) => mayBeKept(words))
        .map(({ words, folder }) => ({ words: [...words], folder, at }));
      const isNew = (one: Stored[number]): boolean =>
        !added.some((rule) => rule.folder === one.folder && sameWords(rule.words, one.words));
      await kept.change((allowed) => [...allowed.filter(isNew), ...added]);
    },
    forget: () => kept.change(() => []),
  };
}
