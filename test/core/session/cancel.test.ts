/**
 * API-30: a turn that is stopped at any stage ends, and leaves no connection, no timer and no process behind. The clock
 * is the test's own, so that nothing depends on how fast the machine is; how long it takes is measured in `test/bench`.
 */
import { expect, test } from 'vitest';
import type { AgentEvent } from '../../../src/protocol/events.js';
import type { Approver } from '../../../src/core/agent/approval.js';
import type { Packer } from '../../../src/core/pack/packer.js';
import { startSession } from '../../../src/core/session/session.js';
import type { SessionParts } from '../../../src/core/session/sessionParts.js';
import { runTurn } from '../../../src/core/session/turns.js';
import { createFakeClock, settle, type FakeClock } from '../../support/simulator/clocks.js';
import type { Fault } from '../../support/simulator/faults.js';
import { assertMessagesGrow } from '../../support/simulator/growth.js';
import type { Turn } from '../../support/simulator/simulator.js';
import { prepareWorkspace } from '../../support/prepareWorkspace.js';

const place = prepareWorkspace();

const reply: Turn = {
  reasoning: 'a long thought, first one thing, then the other',
  text: 'The answer is 42 and no more.',
};
const run = (command: string): Turn => ({
  calls: [{ id: 'c', name: 'run_command', arguments: JSON.stringify({ command }) }],
});
const read: Turn = { calls: [{ id: 'c', name: 'read_file', arguments: '{"path":"README.md"}' }] };
const edit: Turn = {
  calls: [
    { id: 'c', name: 'edit_file', arguments: '{"path":"README.md","hunks":[{"old_text":"Small","new_text":"Large"}]}' },
  ],
};
const answer = (status: number, headers: Record<string, string> = {}): Fault => ({
  kind: 'answer',
  status,
  body: '{"error":{"message":"busy"}}',
  headers,
});
const silence = (afterEvents: number): Turn => ({ ...reply, fault: { kind: 'silence', afterEvents } });

/** Calls `now` when a method of the packer is entered, and never lets it answer if `forever`. */
function atPacker(method: 'sync' | 'entries' | 'countPrompt' | 'assembleBody') {
  return (parts: SessionParts, now: () => void): SessionParts => {
    const packer = new Proxy(parts.packer, {
      get: (target, name) => {
        const value = target[name as keyof Packer] as unknown;
        if (name !== method) return typeof value === 'function' ? (value.bind(target) as unknown) : value;
        return (...args: unknown[]) => {
          now();
          return (value as (...args: unknown[]) => unknown).apply(target, args);
        };
      },
    });
    return { ...parts, packer };
  };
}

interface Stage {
  script: Turn[];
  /** The event at which it is stopped. */
  at?: (event: AgentEvent, clock: FakeClock) => boolean;
  wrap?: (parts: SessionParts, now: () => void) => SessionParts;
  /** Stopped when so many requests have come, and time has passed. */
  requests?: number;
  approver?: 'never answers';
  /** The answer was whole already. */
  outcome?: 'done';
}

const isFirst = (type: AgentEvent['type']) => (event: AgentEvent) => event.type === type;

const stages: Record<string, Stage> = {
  'before the turn': { script: [reply], at: isFirst('turn_start') },
  'looking at the disk': { script: [reply], wrap: atPacker('sync') },
  'making the message': { script: [reply], wrap: atPacker('entries') },
  'counting the request': { script: [reply], wrap: atPacker('countPrompt') },
  'the step begins': { script: [reply], at: isFirst('step_start') },
  'waiting for the status line': { script: [{ fault: { kind: 'hang' } }], requests: 1 },
  'in the queue, silent': { script: [silence(0)], requests: 1 },
  'in the queue, with signs of life': {
    script: [{ ...reply, fault: { kind: 'queue', ms: 60_000, everyMs: 10 } }],
    requests: 1,
  },
  'first reasoning': { script: [silence(2)], at: isFirst('reasoning_delta') },
  'in the middle of reasoning': {
    script: [{ ...reply, fault: { kind: 'slow', ms: 5 } }],
    at: isFirst('reasoning_delta'),
  },
  'first text': { script: [silence(4)], at: isFirst('text_delta') },
  'in the arguments of a call': {
    script: [{ ...run('true'), reasoning: 'r', fault: { kind: 'silence', afterEvents: 4 } }],
    at: isFirst('reasoning_delta'),
  },
  'before the end mark': {
    script: [{ ...reply, fault: { kind: 'hold', before: '[DONE]' } }],
    at: isFirst('text_delta'),
  },
  'after the end mark': {
    script: [{ ...reply, fault: { kind: 'hold', before: '' } }],
    at: isFirst('step_end'),
    outcome: 'done',
  },
  'waiting to try again': { script: [{ fault: answer(503) }, reply], at: isFirst('step_retry') },
  'waiting as long as was asked': {
    script: [{ fault: answer(429, { 'retry-after': '60' }) }, reply],
    at: isFirst('step_retry'),
  },
  'in the answer that is an error': { script: [{ fault: { kind: 'half answer', status: 500 } }], requests: 1 },
  'before a call runs': { script: [read, reply], at: isFirst('tool_call_start') },
  'a command is running': { script: [run('sleep 600 & sleep 600')], at: isFirst('tool_call_output') },
  'a question waits': { script: [run('true')], at: isFirst('approval_request'), approver: 'never answers' },
  'an edit is done': { script: [edit, reply], at: isFirst('tool_call_end') },
  'between two steps': { script: [read, reply], at: (event) => event.type === 'step_start' && event.step === 2 },
};

