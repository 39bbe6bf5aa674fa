import { cp, mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashTree, listGitFiles, renameByScript } from '../../support/renameReference.js';
import { countProcesses } from '../../support/countProcesses.js';
import { makeRenameRepository, type RenameRepository } from '../../support/renameRepository.js';
import { modifiedLines, openSidebar, runPaletteCommand, terminalText } from '../../support/vscodeHost/workbench.js';
import {
  answerApproval,
  answerUntilEnd,
  messageBox,
  readDistanceFromEnd,
  turnEnds,
  typeAndSend,
  widenSidebar,
} from '../sidebar.js';
import { startPackagedHost, takePicture, usePage, type PackagedHost } from '../support.js';

describe('a task typed into the sidebar, in a folder that was never opened before', () => {
  let host: PackagedHost;
  let repository: RenameRepository;
  let reference: string;

  beforeAll(async () => {
    repository = await makeRenameRepository({ files: 200 });
    expect(listGitFiles(repository.folder).length).toBeGreaterThanOrEqual(200);
    reference = await realpath(await mkdtemp(join(tmpdir(), 'baleen-reference-')));
    await cp(repository.folder, reference, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    host = await startPackagedHost({
      env: { npm_config_update_notifier: 'false' },
      settings: { 'workbench.colorTheme': 'Default Dark Modern' },
    });
  });
  afterAll(async () => {
    await host.stop();
    for (const folder of [repository.folder, reference]) await rm(folder, { recursive: true, force: true });
  });

  it('renames to the same bytes as a script, shows the tests in the terminal, and is undone', async () => {
    const { folder, from, to, protectedFiles } = repository;
    const original = hashTree(folder);
    expect(hashTree(reference)).toBe(original);
    renameByScript(reference, from, to, protectedFiles);
    const protectedBytes = await readFile(join(folder, protectedFiles[0]!));

    await usePage(host, folder, async (page) => {
      const sidebar = await openSidebar(page);
      await sidebar.getByRole('button', { name: 'Try a rehearsal without a key' }).click();
      await sidebar.getByText('Rehearsal: a small stand-in answers').waitFor();
      const mode = sidebar.getByRole('combobox', { name: 'Approval mode' });
      await mode.selectOption('Auto-edit');
      await expect.poll(() => mode.inputValue()).toBe('auto-edit');

      await typeAndSend(sidebar, `rename ${from} to ${to} everywhere and run the tests`);
      const asked = await answerUntilEnd(sidebar, 1, (text) => (text.includes('Protected') ? 'Reject' : 'Approve'));
      expect(asked.filter((text) => text.includes(protectedFiles[0]!))).toHaveLength(1);
      expect(asked.filter((text) => text.includes('npm test'))).toHaveLength(1);
      expect(asked).toHaveLength(2);

      expect(hashTree(folder)).toBe(hashTree(reference));
      expect(await readFile(join(folder, protectedFiles[0]!))).toEqual(protectedBytes);
      await expect.poll(() => terminalText(page).textContent()).toMatch(/\d+.modules.agree/);
      await expect.poll(() => turnEnds(sidebar).textContent()).toContain('files changed');
      await expect.poll(() => readDistanceFromEnd(sidebar)).toBeLessThan(2);

      await widenSidebar(page, 440);
      const edits = sidebar.getByRole('button', { name: 'files edited' }).last();
      await edits.click();
      await sidebar.getByRole('button', { name: 'Open diff of src/' }).last().click();
      await modifiedLines(page).filter({ hasText: to }).first().waitFor();
      await edits.click();
      await sidebar.getByRole('button', { name: 'Open diff of src/' }).first().waitFor({ state: 'detached' });
      await expect.poll(() => readDistanceFromEnd(sidebar)).toBeLessThan(2);
      await takePicture(page, 'rename');

      await turnEnds(sidebar).getByRole('button', { name: 'Undo' }).click();
      await sidebar.getByText(/\d+ files restored/).waitFor();
      expect(hashTree(folder)).toBe(original);
    });
  });

  it('sends nothing while an input method composes, and stops a command at once', async () => {
    await usePage(host, repository.folder, async (page) => {
      await runPaletteCommand(page, 'Baleen: Try Without a Key');
      const sidebar = await openSidebar(page);
      await sidebar.getByText('Rehearsal: a small stand-in answers').waitFor();
      const box = messageBox(sidebar);
      await box.click();
      await composeAndPressEnter(page);
      await expect.poll(() => box.inputValue()).toBe('にほん');
      await box.fill('');
      await typeAndSend(sidebar, `run \`${longCommand.join(' ')}\``);
      await answerApproval(sidebar, 'Approve');
      await expect.poll(() => countProcesses(longCommand)).toBeGreaterThan(0);
      expect(await sidebar.locator('.user-message').allTextContents()).toEqual([`run \`${longCommand.join(' ')}\``]);

      const startedMs = performance.now();
      await sidebar.getByRole('button', { name: 'Stop' }).click();
      await sidebar.locator('.turn-end.outcome-cancelled').waitFor();
      // The target is one second; a machine that is busy with other tests may take longer, a turn that waits for its command takes hours.
      expect(performance.now() - startedMs).toBeLessThan(60_000);
      await expect.poll(() => countProcesses(longCommand)).toBe(0);
      await sidebar.getByRole('button', { name: 'Send' }).waitFor();
    });
  });
});

/** A number that no other process has among its words. */
const longCommand = ['sleep', `9${process.pid}`];

/** Begins a word with an input method and presses Enter in it, as browsers report it: once by the code 229, once by the key. */
async function composeAndPressEnter(page: Page): Promise<void> {
  const keyboard = await page.context().newCDPSession(page);
  await keyboard.send('Input.imeSetComposition', { text: 'にほん', selectionStart: 3, selectionEnd: 3 });
  for (const windowsVirtualKeyCode of [229, 13]) {
    const key = { key: windowsVirtualKeyCode === 229 ? 'Process' : 'Enter', code: 'Enter', windowsVirtualKeyCode };
    await keyboard.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...key });
    await keyboard.send('Input.dispatchKeyEvent', { type: 'keyUp', ...key });
  }
  await keyboard.detach();
}
