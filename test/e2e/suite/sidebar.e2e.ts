import { execFileSync } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeSmallRepository } from '../../support/smallRepository.js';
import { activityIcon, openSidebar, terminalText } from '../../support/vscodeHost/workbench.js';
import { startPackagedHost, usePage, type PackagedHost } from '../support.js';

describe('the sidebar', () => {
  let host: PackagedHost;
  let folder: string;

  beforeAll(async () => {
    folder = await makeSmallRepository({
      'README.md': '# Small\n',
      'src/hello.mjs': 'export function greet(name) {\n  return `Hello, ${name}!`;\n}\n',
      'src/main.mjs': "import { greet } from './hello.mjs';\n\nconsole.log(greet('world'));\n",
    });
    host = await startPackagedHost({ env: { BALEEN_REHEARSAL: '1' } });
  });

  afterAll(async () => {
    await host.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('renames by clicks, shows the command in the terminal, and undoes', async () => {
    await usePage(host, folder, async (page) => {
      const sidebar = await openSidebar(page);
      await sidebar.getByText('rehearsal', { exact: false }).first().waitFor();
      const box = sidebar.getByRole('textbox').first();
      await box.fill('rename greet to welcome everywhere and run `node src/main.mjs`');
      await box.press('Enter');
      const turnEnd = sidebar.getByRole('button', { name: /undo/i });
      const approve = sidebar.getByRole('button', { name: /^(approve|allow|yes)/i }).first();
      for (let asked = 0; asked < 10 && !(await turnEnd.first().isVisible()); asked++) {
        await Promise.race([approve.waitFor(), turnEnd.first().waitFor()]);
        // The buttons take no click in the first half second.
        await page.waitForTimeout(700);
        if (await approve.isVisible()) await approve.click();
        await page.waitForTimeout(300);
      }
      await turnEnd.first().waitFor();
      expect(await readFile(join(folder, 'src/hello.mjs'), 'utf8')).toContain('function welcome(name)');
      expect(execFileSync('node', ['src/main.mjs'], { cwd: folder }).toString()).toBe('Hello, world!\n');
      await expect.poll(() => terminalText(page).textContent()).toMatch(/Hello,.world!/);
      await turnEnd.first().click();
      await expect.poll(() => readFile(join(folder, 'src/hello.mjs'), 'utf8')).toContain('function greet(name)');
    });
  });

  it('brings transcript, draft and a waiting approval back after a reload of the window', async () => {
    await usePage(host, folder, async (page) => {
      const sidebar = await openSidebar(page);
      const box = sidebar.getByRole('textbox').first();
      await box.fill('run `echo reloaded > made.txt`');
      await box.press('Enter');
      const approve = sidebar.getByRole('button', { name: /^(approve|allow|yes)/i }).first();
      await approve.waitFor();
      await box.fill('my draft');
      await page.waitForTimeout(1500);
      await page.reload();
      await activityIcon(page, 'Baleen').waitFor();
      const again = await openSidebar(page);
      await again.getByText('echo reloaded', { exact: false }).first().waitFor();
      expect(await again.getByRole('textbox').first().inputValue()).toBe('my draft');
      const second = again.getByRole('button', { name: /^(approve|allow|yes)/i }).first();
      await second.waitFor();
      await page.waitForTimeout(700);
      await second.click();
      await expect.poll(() => readFile(join(folder, 'made.txt'), 'utf8').catch(() => '')).toBe('reloaded\n');
    });
  });
});
