/** Which shell lines run without asking (T4, CMD-01 to CMD-08, CMD-10, CMD-14, PRF-05), over the real parser. */
import { afterAll, describe, expect, test } from 'vitest';
import { benign, operators, unsafe } from './commandTable.js';
import { openTestGate } from './testGate.js';

const gate = openTestGate();
afterAll(() => gate.close());

describe('a line that is not safe asks', () => {
  test.each(unsafe.map(([id, line]) => [`${id}: ${JSON.stringify(line).slice(0, 90)}`, line] as const))(
    '%s',
    async (_title, line) => {
      expect(await gate.verdictOf(line)).toBe('asks');
    },
  );
});

test('T4: of 60 benign lines 95 % run without asking', async () => {
  expect(new Set(benign).size).toBe(60);
  const asking = [];
  for (const line of benign) if ((await gate.verdictOf(line)) !== 'allowed') asking.push(line);
  expect(asking).toEqual(benign.slice(-3));
});

test('T4: an unsafe line stays one behind, before and inside an allowed one, by each of twelve operators', async () => {
  let lines = 0;
  // Half a line is made whole by another one, and may then be harmless.
  for (const [index, [, line]] of unsafe.filter(([id]) => id !== 'CMD-08').entries()) {
    const allowed = benign[index % benign.length]!;
    for (const operator of operators) {
      for (const whole of [operator(allowed, line), operator(line, allowed)]) {
        lines++;
        expect(await gate.verdictOf(whole), whole).toBe('asks');
      }
    }
  }
  expect(operators).toHaveLength(12);
  expect(lines).toBeGreaterThan(4000);
});
