import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureBrowser } from '../../scripts/installHost.mjs';

/** Stands in for npm, which would download 250 MB: lays out what the installer looks for, and notes that it was called. */
const FAKE_NPM = `
import { appendFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
const [command, ...words] = process.argv.slice(2);
appendFileSync(process.env.FAKE_NPM_CALLS, command + ' ' + process.cwd().split('/').pop().split('.')[0] + '\\n');
if (process.cwd().endsWith(process.env.FAKE_NPM_FAILS_IN ?? '//')) { console.error('ENOSPC: no space left'); process.exit(1); }
for (const word of words.filter((word) => word.includes('@'))) {
  const folder = 'node_modules/' + word.split('@')[0];
  if (word.startsWith('node-')) {
    mkdirSync(folder + '/bin', { recursive: true });
    symlinkSync(process.execPath, folder + '/bin/node');
  } else {
    for (const each of ['out/node', 'lib/vscode/extensions', 'lib/vscode/bin/remote-cli', 'lib/vscode/bin/helpers'])
      mkdirSync(folder + '/' + each, { recursive: true });
    writeFileSync(folder + '/out/node/entry.js', '');
    writeFileSync(folder + '/lib/vscode/extensions/postinstall.mjs', '');
  }
}
`;

describe('the installation of the host', () => {
  let folder: string;
  let calls: string;
  beforeEach(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'baleen-install-')));
    calls = join(folder, 'calls');
    await writeFile(join(folder, 'npm.mjs'), FAKE_NPM);
    await writeFile(join(folder, 'npm.js'), `import('./npm.mjs');`);
    await writeFile(calls, '');
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  async function install(env: Record<string, string> = {}): Promise<{ code: number | null; output: string }> {
    const module = new URL('../../scripts/installHost.mjs', import.meta.url).href;
    const script = `import { ensureHost } from ${JSON.stringify(module)};
      try { console.log(JSON.stringify(await ensureHost())); } catch (error) { console.error(error.message); process.exitCode = 1; }`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      env: {
        ...{ PATH: process.env['PATH'], BALEEN_HOST_DIR: join(folder, 'cache', 'host') },
        ...{ npm_execpath: join(folder, 'npm.js'), FAKE_NPM_CALLS: calls, ...env },
      },
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
    return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })));
  }

  const listCalls = async () => (await readFile(calls, 'utf8')).split('\n').filter(Boolean);

  it('happens once, also for two processes at the same time, and tells its progress', async () => {
    const [first, second] = await Promise.all([install(), install()]);
    expect([first.code, second.code]).toEqual([0, 0]);
    expect(await listCalls()).toEqual(['install host', 'install vscode', 'install extensions']);
    expect(first.output + second.output).toContain('3/3');
    const third = await install();
    expect(third.code).toBe(0);
    expect(third.output).not.toContain('Installing');
    expect(await listCalls()).toHaveLength(3);
    expect(await readdir(join(folder, 'cache'))).toEqual(['host']);
  });

  it('leaves nothing half-installed, says what to do, and succeeds the next time', async () => {
    const failed = await install({ FAKE_NPM_FAILS_IN: '/extensions' });
    expect(failed.code).toBe(1);
    expect(failed.output).toContain('nothing half-installed was left');
    expect(failed.output).toContain('ENOSPC: no space left');
    expect(await readdir(join(folder, 'cache'))).toEqual([]);
    expect((await install()).code).toBe(0);
  });

  it('takes over from an installer that was killed', async () => {
    const killed = spawn(process.execPath, ['-e', '']);
    await new Promise((resolve) => killed.once('exit', resolve));
    expect((await install()).code).toBe(0);
    await rm(join(folder, 'cache', 'host'), { recursive: true });
    await writeFile(join(folder, 'cache', 'host.lock'), String(killed.pid));
    await writeFile(join(folder, 'cache', 'host.new-left'), '');
    expect((await install()).code).toBe(0);
    expect(await readdir(join(folder, 'cache'))).toEqual(['host']);
  });
});

describe('the browser of the tests', () => {
  const before = process.env['CHROMIUM'];
  afterEach(() => {
    if (before === undefined) delete process.env['CHROMIUM'];
    else process.env['CHROMIUM'] = before;
  });

  it('is the one that CHROMIUM names, and a wrong name is a sentence', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'baleen-browser-'));
    const path = join(folder, 'browser');
    process.env['CHROMIUM'] = path;
    await expect(ensureBrowser()).rejects.toThrow(`CHROMIUM is set to ${path}, which does not start.`);
    await writeFile(path, '#!/bin/sh\necho 1\n');
    await chmod(path, 0o755);
    expect(await ensureBrowser()).toBe(path);
    await rm(folder, { recursive: true });
  });
});
