/** The price tag against what the simulator's cache then bills, over many conversations. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findHost, serveModel } from '../../../src/core/model/catalogue.js';
import { costOf, ratesAt } from '../../../src/core/model/prices.js';
import type { Message, ModelClient, ModelRequest } from '../../../src/core/model/types.js';
import { createLedger } from '../../../src/core/usage/ledger.js';
import { createMeteredClient } from '../../../src/core/usage/meteredClient.js';
import { tagOf } from '../../../src/core/usage/priceTag.js';
import { createPrimingClient } from '../../../src/core/usage/primer.js';
import { createNodeFiles } from '../../../src/node/files.js';
import type { Usage } from '../../../src/protocol/events.js';
import type { Purpose } from '../../../src/protocol/usage.js';
import type { ServerMessage, ServerRequest } from '../../../src/rehearsal/types.js';
import { createPrefixCache } from '../../../src/rehearsal/wire/prefixCache.js';
import { renderOutput, renderPrompt } from '../../../src/rehearsal/wire/promptTemplate.js';
import { makeRandom, type Random } from '../../support/seededRandom.js';
import { createFakeClock } from '../../support/simulator/clocks.js';
import { accountOf, requestOf } from '../model/support.js';

/**
 * Of the requests of a conversation that only grows: the steady state of public reports is 98.3 to 99.8 % of hits, with
 * single requests that find nothing, or a part, on a prompt that did not change.
 */
const missRate = 0.015;

const packOf = (tokens: number): string => 'p'.repeat(tokens);
/** A token a character, so that a test can hold hundreds of thousands. */
const tokenCount = (text: string): number => text.length;

function toServer(request: ModelRequest, packs: ReadonlyMap<string, string>): ServerRequest {
  const messages = request.messages.map((message): ServerMessage => {
    if (message.role === 'assistant') return message;
    if (message.role === 'tool') return { role: 'tool', call: message.call, text: message.text };
    return { role: 'user', text: 'text' in message ? message.text : packs.get(message.packSha256)! };
  });
  const { model, thinking, maxTokens, userId, system, tools } = request;
  return {
    ...{ wire: 'openai', model: model.wireId, thinking: thinking !== 'off', effort: thinking, maxTokens, userId },
    tools: tools.map((tool) => ({ ...tool })),
    messages: [{ role: 'system', text: system }, ...messages],
  };
}

function normal(random: Random): number {
  let sum = 0;
  for (let n = 0; n < 12; n++) sum += random.below(10_000) / 10_000;
  return sum - 6;
}

const typical: Record<string, number> = { chat: 1200, review: 500, refactor: 2500 };

interface Sample {
  inside: boolean;
  spread: number;
  /** Of the input's cost, where the lane was warm and the cache kept its promise. */
  error: number | undefined;
}

interface World {
  random: Random;
  intervalTokens: number | undefined;
  primer: boolean;
  packTokens: number;
  model: 'v4-flash' | 'v4-pro';
}

