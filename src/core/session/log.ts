/**
 * The session log: append-only JSON lines, each with a checksum of its own. Whatever the model saw stands
 * in it, and so do the events that the page shows again. A damaged line is passed over, never deleted.
 */
import type { AgentEvent, ThinkingLevel, Workflow } from '../../protocol/events.js';
import type { Root } from '../../protocol/pack.js';
import { checkedText, parseChecked, renderChecked } from '../checkedLine.js';
import { BaleenError } from '../errors.js';
import type { Files } from '../host.js';
import type { Message } from '../model/types.js';
import { createPacer } from '../pack/ports.js';

export type SessionRecord =
  | {
      type: 'head';
      version: 1;
      id: string;
      workflow: Workflow;
      at: string;
      root: string;
      roots?: Root[];
      packSha256: string;
    }
  | { type: 'title'; title: string }
  /** The checkpoint of the turn that begins. */
  | { type: 'checkpoint'; id: string }
  | { type: 'message'; message: Message }
  | { type: 'event'; event: AgentEvent }
  /** The last entry of the change log that this session has seen. */
  | { type: 'seen'; change: number; chain: string }
  /** What the model was told last of each buffer that is not saved: a hash by path. */
  | { type: 'unsaved'; told: Record<string, string> }
  /** The model that the user has picked for this session from here on: our id of it, or "automatic". */
  | { type: 'pick'; model: string; thinking: ThinkingLevel }
  /** A tool call is about to run. */
  | { type: 'started'; call: string }
  | CompactedRecord;

/** From here on these messages are sent in place of those before; one line, so that it is there as a whole or not at all. */
export interface CompactedRecord {
  type: 'compacted';
  messages: Message[];
  baseMessages: number;
  seen: { change: number; chain: string };
  unsaved: Record<string, string>;
}

export interface SessionLog {
  /** Resolves when these records, and all before them, are on disk for good. */
  append(...records: SessionRecord[]): Promise<void>;
  /** Keeps its place in the order, and rides along with the next append or goes out a moment later. */
  note(record: SessionRecord): void;
  /** Sends the notes on their way now. */
  flush(): void;
}

/** Ends a torn line, and leaves an empty one before what each process writes. */
const boundary = '\n\n';

/** What a page shows again may wait so long for an append to ride along with. */
const mostWaitMs = 100;

/**
 * What comes while an append is under way goes out together with the next: a turn is not to wait for the disk more than it
 * must. `readBytes` of the log are what the caller's conversation was made of; if another process has put messages behind
 * them, nothing is appended, and a sentence is thrown.
 */
export function createSessionLog(
  files: Files,
  path: string,
  onTrouble: (error: unknown) => void,
  readBytes?: number,
): SessionLog {
  let ownEnd = readBytes;
  // A process that was killed in mid-append left half a line, which must not swallow the next one.
  let waiting: string[] = [boundary];
  let next: Promise<void> | undefined;
  let last: Promise<void> = Promise.resolve();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const write = async (): Promise<void> => {
    const text = waiting.join('');
    waiting = [];
    next = undefined;
    if (text === '') return;
    try {
      await files.withLock(`${path}.lock`, async () => {
        if (ownEnd !== undefined) await expectNoMessages(files, path, ownEnd);
        await files.append(path, Buffer.from(text, 'utf8'));
        ownEnd = (await files.lstat(path))?.size;
      });
    } catch (error) {
      // A full disk leaves half a line as well.
      waiting.unshift(boundary);
      throw error;
    }
  };
  const flush = (): Promise<void> => {
    if (next === undefined) {
      next = last.then(write);
      last = next.catch(() => undefined);
    }
    return next;
  };
  return {
    append(...records) {
      waiting.push(...records.map(renderChecked));
      return flush();
    },
    note(record) {
      waiting.push(renderChecked(record));
      timer ??= setTimeout(() => {
        timer = undefined;
        flush().catch(onTrouble);
      }, mostWaitMs);
    },
    flush: () => void flush().catch(onTrouble),
  };
}

/** Events of another process are no harm: a window that is loaded again may still write its last ones. */
async function expectNoMessages(files: Files, path: string, from: number): Promise<void> {
  if (((await files.lstat(path))?.size ?? 0) === from) return;
  const { records } = await parseSessionLog(Buffer.from(await files.readFrom(path, from)).toString('utf8'));
  if (!records.some(({ type }) => type === 'message' || type === 'compacted')) return;
  throw new BaleenError(
    'This session has gone on in another window or on the command line, so nothing more was done here. Open it again to see what was said there, or start a new session.',
  );
}

/**
 * `damaged` counts the lines that were passed over. The half line of a process that was killed is none of them: nothing was
 * sent or begun before its append had ended. A long log is read in slices, so that the editor stays quick meanwhile;
 * `isWanted` leaves out records by the beginning of their JSON.
 */
export async function parseSessionLog(
  text: string,
  isWanted: (json: string) => boolean = () => true,
): Promise<{ records: SessionRecord[]; damaged: number }> {
  const records: SessionRecord[] = [];
  let damaged = 0;
  const pace = createPacer();
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    if (line === '' || !isWanted(checkedText(line))) continue;
    const record = parseChecked(line) as SessionRecord | undefined;
    if (record !== undefined) records.push(record);
    else if (!isTornEnd(lines, index)) damaged++;
    await pace();
  }
  return { records, damaged };
}

/** Half a line stands at the very end, or before the empty line with which the next process began. */
function isTornEnd(lines: readonly string[], index: number): boolean {
  return index === lines.length - 1 || (lines[index + 1] === '' && index + 1 < lines.length - 1);
}

/** Deltas, progress, live output and waits are not kept: the messages and the results say the same once. */
export function isKept(event: AgentEvent): boolean {
  return !passing.has(event.type);
}

const passing: ReadonlySet<AgentEvent['type']> = new Set([
  'reasoning_delta',
  'text_delta',
  'progress',
  'waiting',
  'step_retry',
  'tool_call_output',
  'input_wait',
]);
