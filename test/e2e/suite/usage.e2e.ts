import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FrameLocator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findHost, serveModel } from '../../../src/core/model/catalogue.js';
import { costOf, ratesAt } from '../../../src/core/model/prices.js';
import { localDay } from '../../../src/core/usage/days.js';
import { addCost, formatCost, free, type Cost } from '../../../src/protocol/money.js';
import { makeLedgerLines, writeLedger } from '../../support/sampleLedger.js';
import { startSimulator, type Simulator } from '../../support/simulator/simulator.js';
import { makeSmallRepository } from '../../support/smallRepository.js';
import { answerInputBox, openSidebar, runPaletteCommand } from '../../support/vscodeHost/workbench.js';
import { messageBox, turnEnds, typeAndSend } from '../sidebar.js';
import { startPackagedHost, takePicture, usePage, type PackagedHost } from '../support.js';
import { openUsagePage, readFact } from '../usagePage.js';

const answer = { text: 'It greets the world.' };
const flash = serveModel(findHost('deepseek')!, 'v4-flash')!;

describe('what requests cost', () => {
  let simulator: Simulator;
  let host: PackagedHost;
  let folder: string;
  const beganMs = Date.now();
  beforeAll(async () => {
    folder = await makeSmallRepository();
    simulator = await startSimulator({ script: () => answer });
    host = await startPackagedHost({
      env: { BALEEN_BASE_URL: simulator.origin },
      settings: { 'workbench.colorTheme': 'Default Dark Modern' },
    });
  });
  afterAll(async () => {
    await host.stop();
    await simulator.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Of all requests that the simulator has answered, by their usage as it told it and by the prices of a moment. */
  const costAt = (epochMs: number): Cost =>
    simulator.requests.reduce<Cost>((sum, { usage }) => {
      const rates = ratesAt({ model: flash, currency: 'USD', rehearsal: false }, epochMs);
      return addCost(sum, usage === undefined ? null : costOf(usage, rates));
    }, free);

  it('stands under a message before, beside it afterwards, and to the digit on the usage page', async () => {
    await usePage(host, folder, async (page) => {
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      const usage = await openUsagePage(page, 'Nothing has been sent yet.');
      const sidebar = await openSidebar(page);
      await sidebar.getByRole('button', { name: 'Enter API key…' }).click();
      await answerInputBox(page, simulator.key);
      await sidebar.getByText('Priced with the first message, which packs the repository.').waitFor();

      await typeAndSend(sidebar, 'What does it do?');
      await turnEnds(sidebar).waitFor();
      await messageBox(sidebar).fill('And what does it print?');
      const tag = sidebar.locator('.price-tag .explained-line');
      await tag.waitFor();
      const said = (await tag.innerText()).replaceAll(/\s+/g, ' ');
      expect(said).toMatch(/^about [<$\d.]+( \([<$\d.]+–[<\d.]+\))?, \d+ % cached; at most \$[\d.]+$/);
      const [least = 0, most = 0] = await readRange(sidebar);
      expect(most).toBeGreaterThan(0);

      const before = costAt(beganMs);
      await messageBox(sidebar).press('Enter');
      await turnEnds(sidebar).nth(1).waitFor();
      const costs = [costAt(beganMs), costAt(Date.now())];
      const last = costs.map((sum) => formatCost(addCost(sum, before && { ...before, amount: -before.amount })));
      const turn = await sidebar.locator('.price-turn .explained-line').innerText();
      expect(last).toContain(turn.replace('last turn ', ''));
      const paid = Number(turn.replace(/[^\d.]/g, ''));
      expect(paid).toBeGreaterThanOrEqual(least);
      expect(paid).toBeLessThanOrEqual(most);

      await expect.poll(() => readFact(usage, 'Requests')).toEqual(['2', 'none failed']);
      expect(costs.map(formatCost)).toContain((await readFact(usage, 'Cost'))[0]);
      await usage.getByRole('button', { name: 'Copy as CSV: Cost by day and purpose, USD' }).click();
      const day = localDay(Date.now());
      const rows = costs.map((sum) => [day, ...Array<string>(2).fill(digitsOf(sum))].join(','));
      await expect
        .poll(async () => (await readClipboard(page)).split('\r\n').slice(0, 2))
        .toEqual(['Day,Cost,Chat', expect.toSatisfy((row: string) => rows.includes(row))]);

      // The session's own model is priced, and not that of the settings.
      await messageBox(sidebar).fill('And then?');
      const atMost = async (): Promise<number> => Number(/at most \$([\d.]+)/.exec(await tag.innerText())?.[1]);
      await expect.poll(atMost).toBeGreaterThan(0);
      const asFlash = await atMost();
      await sidebar.getByLabel('Model', { exact: true }).selectOption('v4-pro');
      await expect.poll(atMost).toBeGreaterThan(3 * asFlash);
    });
  });

  it('is drawn over weeks, with the sums of the ledger’s lines', async () => {
    const lines = makeLedgerLines({ lastDay: localDay(Date.now()), days: 30 });
    await writeLedger(join(host.server.home, '.local', 'state', 'baleen'), lines);
    const ledger = lines.reduce<Cost>((sum, { cost }) => addCost(sum, cost ?? free), free);
    await usePage(host, folder, async (page) => {
      await runPaletteCommand(page, 'View: Toggle Primary Side Bar Visibility');
      const usage = await openUsagePage(page, 'Cost by day');
      const sums = [costAt(beganMs), costAt(Date.now())].map((sent) => formatCost(addCost(ledger, sent)));
      expect(sums).toContain((await readFact(usage, 'Cost'))[0]);
      expect((await readFact(usage, 'Requests'))[0]).toBe(String(lines.length + simulator.requests.length));
      const worked = new Set([localDay(beganMs), ...lines.map(({ at }) => localDay(Date.parse(at)))]).size;
      const cost = usage.getByRole('region', { name: 'Cost by day', exact: true });
      expect(await cost.locator('tbody tr').count()).toBe(worked);
      await cost.getByRole('application').focus();
      await page.keyboard.press('Home');
      await usage.locator('.tooltip').waitFor();
      await takePicture(page, 'usage');
    });
  });
});

/** The figures of the first request in the tag's details. */
async function readRange(sidebar: FrameLocator): Promise<number[]> {
  await sidebar.locator('.price-tag .explained-line').focus();
  const row = sidebar.locator('.price-tag dl > div').filter({ hasText: 'First request, answer included' });
  const text = (await row.locator('dd').innerText()).replaceAll('<', '');
  await messageBox(sidebar).focus();
  return text.split(' to ').map((sum) => Number(sum.slice(1)));
}

function digitsOf(cost: Cost): string {
  return String(Number((cost?.amount ?? 0).toPrecision(12)));
}

async function readClipboard(page: Page): Promise<string> {
  return page.evaluate(() => navigator.clipboard.readText());
}
