import { expect, test } from 'vitest';
import { createRepeatGuard, refuseStep } from '../../../src/core/agent/limits.js';

const call = (args: string) => ({ id: 'c', name: 'read_file', arguments: args });

test('equal calls are counted until something changes', () => {
  const guard = createRepeatGuard();
  expect([guard.note(call('{"a":1}')), guard.note(call('{"a":1}')), guard.note(call('{"a":2}'))]).toEqual([1, 2, 1]);
  guard.reset();
  expect(guard.note(call('{"a":1}'))).toBe(1);
});

test('one step more than allowed is refused', () => {
  expect(refuseStep({ maxSteps: 3 }, 3)).toBeUndefined();
  expect(refuseStep({ maxSteps: 3 }, 4)).toMatch(/3 steps/);
});
