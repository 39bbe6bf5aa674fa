import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSimulator, type Simulator } from '../../support/simulator/simulator.js';
import { makeSmallRepository } from '../../support/smallRepository.js';
import {
  focusEditor,
  listProblems,
  openFile,
  runPaletteCommand,
  saveFile,
  squiggles,
} from '../../support/vscodeHost/workbench.js';
import { startPackagedHost, usePage, type PackagedHost } from '../support.js';

const newLine = 'export function greet(name, greeting) {';
const callerLine = "console.log(greet('world'));";
const broken = {
  ...{ path: 'src/greet.mjs', quote: newLine, severity: 'error', category: 'broken caller' },
  message: 'greet now needs a greeting, which its caller does not give.',
  callers: [{ path: 'src/main.mjs', quote: callerLine }],
};
const invented = {
  ...broken,
  quote: 'export function neverWritten() {',
  message: 'Invented by the model.',
  callers: [],
};
const report = (findings: unknown[]) => ({
  calls: [{ id: 'report', name: 'report_findings', arguments: JSON.stringify({ findings }) }],
});

describe('review on save', () => {
  let simulator: Simulator;
  let host: PackagedHost;
  let folder: string;
  beforeAll(async () => {
    folder = await makeSmallRepository();
    simulator = await startSimulator({ script: [report([broken, invented]), report([])] });
    const keyFile = join(folder, '..', `baleen-key-${process.pid}`);
    await writeFile(keyFile, simulator.key, { mode: 0o600 });
    host = await startPackagedHost({ env: { BALEEN_BASE_URL: simulator.origin, BALEEN_KEY_FILE: keyFile } });
  });
  afterAll(async () => {
    await host.stop();
    await simulator.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('marks the changed line and the caller in another file, and drops a finding with a false quote', async () => {
    await usePage(host, folder, async (page) => {
      await status(page, 'Review off').waitFor();
      await runPaletteCommand(page, 'Baleen: Toggle Review on Save');
      await status(page, 'Review off').waitFor({ state: 'detached' });
      await status(page, 'Review').waitFor();
      await openFile(page, 'src/greet.mjs');
      await typeIntoFirstLine(page, ', greeting');
      await saveFile(page);
      const offer = status(page, 'Review: start for');
      await offer.waitFor();
      expect(simulator.requests).toHaveLength(0);
      await offer.click();

      await status(page, '1 finding').waitFor();
      await squiggles(page, 'error').first().waitFor();
      const problems = await listProblems(page);
      await problems.filter({ hasText: 'Broken by the change in src/greet.mjs' }).waitFor();
      await problems.filter({ hasText: 'main.mjs' }).first().waitFor();
      expect(await problems.filter({ hasText: 'Invented' }).count()).toBe(0);
      expectDiffLast(simulator);
      await openFile(page, 'src/main.mjs');
      await squiggles(page, 'error').first().waitFor();

      // The cache is warm now: the next save is reviewed by itself, and its clean result clears both marks.
      await openFile(page, 'src/greet.mjs');
      await typeIntoFirstLine(page, " = 'Hello'");
      await saveFile(page);
      await status(page, 'Review clean').waitFor();
      expect(simulator.requests).toHaveLength(2);
      await expect.poll(() => squiggles(page, 'error').count()).toBe(0);
      await expect.poll(() => problems.filter({ hasText: 'greet' }).count()).toBe(0);
    });
  });
});

/** The change stands last in the body, its caller only in the pack. */
function expectDiffLast(simulator: Simulator): void {
  const texts = simulator.requests[0]!.parsed.messages.map((message) => ('text' in message ? message.text : ''));
  expect(texts.at(-1)).toContain(`+${newLine}`);
  expect(texts.at(-1)).not.toContain(callerLine);
  expect(texts.slice(0, -1).join('\n')).toContain(callerLine);
}

function status(page: Page, text: string) {
  return page.locator('.statusbar-item', { hasText: text }).first();
}

/** Types before the parenthesis that ends the parameters of the first line. */
async function typeIntoFirstLine(page: Page, text: string): Promise<void> {
  await focusEditor(page);
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('End');
  for (let step = 0; step < ') {'.length; step++) await page.keyboard.press('ArrowLeft');
  await page.keyboard.type(text);
}
