import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CommandResult } from '../../src/core/host.js';
import { joinOutput } from '../../src/core/commandOutput.js';
import { createControlStripper, createOutputKeeper } from '../../src/node/commandOutput.js';
import { createCommands, type CommandSettings } from '../../src/node/commands.js';
import { treeOf } from '../../src/node/processTree.js';
import { isAlive, until } from './processes.js';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'baleen-commands-')));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface Run {
  settings?: CommandSettings;
  timeoutMs?: number;
  signal?: AbortSignal;
  onInput?: (write: (text: string) => void) => void;
  onOutput?: (text: string) => void;
  cwd?: string;
}

async function run(command: string, options: Run = {}): Promise<CommandResult & { live: string; output: string }> {
  let live = '';
  const result = await createCommands(options.settings).run(
    {
      command,
      cwd: options.cwd ?? folder,
      timeoutMs: options.timeoutMs ?? 30_000,
      onOutput: (text) => {
        live += text;
        options.onOutput?.(text);
      },
      ...(options.onInput === undefined ? {} : { onInput: options.onInput }),
    },
    options.signal ?? new AbortController().signal,
  );
  return { ...result, live, output: joinOutput(result) };
}

const node = (script: string): string => `${process.execPath} -e '${script}'`;

async function waitForFile(path: string): Promise<string> {
  while (!existsSync(path) || readFileSync(path, 'utf8') === '') await sleep(10);
  return readFileSync(path, 'utf8');
}

describe('a command', () => {
  it('gives its exit code, duration and output in order', async () => {
    expect(await run('echo one; echo two >&2; echo three')).toMatchObject({
      exitCode: 0,
      output: 'one\ntwo\nthree\n',
      live: 'one\ntwo\nthree\n',
      omittedBytes: 0,
      timedOut: false,
      cancelled: false,
    });
    expect(await run('pwd; exit 3')).toMatchObject({ exitCode: 3, output: `${folder}\n` });
    const silent = await run('true');
    expect(silent).toMatchObject({ exitCode: 0, output: '' });
    expect(silent.durationMs).toBeGreaterThanOrEqual(0);
  });

  it('can open its output and its input by name', async () => {
    const command =
      'echo one > /dev/stderr; echo two; echo three | tee /dev/stderr > /dev/null; cat /dev/stdin; echo end';
    expect(await run(command)).toMatchObject({ exitCode: 0, output: 'one\ntwo\nthree\nend\n' });
    const script = 'require("fs").writeFileSync("/dev/stdout", "x".repeat(1000000) + "\\n")';
    const long = await run(`${node(script)} | wc -c; ${node(script)}; echo end`);
    expect(long.exitCode).toBe(0);
    expect(long.live).toBe(`1000001\n${'x'.repeat(1_000_000)}\nend\n`);
  });

  it('that kills itself has no exit code', async () => {
    expect(await run('kill -9 $$')).toMatchObject({ exitCode: null, timedOut: false, cancelled: false });
  });

  it('that cannot start says so', async () => {
    const missing = await run('true', { cwd: join(folder, 'missing') });
    expect(missing.exitCode).toBe(127);
    expect(missing.output).toMatch(/could not be started in .*missing/);
    const noShell = await run('true', { settings: { shell: '/no/such/shell' } });
    expect(noShell.exitCode).not.toBe(0);
    expect(noShell.output).toMatch(/no\/such\/shell/);
  });

  it('reads what is written to its input, and an empty input without a writer', async () => {
    expect(await run('cat; echo end')).toMatchObject({ exitCode: 0, output: 'end\n' });
    let write: (text: string) => void = () => undefined;
    const asked = await run('printf "name? "; read name; echo "hello $name"; cat', {
      onInput: (given) => {
        write = given;
      },
      onOutput: (text) => {
        if (text.includes('name?')) write('whale\n');
        if (text.includes('hello')) write('\u0004');
      },
    });
    expect(asked).toMatchObject({ exitCode: 0, output: 'name? hello whale\n' });
  });

  it('keeps head and tail of ten megabytes, cut at line ends', async () => {
    const result = await run('seq -f "line %.0f of many, many lines" 300000');
    expect(result.exitCode).toBe(0);
    expect(result.live.length).toBeGreaterThan(9_000_000);
    const lines = result.output.split('\n');
    expect(lines[0]).toBe('line 1 of many, many lines');
    expect(lines.at(-2)).toBe('line 300000 of many, many lines');
    const gap = lines.findIndex((line) => line.startsWith('['));
    expect(lines[gap]).toBe(`[${result.omittedBytes} bytes of output left out here]`);
    for (const line of [...lines.slice(0, gap), ...lines.slice(gap + 1, -1)]) {
      expect(line).toMatch(/^line \d+ of many, many lines$/);
    }
    const kept = Buffer.byteLength(result.output) - Buffer.byteLength(`${lines[gap] ?? ''}\n`);
    expect(kept).toBeLessThanOrEqual(48 * 1024);
    expect(kept).toBeGreaterThan(40 * 1024);
    expect(kept + result.omittedBytes).toBe(Buffer.byteLength(result.live));
  });

  it('that prints very much does not fill the memory (RES-05)', async () => {
    const before = process.memoryUsage().rss;
    let characters = 0;
    const logFolder = join(folder, 'logs');
    const commands = createCommands({ logFolder });
    const result = await commands.run(
      {
        command: 'yes "a line of output that is neither short nor long" | head -c 67108864',
        cwd: folder,
        timeoutMs: 50_000,
        onOutput: (text) => {
          characters += text.length;
        },
      },
      new AbortController().signal,
    );
    expect(characters).toBe(64 * 1024 * 1024);
    expect(Buffer.byteLength(joinOutput(result))).toBeLessThan(50 * 1024);
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024);
    await commands.dispose();
    const segments = readdirSync(join(logFolder, result.id)).map(
      (name) => statSync(join(logFolder, result.id, name)).size,
    );
    expect(segments.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(16 * 1024 * 1024);
  });

  it('joins characters that are split over chunks', async () => {
    const script = [
      'const b = Buffer.from("größe 🐋 end\\n");',
      'let i = 0;',
      'const t = setInterval(() => { process.stdout.write(b.subarray(i, ++i)); if (i === b.length) clearInterval(t); }, 3);',
    ].join('');
    const result = await run(node(script));
    expect(result.live).toBe('größe 🐋 end\n');
    expect(result.output).toBe('größe 🐋 end\n');
  });

  it('KEY-07: does not see credentials, our variables or the editor', async () => {
    const given = {
      DEEPSEEK_API_KEY: 'a',
      AWS_SECRET_ACCESS_KEY: 'b',
      GITHUB_TOKEN: 'c',
      My_Db_Password: 'd',
      CLIENT_SECRET: 'e',
      VSCODE_IPC_HOOK: 'f',
      ELECTRON_RUN_AS_NODE: '1',
      BALEEN_BASE_URL: 'g',
      HARMLESS_NAME: 'kept',
    };
    Object.assign(process.env, given);
    try {
      const { output } = await run('env', { settings: { extraEnv: { EXTRA_NAME: 'given' } } });
      for (const name of Object.keys(given)) {
        if (name !== 'HARMLESS_NAME') expect(output).not.toContain(`${name}=`);
      }
      expect(output).toContain('HARMLESS_NAME=kept');
      expect(output).toContain('EXTRA_NAME=given');
      expect((await run('env', { settings: { withheld: ['HARM*'] } })).output).not.toContain('HARMLESS_NAME');
    } finally {
      for (const name of Object.keys(given)) delete process.env[name];
    }
  });

  it('does not wait for a background process that holds the pipe', async () => {
    const result = await run('sleep 300 & echo $!');
    expect(result).toMatchObject({ exitCode: 0, leftRunning: true });
    const pid = Number(/^\d+/.exec(result.output)?.[0]);
    expect(isAlive(pid)).toBe(true);
    process.kill(pid, 'SIGKILL');
  });
});

