/** Notices of Baleen that do something when their buttons are clicked: files that were held back. */
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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

  it('PRF-05: puts back what was held back beside a background command, and after the window was loaded again', async () => {
    await usePage(host, folder, async (page) => {
      const sidebar = await openSidebar(page);
      await typeAndSend(sidebar, 'start one');
      const first = notification(page, 'one/.vscode appeared while');
      await first.waitFor();
      expect(existsSync(inFolder('one/.vscode'))).toBe(false);
      await first.getByRole('button', { name: 'Put Back' }).click();
      await expect.poll(() => existsSync(inFolder('one/.vscode/tasks.json'))).toBe(true);
      await turnEnds(sidebar).waitFor();

      await typeAndSend(sidebar, 'start two');
      await notification(page, 'two/.vscode appeared while').waitFor();
      await turnEnds(sidebar).nth(1).waitFor();
      await reloadWorkbench(page);
      const again = notification(page, 'Baleen ended before you answered');
      await again.waitFor();
      expect(existsSync(inFolder('two/.vscode'))).toBe(false);
      await again.getByRole('button', { name: 'Put Back' }).click();
      await expect.poll(() => existsSync(inFolder('two/.vscode/tasks.json'))).toBe(true);
      expect(await readFile(inFolder('two/.vscode/tasks.json'), 'utf8')).toBe('planted');
    });
  });

  it('PRF-05: leaves what was held back where it is kept, and does not ask again', async () => {
    await usePage(host, folder, async (page) => {
      const sidebar = await openSidebar(page);
      await typeAndSend(sidebar, 'start three');
      await notification(page, 'three/.vscode appeared while').waitFor();
      await turnEnds(sidebar).waitFor();
      await reloadWorkbench(page);
      const again = notification(page, 'Baleen ended before you answered');
      await again.waitFor();
      const [, kept] = /It is kept in (\S+)\./.exec((await again.textContent()) ?? '')!;
      await again.getByRole('button', { name: 'Leave Them' }).click();
      await expect.poll(() => existsSync(`${kept}.json`)).toBe(false);
      expect(existsSync(inFolder('three/.vscode'))).toBe(false);
      expect(await readFile(join(kept!, 'three/.vscode/tasks.json'), 'utf8')).toBe('planted');
    });
  });
});
