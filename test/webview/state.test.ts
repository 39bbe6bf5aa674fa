import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AgentEvent } from '../../src/protocol/events.js';
import { noUsage } from '../../src/protocol/events.js';
import { outputTailChars } from '../../src/webview/applyEvent.js';
import type { PageState } from '../../src/webview/items.js';
import {
  computeCacheShare,
  initialState,
  listWaitingApprovals,
  reducePage,
  toAction,
} from '../../src/webview/state.js';
import { commandApproval, sampleTranscript } from './sampleTranscript.js';
import { readyState } from './readyState.js';

const opened = reducePage(initialState, { type: 'open', state: readyState, transcript: [], draft: '' });

function play(state: PageState, nowMs: number, ...events: AgentEvent[]): PageState {
  return reducePage(state, { type: 'events', events, nowMs });
}

const kinds = (state: PageState): string[] => state.items.map((item) => item.kind);

describe('streaming', () => {
  test('adds deltas to one answer and times the reasoning by the page clock', () => {
    let state = play(opened, 1000, { type: 'step_start', step: 1 }, { type: 'reasoning_delta', text: 'a' });
    state = play(state, 3000, { type: 'reasoning_delta', text: 'b' });
    state = play(state, 4500, { type: 'text_delta', text: 'Hel' }, { type: 'text_delta', text: 'lo' });
    expect(state.items).toEqual([
      { kind: 'reasoning', key: 1, text: 'ab', live: false, startedMs: 1000, durationMs: 3500 },
      { kind: 'answer', key: 2, text: 'Hello', live: true },
    ]);
  });

  test('a retry takes back the partial output of its step and nothing else', () => {
    const state = play(
      opened,
      0,
      { type: 'step_start', step: 1 },
      { type: 'text_delta', text: 'kept' },
      { type: 'step_start', step: 2 },
      { type: 'reasoning_delta', text: 'void' },
      { type: 'text_delta', text: 'void' },
      { type: 'tool_call_start', call: 'c1', tool: 'run_command', title: 'void' },
      { type: 'step_retry', step: 2, reason: 'the line broke', waitMs: 0 },
      { type: 'text_delta', text: 'new' },
    );
    expect(kinds(state)).toEqual(['answer', 'notice', 'answer']);
    expect(JSON.stringify(state.items)).not.toContain('void');
  });

  test('keeps the end of a long output and counts what it let go', () => {
    const state = play(
      opened,
      0,
      { type: 'tool_call_start', call: 'c1', tool: 'run_command', title: 'x' },
      { type: 'tool_call_output', call: 'c1', text: 'a'.repeat(outputTailChars) },
      { type: 'tool_call_output', call: 'c1', text: 'the end' },
    );
    const [tool] = state.items;
    expect(tool).toMatchObject({ kind: 'tool', outputCutChars: 7 });
    expect(tool?.kind === 'tool' && tool.output.endsWith('athe end')).toBe(true);
  });

  test('batching changes nothing: one by one gives the same page as all at once', () => {
    const events = sampleTranscript.flatMap((entry) => (entry.type === 'event' ? [entry.event] : []));
    fc.assert(
      fc.property(fc.array(fc.nat(events.length), { maxLength: 8 }), (cuts) => {
        const bounds = [0, ...cuts.sort((a, b) => a - b), events.length];
        const inBatches = bounds.slice(1).reduce((s, end, i) => play(s, 5, ...events.slice(bounds[i], end)), opened);
        expect(inBatches).toEqual(play(opened, 5, ...events));
      }),
      { numRuns: 40 },
    );
  });
});

describe('turns', () => {
  test('the message the user sent is not shown twice when its turn starts', () => {
    let state = reducePage(opened, { type: 'sent', text: 'Hi' });
    expect(state.sidebar.running).toBe(true);
    state = play(state, 0, { type: 'turn_start', turn: 1, message: 'Hi' });
    expect(state.items).toEqual([{ kind: 'user', key: 1, text: 'Hi', turn: 1 }]);
    state = play(state, 0, { type: 'turn_start', turn: 2, message: 'From a command' });
    expect(kinds(state)).toEqual(['user', 'user']);
  });

  test('sums the cost of the steps, and shows the share from the cache', () => {
    const usage = { ...noUsage, cacheHitTokens: 90, cacheMissTokens: 10 };
    const end: AgentEvent = {
      type: 'step_end',
      step: 1,
      stopReason: 'stop',
      usage,
      cost: { amount: 0.25, currency: 'USD' },
      contextTokens: 100,
      windowTokens: 1000,
      countedTokens: 0,
    };
    const state = play(opened, 0, end, end);
    expect(state.meter).toMatchObject({
      stepCost: { amount: 0.25, currency: 'USD' },
      sessionCost: { amount: 0.5, currency: 'USD' },
      contextTokens: 100,
    });
    expect(play(opened, 0, { ...end, countedTokens: 98 }).meter?.countedTokens).toBe(98);
    // A rehearsal's counts are a guess of its own.
    expect(play({ ...opened, rehearsal: true }, 0, { ...end, countedTokens: 98 }).meter?.countedTokens).toBe(0);
    expect(computeCacheShare(usage)).toBe(0.9);
    expect(computeCacheShare(noUsage)).toBeUndefined();
  });

  test('an answer cut at the output limit says so', () => {
    const state = play(opened, 0, {
      type: 'step_end',
      step: 1,
      stopReason: 'length',
      usage: noUsage,
      cost: { amount: 0, currency: 'USD' },
      contextTokens: 1,
      windowTokens: 2,
      countedTokens: 0,
    });
    expect(state.items.at(-1)).toMatchObject({ kind: 'notice', level: 'warning' });
  });
});

