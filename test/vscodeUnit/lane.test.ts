import { describe, expect, it } from 'vitest';
import { noSelection } from '../../src/core/repository/selection.js';
import { findHost, serveModel } from '../../src/core/model/catalogue.js';
import { noUsage, type AgentEvent } from '../../src/protocol/events.js';
import { createLane } from '../../src/vscode/lane.js';
import type { Settings } from '../../src/vscode/settings.js';

const answered: AgentEvent = {
  type: 'step_end',
  step: 1,
  stopReason: 'stop',
  usage: noUsage,
  cost: { amount: 0, currency: 'USD' },
  contextTokens: 1,
  windowTokens: 10,
  countedTokens: 0,
};

const deepseek = findHost('deepseek')!;

function setUp() {
  const settings: Settings = {
    ...{ model: serveModel(deepseek, 'v4-flash')!, host: deepseek, thinking: 'high', wire: 'openai' },
    ...{ baseUrl: 'https://a.example', approve: 'ask', allowedCommands: [], deniedCommands: [], commandTimeoutMs: 1 },
    ...{ sandbox: true, budgetTokens: 1000 },
    ...{ selection: noSelection, explorerTokens: false, currency: 'USD', maxSteps: 1, caps: {}, primer: 'auto' },
    ...{ reviewOnSave: true, minimumSeverity: 'info', verifyCommands: [], allowedHosts: [], network: {} },
    ...{ pick: { model: 'v4-flash', thinking: 'high' }, models: { refactor: 'same as chat', review: 'same as chat' } },
  };
  const world = { settings, rehearsal: false, nowMs: 1_000_000 };
  const inner = createLane(
    () => world.rehearsal,
    () => world.nowMs,
  );
  const lane = {
    note: (event: AgentEvent) => inner.note(event, world.settings),
    isWarm: () => inner.isWarm(world.settings),
  };
  return { world, lane };
}

describe('the lane', () => {
  it('is cold until an answer has come, and again after two hours', () => {
    const { world, lane } = setUp();
    expect(lane.isWarm()).toBe(false);
    lane.note(answered);
    expect(lane.isWarm()).toBe(true);
    world.nowMs += 2 * 3_600_000 - 1;
    expect(lane.isWarm()).toBe(true);
    world.nowMs += 1;
    expect(lane.isWarm()).toBe(false);
  });

  it('is cold after what changes the prefix, and warm over what does not', () => {
    const { world, lane } = setUp();
    lane.note(answered);
    const first = world.settings;
    for (const other of [
      { model: serveModel(deepseek, 'v4-pro')! },
      { wire: 'anthropic' as const },
      { baseUrl: 'https://b.example' },
      { thinking: 'max' as const },
      { thinking: 'off' as const },
      // On Flash every level has a cache of its own.
      { thinking: 'low' as const },
      { budgetTokens: 999 },
      { selection: { exclude: ['*.csv'], includeSecretFiles: [] } },
    ]) {
      world.settings = { ...first, ...other };
      expect(lane.isWarm(), JSON.stringify(other)).toBe(false);
    }
    world.settings = { ...first, approve: 'plan' };
    expect(lane.isWarm()).toBe(true);
    lane.note({ type: 'cache_break', reason: 'the snapshot was damaged' });
    expect(lane.isWarm()).toBe(false);
  });

  it('asks for no price in a rehearsal', () => {
    const { world, lane } = setUp();
    world.rehearsal = true;
    expect(lane.isWarm()).toBe(true);
  });
});
