import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeSmallRepository } from '../../support/smallRepository.js';
import { openFreshPage, startBrowser } from '../../support/vscodeHost/browser.js';
import { openSidebar, waitForWorkbench } from '../../support/vscodeHost/workbench.js';

const SCRIPT = fileURLToPath(new URL('../../../scripts/start.mjs', import.meta.url));
const KEY = 'sk-00000000000000000000000000000000';

interface Started {
  child: ChildProcess;
  printed: () => string;
  page: string;
  password: string;
}

describe('npm start', () => {
  let home: string;
  let folder: string;
  let temporary: string;
  let children: ChildProcess[] = [];

  beforeEach(async () => {
    home = await realpath(await mkdtemp(join(tmpdir(), 'baleen-home-')));
    temporary = await realpath(await mkdtemp(join(tmpdir(), 'baleen-temporary-')));
    folder = await makeSmallRepository();
  });
  afterEach(async () => {
    for (const child of children) child.kill('SIGKILL');
    children = [];
    for (const each of [home, temporary, folder]) await rm(each, { recursive: true, force: true, maxRetries: 10 });
  });

  function run(args: string[], env: Record<string, string> = {}): { child: ChildProcess; printed: () => string } {
    const child = spawn(process.execPath, [SCRIPT, ...args], {
      env: {
        PATH: process.env['PATH'],
        HOME: home,
        TMPDIR: temporary,
        BALEEN_HOST_DIR: process.env['BALEEN_HOST_DIR'],
        BALEEN_VSIX: process.env['BALEEN_VSIX'],
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    let text = '';
    child.stdout?.setEncoding('utf8').on('data', (part: string) => (text += part));
    child.stderr?.setEncoding('utf8').on('data', (part: string) => (text += part));
    return { child, printed: () => text };
  }

  const waitForExit = (child: ChildProcess) =>
    new Promise<number | null>((resolve) => {
      if (child.exitCode !== null) resolve(child.exitCode);
      else child.once('exit', resolve);
    });

  async function startAndWait(env: Record<string, string> = {}): Promise<Started> {
    const { child, printed } = run([folder], env);
    await expect.poll(printed, { timeout: 120_000 }).toContain('Ctrl+C');
    const page = /http:\S+/.exec(printed())?.[0] ?? '';
    const password = /shown once\s+(\S+)/.exec(printed())?.[1] ?? '';
    return { child, printed, page, password };
  }

  it('hands the key over without putting it into any environment, asks for the password, and leaves nothing', async () => {
    const started = await startAndWait({ DEEPSEEK_API_KEY: KEY });
    expect(started.printed()).toContain('the real model');
    expect(started.printed()).not.toContain(KEY);
    expect(new URL(started.page).hostname).toBe('127.0.0.1');

    const browser = await startBrowser();
    try {
      const page = await openFreshPage(browser);
      await page.goto(started.page);
      await page.locator('input[name=password]').fill('not the password');
      await page.locator('input[type=submit], button[type=submit]').first().click();
      await page.getByText('Incorrect password').waitFor();
      await page.locator('input[name=password]').fill(started.password);
      await page.locator('input[type=submit], button[type=submit]').first().click();
      await page.getByRole('button', { name: 'Yes, I trust the authors' }).click();
      await waitForWorkbench(page);
      await openSidebar(page);
      const keyFiles = () => listBelow(temporary).filter((path) => path.endsWith('/key'));
      await expect.poll(keyFiles, { timeout: 60_000 }).toEqual([]);
      expect(listProcessesBelow(temporary).length).toBeGreaterThan(2);
      for (const each of listProcessesBelow(temporary)) expect(each.environment).not.toContain(KEY);
    } finally {
      await browser.close();
    }

    started.child.kill('SIGINT');
    expect(await waitForExit(started.child)).toBe(0);
    expect(listBelow(temporary).filter((path) => path.includes('baleen-start'))).toEqual([]);
    await expect.poll(() => listProcessesBelow(temporary), { timeout: 30_000 }).toEqual([]);
    expect(existsSync(join(home, '.cache', 'baleen', 'editor'))).toBe(true);
  });

  it('rehearses without a key and says so', async () => {
    const started = await startAndWait();
    expect(started.printed()).toContain('the rehearsal');
    expect(listProcessesBelow(temporary).some((each) => each.environment.includes('BALEEN_REHEARSAL=1'))).toBe(true);
    started.child.kill('SIGTERM');
    expect(await waitForExit(started.child)).toBe(0);
  });

  it('refuses words that it does not know with exit code 2', async () => {
    for (const [args, sentence] of [
      [['--nope'], "Unknown option '--nope'"],
      [[join(folder, 'nowhere')], 'There is no folder'],
      [[folder, folder], 'One folder can be opened'],
    ] as const) {
      const { child, printed } = run([...args]);
      expect(await waitForExit(child)).toBe(2);
      expect(printed()).toContain(sentence);
      expect(printed()).toContain('Usage: npm start');
    }
  });

  it('uses the desktop program that is on the PATH', async () => {
    const calls = join(home, 'calls');
    await writeFile(join(home, 'code'), `#!/bin/sh\necho "$@" >> '${calls}'\n`, { mode: 0o755 });
    await symlink(process.execPath, join(home, 'node'));
    const { child, printed } = run([folder, '--desktop'], {
      PATH: `${home}:/usr/local/bin:/usr/bin:/bin`,
      DEEPSEEK_API_KEY: KEY,
    });
    expect(await waitForExit(child)).toBe(0);
    expect(readFileSync(calls, 'utf8')).toBe(`--install-extension ${process.env['BALEEN_VSIX']} --force\n${folder}\n`);
    expect(printed()).toContain(`Opened ${folder}`);
  });
});

function listBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true }).map((path) => join(folder, String(path)));
}

/** Processes whose temp folder is this one, with their environment. */
function listProcessesBelow(folder: string): { pid: string; environment: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
        const isOurs = environment.includes(`TMPDIR=${folder}`);
        return isOurs && !readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('start.mjs')
          ? [{ pid, environment }]
          : [];
      } catch {
        return [];
      }
    });
}
