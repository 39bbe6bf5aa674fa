/** Our count of a request against the service's: measured with every answer, kept, logged and told. */
import { expect, test } from 'vitest';
import { findHost, serveModel } from '../../../src/core/model/catalogue.js';
import { marginTokens, outputTokensFor } from '../../../src/core/prompt/budget.js';
import { addDrift, noDrift } from '../../../src/core/session/drift.js';
import { resumeSession, startSession } from '../../../src/core/session/session.js';
import { runTurn } from '../../../src/core/session/turns.js';
import type { AgentEvent, EventOf } from '../../../src/protocol/events.js';
import { prepareWorkspace } from '../../support/prepareWorkspace.js';
import { createExactCount } from '../../support/workspace.js';

const signal = new AbortController().signal;
const tokenCount = createExactCount();
const place = prepareWorkspace({ 'a.mjs': 'export const a = 1;\n' });

interface Measured {
  /** What was billed above our count, step by step. */
  steps: number[];
  turnEnds: number[];
}

/** Two turns; the session at their end, and what its stored log says of the drift, are compared too. */
async function measure(wire: 'openai' | 'anthropic', drift: number): Promise<Measured> {
  const script = [{ text: 'One.' }, { text: 'Two.' }];
  const workspace = await place.open(script, { wire, tokenCount, drift });
  const { parts, settings, simulator } = workspace;
  const events: AgentEvent[] = [];
  const ofType = <T extends AgentEvent['type']>(type: T): EventOf<T>[] =>
    events.filter((event): event is EventOf<T> => event.type === type);
  const session = await startSession(parts, settings, 'chat', (event) => events.push(event), signal);
  for (const request of ['one', 'two']) await runTurn(session, request, { kind: 'chat', request }, signal);
  const billed = simulator.requests.map(({ usage }) => usage!.cacheHitTokens + usage!.cacheMissTokens);
  const steps = ofType('step_end').map(({ countedTokens }, index) => billed[index]! - countedTokens);
  expect(session.drift.lastTokens).toBe(steps[1]);
  expect(Math.abs(session.drift.mostTokens)).toBe(Math.max(...steps.map(Math.abs)));
  const resumed = await resumeSession(parts, settings, session.id, () => undefined, signal);
  expect(resumed.drift).toEqual(session.drift);
  return { steps, turnEnds: ofType('turn_end').map(({ driftTokens }) => driftTokens) };
}

test.each(['openai', 'anthropic'] as const)(
  'over %s a service that counts otherwise is measured and told',
  async (wire) => {
    // The simulator renders the template in words of its own, so that it differs from us already.
    const without = await measure(wire, 0);
    for (const drift of [15, -3]) {
      const { steps, turnEnds } = await measure(wire, drift);
      expect(steps).toEqual(without.steps.map((tokens) => tokens + drift));
      expect(turnEnds).toEqual(steps);
    }
  },
);

test('a rehearsal measures nothing: its counts are a guess', async () => {
  const workspace = await place.open([{ text: 'One.' }], { drift: 900, rehearsal: true });
  const { parts, settings } = workspace;
  const events: AgentEvent[] = [];
  const session = await startSession(parts, settings, 'chat', (event) => events.push(event), signal);
  await runTurn(session, 'one', { kind: 'chat', request: 'one' }, signal);
  expect(session.drift).toEqual(noDrift);
  expect(events.find((event) => event.type === 'turn_end')).toMatchObject({ driftTokens: 0 });
  expect((await resumeSession(parts, settings, session.id, () => undefined, signal)).drift).toEqual(noDrift);
});

test('the last drift and the farthest are kept, and twice the farthest stays free where that is more than the margin', () => {
  const drift = [3, -20, 5].reduce(addDrift, noDrift);
  expect(drift).toEqual({ lastTokens: 5, mostTokens: -20 });
  const model = serveModel(findHost('deepseek')!, 'v4-flash')!;
  const room = 10_000;
  const prompt = model.windowTokens - room;
  expect(outputTokensFor(model, 'off', prompt, 20)).toBe(room - marginTokens);
  expect(outputTokensFor(model, 'off', prompt, 2000)).toBe(room - 4000);
  expect(outputTokensFor(model, 'off', prompt, 4700)).toBeUndefined();
});
