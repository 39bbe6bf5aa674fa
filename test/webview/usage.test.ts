import { describe, expect, test } from 'vitest';
import type { FromUsagePage, ToUsagePage } from '../../src/protocol/usagePage.js';
import { linearScale, logScale, namedColumns } from '../../src/webview/usage/scales.js';
import { preparePages } from './onPage.js';
import { openPage, type PageHarness } from './page.js';
import { scriptPayloads } from './payloads.js';
import { dayBefore, group, makeReport, usageMessage } from './sampleUsage.js';

type UsageHarness = PageHarness<FromUsagePage, ToUsagePage>;

const onPage = preparePages(
  (browser, server, options): Promise<UsageHarness> => openPage(browser, server, { width: 1280, ...options }),
  { script: 'usage.js' },
);

const section = ({ page }: UsageHarness, name: string) => page.getByRole('region', { name, exact: true });
const rowsOf = async (harness: UsageHarness, name: string): Promise<string[][]> =>
  section(harness, name)
    .locator('tbody tr')
    .evaluateAll((rows) => rows.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.innerText)));
const footOf = (harness: UsageHarness, name: string) => section(harness, name).locator('tfoot td').allTextContents();
const factOf = (harness: UsageHarness, name: string) =>
  harness.page.locator('.fact').filter({ hasText: name }).first().locator('dd').allTextContents();
const days = (harness: UsageHarness, count: number) => harness.page.getByText(`${count} days`, { exact: true }).click();
const plot = (harness: UsageHarness, name: string) => section(harness, name).getByRole('application');
const heights = (harness: UsageHarness, name: string) =>
  plot(harness, name)
    .locator('.series-fill')
    .evaluateAll((rects) => rects.map((rect) => Number(rect.getAttribute('height'))));

const usd = (amount: number) => ({ amount, currency: 'USD' as const });
const cny = (amount: number) => ({ amount, currency: 'CNY' as const });

describe('before there is anything', () => {
  onPage('asks for it, and says when it could not be read', async (harness) => {
    expect(await harness.readPosts()).toEqual([{ type: 'ready' }]);
    await harness.page.getByText('Reading what was used').waitFor();
    await harness.tell({ type: 'failed', sentence: 'The ledger is on a disk that is gone.' });
    expect(await harness.page.getByRole('alert').textContent()).toContain('on a disk that is gone');
    await harness.page.getByRole('button', { name: 'Try again' }).click();
    expect((await harness.readPosts()).at(-1)).toEqual({ type: 'refresh' });
  });

  onPage('says what is blocked, and offers trust', async (harness) => {
    await harness.tell({ type: 'blocked', sentence: 'This folder is in Restricted Mode.', untrusted: true });
    await harness.page.getByRole('button', { name: 'Manage workspace trust' }).click();
    expect((await harness.readPosts()).at(-1)).toEqual({ type: 'manage_trust' });
  });

  onPage('says in a sentence that nothing was sent, ever or in this range', async (harness) => {
    await harness.tell(usageMessage({}));
    await harness.page.getByText('Nothing has been sent yet.').waitFor();
    await harness.tell(usageMessage({ groups: [group({ day: dayBefore(40) })] }));
    await harness.page.getByText('Nothing was sent in the last 30 days.').waitFor();
    await days(harness, 90);
    expect(await factOf(harness, 'Requests')).toEqual(['5', 'none failed']);
  });
});

