/** Many files in one turn are asked about once, as a list, where each of them alone would change without a question. */
import type { ToolCall } from '../model/types.js';
import { decodePath } from '../view/codec.js';
import { plural } from '../wording.js';

/** So many in one turn ask; fewer do not. */
export const bulkDeletes = 10;
export const bulkChanges = 50;

/** What a yes would stand for: files that are changed already, and those of the rest of the reply. */
export interface Bulk {
  deleted: string[];
  changed: string[];
  reason: string;
}

export interface BulkGuard {
  beginReply(calls: readonly ToolCall[]): void;
  judge(call: ToolCall): { kind: 'run' } | { kind: 'refuse' } | ({ kind: 'ask' } & Bulk);
  /** Until the turn ends: a no is one to every further file. */
  answer(bulk: Bulk, agreed: boolean): void;
  /** Files that the user has chosen to have changed. */
  agree(paths: readonly string[]): void;
}

interface Touch {
  kind: 'deleted' | 'changed';
  path: string;
}

/** `message` is the user's own: a change that it names word for word is not counted. */
export function createBulkGuard(message: string): BulkGuard {
  const agreed = new Set<string>();
  const done = new Map<string, Touch>();
  let reply: readonly ToolCall[] = [];
  let isRefused = false;
  const touchOf = (call: ToolCall): Touch | undefined => {
    const touch = readTouch(call, message);
    return touch === undefined || agreed.has(keyOf(touch)) ? undefined : touch;
  };
  return {
    beginReply: (calls) => void (reply = calls),
    judge(call) {
      const touch = touchOf(call);
      if (touch === undefined) return { kind: 'run' };
      if (isRefused) return { kind: 'refuse' };
      const all = new Map(done);
      for (const one of reply.slice(Math.max(0, reply.indexOf(call))).flatMap((next) => touchOf(next) ?? [])) {
        all.set(keyOf(one), one);
      }
      const deleted = pathsOf(all, 'deleted');
      const changed = pathsOf(all, 'changed');
      if (deleted.length >= bulkDeletes || changed.length >= bulkChanges) {
        return { kind: 'ask', deleted, changed, reason: describe(deleted.length, changed.length, done.size) };
      }
      done.set(keyOf(touch), touch);
      return { kind: 'run' };
    },
    answer({ deleted, changed }, isAgreed) {
      if (!isAgreed) return void (isRefused = true);
      for (const path of deleted) agreed.add(keyOf({ kind: 'deleted', path }));
      for (const path of changed) agreed.add(keyOf({ kind: 'changed', path }));
      done.clear();
    },
    agree: (paths) => paths.forEach((path) => agreed.add(keyOf({ kind: 'changed', path }))),
  };
}

function keyOf({ kind, path }: Touch): string {
  return `${kind} ${path}`;
}

function pathsOf(touches: ReadonlyMap<string, Touch>, kind: Touch['kind']): string[] {
  return [...touches.values()].filter((touch) => touch.kind === kind).map(({ path }) => path);
}

function describe(deleted: number, changed: number, done: number): string {
  const parts = [
    ...(deleted === 0 ? [] : [`delete ${plural(deleted, 'file')}`]),
    ...(changed === 0 ? [] : [`change ${plural(changed, 'file')}`]),
  ];
  const already = done === 0 ? '' : ` ${done} of them are done already; undo brings them back.`;
  return `In this turn the model would ${parts.join(' and ')}.${already} So many at once ask in every mode.`;
}

/** What a call would do, from its arguments as they came; `undefined` for any other call, or one that cannot run. */
function readTouch({ name, arguments: raw }: ToolCall, message: string): Touch | undefined {
  const kind = name === 'delete_file' ? 'deleted' : changers.has(name) ? 'changed' : undefined;
  if (kind === undefined) return undefined;
  try {
    const { path, hunks } = JSON.parse(raw) as { path?: unknown; hunks?: unknown };
    if (typeof path !== 'string' || isNamed(hunks, message)) return undefined;
    return { kind, path: decodePath(path).replace(/^(?:\.\/)+/, '') };
  } catch {
    return undefined;
  }
}

/** `rename_symbol` asks about its own files, as many as they are. */
const changers: ReadonlySet<string> = new Set(['edit_file', 'move_file', 'write_file']);

/** The user has written the old words and the new ones, as for a renaming: nobody else can have chosen them. */
function isNamed(hunks: unknown, message: string): boolean {
  if (!Array.isArray(hunks)) return false;
  return hunks.every((hunk: { old_text?: unknown; new_text?: unknown }) =>
    [hunk.old_text, hunk.new_text].every((text) => typeof text === 'string' && standsIn(message, text)),
  );
}

const leastCharacters = 3;

/** As whole words: a letter or two stand in every message. */
function standsIn(message: string, text: string): boolean {
  if (text.trim().length < leastCharacters) return false;
  for (let at = message.indexOf(text); at !== -1; at = message.indexOf(text, at + 1)) {
    const around = [message[at - 1], message[at + text.length]];
    if (!around.some((char) => char !== undefined && /[\p{L}\p{N}_]/u.test(char))) return true;
  }
  return false;
}
