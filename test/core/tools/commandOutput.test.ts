/** Background commands as the model sees them: over the real tools, real processes and a real state folder. */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { judge } from '../../../src/core/agent/approval.js';
import { createClock } from '../../../src/node/clock.js';
import { isAlive, until } from '../../node/processes.js';
import { createBench, type Bench } from './bench.js';

let bench: Bench;
beforeEach(async () => {
  bench = await createBench({
    'server.cjs': `const s = require('net').createServer().listen(0, '127.0.0.1', () => {
      console.log('pid', process.pid, 'port', s.address().port);
      require('fs').writeFileSync('.git/listens', '');
    });`,
  });
});
afterEach(() => bench.dispose());

const idIn = (text: string): string => /c-[0-9a-f]{8}/.exec(text)![0];
const server = `"${process.execPath}" server.cjs`;
const untilListens = 'until [ -e .git/listens ]; do sleep 0.05; done';

describe('run_command in the background', () => {
  it('answers with id, port and first output, and the command lives on until it is stopped', async () => {
    const clock = createClock();
    // As many looks as the product takes, with more between them: a busy machine may start a server in ten seconds.
    bench.host.clock = { ...clock, sleep: (ms, signal) => clock.sleep(20 * ms, signal) };
    const started = await bench.call('run_command', { command: server, background: true });
    const [, pid, port] = /^pid (\d+) port (\d+)$/m.exec(started.text)!;
    expect(started.text).toMatch(
      new RegExp(`^started in the background as c-[0-9a-f]{8}: running for \\d+\\.\\d s, listening on port ${port}\n`),
    );
    const id = idIn(started.text);
    expect(started.details).toMatchObject({
      kind: 'command',
      exitCode: null,
      background: { id, ports: [Number(port)] },
    });
    expect(started.failed).toBe(false);
    const nothing = await bench.call('command_output', { id });
    expect(nothing.text).toMatch(
      new RegExp(`^${id}: running for \\d+\\.\\d s, listening on port ${port}\n\\(nothing new\\)$`),
    );
    const stopped = await bench.call('command_output', { id, stop: true });
    expect(stopped.text).toMatch(new RegExp(`^${id}: stopped after \\d+\\.\\d s\n\\(nothing new\\)$`));
    expect(isAlive(Number(pid))).toBe(false);
  });

  it('that fails at once is a failed call with its exit code', async () => {
    const { text, failed } = await bench.call('run_command', { command: 'echo no; exit 3', background: true });
    expect(text).toMatch(/^ended at once as c-[0-9a-f]{8}: exit code 3 after \d+\.\d s\nno\n$/);
    expect(failed).toBe(true);
    expect(bench.turn.ran).toEqual([{ command: 'echo no; exit 3', exitCode: 3 }]);
  });

  it('is also what a line leaves behind with &, or out of its session and without its output', async () => {
    const left = await bench.call('run_command', { command: `${server} & ${untilListens}; echo ready` });
    expect(left.text).toMatch(
      /^exit code 0 after \d+\.\d s; what it started still runs in the background as c-[0-9a-f]{8}, listening on port \d+\n/,
    );
    const hidden = await bench.call('run_command', {
      command: `rm .git/listens; setsid nohup ${server} > server.log 2>&1 < /dev/null & ${untilListens}`,
    });
    expect(hidden.text).toMatch(
      /^exit code 0 after .*still runs in the background as c-[0-9a-f]{8}, listening on port \d+/,
    );
    const pids = [left.text, readFileSync(join(bench.root, 'server.log'), 'utf8')].map((text) =>
      Number(/pid (\d+)/.exec(text)![1]),
    );
    expect(pids.every(isAlive)).toBe(true);
    expect(bench.host.commands.background().map(({ id }) => id)).toEqual([idIn(left.text), idIn(hidden.text)]);
    await bench.host.commands.dispose();
    expect(pids.filter(isAlive)).toEqual([]);
  });

  it('RES-09, CMD-16: ends with the program, all of it', async () => {
    const stubborn = `trap '' TERM HUP INT; echo $$ > PID; while :; do sleep 1; done`;
    const lines = [stubborn.replace('PID', 'one'), `setsid bash -c '${stubborn.replace('PID', 'two')}' & sleep 300`];
    for (const command of lines) await bench.call('run_command', { command, background: true });
    await until(() => bench.exists('one') && bench.exists('two') && bench.read('two') !== '');
    const pids = ['one', 'two'].map((name) => Number(bench.read(name)));
    expect(pids.every(isAlive)).toBe(true);
    await bench.host.commands.dispose();
    expect(pids.filter(isAlive)).toEqual([]);
    expect(bench.host.commands.background()).toEqual([]);
  });

  it('that is starting when the user stops the turn is ended', async () => {
    const calling = bench.call('run_command', { command: 'echo $$ > pid; sleep 300', background: true });
    await until(() => bench.exists('pid') && bench.read('pid') !== '');
    bench.controller.abort();
    await expect(calling).rejects.toThrow();
    expect(isAlive(Number(bench.read('pid')))).toBe(false);
  });
});