/** Several conversations over one pack, one after the other, in one lane. */
async function converse(
  { random, intervalTokens, primer, packTokens, model: id }: World,
  folder: string,
): Promise<Sample[]> {
  const clock = createFakeClock(Date.parse('2026-11-28T09:00:00Z'));
  const cache = createPrefixCache({ tokenCount, ...(intervalTokens === undefined ? {} : { intervalTokens }) });
  const sha = `pack ${random.below(1e9)}`;
  const packs = new Map([[sha, packOf(packTokens)]]);
  const count = (request: ModelRequest): number => cache.count(renderPrompt(toServer(request, packs)));
  const billed: Usage[] = [];
  let missed = false;
  const model: ModelClient = {
    async *stream(request) {
      const { purpose } = request.account;
      const prompt = renderPrompt(toServer(request, packs));
      const { hit, miss } = cache.read('lane', prompt);
      const isWarm = hit > 1000 && purpose !== 'primer';
      missed = isWarm && random.below(1000) < missRate * 1000;
      const kept = missed ? Math.floor((hit * random.choose([0, 0, 1, 2])) / 4 / 128) * 128 : hit;
      const length = Math.round(typical[purpose] === undefined ? 1 : typical[purpose] * Math.exp(0.5 * normal(random)));
      const reply = {
        reasoning: 'r'.repeat(Math.ceil(length * 0.6)),
        text: 't'.repeat(Math.floor(length * 0.4)),
        calls: [],
      };
      const output = renderOutput(reply, true);
      cache.store('lane', prompt, output);
      const usage = {
        ...{ cacheHitTokens: kept, cacheMissTokens: miss + hit - kept, outputTokens: tokenCount(output) },
        reasoningTokens: reply.reasoning.length,
      };
      billed.push(usage);
      await clock.advance(4000);
      yield {
        type: 'done',
        message: { role: 'assistant', ...reply },
        stopReason: 'stop',
        usage,
        model: 'deepseek-flash',
      };
    },
  };
  const ledger = createLedger({ files: createNodeFiles(), folder, clock });
  let made = 0;
  const metered = createMeteredClient({ client: model, ledger, clock, randomHex: () => `${++made}` });
  const client = createPrimingClient({ client: metered, ledger, clock });
  const samples: Sample[] = [];
  const signal = new AbortController().signal;

  for (const purpose of ['chat', 'review', 'chat', 'refactor', 'chat'] as Purpose[]) {
    const session = `${folder} ${++made}`;
    const base: Message[] = [{ role: 'user', packSha256: sha }];
    const messages: Message[] = [...base];
    for (let step = 0; step < 5; step++) {
      const said = `<baleen-turn kind="${purpose}">${session}${step}${'u'.repeat(random.below(3000))}`;
      messages.push({ role: 'user', text: said });
      const bare = requestOf({
        model: serveModel(findHost('deepseek')!, id)!,
        messages: [...messages],
        maxTokens: 65_536,
      });
      const countedTokens = count(bare);
      const account = accountOf({
        ...{ purpose, session, turn: step, countedTokens, mostTokens: countedTokens + 2048, primer },
        base: { messages: 1, tokens: count({ ...bare, messages: base }) },
      });
      const request = { ...bare, account };
      const payer = { model: bare.model, currency: 'USD', rehearsal: false } as const;
      const tag = tagOf(await ledger.known(), request, payer, clock.now());
      billed.length = 0;
      for await (const event of client.stream(request, signal)) if (event.type === 'done') messages.push(event.message);
      const rates = ratesAt(payer, clock.now());
      const cost = (usages: readonly Usage[]): number =>
        usages.reduce((sum, usage) => sum + costOf(usage, rates)!.amount, 0);
      const actual = cost(billed);
      const input = cost(billed.map((usage) => ({ ...usage, outputTokens: 0 })));
      const isWarm = tag.expectedHitTokens > tag.tokens / 2 && tag.primer === undefined && !missed;
      expect(actual).toBeLessThanOrEqual(tag.worst!.amount);
      samples.push({
        inside: actual >= tag.low!.amount && actual <= tag.high!.amount,
        spread: tag.high!.amount / tag.low!.amount,
        error: isWarm ? Math.abs(tag.input!.amount - input) / input : undefined,
      });
      await clock.advance(random.choose([5, 60, 600]) * 1000);
    }
  }
  return samples;
}

test.each([
  ['none', undefined, true],
  ['none', undefined, false],
  ['at intervals', 4096, true],
  ['at intervals', 4096, false],
] as const)(
  'the tag holds in constructed sequences: units %s (%s), primer %s',
  { timeout: 300_000 },
  async (_units, intervalTokens, primer) => {
    const sequences = process.env.BALEEN_SOAK === '1' ? 60 : 6;
    const folder = mkdtempSync(join(tmpdir(), 'baleen-tag-'));
    const samples: Sample[] = [];
    try {
      for (let seed = 1; seed <= sequences; seed++) {
        const random = makeRandom(seed);
        const model = seed % 2 === 0 ? 'v4-flash' : 'v4-pro';
        const packTokens = random.choose([60_000, 150_000, 300_000, 600_000]);
        samples.push(...(await converse({ random, intervalTokens, primer, packTokens, model }, folder)));
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    const inside = samples.filter((one) => one.inside).length / samples.length;
    const spread = samples.map((one) => one.spread).sort((a, b) => a - b)[Math.floor(samples.length / 2)]!;
    const errors = samples.flatMap(({ error }) => (error === undefined ? [] : [error])).sort((a, b) => a - b);
    if (process.env.BALEEN_SHOW_TAGS === '1')
      process.stderr.write(
        `${_units}, primer ${primer}: inside ${inside}, spread ${spread}, worst error ${errors.at(-1)}\n`,
      );
    expect(errors.length).toBeGreaterThan(samples.length / 2);
    // Without a primer it is not known beforehand where two conversations will be found to part.
    expect(errors.at(primer ? -1 : Math.floor(errors.length * 0.95) - 1)).toBeLessThan(0.1);
    expect(spread).toBeLessThanOrEqual(3);
    expect(inside).toBeGreaterThanOrEqual(0.95);
  },
);
