/** Puts the pieces of one streamed reply together and decides how it ended. */
import type { Usage } from '../../protocol/events.js';
import { createDsmlFilter } from './dsml.js';
import { failureOf, failureOfCut, failureOfMalformed, FailureError } from './failures.js';
import { createRepetitionWatch } from './repetition.js';
import { noReasoning } from './types.js';
import type { Failure, ModelEvent, ToolCall } from './types.js';

/** Finish reasons of both wires, in one vocabulary. */
export type Finish = 'stop' | 'tool_calls' | 'length' | 'filtered' | 'overloaded' | 'unknown';

export interface CallFragment {
  index: number | undefined;
  id: string | undefined;
  name: string | undefined;
  arguments: string | undefined;
}

interface OpenCall {
  indexes: Set<number>;
  id: string | undefined;
  name: string | undefined;
  parts: string[];
  announced: boolean;
}

export interface ReplyOrigin {
  model?: string;
  responseId?: string;
  fingerprint?: string;
}

export interface Reply {
  /** Throws a `FailureError` when it goes round in a circle. */
  addReasoning(text: string): void;
  addText(text: string): void;
  /** Throws a `FailureError` when it is not certain to which call the fragment belongs. */
  addCall(fragment: CallFragment): void;
  /** `raw` is the provider's own word. */
  setFinish(finish: Finish, raw: string): void;
  /** The last figures count; absent ones keep what was known. */
  setUsage(usage: Partial<Usage>): void;
  /** Who answers, as the server says it; absent names keep what was known. */
  setOrigin(origin: ReplyOrigin): void;
  /** The closing event, after a clean end of the stream. */
  end(sawEndMarker: boolean, requestId: string | undefined): ModelEvent;
}

export function createReply(push: (event: ModelEvent) => void): Reply {
  const reasoning: string[] = [];
  const text: string[] = [];
  const calls: OpenCall[] = [];
  const usage: Usage = { cacheHitTokens: 0, cacheMissTokens: 0, outputTokens: 0, reasoningTokens: 0 };
  const filter = createDsmlFilter();
  const repetition = createRepetitionWatch();
  const origin: ReplyOrigin = {};
  let finish: Finish | undefined;
  let rawFinish: string | undefined;

  const show = (shown: string): void => {
    if (shown !== '') push({ type: 'text', text: shown });
  };
  return {
    addReasoning(piece) {
      if (piece === '') return;
      reasoning.push(piece);
      push({ type: 'reasoning', text: piece });
      if (repetition.push(piece)) throw new FailureError(failureOfLoop());
    },
    addText(piece) {
      if (piece === '') return;
      text.push(piece);
      show(filter.push(piece));
    },
    addCall(fragment) {
      const call = joinFragment(calls, fragment);
      if (call.announced || call.id === undefined || call.name === undefined) return;
      call.announced = true;
      push({ type: 'call', id: call.id, name: call.name });
    },
    setFinish(value, raw) {
      finish = value;
      rawFinish = raw;
    },
    setUsage: (value) => void Object.assign(usage, value),
    setOrigin: (value) => void Object.assign(origin, value),
    end(sawEndMarker, requestId) {
      const whole = { reasoning: reasoning.join(''), text: text.join(''), calls };
      const verdict = judgeEnd(finish, sawEndMarker, whole);
      if (typeof verdict !== 'string') return { type: 'failed', failure: withRequestId(verdict, requestId) };
      const closed = verdict === 'tool_calls' ? closeCalls(calls) : [];
      if (!Array.isArray(closed)) return { type: 'failed', failure: withRequestId(closed, requestId) };
      show(filter.end());
      const thought = whole.reasoning.trim() === '' ? noReasoning : whole.reasoning;
      const message = { role: 'assistant', reasoning: thought, text: whole.text, calls: closed } as const;
      return {
        ...{ type: 'done', message, stopReason: verdict, usage, model: '', ...origin },
        ...(rawFinish === undefined ? {} : { rawFinish }),
        ...(requestId === undefined ? {} : { requestId }),
      };
    },
  };
}

