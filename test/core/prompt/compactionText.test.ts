import { expect, test } from 'vitest';
import type { Message } from '../../../src/core/model/types.js';
import { keepRequests, renderCompacted, summaryIn } from '../../../src/core/prompt/compactionText.js';
import { renderTurnMessage } from '../../../src/core/prompt/turnMessage.js';

const say = (request: string): Message => ({
  role: 'user',
  text: renderTurnMessage({ kind: 'chat', changes: [], context: [], request }),
});
const compacted = (messages: Message[], most: number, summary = 'Summed up.'): Message => ({
  role: 'user',
  text: renderCompacted({
    ...{ summary, requests: keepRequests(messages, most), isUnderWay: false, changed: [], leftOut: 0 },
    ...{ surroundings: 'platform: linux', unsaved: [] },
  }),
});

test('the newest requests have room first, and those left out are counted through several compactions', () => {
  const words = (n: number): string => `request ${n} ${'x'.repeat(200)}`;
  const first = keepRequests([1, 2, 3, 4, 5].map(words).map(say), 1000);
  expect(first).toEqual({ texts: [words(2), words(3), words(4), words(5)], left: 1 });
  const again = keepRequests([compacted([1, 2, 3, 4, 5].map(words).map(say), 1000), say(words(6))], 1000);
  expect(again).toEqual({ texts: [words(3), words(4), words(5), words(6)], left: 2 });
});

test('a request that is too long loses its middle and says so', () => {
  const [kept] = keepRequests([say(`begin ${'🙂'.repeat(2000)} end`)], 1000).texts;
  expect(kept!.length).toBeLessThan(400);
  expect(kept).toMatch(/^begin 🙂+\n\[… \d+ characters are left out here …\]\n🙂+ end$/u);
});

test('an earlier summary is found again, and nothing else is taken for one', () => {
  expect(summaryIn([compacted([say('a')], 1000)])).toBe('Summed up.');
  expect(summaryIn([say('<baleen-summary>\nno\n</baleen-summary>')])).toBeUndefined();
});
