import type { Money } from '../../../src/protocol/money.js';
import { expect, test } from 'vitest';
import { createRepeatGuard, refuseStep } from '../../../src/core/agent/limits.js';

const call = (args: string) => ({ id: 'c', name: 'read_file', arguments: args });

test('equal calls are counted until something changes', () => {
  const guard = createRepeatGuard();
  expect([guard.note(call('{"a":1}')), guard.note(call('{"a":1}')), guard.note(call('{"a":2}'))]).toEqual([1, 2, 1]);
  guard.reset();
  expect(guard.note(call('{"a":1}'))).toBe(1);
});

test('the cap stops before the request that could pass it, not after', () => {
  const usd = (amount: number): Money => ({ amount, currency: 'USD' });
  const limits = { maxSteps: 3, maxCost: 1 };
  expect(refuseStep(limits, 1, usd(0.5), usd(0.5))).toBeUndefined();
  expect(refuseStep(limits, 1, usd(0.5), usd(0.51))).toMatch(/cap of \$1\.00/);
  expect(refuseStep(limits, 4, usd(0), usd(0))).toMatch(/3 steps/);
});
