/** Unsaved text that the agent changed and that was closed without saving comes back by the notice's button. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSimulator, type Simulator } from '../../support/simulator/simulator.js';
import { makeSmallRepository } from '../../support/smallRepository.js';
import {
  focusEditor,
  notification,
  openFile,
  openSidebar,
  runPaletteCommand,
} from '../../support/vscodeHost/workbench.js';
import { turnEnds, typeAndSend } from '../sidebar.js';
import { startPackagedHost, usePage, type PackagedHost } from '../support.js';

const path = 'src/greet.mjs';
const edit = { path, hunks: [{ old_text: 'Hello', new_text: 'Welcome' }] };

describe('a notice of lost text', () => {
  let simulator: Simulator;
  let host: PackagedHost;
  let folder: string;
  beforeAll(async () => {
    folder = await makeSmallRepository();
    const calls = [{ id: 'c1', name: 'edit_file', arguments: JSON.stringify(edit) }];
    simulator = await startSimulator({ script: [{ calls }, { text: 'Done.' }] });
    const keyFile = join(folder, '..', `baleen-key-lost-${process.pid}`);
    await writeFile(keyFile, simulator.key, { mode: 0o600 });
    const env = { BALEEN_BASE_URL: simulator.origin, BALEEN_KEY_FILE: keyFile };
    host = await startPackagedHost({ env, settings: { 'baleen.approve': 'auto-edit' } });
  });
  afterAll(async () => {
    await host.stop();
    await simulator.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('EDT-03: opens what was typed before the turn', async () => {
    await usePage(host, folder, async (page) => {
      const before = await readFile(join(folder, path), 'utf8');
      await openFile(page, path);
      await focusEditor(page);
      await page.keyboard.press('Control+Home');
      await page.keyboard.type('/* typed and not saved */ ');
      const sidebar = await openSidebar(page);
      await typeAndSend(sidebar, 'welcome them');
      await turnEnds(sidebar).waitFor();
      const lines = page.locator('.editor-instance .view-line');
      await lines.filter({ hasText: 'Welcome' }).first().waitFor();
      await focusEditor(page);
      await runPaletteCommand(page, 'View: Revert and Close Editor');
      await lines.first().waitFor({ state: 'detached' });
      await runPaletteCommand(page, 'Baleen: Undo Last Turn');
      await notification(page, 'was closed without saving').getByRole('button', { name: 'Open It' }).click();
      await page.locator('.tabs-container .tab.active.dirty', { hasText: 'Untitled' }).first().waitFor();
      const text = (await lines.allTextContents()).join('\n').replaceAll('\u00a0', ' ');
      expect(text).toMatch(/typed and not saved.*\n.*Hello/);
      expect(await readFile(join(folder, path), 'utf8')).toBe(before);
    });
  });
});
