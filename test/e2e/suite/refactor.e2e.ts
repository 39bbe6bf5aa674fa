import { cp, mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashTree, renameByScript } from '../../support/renameReference.js';
import { makeRenameRepository, type RenameRepository } from '../../support/renameRepository.js';
import {
  answerInputBox,
  multiDiffLines,
  notification,
  runPaletteCommand,
  tab,
} from '../../support/vscodeHost/workbench.js';
import { startPackagedHost, usePage, type PackagedHost } from '../support.js';

describe('Refactor Repository…', () => {
  let host: PackagedHost;
  let repository: RenameRepository;
  let reference: string;
  beforeAll(async () => {
    repository = await makeRenameRepository({ files: 40 });
    reference = await realpath(await mkdtemp(join(tmpdir(), 'baleen-reference-')));
    await cp(repository.folder, reference, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    host = await startPackagedHost({
      env: { BALEEN_REHEARSAL: '1' },
      settings: { 'baleen.refactor.verifyCommands': ['npm test'] },
    });
  });
  afterAll(async () => {
    await host.stop();
    for (const folder of [repository.folder, reference]) await rm(folder, { recursive: true, force: true });
  });

  it('changes the checked places in more than 20 files, shows them side by side, and is undone by one click', async () => {
    const { folder, from, to, protectedFiles } = repository;
    const original = hashTree(folder);
    const expected = renameByScript(reference, from, to, protectedFiles);
    expect(expected.length).toBeGreaterThan(20);
    const protectedBytes = await readFile(join(folder, protectedFiles[0]!));

    await usePage(host, folder, async (page) => {
      await runPaletteCommand(page, 'Baleen: Refactor Repository…');
      await answerInputBox(page, `rename ${from} to ${to} everywhere`);
      const row = (text: string) => page.locator('.sidebar .pane-body .monaco-list-row', { hasText: text }).first();
      await row(protectedFiles[0]!).waitFor();
      await page.getByText(`in ${expected.length + 1} files`).waitFor();
      const box = row(protectedFiles[0]!).getByRole('checkbox');
      expect(await box.getAttribute('aria-checked')).toBe('true');
      await box.click();
      await expect.poll(() => row(protectedFiles[0]!).getByRole('checkbox').getAttribute('aria-checked')).toBe('false');
      expect(hashTree(folder)).toBe(original);

      await runPaletteCommand(page, 'Baleen: Apply to the Chosen Places');
      const done = notification(page, `${expected.length} files were changed`);
      await done.waitFor();
      expect(hashTree(folder)).toBe(hashTree(reference));
      expect(await readFile(join(folder, protectedFiles[0]!))).toEqual(protectedBytes);
      await tab(page, 'Refactoring:').waitFor();
      await multiDiffLines(page).filter({ hasText: to }).first().waitFor();

      await done.getByRole('button', { name: 'Undo All' }).click();
      await notification(page, `${expected.length} files restored`).waitFor();
      expect(hashTree(folder)).toBe(original);
    });
  });
});
