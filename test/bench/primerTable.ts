/**
 * What a primer costs and saves by the simulator's cache, in input: `npx esbuild test/bench/primerTable.ts --bundle
 * --platform=node --outfile=dist-test/primerTable.cjs && node dist-test/primerTable.cjs`. A token stands as one character.
 */
import { findHost, serveModel } from '../../src/core/model/catalogue.js';
import { costOf, ratesAt } from '../../src/core/model/prices.js';
import { createPrefixCache } from '../../src/rehearsal/wire/prefixCache.js';
import { renderOutput, renderPrompt } from '../../src/rehearsal/wire/promptTemplate.js';
import type { ServerMessage } from '../../src/rehearsal/types.js';

const offPeak = Date.parse('2026-11-28T12:00:00Z');
const packTokens = 600_000;
const messageTokens = 500;
const answer = { reasoning: 'r'.repeat(800), text: 't'.repeat(400), calls: [] };

/** Conversations over one pack, as the number of messages of each. */
const scenes: readonly [name: string, conversations: readonly number[]][] = [
  ['one message', [1]],
  ['one chat of four messages', [4]],
  ['two chats, one message each', [1, 1]],
  ['chat, review and refactor, one message each', [1, 1, 1]],
  ['chat of four, then three reviews in one', [4, 3]],
];

/** Hit and miss of all requests together. */
function run(conversations: readonly number[], primer: boolean, intervalTokens: number | undefined) {
  const cache = createPrefixCache({
    tokenCount: (text) => text.length,
    ...(intervalTokens === undefined ? {} : { intervalTokens }),
  });
  const total = { cacheHitTokens: 0, cacheMissTokens: 0, outputTokens: 0, reasoningTokens: 0 };
  const base: ServerMessage[] = [
    { role: 'system', text: 's'.repeat(2000) },
    { role: 'user', text: 'p'.repeat(packTokens) },
  ];
  const send = (messages: ServerMessage[], reply: typeof answer): void => {
    const fixed = { wire: 'openai', model: 'm', thinking: true, effort: 'high', userId: 'u', maxTokens: 1 } as const;
    const tools = [{ name: 'a', description: 'b', schema: {} }];
    const prompt = renderPrompt({ ...fixed, tools, messages });
    const { hit, miss } = cache.read('lane', prompt);
    cache.store('lane', prompt, renderOutput(reply, true));
    total.cacheHitTokens += hit;
    total.cacheMissTokens += miss;
  };
  if (primer) {
    send(base, { reasoning: 'O', text: '', calls: [] });
    total.outputTokens++;
  }
  conversations.forEach((count, conversation) => {
    const messages = [...base];
    for (let n = 0; n < count; n++) {
      messages.push({ role: 'user', text: `turn of ${'abc'[conversation]!.repeat(messageTokens)}` });
      send(messages, answer);
      messages.push({ role: 'assistant', ...answer });
    }
  });
  return total;
}

for (const [name, conversations] of scenes) {
  const cells = [undefined, 4096].flatMap((interval) =>
    ['v4-flash', 'v4-pro'].map((id) => {
      const rates = ratesAt(
        { model: serveModel(findHost('deepseek')!, id)!, currency: 'USD', rehearsal: false },
        offPeak,
      );
      const [without, primed] = [false, true].map((on) => costOf(run(conversations, on, interval), rates)!.amount);
      const change = (100 * (primed! - without!)) / without!;
      return `$${without!.toFixed(4)} → $${primed!.toFixed(4)} (${change > 0 ? '+' : '−'}${Math.abs(change).toFixed(1)} %)`;
    }),
  );
  process.stdout.write(`| ${name} | ${cells.join(' | ')} |\n`);
}
