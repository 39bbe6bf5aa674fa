import { describe, expect, it } from 'vitest';
import { createRepetitionWatch, endsInRepeats } from '../../../src/core/model/repetition.js';
import { makeRandom } from '../../support/seededRandom.js';

function prose(words: number, seed: number): string {
  const random = makeRandom(seed);
  return Array.from({ length: words }, () => random.below(46_656).toString(36)).join(' ');
}

describe('api-9.27: repeated reasoning', () => {
  it.each([20, 150, 1_000])(
    'a block of %i words that comes again and again is noticed, behind an honest beginning',
    (words) => {
      const watch = createRepetitionWatch();
      const block = `${prose(words, words)}\n`;
      expect(watch.push(prose(2_000, 1))).toBe(false);
      let repeats = 0;
      while (repeats < 2_000 && !watch.push(block)) repeats++;
      expect(repeats * block.length).toBeLessThan(48_000);
      expect(repeats).toBeGreaterThanOrEqual(3);
    },
  );

  it('long honest reasoning, and short repetitions in it, are not', () => {
    const watch = createRepetitionWatch();
    for (let round = 0; round < 50; round++) {
      expect(
        watch.push(`${prose(300, round)}\nLet me check that again.\nLet me check that again.\n| --- | --- |\n`),
      ).toBe(false);
    }
    expect(endsInRepeats('-'.repeat(3_000))).toBe(false);
    expect(endsInRepeats(`${prose(400, 3)}${'row of a table\n'.repeat(300)}`)).toBe(true);
  });
});
