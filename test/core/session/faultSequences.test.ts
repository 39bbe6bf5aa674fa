/**
 * Random sequences of faults over the real loop, with real tools in a real folder: no draft is lost, no edit done twice,
 * no call run from a stream that did not end, and no key shown. `BALEEN_SOAK` runs a thousand of them.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AgentEvent, WireName } from '../../../src/protocol/events.js';
import { readSession } from '../../../src/core/session/store.js';
import { sessionPath, startSession } from '../../../src/core/session/session.js';
import type { SessionParts } from '../../../src/core/session/sessionParts.js';
import { runTurn } from '../../../src/core/session/turns.js';
import type { Fault } from '../../support/simulator/faults.js';
import { assertMessagesGrow } from '../../support/simulator/growth.js';
import type { RecordedRequest, Turn } from '../../support/simulator/simulator.js';
import { simulatedKey } from '../../support/simulator/simulator.js';
import { makeSmallRepository } from '../../support/smallRepository.js';
import { openSimulatedWorkspace, type SimulatedWorkspace } from '../../support/workspace.js';

const runsInAll = process.env['BALEEN_SOAK'] === '1' ? 1_000 : 150;
const runsAtOnce = 25;

const refusals: readonly [number, string][] = [
  [400, 'Content Exists Risk'],
  [400, 'The `reasoning_content` in the thinking mode must be passed back to the API.'],
  [400, 'Invalid parameter'],
  [401, 'Authentication Fails (governor)'],
  [402, 'Insufficient Balance'],
  [422, 'Invalid parameter value'],
  [429, 'Too many requests'],
  [500, 'Server error'],
  [503, 'Service is too busy.'],
];
/** The server repeats the key in all that it says. */
const answer = (status: number, message: string): Fault => ({
  kind: 'answer',
  status,
  body: JSON.stringify({ error: { message: `${message} (key ${simulatedKey})`, type: 'some_error' } }),
});
const page: Fault = { kind: 'answer', status: 200, body: `<html>${simulatedKey}</html>`, contentType: 'text/html' };
const badGzip: Fault = {
  kind: 'answer',
  status: 200,
  body: 'no gzip at all',
  contentType: 'text/event-stream',
  headers: { 'content-encoding': 'gzip' },
};

const inserted = [
  'data: {"half":\n\n',
  'upstream error: read ECONNRESET\n',
  'data: {"error":{"message":"busy","type":"server_error"}}\n\n',
];

