import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PackReport } from '../../../src/protocol/pack.js';
import { singleRoot } from '../../../src/core/repository/roots.js';
import { workspaceStateFolder } from '../../../src/node/stateFolder.js';
import { makeOwnRepository } from '../../support/ownRepository.js';
import { startSimulator, type Simulator } from '../../support/simulator/simulator.js';
import {
  editorFrame,
  openFile,
  openSidebar,
  reloadWorkbench,
  runPaletteCommand,
  tab,
} from '../../support/vscodeHost/workbench.js';
import { answerDialog, mapRows, openPackMap, readCanvas } from '../mapPage.js';
import { turnEnds, typeAndSend, waitUntilStored } from '../sidebar.js';
import { startPackagedHost, takePicture, usePage, type PackagedHost } from '../support.js';

const cli = fileURLToPath(new URL('../../../dist/cli.cjs', import.meta.url));
const target = 'src/vscode/statusBar.ts';

describe('the pack map', () => {
  let host: PackagedHost;
  let folder: string;
  beforeAll(async () => {
    folder = await makeOwnRepository();
    host = await startPackagedHost({
      env: { BALEEN_REHEARSAL: '1' },
      settings: { 'workbench.colorTheme': 'Default Dark Modern', 'baleen.explorerTokens': true },
    });
  });
  afterAll(async () => {
    await host.stop();
    await rm(dirname(folder), { recursive: true, force: true });
  });

  const packByCli = (...args: string[]): PackReport =>
    JSON.parse(
      execFileSync(process.execPath, [cli, 'pack', folder, '--json', ...args], { maxBuffer: 1 << 28 }).toString(),
    ) as PackReport;

  it('shows the pack as the command line counts it, finds and opens a file, and says what a budget leaves out', async () => {
    await usePage(host, folder, async (page) => {
      const map = await openPackMap(page);
      const report = packByCli();
      await map.getByText(`${report.tokens.toLocaleString('en')} exactly`).waitFor();
      expect(await map.locator('.table-sum').textContent()).toContain(`= ${report.tokens.toLocaleString('en')}`);
      await expect.poll(async () => (await readCanvas(map)).drawn).toBeGreaterThan(0.9);
      expect((await readCanvas(map)).colours).toBeGreaterThan(5);
      await page
        .locator('.statusbar-item', { hasText: /[\d.]+[KM] · \d+%/ })
        .first()
        .waitFor();
      await map.getByText('Language', { exact: true }).first().click();
      await map.locator('.legend-entry', { hasText: 'TypeScript' }).waitFor();
      await takePicture(page, 'packMap');

      const slider = map.getByRole('slider', { name: 'Budget' });
      await slider.focus();
      for (let press = 0; press < 4; press++) await slider.press('PageDown');
      const budget = Number(await slider.inputValue());
      expect(budget).toBeLessThan(report.tokens);
      const smaller = packByCli('--budget', String(budget));
      const listed = (pack: PackReport): string[] =>
        pack.files.filter(({ as }) => as === 'listed').map(({ path }) => path);
      const before = new Set(listed(report));
      const left = listed(smaller).filter((path) => !before.has(path)).length;
      expect(left).toBeGreaterThan(0);
      const outcome = map.locator('.budget-outcome');
      await outcome.getByText(`${smaller.tokens.toLocaleString('en')} tokens`, { exact: true }).waitFor();
      expect(await outcome.textContent()).toContain(
        `${left.toLocaleString('en')} file${left === 1 ? ' falls' : 's fall'} out`,
      );
      expect(
        await map.getByRole('list', { name: 'What falls out, by folder' }).getByRole('listitem').count(),
      ).toBeGreaterThan(0);
      await map.getByRole('button', { name: 'Everything That Fits' }).click();

      await map.getByRole('searchbox', { name: 'Search paths' }).fill(target);
      await expect.poll(() => mapRows(map).count()).toBe(1);
      await mapRows(map).first().dblclick();
      await tab(page, 'statusBar.ts').waitFor();
      await page.locator('.editor-instance .monaco-editor .view-line').first().waitFor();
    });
  });

  it('leaves a file out by a right click once the price was confirmed, and marks folders in the explorer', async () => {
    await usePage(host, folder, async (page) => {
      const map = await openPackMap(page);
      const badge = () =>
        page
          .locator('.explorer-folders-view .monaco-list-row', { hasText: 'src' })
          .first()
          .locator('.monaco-icon-label')
          .first()
          .evaluate((label) => getComputedStyle(label, '::after').content);
      await expect.poll(badge).toMatch(/^"(?:<k|\dk|\d\d|\.\d|\dM)"$/);

      await map.getByRole('searchbox', { name: 'Search paths' }).fill(target);
      await mapRows(map).first().click({ button: 'right' });
      await map.getByRole('menuitem', { name: 'Exclude This File…' }).click();
      const asked = await answerDialog(page, 'Exclude');
      expect(asked).toContain(`Exclude ${target} from the pack?`);
      expect(asked).toMatch(/full price: about \$\d/);
      const settings = join(host.server.home, 'data', 'User', 'settings.json');
      await expect.poll(async () => readFile(settings, 'utf8')).toContain(`/${target}`);
      await map.getByText('Show what is left out').click();
      await expect
        .poll(() => mapRows(map).first().locator('[role=gridcell]').allTextContents())
        .toEqual(expect.arrayContaining(['Withheld', 'excluded']));
    });
  });
});

