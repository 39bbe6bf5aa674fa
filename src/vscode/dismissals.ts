/** Findings that the user does not want to see again, kept with the folder. */
import type * as vscode from 'vscode';
import type { Finding } from '../protocol/events.js';

export interface Dismissals {
  isDismissed(finding: Finding): boolean;
  dismiss(id: string): Promise<void>;
  dismissKind(category: string): Promise<void>;
  clear(): Promise<void>;
}

interface Kept {
  /** Ids hash path, quote and category, so that a dismissal survives moved lines. Oldest first. */
  ids: string[];
  kinds: string[];
}

const memoryName = 'dismissed';
const most = 2000;

export function createDismissals(memory: vscode.Memento): Dismissals {
  const read = (): Kept => memory.get<Kept>(memoryName) ?? { ids: [], kinds: [] };
  const write = (kept: Kept): Thenable<void> => memory.update(memoryName, kept);
  return {
    isDismissed: ({ id, category }) => read().ids.includes(id) || read().kinds.includes(category),
    async dismiss(id) {
      const kept = read();
      await write({ ...kept, ids: [...kept.ids.filter((one) => one !== id), id].slice(-most) });
    },
    async dismissKind(category) {
      const kept = read();
      await write({ ...kept, kinds: [...new Set([...kept.kinds, category])] });
    },
    clear: async () => write({ ids: [], kinds: [] }),
  };
}
