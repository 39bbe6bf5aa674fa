/** Gathers events so that the page gets at most one message a frame. */
import type { AgentEvent } from '../protocol/events.js';

export interface EventBatch {
  add(event: AgentEvent): void;
  /** Sends what waits now; for order before another message. */
  flush(): void;
  /** Forgets what waits: the page is about to get the whole transcript. */
  clear(): void;
}

const frameMs = 24;

export function createEventBatch(send: (events: AgentEvent[]) => void): EventBatch {
  let waiting: AgentEvent[] = [];
  let timer: NodeJS.Timeout | undefined;
  const take = (): AgentEvent[] => {
    clearTimeout(timer);
    timer = undefined;
    const taken = waiting;
    waiting = [];
    return taken;
  };
  const flush = (): void => {
    const events = take();
    if (events.length > 0) send(events);
  };
  return {
    add(event) {
      if (!appendDelta(waiting, event)) waiting.push(event);
      timer ??= setTimeout(flush, frameMs);
    },
    flush,
    clear: () => void take(),
  };
}

/** Joins a delta to the last entry where that is one of the same kind. Copies: entries are shared with others. */
export function appendDelta(events: AgentEvent[], event: AgentEvent): boolean {
  const last = events.at(-1);
  if (last === undefined) return false;
  const joined = joinDeltas(last, event);
  if (joined === undefined) return false;
  events[events.length - 1] = joined;
  return true;
}

function joinDeltas(a: AgentEvent, b: AgentEvent): AgentEvent | undefined {
  if (a.type === 'text_delta' && b.type === 'text_delta') return { ...a, text: a.text + b.text };
  if (a.type === 'reasoning_delta' && b.type === 'reasoning_delta') return { ...a, text: a.text + b.text };
  if (a.type === 'tool_call_output' && b.type === 'tool_call_output' && a.call === b.call) {
    return { ...a, text: a.text + b.text };
  }
  return undefined;
}
