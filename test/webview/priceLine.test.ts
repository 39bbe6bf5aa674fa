import { describe, expect } from 'vitest';
import { noUsage, type AgentEvent } from '../../src/protocol/events.js';
import type { Money } from '../../src/protocol/money.js';
import type { SendEstimate } from '../../src/protocol/sidebar.js';
import { preparePages } from './onPage.js';
import { openHarness, type Harness } from './page.js';
import { warmTag } from './samplePrices.js';

const onPage = preparePages(async (browser, server, options) => {
  const harness = await openHarness(browser, server, options);
  await harness.open();
  return harness;
});

const usd = (amount: number): Money => ({ amount, currency: 'USD' });
const cny = (amount: number): Money => ({ amount, currency: 'CNY' });
const tell = (harness: Harness, estimate: SendEstimate) => harness.tell({ type: 'estimate', estimate });
const line = ({ page }: Harness) => page.locator('.price-line');
const shown = async (harness: Harness, name: '.price-tag' | '.price-turn' | '.price-why') =>
  (await harness.page.locator(`${name} .explained-line, ${name}.price-why`).innerText()).replaceAll(/\s+/g, ' ');
const factsOf = (harness: Harness) =>
  harness.page
    .getByRole('tooltip')
    .locator('dl > div')
    .evaluateAll((rows) =>
      rows.map((row) => `${row.querySelector('dt')?.textContent}: ${row.querySelector('dd')?.textContent}`),
    );

function stepEnd(cost: Money): AgentEvent {
  const usage = { ...noUsage, cacheHitTokens: 90, cacheMissTokens: 10 };
  return {
    ...{ type: 'step_end', step: 1, stopReason: 'stop', usage, cost },
    ...{ contextTokens: 100, windowTokens: 1000, countedTokens: 100 },
  };
}

function turnEnd(cost: Money): AgentEvent {
  const nothing = { changed: [], changedByCommands: [], driftTokens: 0, durationMs: 10 };
  return { type: 'turn_end', turn: 1, outcome: 'done', usage: noUsage, cost, ...nothing };
}

describe('the price tag under the message box', () => {
  onPage('says about what it will cost, within what, how much of it is cached, and the most', async (harness) => {
    await tell(harness, { tag: warmTag, caps: [] });
    expect(await shown(harness, '.price-tag')).toBe('about $0.0031 ($0.0028–0.0042), 98 % cached; at most $0.19');
    const dearer = { low: cny(0.02), expected: cny(0.02), high: cny(0.02), worst: cny(1.3), input: cny(0.013) };
    await tell(harness, { tag: { ...warmTag, ...dearer }, caps: [] });
    expect(await shown(harness, '.price-tag')).toBe('about ¥0.02, 98 % cached; at most ¥1.30');
    const unknown = { low: null, expected: null, high: null, worst: null, input: null };
    await tell(harness, { tag: { ...warmTag, ...unknown }, caps: [] });
    expect(await shown(harness, '.price-tag')).toBe('price not known');
  });

  onPage('says why there is none', async (harness) => {
    await tell(harness, { why: 'Priced with the first message, which packs the repository.' });
    expect(await line(harness).innerText()).toBe('Priced with the first message, which packs the repository.');
  });

  onPage('explains itself to the pointer and to the keyboard, until Escape', async (harness) => {
    await tell(harness, {
      tag: { ...warmTag, primer: usd(0.0018) },
      caps: [
        { of: 'turn', cap: usd(2), left: usd(2) },
        { of: 'day', cap: usd(5), left: usd(4.58) },
      ],
    });
    const facts = [
      'Input: 612,345 tokens',
      'Expected in the cache: 598,016 tokens, 98 %',
      'The input alone: $0.0019',
      'Primer ahead of it, included: $0.0018',
      'First request, answer included: $0.0028 to $0.0042',
      'At most: nothing cached, longest answer: $0.19',
      'Cap of a turn: $2.00 of $2.00 left',
      'Cap of a day: $4.58 of $5.00 left',
    ];
    expect(await harness.page.getByRole('tooltip').count()).toBe(0);
    await harness.page.locator('.price-tag').hover();
    expect(await factsOf(harness)).toEqual(facts);
    await harness.page.mouse.move(5, 5);
    expect(await harness.page.getByRole('tooltip').count()).toBe(0);
    await harness.page.locator('.price-tag .explained-line').focus();
    expect(await factsOf(harness)).toEqual(facts);
    await harness.page.keyboard.press('Escape');
    expect(await harness.page.getByRole('tooltip').count()).toBe(0);
  });

  onPage('stays while the turn runs, with what it cost so far and in the end', async (harness) => {
    await tell(harness, { tag: { ...warmTag, expected: usd(0.5) }, caps: [] });
    await harness.tellEvents({ type: 'turn_start', turn: 1, message: 'Hello' });
    await harness.tellEvents({ type: 'price_tag', turn: 1, tag: warmTag });
    expect(await shown(harness, '.price-tag')).toContain('about $0.0031 (');
    expect(await harness.page.locator('.price-turn').count()).toBe(0);
    await harness.tellEvents(stepEnd(usd(0.003)), stepEnd(usd(0.0012)));
    expect(await shown(harness, '.price-turn')).toBe('so far $0.0042');
    await harness.tellEvents(turnEnd(usd(0.0042)));
    await tell(harness, { tag: { ...warmTag, expected: usd(0.0033) }, caps: [] });
    expect(await shown(harness, '.price-tag')).toContain('about $0.0033 (');
    expect(await shown(harness, '.price-turn')).toBe('last turn $0.0042');
    await harness.page.locator('.price-turn').hover();
    expect(await factsOf(harness)).toEqual([
      'Said before its first request: $0.0028 to $0.0042',
      'Its first answer cost: $0.0030',
      'All its answers: $0.0042, 2 answers',
    ]);
    await harness.tellEvents({ type: 'turn_start', turn: 2, message: 'And?' });
    expect(await harness.page.locator('.price-turn').count()).toBe(0);
  });

  for (const width of [280, 380, 600]) {
    onPage(
      `moves nothing at ${width} px, whatever it says`,
      async (harness) => {
        const box = () => harness.page.locator('.composer').boundingBox();
        const before = await box();
        const told: SendEstimate[] = [
          { why: 'Priced with the first message, which packs the repository.' },
          { tag: warmTag, caps: [] },
          {
            tag: { ...warmTag, expected: usd(12.34), low: usd(10.01), high: usd(99.99), worst: usd(123.45) },
            caps: [],
          },
        ];
        for (const estimate of told) {
          await tell(harness, estimate);
          expect(await box()).toEqual(before);
          const beyond = await line(harness).evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth);
          expect(beyond).toBeLessThanOrEqual(0);
        }
      },
      { width },
    );
  }

  onPage('is told the draft, from which the host makes the next', async (harness) => {
    await harness.page.getByRole('textbox', { name: 'Message' }).fill('What does it do?');
    expect(await harness.waitForPost('draft')).toEqual({ type: 'draft', text: 'What does it do?' });
  });
});

describe('a cap that was reached', () => {
  onPage('is a notice with a button to its setting', async (harness) => {
    const action = { kind: 'open_settings', label: 'Caps…', setting: 'baleen.caps' } as const;
    await harness.tellEvents({ type: 'notice', level: 'warning', text: 'Stopped at the cap of $2.00.', action });
    await harness.page.getByRole('button', { name: 'Caps…' }).click();
    expect((await harness.readPosts()).at(-1)).toEqual({ type: 'open_settings', setting: 'baleen.caps' });
  });
});