describe('stopping', () => {
  it('ends a command that takes too long', async () => {
    const result = await run('echo before; sleep 300', { timeoutMs: 300 });
    expect(result).toMatchObject({ exitCode: null, timedOut: true, cancelled: false, output: 'before\n' });
  });

  it('does not start anything after the abort', async () => {
    const result = await run('touch started', { signal: AbortSignal.abort() });
    expect(result).toMatchObject({ exitCode: null, cancelled: true });
    expect(existsSync(join(folder, 'started'))).toBe(false);
  });

  it('finds every descendant that left the group and ignores SIGTERM (CMD-16)', async () => {
    const stubborn = join(folder, 'stubborn.sh');
    writeFileSync(stubborn, `trap '' TERM HUP INT\necho $$ > "$1"\nwhile :; do sleep 1; done\n`);
    const names = ['inner', 'session', 'orphan', 'nameless'];
    const controller = new AbortController();
    const command = [
      `bash ${stubborn} inner &`,
      `setsid bash ${stubborn} session &`,
      // Twice forked: its parent is gone, and with it the way to it by parent ids.
      `(setsid bash -c 'bash ${stubborn} orphan & exit' & )`,
      // And of its environment nothing is left either.
      `(setsid env -i bash -c 'bash ${stubborn} nameless & exit' & )`,
      `trap '' TERM; while :; do sleep 1; done`,
    ].join('\n');
    const running = run(command, { signal: controller.signal });
    const pids = await Promise.all(names.map(async (name) => Number(await waitForFile(join(folder, name)))));
    expect(pids.every(isAlive)).toBe(true);
    controller.abort();
    const result = await running;
    expect(result).toMatchObject({ exitCode: null, cancelled: true });
    expect(pids.filter(isAlive)).toEqual([]);
  });

  it('leaves alone what runs in the background beside it', async () => {
    const commands = createCommands();
    const request = { cwd: folder, onOutput: () => undefined };
    const beside = await commands.start({ ...request, command: 'echo $$ > beside; sleep 300' });
    const pid = Number(await waitForFile(join(folder, 'beside')));
    const stop = new AbortController();
    const running = commands.run({ ...request, command: 'echo 1 > runs; sleep 300', timeoutMs: 60_000 }, stop.signal);
    await waitForFile(join(folder, 'runs'));
    stop.abort();
    expect((await running).cancelled).toBe(true);
    expect(isAlive(pid)).toBe(true);
    expect(beside.state().running).toBe(true);
    await commands.dispose();
    expect(isAlive(pid)).toBe(false);
  });

  it('CMD-16: in the background, finds what has left group, parent and environment behind', async () => {
    writeFileSync(join(folder, 'stubborn.sh'), `trap '' TERM HUP INT\necho $$ > "$1"\nwhile :; do sleep 1; done\n`);
    const commands = createCommands();
    const command = await commands.start({
      command: `env -i setsid bash stubborn.sh bare & setsid bash stubborn.sh session & read go`,
      cwd: folder,
      onOutput: () => undefined,
    });
    const pids = await Promise.all(
      ['bare', 'session'].map(async (name) => Number(await waitForFile(join(folder, name)))),
    );
    await command.look();
    command.write('\n');
    await until(() => command.state().exitCode !== undefined);
    expect(pids.every(isAlive)).toBe(true);
    await command.stop();
    expect(pids.filter(isAlive)).toEqual([]);
    expect(command.state()).toMatchObject({ running: false, stopped: true });
    await commands.dispose();
  });

  it('ends nobody else when a number of an ended shell is given out again', () => {
    const reused = {
      pid: 4242,
      parent: 1,
      group: 4242,
      startedAt: '900',
      mark: undefined,
      writesTo: [],
      isEnding: false,
    };
    const mine = {
      pid: 4300,
      parent: 1,
      group: 4242,
      startedAt: '100',
      mark: undefined,
      writesTo: [],
      isEnding: false,
    };
    const known = new Map([
      [4300, '100'],
      [4242, '50'],
    ]);
    const found = treeOf([reused, mine], { pid: undefined, mark: 'aa.bb' }, known);
    expect(found.map(({ pid }) => pid)).toEqual([4300]);
  });

  it('is told by Ctrl-C on the input', async () => {
    let write: (text: string) => void = () => undefined;
    const result = await run('trap "echo interrupted; exit 7" INT; echo ready; while :; do sleep 0.05; done', {
      onInput: (given) => (write = given),
      // Before it is ready it would die of the signal as any program does.
      onOutput: (text) => {
        if (text.includes('ready')) write('\u0003');
      },
    });
    expect(result.exitCode).toBe(7);
    expect(result.output).toContain('interrupted');
  });
});