describe('sums', () => {
  onPage('of the head are those of the range, to the digit', async (harness) => {
    const usage = { cacheHitTokens: 1_234_567, cacheMissTokens: 65_433, outputTokens: 4321, reasoningTokens: 1000 };
    await harness.tell(
      usageMessage({
        groups: [
          group({ day: dayBefore(0), usage, cost: usd(0.0161), saved: usd(0.1815), failed: 1 }),
          group({ day: dayBefore(29), purpose: 'review', requests: 2, cost: usd(0.3), saved: usd(0.1) }),
          group({ day: dayBefore(30), cost: usd(7), saved: usd(9) }),
        ],
      }),
    );
    expect(await factOf(harness, 'Cost')).toEqual(['$0.32', 'last 30 days']);
    expect(await factOf(harness, 'Saved')).toEqual(['$0.28', 'against full price']);
    expect(await factOf(harness, 'Hit rate')).toEqual(['95.9 %', '95.4K tokens new']);
    expect(await factOf(harness, 'Input')).toEqual(['2.3M', '2,300,000 tokens']);
    expect(await factOf(harness, 'Requests')).toEqual(['7', '1 of them failed']);
    expect(await rowsOf(harness, 'Cost by day')).toEqual([
      ['Thu 26 Nov', '$0.0161', '$0.0161', '–'],
      ['Wed 28 Oct', '$0.3000', '–', '$0.3000'],
    ]);
    expect(await footOf(harness, 'Cost by day')).toEqual(['All', '$0.3161', '$0.0161', '$0.3000']);
    expect(await rowsOf(harness, 'Saved by the cache')).toEqual([
      ['Thu 26 Nov', '$0.0161', '$0.1976', '$0.1815'],
      ['Wed 28 Oct', '$0.3000', '$0.4000', '$0.1000'],
    ]);
    await days(harness, 7);
    expect(await factOf(harness, 'Cost')).toEqual(['$0.02', 'last 7 days']);
    await days(harness, 90);
    expect(await factOf(harness, 'Cost')).toEqual(['$7.32', 'last 90 days']);
  });

  onPage('of two currencies stand side by side and are never added', async (harness) => {
    const dearer = { cost: cny(0.3), saved: cny(1) };
    await harness.tell(
      usageMessage({ groups: [group({ day: dayBefore(0) }), group({ day: dayBefore(1), ...dearer })] }),
    );
    expect(await factOf(harness, 'Cost')).toEqual(['$0.01, ¥0.30', 'last 30 days']);
    expect(await footOf(harness, 'Cost by day, USD')).toEqual(['All', '$0.0100', '$0.0100']);
    expect(await footOf(harness, 'Cost by day, CNY')).toEqual(['All', '¥0.3000', '¥0.3000']);
    expect(await rowsOf(harness, 'Saved by the cache, CNY')).toEqual([
      ['Thu 26 Nov', '–', '–', '–'],
      ['Wed 25 Nov', '¥0.3000', '¥1.3000', '¥1.0000'],
    ]);
  });

  onPage('leave out what has no known price, and say how much that is', async (harness) => {
    const own = group({ day: dayBefore(2), host: 'own', cost: null, saved: null, requests: 3 });
    await harness.tell(usageMessage({ groups: [own] }));
    expect(await factOf(harness, 'Cost')).toEqual(['price not known', '3 requests not priced']);
    expect(await section(harness, 'Cost by day').count()).toBe(0);
    expect((await rowsOf(harness, 'By model and host'))[0]?.slice(-2)).toEqual(['price not known', '3']);
    await harness.tell(usageMessage({ groups: [own, group({ day: dayBefore(1) })] }));
    expect(await footOf(harness, 'Cost by day')).toEqual(['All', '$0.0100', '$0.0100', '3 requests']);
    expect(await plot(harness, 'Cost by day').locator('.bar-unknown').count()).toBe(1);
    await section(harness, 'Cost by day').getByText('and 3 requests whose price is not known').waitFor();
  });

  onPage('leave out what may have been billed unseen, and say how much that is at most', async (harness) => {
    const unsettled = { requests: 2, atMost: usd(0.37) };
    await harness.tell(usageMessage({ groups: [group({ day: dayBefore(0), failed: 2, unsettled })] }));
    expect(await factOf(harness, 'Cost')).toEqual(['$0.01', 'last 30 days']);
    await harness.page
      .getByText('2 requests ended without telling their usage and may be billed, at most $0.37 in all.')
      .waitFor();
  });

  onPage('are told as incomplete where lines of the ledger were damaged', async (harness) => {
    await harness.tell(usageMessage({ groups: [group({ day: dayBefore(0) })], damaged: 3 }));
    expect(await harness.page.getByRole('status').filter({ hasText: 'ledger' }).textContent()).toBe(
      '3 lines of the ledger could not be read and are in no sum here. They stay on disk as they are.',
    );
  });
});