function withRequestId(failure: Failure, requestId: string | undefined): Failure {
  return requestId === undefined ? failure : { ...failure, requestId };
}

function failureOfLoop(): Failure {
  return failureOf(
    'looping',
    'The model’s reasoning went round in a circle, the same block again and again; it was cut off.',
  );
}

function ambiguous(why: string): FailureError {
  return new FailureError(failureOfMalformed(`its tool calls cannot be told apart: ${why}`));
}

/** The call that a fragment continues or opens. Two calls are never merged: what is not certain throws. */
function findCall(calls: OpenCall[], { index, id }: CallFragment): OpenCall {
  const known = id === undefined ? undefined : calls.find((call) => call.id === id);
  if (known !== undefined) return known;
  const candidates = index === undefined ? calls : calls.filter((call) => call.indexes.has(index));
  const [only] = candidates;
  if (id === undefined) {
    if (candidates.length > 1) throw ambiguous('a piece names neither call');
    if (only !== undefined) return only;
  } else if (index !== undefined && candidates.length === 1 && only?.id === undefined && only !== undefined) {
    return only;
  }
  const opened: OpenCall = { indexes: new Set(), id: undefined, name: undefined, parts: [], announced: false };
  calls.push(opened);
  return opened;
}

function joinFragment(calls: OpenCall[], fragment: CallFragment): OpenCall {
  const call = findCall(calls, fragment);
  if (fragment.id !== undefined) call.id = fragment.id;
  if (fragment.index !== undefined) {
    if (call.indexes.size > 0 && !call.indexes.has(fragment.index)) throw ambiguous('one call has two positions');
    call.indexes.add(fragment.index);
  }
  if (fragment.name !== undefined) {
    if (call.name !== undefined && call.name !== fragment.name) throw ambiguous('one call has two names');
    call.name = fragment.name;
  }
  if (fragment.arguments !== undefined) call.parts.push(fragment.arguments);
  return call;
}

function closeCalls(calls: readonly OpenCall[]): ToolCall[] | Failure {
  const place = (call: OpenCall): number => Math.min(...call.indexes);
  const hasPlaces = calls.every((call) => call.indexes.size > 0);
  const ordered = hasPlaces ? [...calls].sort((a, b) => place(a) - place(b)) : calls;
  const closed: ToolCall[] = [];
  for (const { id, name, parts } of ordered) {
    if (id === undefined || name === undefined) return failureOfMalformed('a tool call lacks its id or name');
    // No arguments come as nothing on one wire and as an empty object on the other.
    closed.push({ id, name, arguments: parts.join('') || '{}' });
  }
  return closed;
}

/** A stop reason for a reply that may be used, or why it may not. */
function judgeEnd(
  finish: Finish | undefined,
  sawEndMarker: boolean,
  { reasoning, text, calls }: { reasoning: string; text: string; calls: readonly OpenCall[] },
): 'stop' | 'length' | 'tool_calls' | Failure {
  if (finish === 'filtered')
    return failureOf(
      'moderation',
      "The server's content filter stopped the answer; it was not repeated. Rephrase the message, or start a session without the text that it objects to.",
    );
  if (finish === 'overloaded')
    return failureOf('server', 'The server ran out of resources in the middle of the answer.');
  if (finish === 'length') return 'length';
  const hasCalls = calls.length > 0;
  if (finish === undefined || finish === 'unknown') {
    const isReadable = !hasCalls && text !== '' && (sawEndMarker || finish === 'unknown');
    return isReadable ? 'length' : failureOfCut('it ended without a reason');
  }
  if (hasCalls) return sawEndMarker ? 'tool_calls' : failureOfCut('the end mark after its tool calls is missing');
  if (text.trim() === '' && reasoning.trim() === '') return failureOf('empty', 'The server sent an empty answer.');
  if (finish === 'tool_calls' && text === '') return failureOfMalformed('it announces tool calls and has none');
  return 'stop';
}