describe('terminal control sequences (CMD-17)', () => {
  const cases: [string, string, string][] = [
    ['colours', 'a\x1b[31;1mred\x1b[0mb', 'aredb'],
    ['clear screen', '\x1b[2J\x1b[Hx', 'x'],
    ['title, ended by BEL', '\x1b]0;owned\x07x', 'x'],
    ['clipboard, ended by ST', '\x1b]52;c;ZXZpbA==\x1b\\x', 'x'],
    ['hyperlink', '\x1b]8;;http://evil\x1b\\text\x1b]8;;\x1b\\', 'text'],
    ['forged exit code', '\x1b]633;D;0\x07done', 'done'],
    ['DCS', '\x1bP1$r0m\x1b\\x', 'x'],
    ['APC, PM, SOS', '\x1b_a\x1b\\b\x1b^c\x1b\\d\x1bXe\x1b\\f', 'bdf'],
    ['8-bit forms', '\x9b31mx\x9d0;t\x07y\x90q\x9cz', 'xyz'],
    ['charset and keypad', '\x1b(B\x1b=\x1b>x\x1b7\x1b8', 'x'],
    ['cancelled sequence', '\x1b[31\x18x', 'x'],
    ['bells, NUL, backspace', 'a\x07b\x00c\x08d\x7fe', 'abcde'],
    ['tabs and line ends', 'a\tb\r\nc\rd\n', 'a\tb\nc\nd\n'],
  ];
  it.each(cases)('%s', (_, raw, clean) => {
    expect(createControlStripper()(raw)).toBe(clean);
    const byOne = createControlStripper();
    expect([...raw].map((character) => byOne(character)).join('')).toBe(clean);
  });

  it('an endless sequence does not hide the rest', () => {
    const strip = createControlStripper();
    expect(strip(`\x1b]0;${'x'.repeat(200_000)}`).length).toBeGreaterThan(100_000);
    expect(strip('visible')).toBe('visible');
  });

  it('does not believe a forged exit code', async () => {
    const result = await run(`printf '\\033]633;D;0\\007ok\\n'; exit 4`);
    expect(result).toMatchObject({ exitCode: 4, output: 'ok\n' });
    expect(result.live).toContain('\x1b]633;D;0');
  });

  it('cuts inside one endless line only between characters', () => {
    const keeper = createOutputKeeper();
    for (let index = 0; index < 1000; index++) keeper.add('🐋'.repeat(100) + 'é');
    const kept = keeper.kept();
    expect(joinOutput(kept)).not.toContain('\ufffd');
    expect(kept.omittedBytes).toBeGreaterThan(300_000);
  });
});
