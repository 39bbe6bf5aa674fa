/** How a scripted turn goes wrong. Every fault is what a real server, proxy or network was seen to do. */
import type { ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

export type Fault =
  /** Another answer than the model's. */
  | { kind: 'answer'; status: number; body: string; contentType?: string; headers?: Record<string, string> }
  /** The connection is reset before any header. */
  | { kind: 'reset' }
  /** The stream is reset (or, `clean`, ended) after the first event that contains `after`, or after so many bytes. */
  | { kind: 'cut'; after: string | number; clean?: boolean }
  /** Events for which `drop` is true never arrive; the rest does. */
  | { kind: 'drop'; drop: (event: string) => boolean }
  /** `text` is inserted after so many events. */
  | { kind: 'insert'; afterEvents: number; text: string }
  /** One event comes twice, or after its successor. */
  | { kind: 'repeat' | 'swap'; event: number }
  /** Only keep-alive comments for so long, then the reply. */
  | { kind: 'queue'; ms: number; everyMs: number }
  /** Nothing more after so many events, the socket open. */
  | { kind: 'silence'; afterEvents: number }
  | { kind: 'slow'; ms: number }
  /** The request is read and nothing comes. */
  | { kind: 'hang' }
  /** Headers, and half of a body that says what went wrong. */
  | { kind: 'half answer'; status: number }
  /** Everything up to the event that contains `before` (empty: all of it); the rest after `until`, or never. */
  | { kind: 'hold'; before: string; until?: () => Promise<unknown> }
  /** Exactly these pieces, each a write of its own, then a clean end. */
  | { kind: 'raw'; pieces: readonly (string | Uint8Array)[] };

/** Writes the events of a reply as the fault bends them. */
export async function writeEvents(response: ServerResponse, events: readonly string[], fault?: Fault): Promise<void> {
  if (fault?.kind === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  if (fault?.kind === 'hang') return;
  if (fault?.kind === 'half answer') {
    response.writeHead(fault.status, { 'content-type': 'application/json' });
    response.write('{"error":{"message":"bu');
    return;
  }
  if (fault?.kind === 'answer') {
    response.writeHead(fault.status, { 'content-type': fault.contentType ?? 'application/json', ...fault.headers });
    response.end(fault.body);
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'x-ds-trace-id': 'simulated-trace' });
  response.flushHeaders();
  if (fault?.kind === 'queue') await keepAlive(response, fault.ms, fault.everyMs);
  if (fault?.kind === 'cut') return cut(response, events, fault);
  const pieces = piecesUnder(events, fault);
  for (const piece of pieces) {
    if (response.destroyed) return;
    await write(response, piece);
    if (fault?.kind === 'slow') await pause(fault.ms);
  }
  if (fault?.kind === 'hold' && fault.until !== undefined) {
    await fault.until();
    for (const piece of events.slice(pieces.length)) await write(response, piece);
    response.end();
  } else if (fault?.kind !== 'silence' && fault?.kind !== 'hold') response.end();
}

function piecesUnder(events: readonly string[], fault: Fault | undefined): readonly (string | Uint8Array)[] {
  if (fault?.kind === 'raw') return fault.pieces;
  if (fault?.kind === 'drop') return events.filter((event) => !fault.drop(event));
  if (fault?.kind === 'silence') return events.slice(0, fault.afterEvents);
  if (fault?.kind === 'hold') {
    const end = fault.before === '' ? -1 : events.findIndex((event) => event.includes(fault.before));
    return end === -1 ? events : events.slice(0, end);
  }
  if (fault?.kind === 'repeat') return events.flatMap((event, at) => (at === fault.event ? [event, event] : [event]));
  if (fault?.kind === 'swap') {
    const { event: at } = fault;
    return [...events.slice(0, at), ...events.slice(at, at + 2).reverse(), ...events.slice(at + 2)];
  }
  if (fault?.kind !== 'insert') return events;
  return [...events.slice(0, fault.afterEvents), fault.text, ...events.slice(fault.afterEvents)];
}

async function cut(
  response: ServerResponse,
  events: readonly string[],
  fault: Extract<Fault, { kind: 'cut' }>,
): Promise<void> {
  const { after } = fault;
  if (typeof after === 'number') {
    await write(response, Buffer.from(events.join('')).subarray(0, after));
  } else {
    const last = events.findIndex((event) => event.includes(after));
    for (const event of events.slice(0, last + 1)) await write(response, event);
  }
  // The bytes must have left before a reset, which discards what the kernel still holds.
  await pause(20);
  if (fault.clean === true) response.end();
  else response.socket?.resetAndDestroy();
}

async function keepAlive(response: ServerResponse, ms: number, everyMs: number): Promise<void> {
  for (let passed = 0; passed < ms && !response.destroyed; passed += everyMs) {
    await write(response, ': keep-alive\n\n');
    await pause(everyMs);
  }
}

function write(response: ServerResponse, piece: string | Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    response.write(piece, () => resolve());
  });
}