/** `isWhole`: the stream may end well, so that its calls may run. */
type Chosen = { fault: Fault | undefined; isWhole: boolean };
const broken = (fault: Fault): Chosen => ({ fault, isWhole: false });
const anyFault: fc.Arbitrary<Chosen> = fc.oneof(
  { weight: 8, arbitrary: fc.constant<Chosen>({ fault: undefined, isWhole: true }) },
  { weight: 2, arbitrary: fc.constant(broken({ kind: 'reset' })) },
  // Every reply of the script is longer than that.
  {
    weight: 4,
    arbitrary: fc.record({ after: fc.nat(700), clean: fc.boolean() }).map((cut) => broken({ kind: 'cut', ...cut })),
  },
  {
    weight: 2,
    arbitrary: fc.constant(broken({ kind: 'drop', drop: (event) => /\[DONE\]|"message_stop"/.test(event) })),
  },
  {
    weight: 2,
    arbitrary: fc.constant(broken({ kind: 'drop', drop: (event) => /"(finish|stop)_reason":"/.test(event) })),
  },
  // These take time.
  { weight: 1, arbitrary: fc.nat(4).map((afterEvents) => broken({ kind: 'silence', afterEvents })) },
  {
    weight: 3,
    arbitrary: fc.tuple(fc.nat(4), fc.constantFrom(...inserted)).map(([afterEvents, text]): Chosen => ({
      fault: { kind: 'insert', afterEvents, text },
      isWhole: text.startsWith('upstream'),
    })),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom('repeat' as const, 'swap' as const), fc.nat(8))
      .map(([kind, event]): Chosen => ({ fault: { kind, event }, isWhole: true })),
  },
  { weight: 4, arbitrary: fc.constantFrom(...refusals).map(([status, message]) => broken(answer(status, message))) },
  { weight: 2, arbitrary: fc.constantFrom(broken(page), broken(badGzip)) },
);
const anyStep = fc.record({
  chosen: anyFault,
  act: fc.constantFrom('edit' as const, 'edits' as const, 'write' as const, 'text' as const, 'length' as const),
});
type Step = { chosen: Chosen; act: 'edit' | 'edits' | 'write' | 'text' | 'length' };
const anySequence = fc.record({
  wire: fc.constantFrom<WireName[]>('openai', 'anthropic'),
  steps: fc.array(anyStep, { minLength: 1, maxLength: 8 }),
  /** After so many events of the first turn the user stops it. */
  cancelAfter: fc.option(fc.nat(20)),
});

let serial = 0;

function turnOf({ chosen, act }: Step, number: number): Turn {
  const edit = (part: string) => ({
    id: `call_${number}${part}`,
    name: 'edit_file',
    arguments: JSON.stringify({
      path: 'README.md',
      hunks: [{ old_text: 'END', new_text: `line ${number}${part} with some more text behind it\nEND` }],
    }),
  });
  const write = {
    id: `call_${number}`,
    name: 'write_file',
    arguments: JSON.stringify({ path: `new/${number}.txt`, content: 'new\n' }),
  };
  const calls = { edit: [edit('')], edits: [edit('a'), edit('b')], write: [write], text: [], length: [edit('')] }[act];
  return {
    reasoning: `I think about step ${number}, at some length, since it matters.`,
    text: `This is what I say in step ${number}, which is not short either.`,
    calls,
    ...(act === 'length' ? { stopReason: 'length' as const } : {}),
    ...(chosen.fault === undefined ? {} : { fault: chosen.fault }),
  };
}

/** What the executed edits make of a text, by their own arguments. */
function replay(text: string, edits: readonly string[]): string {
  return edits.reduce((now, raw) => {
    const { hunks } = JSON.parse(raw) as { hunks: { old_text: string; new_text: string }[] };
    return hunks.reduce((inner, hunk) => inner.replace(hunk.old_text, () => hunk.new_text), now);
  }, text);
}

describe.each(Array.from({ length: runsInAll / runsAtOnce }, (_, batch) => batch))('batch %i', (batch) => {
  let folder: string;
  let workspace: SimulatedWorkspace;
  let parts: SessionParts;
  let script: (request: RecordedRequest) => Turn;

  beforeAll(async () => {
    folder = await makeSmallRepository({ 'README.md': '# Small\n\nEND\n' });
    workspace = await openSimulatedWorkspace(folder, (request) => script(request), {
      network: { clocks: { silentMs: 100, commentsOnlyMs: 300, firstEventMs: 300 }, retries: { baseMs: 1, capMs: 2 } },
    });
    // The breaker has a test of its own, and would stop this one.
    const { breaker: _, ...others } = workspace.parts;
    parts = others;
  });

  afterAll(async () => {
    await workspace.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function run({ wire, steps, cancelAfter }: { wire: WireName; steps: Step[]; cancelAfter: number | null }) {
    const readme = (): string => readFileSync(join(folder, 'README.md'), 'utf8');
    const before = readme();
    const events: AgentEvent[] = [];
    const controller = new AbortController();
    const settings = { ...workspace.settings, wire, baseUrl: workspace.simulator.baseUrls[wire] };
    const session = await startSession(
      parts,
      settings,
      'chat',
      (event) => {
        events.push(event);
        if (cancelAfter !== null && events.length > cancelAfter) controller.abort();
      },
      new AbortController().signal,
    );
    const earlier = workspace.simulator.requests.length;
    const whole = new Set<string>();
    const drafts = ['one', 'two', 'three'].map((word) => `draft ${word} ${++serial}`);
    let draft = 0;
    const left = [...steps];
    script = () => {
      // The draft is on disk before its request has left.
      expect(readFileSync(sessionPath(parts.stateFolder, session.id), 'utf8')).toContain(drafts[draft]);
      const step = left.shift();
      if (step === undefined) return { text: 'That is all.' };
      const turn = turnOf(step, ++serial);
      if (step.chosen.isWhole && step.act !== 'length') for (const call of turn.calls ?? []) whole.add(call.id);
      return turn;
    };
    const first = await runTurn(session, drafts[0]!, { kind: 'chat', request: drafts[0]! }, controller.signal);
    for (draft = 1; draft < drafts.length; draft++) {
      if (draft === drafts.length - 1) left.length = 0;
      const sent = drafts[draft]!;
      const { outcome } = await runTurn(session, sent, { kind: 'chat', request: sent }, new AbortController().signal);
      if (draft === drafts.length - 1) expect(outcome).toBe('done');
    }

    const requests = workspace.simulator.requests.slice(earlier);
    assertMessagesGrow(requests);
    expect(requests.flatMap((request) => request.refusal ?? [])).toEqual([]);
    // One that was stopped before its message was put together is in the log, and was never sent.
    for (const sent of drafts.slice(first.outcome === 'cancelled' ? 1 : 0))
      expect(requests.at(-1)!.text).toContain(sent);
    const log = readFileSync(sessionPath(parts.stateFolder, session.id), 'utf8');
    for (const sent of drafts) expect(log).toContain(sent);

    const records = await readSession(parts.host.files, parts.stateFolder, session.id);
    const started = records.flatMap((record) => (record.type === 'started' ? [record.call] : []));
    expect(new Set(started).size).toBe(started.length);
    for (const call of started) expect(whole).toContain(call);
    for (const event of events) if (event.type === 'tool_call_start') expect(whole).toContain(event.call);
    const messages = records.flatMap((record) => (record.type === 'message' ? [record.message] : []));
    const done = new Set(messages.flatMap((one) => (one.role === 'tool' && !one.failed ? [one.call] : [])));
    const edits = messages
      .flatMap((one) => (one.role === 'assistant' ? one.calls : []))
      .filter((call) => call.name === 'edit_file' && done.has(call.id))
      .map((call) => call.arguments);
    expect(readme()).toBe(replay(before, edits));
    expect(JSON.stringify([events, workspace.complaints])).not.toContain(simulatedKey);
  }

  test(`${runsAtOnce} sequences`, async () => {
    await fc.assert(fc.asyncProperty(anySequence, run), {
      numRuns: runsAtOnce,
      seed: 4_000 + batch,
      endOnFailure: true,
    });
  }, 600_000);
});