describe('the pack map beside the service', () => {
  let simulator: Simulator;
  let host: PackagedHost;
  let folder: string;
  beforeAll(async () => {
    folder = await makeOwnRepository();
    simulator = await startSimulator({ script: [{ text: 'Yes.' }] });
    host = await startPackagedHost({ env: { BALEEN_BASE_URL: simulator.origin, BALEEN_KEY_FILE: keyFile() } });
  });
  // Each window takes it once, and keeps the key with its own page.
  beforeEach(() => writeFile(keyFile(), simulator.key, { mode: 0o600 }));
  afterAll(async () => {
    await host.stop();
    await simulator.close();
    await rm(dirname(folder), { recursive: true, force: true });
  });

  const keyFile = (): string => join(dirname(folder), 'key');
  const stateFolder = (): string =>
    workspaceStateFolder(join(host.server.home, '.local', 'state', 'baleen'), singleRoot(folder));
  const snapshots = async (): Promise<string[]> =>
    (await readdir(join(stateFolder(), 'snapshots')).catch(() => [])).filter((name) => name.endsWith('.json'));

  it('stops packing by Cancel, says so, and leaves no work behind', async () => {
    const lock = join(stateFolder(), 'pack.lock');
    await mkdir(dirname(lock), { recursive: true });
    // Another process packs, for as long as the test wants.
    await writeFile(lock, JSON.stringify({ pid: process.pid, host: hostname(), token: '0123456789abcdef' }));
    await usePage(host, folder, async (page) => {
      await runPaletteCommand(page, 'Baleen: Show Pack Map');
      const map = editorFrame(page);
      await map.getByRole('button', { name: 'Cancel' }).click();
      await map.getByText('Packing was stopped, and nothing was changed.').waitFor();
      expect(await map.getByRole('progressbar').count()).toBe(0);
      await rm(lock);
      // Work that went on would take the lock now.
      await page.waitForTimeout(1_500);
      expect([await snapshots(), existsSync(lock)]).toEqual([[], false]);
      await map.getByRole('button', { name: 'Pack now' }).click();
      await map.getByRole('application').waitFor();
      expect(await snapshots()).toHaveLength(1);
    });
  });

  it('packs the budget that was chosen once its price was confirmed, and sends nothing by that', async () => {
    await usePage(host, folder, async (page) => {
      const map = await openPackMap(page);
      const before = await snapshots();
      const slider = map.getByRole('slider', { name: 'Budget' });
      await slider.focus();
      for (let press = 0; press < 4; press++) await slider.press('PageDown');
      const budget = Number(await slider.inputValue());
      const use = map.getByRole('button', { name: 'Use This Budget' });
      await expect.poll(() => use.getAttribute('aria-disabled')).toBe('false');
      await use.click();
      const asked = await answerDialog(page, 'Use This Budget');
      expect(asked).toContain(`Pack a budget of ${budget.toLocaleString('en')} tokens?`);
      expect(asked).toMatch(/full price: about \$\d/);
      const settings = join(host.server.home, 'data', 'User', 'settings.json');
      await expect.poll(() => readFile(settings, 'utf8')).toContain(`"baleen.packBudgetTokens": ${budget}`);
      await expect.poll(async () => (await snapshots()).length).toBe(before.length + 1);
      const made = (await snapshots()).filter((name) => !before.includes(name));
      const meta = (await readFile(join(stateFolder(), 'snapshots', made[0]!), 'utf8')).split('\n')[1] ?? '';
      const { report } = JSON.parse(meta) as { report: PackReport };
      expect(report.budget).toBe(budget);
      await map.getByText(`${report.tokens.toLocaleString('en')} exactly`).waitFor();
      expect(simulator.requests).toHaveLength(0);

      const sidebar = await openSidebar(page);
      await typeAndSend(sidebar, 'Is it small?');
      await turnEnds(sidebar).waitFor();
      expect(simulator.requests).toHaveLength(1);
      expect(simulator.requests[0]?.text).toContain(`mark=\\"${report.snapshot}\\"`);
    });
  });

  it('comes back when the window is loaded again: at once where it is shown, else when its tab is', async () => {
    await usePage(host, folder, async (page) => {
      await openPackMap(page);
      await waitUntilStored(page, 'mainThreadWebview-baleen.packMap');
      await reloadWorkbench(page);
      await editorFrame(page).getByRole('application').waitFor();
      expect(await tab(page, 'Pack Map').count()).toBe(1);

      // In the background nothing is read for it.
      await openFile(page, 'README.md');
      await waitUntilStored(page, 'textEditorViewState');
      await reloadWorkbench(page);
      await page.locator('.editor-instance .view-line').first().waitFor();
      await page.locator('.statusbar-item', { hasText: 'Review off' }).first().waitFor();
      const tokens = page.locator('.statusbar-item', { hasText: /[\d.]+[KM] · \d+%/ });
      expect(await tokens.count()).toBe(0);
      await tab(page, 'Pack Map').click();
      await editorFrame(page).getByRole('application').waitFor();
      await tokens.first().waitFor();
    });
  });
});
