/** A window that opens after a crash: what the interrupted turn had begun is finished, undone or left, file by file. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { singleRoot } from '../../../src/core/repository/roots.js';
import { workspaceStateFolder } from '../../../src/node/stateFolder.js';
import { makeSmallRepository } from '../../support/smallRepository.js';
import { choosePick, notification, reloadWorkbench } from '../../support/vscodeHost/workbench.js';
import { runUntilKilled } from '../../support/kills/runUntilKilled.js';
import { startPackagedHost, usePage, type PackagedHost } from '../support.js';

const root = resolve(import.meta.dirname, '../../..');
const names = ['src/greet.mjs', 'src/main.mjs'] as const;

describe('a window over an interrupted turn', () => {
  let host: PackagedHost;
  let folder: string;
  let old: string[];
  beforeAll(async () => {
    host = await startPackagedHost();
  });
  afterAll(() => host.stop());
  beforeEach(async () => {
    folder = await makeSmallRepository();
    old = await onDisk();
    return () => rm(folder, { recursive: true, force: true });
  });

  const onDisk = (): Promise<string[]> => Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  const renamed = (text: string): string => text.replaceAll('greet', 'welcome');

  /** The command line, killed right before the second file takes its place. */
  async function interruptTurn(): Promise<void> {
    const args = ['run', '--rehearse', '--approve', 'auto-edit', 'rename greet to welcome everywhere'];
    const env = { XDG_STATE_HOME: join(host.server.home, '.local', 'state'), KILL_RENAME: 'main.mjs' };
    await runUntilKilled(join(root, 'dist', 'cli.cjs'), args, { cwd: folder, env });
    expect(await onDisk()).toEqual([renamed(old[0]!), old[1]]);
  }

  async function answer(page: Page, button: string): Promise<void> {
    const offer = notification(page, 'was interrupted after it had begun to change 2 files, 1 of them not to the end');
    await offer.getByRole('button', { name: button }).click();
  }

  async function accept(page: Page): Promise<void> {
    await page.locator('.quick-input-widget:visible').getByRole('button', { name: 'OK' }).click();
  }

  /** The next start has nothing to say. */
  async function expectSettled(page: Page): Promise<void> {
    await reloadWorkbench(page);
    await expect.poll(() => page.locator('.statusbar-item', { hasText: 'Baleen' }).count()).toBeGreaterThan(0);
    expect(await notification(page, 'was interrupted').count()).toBe(0);
  }

  it('EDT-01: finishes the file that was not changed yet, and leaves the other as it stands', async () => {
    await interruptTurn();
    await usePage(host, folder, async (page) => {
      await answer(page, 'Finish or Undo');
      await choosePick(page, 'finish the change');
      await accept(page);
      await notification(page, '1 file of “rename greet to welcome everywhere” finished or brought back').waitFor();
      expect(await onDisk()).toEqual(old.map(renamed));
      await expectSettled(page);
    });
  });

  it('EDT-01: brings back the file that was changed, and leaves the other', async () => {
    await interruptTurn();
    await usePage(host, folder, async (page) => {
      await answer(page, 'Finish or Undo');
      await choosePick(page, 'undo, back to what it was');
      await accept(page);
      await notification(page, '1 file of “rename greet').waitFor();
      expect(await onDisk()).toEqual(old);
      await expectSettled(page);
    });
  });

  it('asks again about a file that was changed after the question, and does not touch it', async () => {
    await interruptTurn();
    const path = join(folder, names[0]);
    await usePage(host, folder, async (page) => {
      await answer(page, 'Finish or Undo');
      await choosePick(page, 'undo, back to what it was');
      await writeFile(path, 'mine\n');
      await accept(page);
      const again = notification(page, `not touched, because it was changed after you were asked: ${names[0]}`);
      await again.getByRole('button', { name: 'Leave Them' }).click();
      await again.waitFor({ state: 'hidden' });
      expect(await onDisk()).toEqual(['mine\n', old[1]]);
      await expectSettled(page);
    });
  });

  it('EDT-01: leaves both where the user says so, and does not ask again', async () => {
    await interruptTurn();
    const left = await onDisk();
    await usePage(host, folder, async (page) => {
      await answer(page, 'Leave Them');
      await expectSettled(page);
      expect(await onDisk()).toEqual(left);
    });
  });

  it('EDT-03: gives back unsaved text that went with the window, as a new document', async () => {
    const stateFolder = workspaceStateFolder(join(host.server.home, '.local/state/baleen'), singleRoot(folder));
    const victim = join(host.server.home, 'victim.mjs');
    const entryPoints = [join(root, 'test/support/kills/victim.ts')];
    await build({ entryPoints, bundle: true, platform: 'node', format: 'esm', outfile: victim, logLevel: 'error' });
    await mkdir(stateFolder, { recursive: true });
    await runUntilKilled(victim, ['unsaved', folder, stateFolder, names[0]], { cwd: folder });
    await usePage(host, folder, async (page) => {
      const offer = notification(page, 'was interrupted after it had begun to change 1 file');
      await offer.getByRole('button', { name: 'Finish or Undo' }).click();
      await choosePick(page, 'as you had typed it');
      await accept(page);
      await page.locator('.tabs-container .tab.active.dirty', { hasText: 'Untitled' }).first().waitFor();
      const lines = page.locator('.editor-instance .view-line');
      expect((await lines.allTextContents()).join('\n').replaceAll('\u00a0', ' ')).toContain('typed and not saved');
      expect(await onDisk()).toEqual(old);
    });
  });
});
