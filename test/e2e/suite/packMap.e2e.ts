import { execFileSync } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PackReport } from '../../../src/protocol/pack.js';
import { makeOwnRepository } from '../../support/ownRepository.js';
import { tab } from '../../support/vscodeHost/workbench.js';
import { answerDialog, mapRows, openPackMap, readCanvas } from '../mapPage.js';
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
      const left = smaller.files.filter(({ as }) => as === 'listed').length;
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
