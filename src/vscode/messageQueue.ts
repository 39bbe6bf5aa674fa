/** Messages that wait while a turn runs: each is the next turn, or goes into the running one. Kept over a reload. */
import type * as vscode from 'vscode';
import type { QueuedMessage } from '../protocol/sidebar.js';

export interface MessageQueue {
  /** Those of this session, in the order in which they are sent. */
  list(session: string | undefined): QueuedMessage[];
  add(session: string | undefined, text: string): void;
  /** Takes one out and answers with its text; the first, where none is named. */
  take(session: string | undefined, id?: string): string | undefined;
  /** It goes into the running turn before its next request. */
  steer(session: string | undefined, id: string): void;
  /** Takes out those that are to go into the running turn. */
  takeSteered(session: string | undefined): string[];
  /** The turn has ended: what it did not take waits like the others. */
  settle(): void;
  /** What was queued before the session had a name is its. */
  adopt(session: string): void;
}

type Entry = QueuedMessage & { session?: string };

const queueMemory = 'queue';
const mostKept = 200;

export function createMessageQueue(memory: vscode.Memento, onChange: () => void, newId: () => string): MessageQueue {
  // A message that was to go into a turn has missed it.
  let entries = memory.get<Entry[]>(queueMemory, []).map((entry): Entry => ({ ...entry, steers: false }));
  const set = (next: Entry[]): void => {
    entries = next.slice(-mostKept);
    void memory.update(queueMemory, entries);
    onChange();
  };
  const isOf = (session: string | undefined) => (entry: Entry) => entry.session === session;
  const takeOut = (found: readonly Entry[]): string[] => {
    if (found.length > 0) set(entries.filter((entry) => !found.includes(entry)));
    return found.map(({ text }) => text);
  };
  return {
    list: (session) => entries.filter(isOf(session)).map(({ id, text, steers }) => ({ id, text, steers })),
    add: (session, text) =>
      set([...entries, { id: newId(), text, steers: false, ...(session === undefined ? {} : { session }) }]),
    take(session, id) {
      const found = entries.find((entry) => isOf(session)(entry) && (id === undefined || entry.id === id));
      return takeOut(found === undefined ? [] : [found])[0];
    },
    steer(session, id) {
      const found = entries.find((entry) => isOf(session)(entry) && entry.id === id);
      if (found === undefined) return;
      const before = entries.filter(({ steers }) => steers);
      const others = entries.filter((entry) => entry !== found && !entry.steers);
      set([...before.filter((entry) => entry !== found), { ...found, steers: true }, ...others]);
    },
    takeSteered: (session) => takeOut(entries.filter((entry) => isOf(session)(entry) && entry.steers)),
    settle() {
      if (entries.some(({ steers }) => steers)) set(entries.map((entry) => ({ ...entry, steers: false })));
    },
    adopt(session) {
      if (entries.some(isOf(undefined)))
        set(entries.map((entry) => (entry.session === undefined ? { ...entry, session } : entry)));
    },
  };
}
