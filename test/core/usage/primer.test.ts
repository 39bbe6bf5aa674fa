/** One paid read of a cold pack for all conversations over it, in the whole program against the simulator's strict cache. */
import { appendFileSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { join } from 'node:path';
import { findHost } from '../../../src/core/model/catalogue.js';
import { dearestRates } from '../../../src/core/model/prices.js';
import { runRefactor } from '../../../src/core/refactor/refactor.js';
import { makeChange } from '../../../src/core/review/changes.js';
import { reviewChanges } from '../../../src/core/review/review.js';
import { estimateSend } from '../../../src/core/session/estimate.js';
import { startSession, type Session } from '../../../src/core/session/session.js';
import { listSessions } from '../../../src/core/session/store.js';
import { runTurn } from '../../../src/core/session/turns.js';
import { isPrimerOn } from '../../../src/core/usage/primer.js';
import type { AgentEvent, EventOf, Workflow } from '../../../src/protocol/events.js';
import type { SessionSummary } from '../../../src/protocol/sidebar.js';
import type { RecordedRequest, SimulatorOptions, Turn } from '../../support/simulator/simulator.js';
import { makeSmallRepository } from '../../support/smallRepository.js';
import { createExactCount, openSimulatedWorkspace, type SimulatedWorkspace } from '../../support/workspace.js';

const signal = new AbortController().signal;
const tokenCount = createExactCount();
const wires = ['openai', 'anthropic'] as const;

let folder: string;
let workspace: SimulatedWorkspace | undefined;
let events: AgentEvent[];

beforeEach(async () => {
  events = [];
  const files: Record<string, string> = { 'src/a.mjs': 'export const a = 1;\n' };
  for (let n = 0; n < 40; n++)
    files[`src/filler${n}.mjs`] = Array.from(
      { length: 40 },
      (_, at) => `export const filler${n}_${at} = ${n * at};\n`,
    ).join('');
  folder = await makeSmallRepository(files);
});

afterEach(async () => {
  await workspace?.close();
  rmSync(folder, { recursive: true, force: true });
});

const isPrimer = ({ parsed }: RecordedRequest): boolean => parsed.maxTokens === 1;

async function open(
  script: Exclude<SimulatorOptions['script'], readonly Turn[]>,
  options: Parameters<typeof openSimulatedWorkspace>[2] & { primerFails?: boolean } = {},
): Promise<SimulatedWorkspace> {
  const answer = (request: RecordedRequest, number: number): Turn | Promise<Turn> =>
    isPrimer(request) && options.primerFails !== true
      ? { reasoning: 'O', stopReason: 'length' }
      : script(request, number);
  const { primerFails: _fails, ...chosen } = options;
  return (workspace = await openSimulatedWorkspace(folder, answer, { tokenCount, primer: true, ...chosen }));
}

async function begin(workflow: Workflow): Promise<Session> {
  return startSession(workspace!.parts, workspace!.settings, workflow, (event) => events.push(event), signal);
}

const eventsOf = <T extends AgentEvent['type']>(type: T): EventOf<T>[] =>
  events.filter((event): event is EventOf<T> => event.type === type);

const chat = (session: Session, text: string) => runTurn(session, text, { kind: 'chat', request: text }, signal);

const call = (name: string, args: unknown) => ({ id: `call_${name}`, name, arguments: JSON.stringify(args) });

async function review(session: Session): Promise<void> {
  const made = makeChange('src/a.mjs', 'export const a = 1;\n', 'export const a = 2;\n');
  if (made.kind !== 'review') throw new Error(made.why);
  await reviewChanges({ session, changes: [made.change], title: 'Review' }, signal);
}

describe.each(wires)('on the %s wire', (wire) => {
  test('chat, review and refactor over one cold pack: exactly one request pays it', async () => {
    const { simulator } = await open(
      ({ parsed }) => {
        const last = JSON.stringify(parsed.messages.at(-1));
        if (last.includes('kind=\\"review')) return { calls: [call('report_findings', { findings: [] })] };
        if (last.includes('kind=\\"refactor')) return { calls: [call('report_findings', { findings: [] })] };
        return { text: 'An answer.' };
      },
      { wire },
    );
    await chat(await begin('chat'), 'hello');
    await review(await begin('review'));
    await runRefactor({ session: await begin('refactor'), rule: 'a is 2', verify: [], choose: async () => [] }, signal);
    const { requests } = simulator;
    expect(requests.map(isPrimer)).toEqual([true, false, false, false]);
    const primed = requests[0]!.usage!;
    expect(primed.cacheHitTokens).toBe(0);
    expect(primed.cacheMissTokens).toBeGreaterThan(8192);
    for (const { usage } of requests.slice(1)) {
      expect(usage!.cacheHitTokens).toBeGreaterThan(primed.cacheMissTokens - 130);
      expect(usage!.cacheMissTokens).toBeLessThan(1500);
    }
    // It ends at pack and log, with the same system text and tools, and what it said is in no conversation.
    expect(requests[1]!.parsed.tools).toEqual(requests[0]!.parsed.tools);
    for (const { messages } of requests.slice(1))
      expect(messages.slice(0, requests[0]!.messages.length)).toEqual(requests[0]!.messages);
    expect(requests.slice(1).some(({ parsed }) => parsed.messages.some((one) => one.role === 'assistant'))).toBe(false);
  });

  test('the tag has the primer, and the turn costs what the tag says', async () => {
    const { simulator } = await open(() => ({ text: 'An answer.' }), { wire });
    const session = await begin('chat');
    const before = (await estimateSend(session, 'hello'))!;
    await chat(session, 'hello');
    const [{ tag }] = eventsOf('price_tag') as [EventOf<'price_tag'>];
    expect(before.primer).toEqual(tag.primer);
    expect(tag.primer!.amount).toBeGreaterThan(0);
    const { lines } = await workspace!.parts.ledger.read(0);
    expect(lines.map(({ purpose, session: id }) => [purpose, id])).toEqual([
      ['primer', session.id],
      ['chat', session.id],
    ]);
    const input = lines.reduce((sum, { usage, rates }) => {
      return sum + (usage!.cacheHitTokens * rates!.hit + usage!.cacheMissTokens * rates!.miss) / 1e6;
    }, 0);
    expect(Math.abs(tag.input!.amount - input) / input).toBeLessThan(0.02);
    expect(simulator.requests).toHaveLength(2);
    const billed = lines.reduce((sum, { cost }) => sum + cost!.amount, 0);
    expect(eventsOf('turn_end')[0]!.cost!.amount).toBeCloseTo(billed, 9);
    expect(eventsOf('primed')).toHaveLength(1);
    const [{ cost }] = (await listSessions(workspace!.parts.host.files, workspace!.parts.stateFolder)) as [
      SessionSummary,
    ];
    expect(cost!.amount).toBeCloseTo(billed, 9);
    // Warm: none goes ahead, and the tag knows.
    await chat(session, 'again');
    expect(eventsOf('price_tag')[1]!.tag.primer).toBeUndefined();
    expect(simulator.requests.map(isPrimer)).toEqual([true, false, false]);
  });
});

test('requests over the same cold prefix at the same time wait for the first', async () => {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const { simulator } = await open(
    async (request) => {
      if (!isPrimer(request)) return { text: 'An answer.' };
      await held;
      return { reasoning: 'O', stopReason: 'length' };
    },
    { primerFails: true },
  );
  const sessions = [await begin('chat'), await begin('chat'), await begin('review')];
  const work = Promise.all([chat(sessions[0]!, 'one'), chat(sessions[1]!, 'two'), review(sessions[2]!)]);
  const isTold = (): boolean => eventsOf('waiting').filter(({ reason }) => reason === 'prefix').length >= 3;
  while (!isTold() || simulator.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
  expect(simulator.requests.map(isPrimer)).toEqual([true]);
  release();
  await work;
  expect(simulator.requests.filter(isPrimer)).toHaveLength(1);
  for (const { usage } of simulator.requests.filter((one) => !isPrimer(one)))
    expect(usage!.cacheHitTokens).toBeGreaterThan(8192);
});

test('a wait can be cancelled, and a primer that fails lets the others go on', async () => {
  let refuse = (): void => undefined;
  const held = new Promise<void>((resolve) => (refuse = resolve));
  const { simulator } = await open(
    async (request) => {
      if (!isPrimer(request)) return { text: 'An answer.' };
      await held;
      return { fault: { kind: 'answer', status: 400, body: 'no' } };
    },
    { primerFails: true },
  );
  const [first, second, third] = [await begin('chat'), await begin('chat'), await begin('chat')];
  const controller = new AbortController();
  const leading = chat(first, 'one');
  while (simulator.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
  const waiting = runTurn(second, 'two', { kind: 'chat', request: 'two' }, controller.signal);
  const others = chat(third, 'three');
  while (eventsOf('waiting').length < 3) await new Promise((resolve) => setImmediate(resolve));
  controller.abort();
  expect((await waiting).outcome).toBe('cancelled');
  expect(simulator.requests).toHaveLength(1);
  refuse();
  expect([(await leading).outcome, (await others).outcome]).toEqual(['done', 'done']);
});

test('where it does not pay it switches itself off, and says so once', async () => {
  let packs = 0;
  const { simulator } = await open(() => ({
    text: 'An answer.',
    // A host without a cache.
    usage: { cacheHitTokens: 0, cacheMissTokens: 20_000, outputTokens: 10, reasoningTokens: 0 },
  }));
  for (; packs < 4; packs++) {
    appendFileSync(join(folder, 'src/a.mjs'), `export const more${packs} = 1;\n`);
    const session = await startSession(
      ...([
        workspace!.parts,
        workspace!.settings,
        'chat',
        (event: AgentEvent) => void events.push(event),
        signal,
      ] as const),
      { renew: true },
    );
    await chat(session, 'hello');
  }
  expect(simulator.requests.map(isPrimer)).toEqual([true, false, true, false, false, false]);
  const told = eventsOf('notice').filter(({ text }) => text.includes('did not pay'));
  expect(told).toHaveLength(1);
});

test('a cap that does not allow both goes without the primer, and asks for a shorter answer', async () => {
  const { simulator, settings } = await open(() => ({ text: 'An answer.' }));
  const session = await begin('chat');
  const { miss, output } = dearestRates(settings, Date.now())!;
  const { tokens } = (await estimateSend(session, 'hello'))!;
  // Once the input with its margin, and an answer of some 6,000 tokens.
  const maxTurnCost = ((tokens + 2200) * miss + 6000 * output) / 1e6;
  session.settings = { ...settings, limits: { maxSteps: 5, maxTurnCost } };
  expect((await chat(session, 'hello')).outcome).toBe('done');
  expect(simulator.requests.map(({ parsed }) => parsed.maxTokens! > 4096 && parsed.maxTokens! < 6100)).toEqual([true]);
  const text = eventsOf('notice').map((notice) => notice.text);
  expect(text).toEqual([
    expect.stringMatching(/^The cap of .* for one turn leaves room for an answer of 6,0\d\d tokens/),
  ]);
});

test('by itself it is on at the address of DeepSeek only', () => {
  const deepseek = findHost('deepseek')!;
  expect(isPrimerOn('auto', deepseek, deepseek.baseUrls.openai!)).toBe(true);
  expect(isPrimerOn('auto', deepseek, 'http://127.0.0.1:9')).toBe(false);
  expect(isPrimerOn('on', deepseek, 'http://127.0.0.1:9')).toBe(true);
  expect(isPrimerOn('off', deepseek, deepseek.baseUrls.openai!)).toBe(false);
});
