/** Automatic: the table of situations, what a warm cache changes, and a session whose Flash fails twice. */
import { rmSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { findHost, type ServedModel } from '../../../src/core/model/catalogue.js';
import { ratesAt } from '../../../src/core/model/prices.js';
import type { AssistantMessage, Message } from '../../../src/core/model/types.js';
import { describeLane } from '../../../src/core/model/lane.js';
import { chooseRoute, describeRoute, hasFailed, offerAutomatic } from '../../../src/core/session/routing.js';
import { startSession } from '../../../src/core/session/session.js';
import { runTurn } from '../../../src/core/session/turns.js';
import type { AgentEvent, ThinkingLevel } from '../../../src/protocol/events.js';
import { makeSmallRepository } from '../../support/smallRepository.js';
import { openSimulatedWorkspace } from '../../support/workspace.js';

const host = findHost('deepseek')!;
const offer = offerAutomatic(host, 'high')!;
const { flash, pro } = offer;
/** A Sunday: off-peak. */
const now = Date.parse('2026-11-22T12:00:00Z');

type Warm = { model: ServedModel; thinking: ThinkingLevel };

function route(message: string, about: { files?: number; failedTurns?: number; warm?: Warm; tokens?: number } = {}) {
  const { warm, tokens = 600_000, failedTurns = 0, ...rest } = about;
  const lane = (choice: Warm): string => describeLane({ host, baseUrl: '', wire: 'openai', ...choice });
  return chooseRoute({ workflow: 'chat', message, failedTurns, ...rest }, offer, {
    tokens,
    warm,
    isSameLane: (a, b) => lane(a) === lane(b),
    ratesOf: (model) => ratesAt({ model, currency: 'USD', rehearsal: false }, now),
  });
}

describe('a cold cache: the rule decides', () => {
  it.each([
    ['rename getUser to fetchUser everywhere and run the tests', 'flash off'],
    ['Please rename oldName to newName', 'flash off'],
    ['Refactor: rename greet to welcome', 'flash off'],
    ['Format src/a.ts', 'flash off'],
    ['Fix the typos in README.md', 'flash off'],
    ['Add doc comments to the exported functions of src/api/client.ts', 'flash off'],
    ['Change the default port to 8080 in src/config.ts', 'flash off'],
    ['Fix the race in src/queue.ts', 'flash high'],
    ['Why does src/queue.ts hang?', 'flash high'],
    ['What do the comments in src/a.ts say?', 'flash high'],
    ['Where is greet used everywhere?', 'flash high'],
    ['Make the parser faster', 'flash high'],
    ['', 'flash high'],
    ['Convert every callback in the whole repository to async', 'pro high'],
    ['Replace moment by date-fns in all modules', 'pro high'],
    ['Update a.ts, b.ts, c.ts, lib/d.ts and lib/e.ts to the new signature', 'pro high'],
    ['Update a.ts and b.ts to the new signature', 'flash high'],
  ])('%j: %s', (message, expected) => {
    const { model, thinking, isCold } = route(message);
    expect(`${model === pro ? 'pro' : 'flash'} ${thinking}`).toBe(expected);
    expect(isCold).toBe(true);
  });

  it('sends the sites of many files to Pro, a rename of as many not', () => {
    expect(route('Refactor: return errors', { files: 5 }).model).toBe(pro);
    expect(route('Refactor: return errors', { files: 4 }).model).toBe(flash);
    expect(route('Refactor: rename a to b', { files: 50 }).model).toBe(flash);
  });

  it('goes to Pro when the last two failed, whatever is asked', () => {
    expect(route('Fix the typo in a.ts', { failedTurns: 1 }).model).toBe(flash);
    expect(route('Fix the typo in a.ts', { failedTurns: 2 })).toMatchObject({ model: pro, thinking: 'high' });
  });
});

describe('a warm cache', () => {
  const onFlash: Warm = { model: flash, thinking: 'high' };
  const onPro: Warm = { model: pro, thinking: 'high' };

  it('is not left for a little less thinking, and the notice says what that would cost', () => {
    const stayed = route('Fix the typo in a.ts', { warm: onFlash });
    expect(stayed).toMatchObject({ ...onFlash, isCold: false });
    expect(describeRoute(stayed)).toMatch(
      /Flash thinking high, since its cache is warm.*without thinking would do.*anew for about \$0\.09/,
    );
    expect(describeRoute(stayed)).toMatch(/reads the prompt from its cache, for about \$0\.0018\.$/);
  });

  it('of a small prompt is left, since that costs less than it saves', () => {
    expect(route('Fix the typo in a.ts', { warm: onFlash, tokens: 5000 })).toMatchObject({
      thinking: 'off',
      isCold: true,
    });
  });

  it('of Pro is kept for what Flash would do, while reading anew costs more', () => {
    expect(route('Make the parser faster', { warm: onPro }).model).toBe(pro);
    expect(route('Make the parser faster', { warm: onPro, tokens: 2000 }).model).toBe(flash);
  });

  it('is left for Pro where that is needed, and the notice says the price', () => {
    const left = route('Convert every callback in the whole repository to async', { warm: onFlash });
    expect(left).toMatchObject({ model: pro, isCold: true });
    expect(describeRoute(left)).toMatch(
      /V4-Pro thinking high, since this change spans many files\. It reads the prompt in full.*about \$0\.40\.$/,
    );
  });
});

describe('a turn has failed', () => {
  const called = (...names: string[]): AssistantMessage => ({
    ...{ role: 'assistant', reasoning: 'r', text: '' },
    calls: names.map((name, at) => ({ id: `c${at}`, name, arguments: '{}' })),
  });
  const edited = (failed: boolean): Message => ({ role: 'tool', call: 'c0', name: 'edit_file', text: '', failed });

  it.each([
    ['by red checks', 'verification_failed', [], true],
    ['by a last edit that failed', 'done', [edited(false), edited(true)], true],
    ['not by one that was mended', 'done', [edited(true), edited(false)], false],
    ['by the same call over and over', 'cap_reached', [called('a'), called('a'), called('a')], true],
    ['not by a cap of money', 'cap_reached', [called('a'), called('b')], false],
    ['not by the network', 'failed', [], false],
  ] as const)('%s', (_name, outcome, messages, expected) => expect(hasFailed(outcome, messages)).toBe(expected));
});

test('Flash fails twice, and the next turn goes to Pro, said with its price before the request', async () => {
  const folder = await makeSmallRepository();
  const edit = (id: string) => ({
    id,
    name: 'edit_file',
    arguments: JSON.stringify({ path: 'src/greet.mjs', hunks: [{ old_text: `nowhere ${id}`, new_text: 'x' }] }),
  });
  const answered = { text: 'It did not work.' };
  const script = [
    { calls: [edit('c1')] },
    answered,
    { calls: [edit('c2')] },
    answered,
    { text: 'Now.' },
    { text: 'Again.' },
  ];
  const workspace = await openSimulatedWorkspace(folder, script, { automatic: offer });
  try {
    const events: AgentEvent[] = [];
    const signal = new AbortController().signal;
    const emit = (event: AgentEvent): void => void events.push(event);
    const session = await startSession(workspace.parts, workspace.settings, 'chat', emit, signal);
    const ask = (request: string) => runTurn(session, request, { kind: 'chat', request }, signal);
    for (const text of ['Make greet polite', 'Try again', 'And once more']) await ask(text);
    const { requests } = workspace.simulator;
    const [small, large] = ['deepseek-flash', 'deepseek-v4-pro'];
    expect(requests.map(({ parsed }) => parsed.model)).toEqual([small, small, small, small, large]);
    const told = events.flatMap((event) => (event.type === 'notice' || event.type === 'step_start' ? [event] : []));
    const at = told.findIndex((event) => event.type === 'notice' && event.text.includes('V4-Pro'));
    expect(told[at]).toMatchObject({
      text: expect.stringMatching(/^Automatic: .*the last two attempts failed.*in full.*\$/) as string,
    });
    expect(told[at + 1]?.type).toBe('step_start');
    expect(events.find((event) => event.type === 'cache_break')).toMatchObject({ price: { currency: 'USD' } });
    // It succeeded, so that the next turn is judged anew.
    await ask('Make greet polite');
    expect(session.failedTurns).toBe(0);
  } finally {
    await workspace.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
