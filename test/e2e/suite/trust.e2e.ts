import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countProcesses } from '../../support/countProcesses.js';
import { makeSmallRepository } from '../../support/smallRepository.js';
import { openSidebar, runPaletteCommand } from '../../support/vscodeHost/workbench.js';
import { answerApproval, approvalCard, typeAndSend } from '../sidebar.js';
import { startPackagedHost, usePage, type PackagedHost } from '../support.js';

describe('trust that is given and taken', () => {
  let host: PackagedHost;
  let folder: string;
  beforeAll(async () => {
    folder = await makeSmallRepository();
    host = await startPackagedHost({ profile: 'restricted', env: { BALEEN_REHEARSAL: '1' } });
  });
  afterAll(async () => {
    await host.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('TRU-04: taken in mid-run it voids a question that waits and ends a command', async () => {
    const marker = join(folder, 'made.txt');
    await usePage(host, folder, async (page) => {
      const sidebar = await openSidebar(page);
      await sidebar.getByText('Restricted Mode').first().waitFor();
      await giveTrust(page);
      await typeAndSend(sidebar, `run \`touch ${marker}\``);
      await approvalCard(sidebar).getByText(marker).first().waitFor();
      await takeTrust(page);
      await sidebar.getByText('Restricted Mode').first().waitFor();
      expect(await approvalCard(sidebar).count()).toBe(0);
      expect(existsSync(marker)).toBe(false);

      await giveTrust(page);
      await sidebar.getByRole('button', { name: 'New session' }).click();
      await typeAndSend(sidebar, `run \`${longCommand.join(' ')}\``);
      await answerApproval(sidebar, 'Approve');
      await expect.poll(() => countProcesses(longCommand)).toBeGreaterThan(0);
      await takeTrust(page);
      // The target is one second; the machine may be busy, and a command that goes on takes hours.
      await expect.poll(() => countProcesses(longCommand)).toBe(0);
      await sidebar.getByText('Restricted Mode').first().waitFor();
    });
  });
});

async function giveTrust(page: Page): Promise<void> {
  const editor = await openTrustEditor(page);
  await editor.getByRole('button', { name: 'Trust', exact: true }).click();
  await editor.and(page.locator('.trusted')).waitFor();
  await page
    .locator('.monaco-modal-editor-block')
    .getByRole('button', { name: /^Close/ })
    .first()
    .click();
  await editor.waitFor({ state: 'detached' });
}

/** VS Code itself loads the window again then. */
async function takeTrust(page: Page): Promise<void> {
  const editor = await openTrustEditor(page);
  const row = editor.locator('.trusted-uris-table .monaco-list-row').filter({ hasText: 'baleen-repository' });
  await row.hover();
  const reloaded = page.waitForEvent('framenavigated', (frame) => frame === page.mainFrame());
  await row.getByRole('button', { name: 'Delete Path' }).click();
  await reloaded;
  await page.locator('.monaco-workbench .part.activitybar').waitFor();
}

async function openTrustEditor(page: Page): Promise<Locator> {
  await runPaletteCommand(page, 'Workspaces: Manage Workspace Trust');
  const editor = page.locator('.workspace-trust-editor');
  await editor.waitFor();
  return editor;
}

/** A number that no other process has among its words. */
const longCommand = ['sleep', `8${process.pid}`];
