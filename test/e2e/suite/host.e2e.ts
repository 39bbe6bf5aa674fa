import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeSmallRepository } from '../../support/smallRepository.js';
import { openFile, openSidebar, runPaletteCommand, tab } from '../../support/vscodeHost/workbench.js';
import { startPackagedHost, usePage, type PackagedHost } from '../support.js';

describe('the packaged extension in a trusted folder', () => {
  let host: PackagedHost;
  let folder: string;
  beforeAll(async () => {
    folder = await makeSmallRepository();
    host = await startPackagedHost();
  });
  afterAll(async () => {
    await host.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('shows its message box in the side bar, beside files that open', async () => {
    await usePage(host, folder, async (page) => {
      await openFile(page, 'src/greet.mjs');
      expect(await tab(page, 'greet.mjs').isVisible()).toBe(true);
      const sidebar = await openSidebar(page);
      await sidebar.getByRole('textbox').first().waitFor();
      await runPaletteCommand(page, 'View: Close All Editors');
      await tab(page, 'greet.mjs').waitFor({ state: 'detached' });
    });
  });
});

describe('the packaged extension in a folder that is not trusted', () => {
  it('opens in restricted mode', async () => {
    const folder = await makeSmallRepository();
    const host = await startPackagedHost({ profile: 'restricted' });
    try {
      await usePage(host, folder, async (page) => {
        await page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).waitFor();
      });
    } finally {
      await host.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