test('there are twenty stages at least', () => expect(Object.keys(stages).length).toBeGreaterThanOrEqual(20));

test.each(Object.keys(stages))('API-30: stopped %s', async (name) => {
  const stage = stages[name]!;
  const clock = createFakeClock(Date.parse('2026-11-22T12:00:00Z'));
  const approver: Approver = {
    ask: (_, signal) =>
      new Promise((_resolve, reject) => {
        if (signal.aborted) reject(signal.reason as Error);
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      }),
  };
  const isLoud = stage.script.some((turn) => turn.calls?.[0]?.arguments.includes('sleep'));
  const workspace = await place.open(stage.script, {
    clock,
    allowedCommands: isLoud ? ['echo started; sleep 600 & sleep 600'] : [],
    ...(stage.approver === undefined ? {} : { approver }),
  });
  if (isLoud)
    stage.script[0]!.calls![0]!.arguments = JSON.stringify({ command: 'echo started; sleep 600 & sleep 600' });
  const events: AgentEvent[] = [];
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  const parts = stage.wrap?.(workspace.parts, stop) ?? workspace.parts;
  const session = await startSession(
    parts,
    workspace.settings,
    'chat',
    (event) => {
      events.push(event);
      if (stage.at?.(event, clock) === true) stop();
    },
    new AbortController().signal,
  );
  const turn = runTurn(session, 'Go.', { kind: 'chat', request: 'Go.' }, controller.signal);
  if (stage.requests !== undefined) {
    await expect.poll(() => place.workspace.simulator.requests.length).toBe(stage.requests);
    await settle();
    stop();
  }
  expect((await turn).outcome).toBe(stage.outcome ?? 'cancelled');
  expect(controller.signal.aborted).toBe(true);

  await settle();
  expect(clock.sleeping()).toBe(0);
  expect(process.getActiveResourcesInfo()).not.toContain('ProcessWrap');
  // Node 20's fetch opens a spare connection after an abort, which carries nothing and closes by itself.
  await expect.poll(() => place.workspace.simulator.underWay()).toBe(0);
  const told = events.length;
  const served = workspace.simulator.requests.length;
  await clock.advance(120_000);
  expect(events.slice(told)).toEqual([]);
  expect(workspace.simulator.requests).toHaveLength(served);

  // The session goes on.
  workspace.simulator.replace({ text: 'Here again.' });
  const next = await runTurn(session, 'Again.', { kind: 'chat', request: 'Again.' }, new AbortController().signal);
  expect(next).toMatchObject({ outcome: 'done', text: 'Here again.' });
  assertMessagesGrow(workspace.simulator.requests);
  expect(workspace.simulator.requests.flatMap((request) => request.refusal ?? [])).toEqual([]);
});

test('API-30: no socket is left either, while the server would keep every one open', async () => {
  const sockets = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;
  const workspace = await place.open([silence(2), silence(2)], {});
  const { signal } = new AbortController();
  const session = await startSession(workspace.parts, workspace.settings, 'chat', () => undefined, signal);
  for (const served of [1, 2]) {
    const controller = new AbortController();
    const turn = runTurn(session, 'Go.', { kind: 'chat', request: 'Go.' }, controller.signal);
    await expect.poll(() => place.workspace.simulator.requests.length).toBe(served);
    expect(sockets()).toBeGreaterThan(0);
    controller.abort();
    expect((await turn).outcome).toBe('cancelled');
  }
  // Node's fetch holds a connection without a request for a few seconds, in case there is another.
  await expect.poll(sockets, { timeout: 50_000 }).toBe(0);
});