describe('command_output', () => {
  it('gives what is new since the last read, waits for more, and tells the end', async () => {
    const command = 'echo one; read go; echo two; read go; echo three; exit 4';
    const { text } = await bench.call('run_command', { command, background: true });
    const id = idIn(text);
    expect(text).toMatch(/\none\n$/);
    expect((await bench.call('command_output', { id, input: 'x\n' })).text).toMatch(
      /^c-[0-9a-f]{8}: running for \d+\.\d s\ntwo\n$/,
    );
    const end = await bench.call('command_output', { id, input: '\u0004', wait_seconds: 60 });
    expect(end.text).toContain('\nthree\n');
    await until(() => bench.host.commands.background().length === 0);
    expect((await bench.call('command_output', { id, wait_seconds: 60 })).text).toMatch(
      /^c-[0-9a-f]{8}: exit code 4 after \d+\.\d s\n\(nothing new\)$/,
    );
    expect((await bench.call('command_output', { id, input: 'x' })).text).toMatch(/has ended: exit code 4/);
  });

  it('asks before it types, each time and with all of the text; reading and stopping do not ask', async () => {
    const { text } = await bench.call('run_command', { command: 'bash', background: true });
    const id = idIn(text);
    const typed = await bench.prepare('command_output', { id, input: 'rm -rf x\n' });
    expect(typed).toMatchObject({ subject: { kind: 'input', id, command: 'bash', text: 'rm -rf x\n' } });
    const subject = typed.kind === 'ready' ? typed.subject : undefined;
    // Whatever the rules say of commands: text for a running one is none.
    const allowed = {
      ...{ verdict: 'allowed' as const, reason: '', parts: [], isRisky: false, missing: [] },
      ...{ isUnread: false, reachesNetwork: false },
    };
    const commands = { judge: async () => allowed, remember: async () => undefined };
    expect((await judge({ commands, mode: 'auto-edit' }, subject)).kind).toBe('ask');
    expect((await judge({ commands, mode: 'ask' }, subject)).kind).toBe('ask');
    expect((await judge({ commands, mode: 'plan' }, subject)).kind).toBe('refuse');
    for (const args of [{ id }, { id, offset: 0 }, { id, stop: true }]) {
      expect(await bench.prepare('command_output', args)).not.toHaveProperty('subject');
    }
    const secret = await bench.prepare('command_output', { id, input: '⟦secret:generic#1⟧' });
    expect(secret).toMatchObject({ kind: 'decided', refused: true });
    await bench.call('command_output', { id, stop: true });
  });

  it('reads the rest of a long output by the offset that the answer names, to its last byte', async () => {
    const { text } = await bench.call('run_command', { command: 'seq -f "row %.0f of the long table" 20000' });
    expect(Buffer.byteLength(text)).toBeLessThan(8000);
    expect(text).toMatch(/^exit code 0 after \d+\.\d s\nrow 1 of the long table\n/);
    expect(text).toMatch(/\nrow 20000 of the long table\n$/);
    const [, left, , first] =
      /\n\[(\d+) bytes left out here: command_output with id (c-\w+) and offset (\d+) reads on\]\n/.exec(text)!;
    const id = idIn(text);
    const whole = Array.from({ length: 20_000 }, (_, at) => `row ${at + 1} of the long table\n`).join('');
    const before = text.slice(text.indexOf('\n') + 1, text.indexOf('\n[') + 1);
    expect(whole.startsWith(before)).toBe(true);
    expect(Number(first)).toBe(before.length);
    let read = before;
    for (let offset: number | undefined = Number(first); offset !== undefined;) {
      const part = (await bench.call('command_output', { id, offset })).text;
      const lines = part.split('\n');
      const last = /^\[\d+ bytes follow: offset (\d+) reads on\]$/.exec(lines.at(-1)!);
      read += `${lines.slice(1, last === null ? undefined : -1).join('\n')}\n`;
      offset = last === null ? undefined : Number(last[1]);
      // A few hundred parts would show nothing more than the first ones.
      if (read.length > 60_000 && offset !== undefined) break;
    }
    expect(whole.startsWith(read)).toBe(true);
    const end = (await bench.call('command_output', { id, offset: whole.length - 30 })).text;
    expect(end).toMatch(/of the long table$/);
    expect(Number(left)).toBe(whole.length - before.length - text.slice(text.indexOf('reads on]\n') + 10).length);
  });

  it('SEC-10: shows no part of a secret at whatever offset it is asked for', async () => {
    const key = `ghp_${'a1B2c3D4'.repeat(5).slice(0, 36)}`;
    const body = Array.from({ length: 8 }, (_, row) => `${row}xY+`.repeat(16)).join('\\n');
    const pem = `-----BEGIN PRIVATE KEY-----\\n${body}\\n-----END PRIVATE KEY-----`;
    const started = await bench.call('run_command', {
      command: `printf 'before ${key} between\\n${pem}\\nafter\\n'; exit 3`,
      background: true,
    });
    const id = idIn(started.text);
    for (let offset = 1; offset < 620; offset += 19) {
      const { text } = await bench.call('command_output', { id, offset });
      for (const part of [key.slice(-8), key.slice(4, 12), '3xY+3xY+', '7xY+7xY+']) expect(text).not.toContain(part);
      expect(text).toMatch(/\nafter$/);
    }
  });

  it('keeps outputs on disk for the user only, also for a later program, and hides secrets when it reads them', async () => {
    const key = `ghp_${'a1B2c3D4'.repeat(5).slice(0, 36)}`;
    const { text } = await bench.call('run_command', { command: `echo token ${key}; echo end` });
    expect(text).toContain('⟦secret:');
    const folder = join(bench.stateFolder, 'commands');
    const id = readdirSync(folder)[0]!;
    expect(statSync(join(folder, id)).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, id, '0')).mode & 0o777).toBe(0o600);
    await bench.host.commands.dispose();
    const later = await createBench({}, { stateFolder: bench.stateFolder });
    const read = await later.call('command_output', { id });
    expect(read.text).toMatch(
      /: ended with an earlier run of Baleen; bytes 0 to \d+ of \d+\ntoken ⟦secret:[^⟧]+⟧\nend$/,
    );
    expect(await later.prepare('command_output', { id, input: 'x' })).toMatchObject({ kind: 'decided' });
    await later.dispose();
    for (const other of ['c-00000000', 'c-ffffffff']) {
      expect((await bench.call('command_output', { id: other })).text).toMatch(/There is no command/);
    }
    await expect(bench.call('command_output', { id: '../../x' })).rejects.toThrow(/an id looks like/);
  });

  it('an answer of few tokens, whatever comes: one endless line, and much since the last read', async () => {
    const { text } = await bench.call('run_command', {
      command: 'head -c 300000 /dev/zero | tr "\\0" x; echo; echo end',
    });
    expect(Buffer.byteLength(text)).toBeLessThan(8000);
    expect(text).toMatch(/left out here/);
    expect(text).toMatch(/end\n$/);
    const command = 'read go; seq -f "row %.0f of the long table" 20000; read go';
    const id = idIn((await bench.call('run_command', { command, background: true })).text);
    bench.host.commands.find(id)!.write('\n');
    await until(() => bench.host.commands.find(id)!.outputBytes() > 500_000);
    const news = await bench.call('command_output', { id });
    expect(Buffer.byteLength(news.text)).toBeLessThan(8000);
    expect(news.text).toMatch(/\nrow 1 of the long table\n/);
    expect(news.text).toMatch(/\nrow 20000 of the long table\n$/);
    await bench.call('command_output', { id, stop: true });
  });

  it('says in which encoding it read what is not UTF-8, and where it could not', async () => {
    const latin = await bench.call('run_command', { command: "printf 'caf\\351 und gr\\374n\\n'" });
    expect(latin.text).toMatch(
      /\n\(some of the output is not UTF-8 and was read as latin1, which is a guess\)\ncafé und grün\n$/,
    );
    const other = await bench.call('run_command', { command: "printf 'x \\326\\320\\316\\304 y\\n'" });
    expect(other.text).toMatch(
      /in an encoding that is not known: what is not ASCII in it stands as \ufffd\)\nx \ufffd+ y\n$/,
    );
  });
});