describe('an undo', () => {
  const end: AgentEvent = {
    ...{
      type: 'turn_end',
      turn: 1,
      outcome: 'done',
      usage: noUsage,
      cost: { amount: 0, currency: 'USD' },
      driftTokens: 0,
      changed: ['a'],
    },
    ...{ changedByCommands: [], checkpoint: 'turn', durationMs: 1 },
  };
  const restored = (about: object): AgentEvent => ({ type: 'restored', paths: ['a'], reason: 'x', ...about });
  const isUndone = (state: PageState): unknown => state.items.find((item) => item.kind === 'turn_end')?.undone;

  test('marks its turn only when all of it was undone, and a redo takes the mark away', () => {
    const ended = play(opened, 1, end);
    expect(isUndone(play(ended, 2, restored({})))).toBe(false);
    const undone = play(ended, 2, restored({ undone: 'turn' }));
    expect(isUndone(undone)).toBe(true);
    expect(isUndone(play(undone, 3, restored({ undone: 'undo', redone: 'turn' })))).toBe(false);
  });
});

describe('approvals', () => {
  test('waits, takes one click, and is settled by the host', () => {
    let state = play({ ...opened, sidebar: { ...readyState, running: true } }, 0, commandApproval);
    expect(listWaitingApprovals(state.items)).toHaveLength(1);
    state = reducePage(state, { type: 'decided', approval: 'host-made-id-7f3a', decision: 'approved' });
    state = reducePage(state, { type: 'decided', approval: 'host-made-id-7f3a', decision: 'rejected' });
    expect(listWaitingApprovals(state.items)[0]?.sent).toBe('approved');
    state = play(state, 0, { type: 'approval_end', id: 'host-made-id-7f3a', decision: 'approved' });
    expect(listWaitingApprovals(state.items)).toEqual([]);
  });

  test('returns after a reload only while its turn runs', () => {
    const transcript = [{ type: 'event' as const, event: commandApproval }];
    const open = (running: boolean): PageState =>
      reducePage(initialState, { type: 'open', state: { ...readyState, running }, transcript, draft: '' });
    expect(listWaitingApprovals(open(true).items)).toHaveLength(1);
    expect(listWaitingApprovals(open(false).items)).toHaveLength(0);
  });
});

describe('replay', () => {
  test('gives the items that streaming gave, but for times', () => {
    const live = sampleTranscript.reduce(
      (state, entry) =>
        entry.type === 'user'
          ? reducePage(state, { type: 'sent', text: entry.text })
          : reducePage(state, toAction({ type: 'events', events: [entry.event] }, 7)),
      opened,
    );
    const replayed = reducePage(initialState, {
      type: 'open',
      state: readyState,
      transcript: sampleTranscript,
      draft: 'half a sent',
    });
    const withoutTimes = (state: PageState): unknown =>
      state.items.map((item) => ({ ...item, startedMs: undefined, durationMs: undefined }));
    expect(withoutTimes(replayed)).toEqual(withoutTimes(live));
    expect(replayed.prefill.text).toBe('half a sent');
    expect(replayed.meter).toEqual(live.meter);
  });

  test('what it does not know changes nothing', () => {
    const unknown = { type: '__proto__' } as unknown as AgentEvent;
    expect(play(opened, 0, unknown, { type: 'constructor' } as unknown as AgentEvent)).toEqual(opened);
    expect(reducePage(opened, { type: 'toString' } as unknown as { type: 'focus' })).toBe(opened);
  });

  test('never changes a state in place', () => {
    const frozen = deepFreeze(structuredClone(opened));
    expect(() =>
      sampleTranscript.reduce(
        (state, entry) => (entry.type === 'event' ? deepFreeze(play(state, 1, entry.event)) : state),
        frozen,
      ),
    ).not.toThrow();
  });
});

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
