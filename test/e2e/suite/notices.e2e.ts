/** Notices of Baleen that do something when their buttons are clicked: files that were held back. */
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSimulator, type Simulator, type Turn } from '../../support/simulator/simulator.js';
import { makeSmallRepository } from '../../support/smallRepository.js';
import { notification, openSidebar, reloadWorkbench } from '../../support/vscodeHost/workbench.js';
import { turnEnds, typeAndSend } from '../sidebar.js';
import { startPackagedHost, usePage, type PackagedHost } from '../support.js';

const call = (id: string, name: string, args: object): Turn => ({
  calls: [{ id, name, arguments: JSON.stringify(args) }],
});
/** The line does not name what it makes, or it would ask before it ran. */
const plant = (folder: string): object => ({
  command: `node -e "const d = '${folder}/.vs' + 'code'; fs.mkdirSync(d, { recursive: true }); fs.writeFileSync(d + '/tasks.json', 'planted')"; sleep 600`,
  background: true,
});

function answer(notice: Locator, button: string): Promise<void> {
  return notice.getByRole('button', { name: button }).click();
}

describe('a notice', () => {
  let simulator: Simulator;
  let host: PackagedHost;
  let folder: string;
  const inFolder = (path: string): string => join(folder, path);
  beforeAll(async () => {
    folder = await makeSmallRepository();
    const script = [
      call('c1', 'run_command', plant('one')),
      { text: 'Done.' },
      call('c2', 'run_command', plant('two')),
      { text: 'Done.' },
      call('c3', 'run_command', plant('three')),
      { text: 'Done.' },
    ];
    simulator = await startSimulator({ script });
    const keyFile = join(folder, '..', `baleen-key-notices-${process.pid}`);
    await writeFile(keyFile, simulator.key, { mode: 0o600 });
    const env = { BALEEN_BASE_URL: simulator.origin, BALEEN_KEY_FILE: keyFile };
    host = await startPackagedHost({ env, settings: { 'baleen.approve': 'auto', 'files.autoSave': 'off' } });
  });
  afterAll(async () => {
    await host.stop();
    await simulator.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('PRF-05: puts back what was held back, at once and after the window was loaded again, or leaves it where it is kept', async () => {
    await usePage(host, folder, async (page) => {
      const sidebar = await openSidebar(page);
      await typeAndSend(sidebar, 'start one');
      const first = notification(page, 'one/.vscode appeared while');
      await first.waitFor();
      expect(existsSync(inFolder('one/.vscode'))).toBe(false);
      await answer(first, 'Put Back');
      await expect.poll(() => existsSync(inFolder('one/.vscode/tasks.json'))).toBe(true);
      await turnEnds(sidebar).waitFor();

      await typeAndSend(sidebar, 'start two');
      await notification(page, 'two/.vscode appeared while').waitFor();
      await turnEnds(sidebar).nth(1).waitFor();
      await reloadWorkbench(page);
      const again = page.locator('.notification-toast', { hasText: 'Baleen ended before you answered' });
      await again.filter({ hasText: 'two/.vscode' }).waitFor();
      // And of nothing else: not of what holds places for the commands themselves.
      expect(await again.count()).toBe(1);
      expect(existsSync(inFolder('two/.vscode'))).toBe(false);
      await answer(again, 'Put Back');
      await expect.poll(() => existsSync(inFolder('two/.vscode/tasks.json'))).toBe(true);
      expect(await readFile(inFolder('two/.vscode/tasks.json'), 'utf8')).toBe('planted');

      await openSidebar(page);
      const turns = await turnEnds(sidebar).count();
      await typeAndSend(sidebar, 'start three');
      await notification(page, 'three/.vscode appeared while').waitFor();
      await turnEnds(sidebar).nth(turns).waitFor();
      await reloadWorkbench(page);
      await again.filter({ hasText: 'three/.vscode' }).waitFor();
      const [, kept] = /It is kept in (\S+\/heldBack\/[0-9a-f]+)\./.exec((await again.textContent()) ?? '')!;
      await answer(again, 'Leave Them');
      await expect.poll(() => existsSync(`${kept!}.json`)).toBe(false);
      expect(existsSync(inFolder('three/.vscode'))).toBe(false);
      expect(await readFile(join(kept!, 'three/.vscode/tasks.json'), 'utf8')).toBe('planted');
    });
  });
});
