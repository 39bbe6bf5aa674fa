import { readdirSync, readFileSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fault } from '../../support/simulator/faults.js';
import { startSimulator, type Simulator } from '../../support/simulator/simulator.js';
import { makeSmallRepository } from '../../support/smallRepository.js';
import { answerInputBox, notification, openSidebar, reloadWorkbench } from '../../support/vscodeHost/workbench.js';
import { turnEnds, typeAndSend } from '../sidebar.js';
import { startPackagedHost, usePage, type PackagedHost } from '../support.js';

const wrongKey = 'sk-wrong-0123456789abcdef';
const reasoning = 'First I look at greet, then at its one caller.';
const answer = `## How it greets

The function **greet** stands in [src/greet.mjs](src/greet.mjs):

\`\`\`js
export function greet(name) {
  return \`Hello, \${name}!\`;
}
\`\`\`

1. \`main.mjs\` calls it.
2. It prints <b>one</b> line.
`;

describe('a first key', () => {
  let simulator: Simulator;
  let host: PackagedHost;
  let folder: string;
  let hasShownPart: () => void;
  beforeAll(async () => {
    folder = await makeSmallRepository();
    const shownPart = new Promise<void>((resolve) => (hasShownPart = resolve));
    const fault: Fault = { kind: 'hold', before: 'calls it', until: () => shownPart };
    simulator = await startSimulator({ script: () => ({ reasoning, text: answer, fault }) });
    host = await startPackagedHost({ env: { BALEEN_BASE_URL: simulator.origin } });
  });
  afterAll(async () => {
    await host.stop();
    await simulator.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('is checked, kept where nobody reads it, and answers with Markdown, code and folded reasoning', async () => {
    await usePage(host, folder, async (page) => {
      const sidebar = await openSidebar(page);
      const enterKey = sidebar.getByRole('button', { name: 'Enter API key…' });
      await enterKey.click();
      await answerInputBox(page, wrongKey);
      await notification(page, 'The key was not kept.').waitFor();
      const failed = await notification(page, 'The key was not kept.').textContent();
      expect(failed).not.toContain(wrongKey);
      await sidebar.getByText('The API key was rejected').first().waitFor();

      await enterKey.click();
      await answerInputBox(page, simulator.key);
      await notification(page, 'Balance: 0.00 USD').waitFor();
      await sidebar.getByText('Balance: 0.00 USD').waitFor();

      await typeAndSend(sidebar, 'How does it greet?');
      // The rest is not yet on its way.
      await sidebar.getByRole('heading', { name: 'How it greets' }).waitFor();
      expect(await sidebar.locator('.answer').textContent()).not.toContain('calls it');
      hasShownPart();
      await turnEnds(sidebar).waitFor();
      const shown = sidebar.locator('.answer');
      expect(await shown.locator('strong').textContent()).toBe('greet');
      expect(await shown.locator('ol li').count()).toBe(2);
      expect(await shown.locator('pre code').textContent()).toContain('export function greet(name) {');
      await shown.locator('pre code span.hljs-keyword').first().waitFor();
      expect(await sidebar.getByText(reasoning).count()).toBe(0);
      const fold = sidebar.locator('.reasoning button');
      expect(await fold.getAttribute('aria-expanded')).toBe('false');
      await fold.click();
      await sidebar.getByText(reasoning).waitFor();

      expect(simulator.requests).toHaveLength(1);
      expect(simulator.requests[0]?.headers.get('authorization')).toBe(`Bearer ${simulator.key}`);
      await expectKeyNowhere(page, host.server.home, simulator.key);

      await reloadWorkbench(page);
      const again = await openSidebar(page);
      await typeAndSend(again, 'And again?');
      await turnEnds(again).nth(1).waitFor();
      expect(simulator.requests).toHaveLength(2);
      expect(simulator.requests[1]?.headers.get('authorization')).toBe(`Bearer ${simulator.key}`);
      await expectKeyNowhere(page, host.server.home, simulator.key);
    });
  });
});

/** Not in the text of any frame, nor in what the browser stores, nor in a file of the server's home. */
async function expectKeyNowhere(page: Page, home: string, key: string): Promise<void> {
  for (const frame of page.frames()) expect(await frame.content()).not.toContain(key);
  expect(await page.evaluate(() => JSON.stringify({ ...localStorage }))).not.toContain(key);
  const files = readdirSync(home, { recursive: true })
    .map((name) => join(home, String(name)))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true);
  expect(files.length).toBeGreaterThan(10);
  expect(files.filter((path) => readFileSync(path).includes(key))).toEqual([]);
}
