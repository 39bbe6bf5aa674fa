/** What the page shows again after it was closed or reloaded. */
import type { AgentEvent, ApprovalRequest } from '../protocol/events.js';
import type { TranscriptEntry } from '../protocol/sidebar.js';
import { appendDelta } from './eventBatch.js';

export interface Transcript {
  readonly entries: TranscriptEntry[];
  addUser(text: string): void;
  addEvent(event: AgentEvent): void;
  replace(entries: TranscriptEntry[]): void;
  /** The pre-image of a tool call's file: its path and the checkpoint of its turn, `undefined` while that is open. */
  findEdit(call: string): { path: string; checkpoint?: string } | undefined;
  /** The last question about a tool call, answered or not. */
  findQuestion(call: string): ApprovalRequest | undefined;
}

/** Characters of a command's live output that are kept; the whole stands in its result. */
const outputTailChars = 32_000;

export function createTranscript(): Transcript {
  let entries: TranscriptEntry[] = [];
  return {
    get entries() {
      return entries;
    },
    addUser: (text) => void entries.push({ type: 'user', text }),
    addEvent(event) {
      if (event.type === 'progress' || event.type === 'waiting') return;
      const last = entries.at(-1);
      if (last?.type !== 'event') return void entries.push({ type: 'event', event });
      const pair = [last.event];
      if (appendDelta(pair, event)) entries[entries.length - 1] = { type: 'event', event: cutOutput(pair[0]!) };
      else entries.push({ type: 'event', event });
    },
    replace: (next) => void (entries = [...next]),
    findEdit(call) {
      const events = entries.flatMap((entry) => (entry.type === 'event' ? [entry.event] : []));
      const at = events.findLastIndex((event) => event.type === 'tool_call_start' && event.call === call);
      const start = events[at];
      if (start?.type !== 'tool_call_start' || start.path === undefined) return undefined;
      const end = events.slice(at).find((event) => event.type === 'turn_end');
      const checkpoint = end?.type === 'turn_end' ? end.checkpoint : undefined;
      return { path: start.path, ...(checkpoint === undefined ? {} : { checkpoint }) };
    },
    findQuestion(call) {
      const found = entries.findLast(
        (entry) =>
          entry.type === 'event' && entry.event.type === 'approval_request' && entry.event.approval.call === call,
      );
      return found?.type === 'event' && found.event.type === 'approval_request' ? found.event.approval : undefined;
    },
  };
}

function cutOutput(event: AgentEvent): AgentEvent {
  if (event.type !== 'tool_call_output' || event.text.length <= outputTailChars) return event;
  return { ...event, text: event.text.slice(-outputTailChars) };
}
