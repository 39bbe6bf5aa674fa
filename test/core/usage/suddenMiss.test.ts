import { rmSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startSession } from '../../../src/core/session/session.js';
import { runTurn } from '../../../src/core/session/turns.js';
import type { AgentEvent } from '../../../src/protocol/events.js';
import type { Turn } from '../../support/simulator/simulator.js';
import { makeSmallRepository } from '../../support/smallRepository.js';
import { openSimulatedWorkspace } from '../../support/workspace.js';

let folder: string;
beforeEach(async () => void (folder = await makeSmallRepository()));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('api-9.18: a grown prefix that suddenly misses is told with its numbers, once an episode', async () => {
  const usage = (cacheHitTokens: number, cacheMissTokens: number): Turn => ({
    ...{ reasoning: 'Why.', text: 'An answer.' },
    usage: { cacheHitTokens, cacheMissTokens, outputTokens: 100, reasoningTokens: 10 },
  });
  const script = [
    usage(0, 100_000),
    // What a new turn misses is no sudden miss.
    usage(99_968, 15_000),
    usage(0, 115_500),
    usage(65_408, 50_500),
    usage(115_968, 500),
    usage(30_000, 87_000),
  ];
  const workspace = await openSimulatedWorkspace(folder, script);
  try {
    const events: AgentEvent[] = [];
    const signal = new AbortController().signal;
    const session = await startSession(
      workspace.parts,
      workspace.settings,
      'chat',
      (event) => events.push(event),
      signal,
    );
    for (const _ of script) await runTurn(session, 'go on', { kind: 'chat', request: 'go on' }, signal);
    const told: string[] = [];
    let turn = 0;
    for (const event of events) {
      if (event.type === 'turn_start') turn = event.turn;
      if (event.type === 'notice') told.push(`${turn}: ${event.text}`);
    }
    expect(told).toHaveLength(2);
    expect(told[0]).toMatch(
      /^3: The prefix cache missed: 114,944 of 115,500 input tokens were expected in it and 0 were/,
    );
    expect(told[1]).toMatch(/^6: The prefix cache missed: 116,480 of 117,000 .* and 30,000 were/);
  } finally {
    await workspace.close();
  }
});