describe('plots', () => {
  onPage('of cost stack a bar a day, each purpose as high as it cost', async (harness) => {
    await harness.tell(
      usageMessage({
        groups: [
          group({ day: dayBefore(1), cost: usd(0.3) }),
          group({ day: dayBefore(1), purpose: 'primer', cost: usd(0.1) }),
          group({ day: dayBefore(0), cost: usd(0.15) }),
        ],
      }),
    );
    const [chat = 0, primer = 0, today = 0] = (await heights(harness, 'Cost by day')).filter((tall) => tall > 0);
    expect(chat / primer).toBeCloseTo(3, 5);
    expect(today / chat).toBeCloseTo(0.5, 5);
    expect(await section(harness, 'Cost by day').locator('.legend-item').allTextContents()).toEqual([
      'Chat$0.4500',
      'Primer$0.1000',
    ]);
  });

  onPage('of the hit rate draw a line between days, and bridge those without input', async (harness) => {
    const half = { cacheHitTokens: 50, cacheMissTokens: 50, outputTokens: 1, reasoningTokens: 0 };
    const none = { cacheHitTokens: 0, cacheMissTokens: 0, outputTokens: 0, reasoningTokens: 0 };
    const whole = { ...half, cacheHitTokens: 100, cacheMissTokens: 0 };
    const usages = [whole, none, half, half];
    await harness.tell(
      usageMessage({ groups: usages.map((usage, before) => group({ day: dayBefore(before), usage })) }),
    );
    const lines = plot(harness, 'Hit rate by day').locator('.series-line');
    expect(await lines.evaluateAll((all) => all.map((line) => line.classList.contains('bridge')))).toEqual([
      false,
      true,
    ]);
    const [low = 0, , high = 0] = await plot(harness, 'Hit rate by day')
      .locator('.series-point')
      .evaluateAll((all) => all.map((point) => Number(point.getAttribute('cy'))));
    expect(low).toBeGreaterThan(high);
    expect(await rowsOf(harness, 'Hit rate by day')).toContainEqual(['Wed 25 Nov', '5', '0', '0', '–']);
  });

  onPage('of latency have a mark a request, a shape a model, hollow where the input was new', async (harness) => {
    const at = new Date(`${dayBefore(0)}T12:00:00`).toISOString();
    const point = { at, purpose: 'chat' as const, inputTokens: 1000, durationMs: 9000 };
    await harness.tell(
      usageMessage({
        groups: [group({ day: dayBefore(0) })],
        latencies: [
          { ...point, model: 'v4-flash', hitTokens: 900, firstTokenMs: 800 },
          { ...point, model: 'v4-flash', hitTokens: 0, firstTokenMs: 8000 },
          { ...point, model: 'v4-pro', hitTokens: 900, firstTokenMs: 1600 },
        ],
      }),
    );
    const marks = plot(harness, 'Time to the first token').locator('.mark');
    const drawn = await marks.evaluateAll((all) =>
      all.map((mark) => ({ shape: mark.getAttribute('d'), isCold: mark.classList.contains('cold') })),
    );
    expect(drawn.map(({ isCold }) => isCold)).toEqual([false, true, false]);
    expect(drawn[0]?.shape).toBe(drawn[1]?.shape);
    expect(drawn[2]?.shape).not.toBe(drawn[0]?.shape);
    expect(await rowsOf(harness, 'Time to the first token')).toEqual([
      ['Thu 26 Nov', 'v4-pro', '1', '1.6 s', '1.6 s', '1.6 s'],
      ['Thu 26 Nov', 'v4-flash', '2', '800 ms', '8.0 s', '8.0 s'],
    ]);
  });

  onPage('tell a day to the pointer and to the keyboard, and mark it in every table', async (harness) => {
    await harness.tell({ type: 'usage', report: makeReport(), account: { keyDetail: undefined, canAsk: false } });
    const cost = plot(harness, 'Cost by day');
    const box = (await cost.boundingBox())!;
    await harness.page.mouse.move(box.x + box.width - 8, box.y + 60);
    expect(await harness.page.locator('.tooltip').innerText()).toMatch(/^Thu 26 Nov\n\$\d\.\d{4} in all\n/);
    expect(await harness.page.locator('tr.current').count()).toBe(4);
    await harness.page.mouse.move(0, 0);
    expect(await harness.page.locator('.tooltip, tr.current').count()).toBe(0);

    await cost.focus();
    await harness.page.keyboard.press('Home');
    expect(await cost.getByRole('status').textContent()).toMatch(/^Wed 28 Oct, /);
    for (const key of ['End', 'ArrowLeft']) await harness.page.keyboard.press(key);
    expect(await cost.getByRole('status').textContent()).toMatch(/^Wed 25 Nov, \$\d\.\d{4} in all, /);
    expect(await harness.page.evaluate(() => document.scrollingElement?.scrollTop)).toBe(0);
  });

  for (const theme of ['dark', 'light', 'contrast'] as const) {
    onPage(
      `tell purposes apart without colour in the ${theme} theme`,
      async (harness) => {
        await harness.tell({ type: 'usage', report: makeReport(), account: { keyDetail: undefined, canAsk: false } });
        const swatches = section(harness, 'Cost by day').locator('.legend-item svg');
        const patterns = await swatches.locator('.series-pattern').evaluateAll((all) =>
          all.map((rect) => {
            const id = rect.getAttribute('fill')?.replace(/url\(#|\)/g, '') ?? '';
            return document.getElementById(id)?.innerHTML.replace(/class="[^"]*"/g, '');
          }),
        );
        expect(new Set(patterns).size).toBe(7);
        const colours = await swatches
          .locator('.series-fill')
          .evaluateAll((all) => all.map((rect) => getComputedStyle(rect).fill));
        expect(new Set(colours).size).toBe(7);
      },
      { theme },
    );
  }

  onPage(
    'fit a narrow tab without scrolling sideways',
    async (harness) => {
      await harness.tell({ type: 'usage', report: makeReport(), account: { keyDetail: undefined, canAsk: false } });
      const width = await harness.page.evaluate(() => document.scrollingElement?.scrollWidth);
      expect(width).toBeLessThanOrEqual(320);
    },
    { width: 320 },
  );
});

describe('what the page asks for', () => {
  onPage('is a table as CSV, with numbers and days as programs read them', async (harness) => {
    await harness.tell(
      usageMessage({
        groups: [
          group({ day: dayBefore(0), cost: usd(0.0123456789) }),
          group({ day: dayBefore(3), cost: usd(0.1 + 0.2) }),
        ],
      }),
    );
    await harness.page.getByRole('button', { name: 'Copy as CSV: Cost by day and purpose, USD' }).click();
    expect((await harness.readPosts()).at(-1)).toEqual({
      type: 'copy',
      text: [
        'Day,Cost,Chat',
        '2026-11-26,0.0123456789,0.0123456789',
        '2026-11-23,0.3,0.3',
        'All,0.3123456789,0.3123456789',
        '',
      ].join('\r\n'),
    });
    await section(harness, 'Cost by day').getByText('Copied').waitFor();
  });

  onPage('quotes names in CSV, and makes no formula of them', async (harness) => {
    const hosts = ['a,"b"', '=HYPERLINK("x")', scriptPayloads[0] ?? ''];
    await harness.tell(usageMessage({ groups: hosts.map((host) => group({ day: dayBefore(0), host })) }));
    await harness.page.getByRole('button', { name: 'Copy as CSV: By model and host' }).click();
    const { text } = await harness.waitForPost('copy');
    expect(text).toContain('v4-flash,"a,""b""",');
    expect(text).toContain(`v4-flash,"'=HYPERLINK(""x"")",`);
    expect(await harness.page.evaluate(() => 'ran' in window)).toBe(false);
  });

  onPage('is the balance where a key is stored, and the ledger again', async (harness) => {
    await harness.tell(usageMessage({}, { keyDetail: 'A key is stored.', canAsk: true }));
    await harness.page.getByText('A key is stored.').waitFor();
    await harness.page.getByRole('button', { name: 'Ask for the balance' }).click();
    await harness.page.getByRole('button', { name: 'Read again' }).click();
    expect((await harness.readPosts()).slice(1)).toEqual([{ type: 'check_key' }, { type: 'refresh' }]);
    await harness.tell(usageMessage({}, { keyDetail: 'No key is stored.', canAsk: false }));
    expect(await harness.page.getByRole('button', { name: 'Ask for the balance' }).count()).toBe(0);
  });
});

describe('scales', () => {
  test('end on a round number that is not below the most', () => {
    for (const [most, ticks] of [
      [0, [0, 0.25, 0.5, 0.75, 1]],
      [0.58, [0, 0.2, 0.4, 0.6]],
      [0.07, [0, 0.02, 0.04, 0.06, 0.08]],
      [4, [0, 1, 2, 3, 4]],
      [1234, [0, 500, 1000, 1500]],
    ] as const) {
      const scale = linearScale(most);
      expect(scale.ticks.map(({ value }) => value)).toEqual(ticks);
      expect(scale.at(most)).toBeLessThanOrEqual(1);
    }
  });

  test('of powers of ten hold both ends', () => {
    const scale = logScale(300, 36_000);
    expect(scale.ticks.map(({ value }) => value)).toEqual([200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000]);
    expect([scale.at(200), scale.at(50_000)]).toEqual([0, 1]);
    expect(scale.at(1000)).toBeLessThan(scale.at(2000));
  });

  test('name the newest column always, and others as far as there is room', () => {
    expect(namedColumns(7, 700)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(namedColumns(30, 640)).toEqual([2, 5, 8, 11, 14, 17, 20, 23, 26, 29]);
    expect(namedColumns(90, 60).at(-1)).toBe(89);
  });
});
