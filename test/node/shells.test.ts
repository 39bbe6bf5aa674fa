/** Issue 5, terminal: every shell × every way in which a command can go, with its output and its exit code. */
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { joinOutput } from '../../src/core/commandOutput.js';
import type { CommandResult, Commands } from '../../src/core/host.js';
import { createCommands } from '../../src/node/commands.js';
import { findShell } from '../support/shells.js';
import { isAlive } from './processes.js';

let folder: string;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'baleen-shells-')));
  writeFileSync(join(folder, 'gbk.txt'), Buffer.from([0xb4, 0xed, 0xce, 0xf3, 0x3a, 0x20, 0x78, 0x0a]));
  writeFileSync(
    join(folder, 'server.cjs'),
    `const server = require('net').createServer().listen(0, '127.0.0.1', () => console.log('port', server.address().port, process.pid));`,
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ran extends CommandResult {
  output: string;
  commands: Commands;
}

async function run(
  shell: string,
  line: string,
  react: (live: string, write: (text: string) => void) => void,
): Promise<Ran> {
  const commands = createCommands({
    shell: findShell(shell),
    extraEnv: { LANG: 'zh_CN.UTF-8', LC_ALL: '' },
    logFolder: join(folder, 'logs'),
  });
  let live = '';
  let write: (text: string) => void = () => undefined;
  const result = await commands.run(
    {
      command: line,
      cwd: folder,
      timeoutMs: 60_000,
      onInput: (given) => (write = given),
      onOutput: (text) => {
        live += text;
        react(live, write);
      },
    },
    new AbortController().signal,
  );
  return { ...result, output: joinOutput(result), commands };
}

const nothing = (): void => undefined;

describe.each(['bash', 'sh', 'zsh', 'fish'])('%s', (shell) => {
  const pid = shell === 'fish' ? '$fish_pid' : '$$';

  test('exit 0', async () => {
    const ran = await run(shell, 'echo one; echo two >&2; echo three', nothing);
    expect(ran).toMatchObject({ exitCode: 0, output: 'one\ntwo\nthree\n', leftRunning: false });
    await ran.commands.dispose();
  });

  test('exit 3', async () => {
    const ran = await run(shell, 'echo before; exit 3', nothing);
    expect(ran).toMatchObject({ exitCode: 3, output: 'before\n' });
    await ran.commands.dispose();
  });

  test('silent', async () => {
    const ran = await run(shell, 'true', nothing);
    expect(ran).toMatchObject({ exitCode: 0, output: '', omittedBytes: 0 });
    await ran.commands.dispose();
  });

  test('10 MB of output: head and tail, and the whole of it by its id', async () => {
    const ran = await run(shell, 'seq -f "line %.0f of many, many lines" 300000', nothing);
    expect(ran.exitCode).toBe(0);
    expect(ran.head.split('\n')[0]).toBe('line 1 of many, many lines');
    expect(ran.tail).toMatch(/\nline 300000 of many, many lines\n$/);
    const middle = await ran.commands.readOutput(ran.id, 5_000_000, 1000);
    expect(middle?.text).toMatch(/\nline \d+ of many, many lines\n$/);
    const total = Buffer.byteLength(ran.head) + ran.omittedBytes + Buffer.byteLength(ran.tail);
    expect(middle?.total).toBe(total);
    await ran.commands.dispose();
  });

  test('asks for input', async () => {
    let asked = false;
    const ran = await run(shell, 'printf "name? "; read name; echo "hello $name"', (live, write) => {
      if (asked || !live.includes('name?')) return;
      asked = true;
      write('whale\n');
    });
    expect(ran).toMatchObject({ exitCode: 0 });
    expect(ran.output).toMatch(/name\? .*hello whale\n$/s);
    await ran.commands.dispose();
  });

  test('a server in the background: its port, its output, its end', async () => {
    const ran = await run(shell, `"${process.execPath}" server.cjs &\nsleep 0.5; echo ready`, nothing);
    expect(ran).toMatchObject({ exitCode: 0, leftRunning: true });
    const [, port, server] = /^port (\d+) (\d+)$/m.exec(ran.output)!;
    expect(ran.output).toContain('ready');
    const command = ran.commands.find(ran.id)!;
    expect((await command.look()).ports).toEqual([Number(port)]);
    expect(ran.commands.background().map(({ id }) => id)).toEqual([ran.id]);
    await command.stop();
    expect(isAlive(Number(server))).toBe(false);
    expect(ran.commands.background()).toEqual([]);
    await ran.commands.dispose();
  });

  test('output that is not UTF-8 is read by the locale’s language, and said to be', async () => {
    const ran = await run(shell, 'cat gbk.txt; echo "größe"', nothing);
    expect(ran).toMatchObject({ exitCode: 0, output: '错误: x\ngröße\n', readAs: ['gb18030'] });
    await ran.commands.dispose();
  });

  test('killed by a signal', async () => {
    const ran = await run(shell, `echo before; kill -9 ${pid}; echo after`, nothing);
    expect(ran).toMatchObject({ exitCode: null, output: 'before\n', timedOut: false, cancelled: false });
    await ran.commands.dispose();
  });

  test('shell closed from outside while it works: no exit code, its output, and what it left', async () => {
    let killed = false;
    const ran = await run(shell, `echo "pid ${pid}."; sleep 300; echo after`, (live) => {
      const found = /pid (\d+)\./.exec(live);
      if (killed || found === null) return;
      killed = true;
      process.kill(Number(found[1]), 'SIGKILL');
    });
    expect(ran.exitCode).toBe(null);
    expect(ran.output).toMatch(/^pid \d+\.\n/);
    expect(ran.output).not.toContain('after');
    await ran.commands.dispose();
    expect(ran.commands.background()).toEqual([]);
  });
});

test('startup files of the user are not read', async () => {
  const home = mkdtempSync(join(tmpdir(), 'baleen-home-'));
  const trap = (path: string, text: string): void => writeFileSync(join(home, path), text);
  trap('.zshenv', `touch ${home}/read\n`);
  trap('env.sh', `touch ${home}/read\nls() { touch ${home}/read; }\n`);
  const before = { ...process.env };
  Object.assign(process.env, { HOME: home, BASH_ENV: join(home, 'env.sh'), ENV: join(home, 'env.sh') });
  process.env['BASH_FUNC_ls%%'] = `() { touch ${home}/read; }`;
  try {
    for (const shell of ['bash', 'sh', 'zsh']) {
      const ran = await run(shell, 'ls / > /dev/null', nothing);
      expect(ran.exitCode).toBe(0);
      await ran.commands.dispose();
    }
    expect(existsSync(join(home, 'read'))).toBe(false);
  } finally {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
    rmSync(home, { recursive: true });
  }
});

test('CMD-04: nothing of a call’s environment, functions, aliases or folder is there in the next one', async () => {
  const commands = createCommands();
  const signal = new AbortController().signal;
  const call = async (command: string): Promise<string> =>
    joinOutput(await commands.run({ command, cwd: folder, timeoutMs: 30_000, onOutput: nothing }, signal));
  await call(`export PAGER='sh -c id' LD_PRELOAD=./x.so NODE_OPTIONS=--bad; declare -x ONE=1; typeset -x TWO=2; cd /`);
  await call(`ls() { echo fooled; }; export -f ls; alias cat='echo fooled'; umask 000; ulimit -n 64; set -o noclobber`);
  expect(await call('echo "[$PAGER][$LD_PRELOAD][$NODE_OPTIONS][$ONE][$TWO]"; pwd; ls gbk.txt; umask')).toBe(
    `[cat][][${process.env['NODE_OPTIONS'] ?? ''}][][]\n${folder}\ngbk.txt\n${process.umask().toString(8).padStart(4, '0')}\n`,
  );
  await commands.dispose();
});
