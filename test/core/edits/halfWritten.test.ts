import { expect, it } from 'vitest';
import { isHalfWritten } from '../../../src/core/edits/halfWritten.js';
import { makeRandom } from '../../support/seededRandom.js';

it('EDT-01: tells every half of a write in place from what somebody has changed since', () => {
  const random = makeRandom(7);
  const make = (): Buffer => Buffer.from(Array.from({ length: random.below(40) }, () => 97 + random.below(3)));
  for (let run = 0; run < 3_000; run++) {
    const [from, to] = [make(), make()];
    const shared = Math.min(from.length, to.length);
    const tail = to.subarray(shared);
    const states = [Buffer.concat([from, tail.subarray(0, random.below(tail.length + 1))])];
    for (let at = 0; at <= shared; at++) {
      states.push(Buffer.concat([to.subarray(0, at), from.subarray(at), tail]));
    }
    for (const state of [...states, from, to]) expect(isHalfWritten(from, to, state)).toBe(true);
    const changed = Buffer.from(random.choose(states));
    if (changed.length === 0) continue;
    changed[random.below(changed.length)] = 122;
    expect(isHalfWritten(from, to, changed)).toBe(false);
    expect(isHalfWritten(from, to, Buffer.concat([random.choose(states), Buffer.from('z')]))).toBe(false);
  }
});
