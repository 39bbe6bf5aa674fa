import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createBench, type Bench } from './bench.js';

let bench: Bench;
async function start(): Promise<void> {
  bench = await createBench({
    'src/a.ts': Array.from({ length: 30 }, (_, index) => `line ${index + 1}\n`).join(''),
    'src/b.ts': 'whale\nWhale whales\n',
    'docs/c.md': 'a whale\n',
    '.gitignore': 'ignored/\n',
    'ignored/x.txt': 'whale\n',
    '.env': 'TOKEN=super-secret-value\n',
    'image.bin': Buffer.from([0, 1, 2]),
  });
}

describe('tools that only read', () => {
  beforeAll(start);
  afterAll(() => bench.dispose());

  describe('read_file', () => {
    it('numbers lines and says what is left out', async () => {
      expect((await bench.call('read_file', { path: 'src/b.ts' })).text).toBe(
        'src/b.ts: lines 1–2 of 2\n1\twhale\n2\tWhale whales',
      );
      const part = await bench.call('read_file', { path: 'src/a.ts', start_line: 29, end_line: 99 });
      expect(part.text).toBe('src/a.ts: lines 29–30 of 30\n29\tline 29\n30\tline 30');
      bench.write('large.txt', 'x\n'.repeat(5000));
      const large = await bench.call('read_file', { path: 'large.txt' });
      expect(large.text.split('\n')).toHaveLength(2002);
      expect(large.text).toMatch(/\(3000 more lines: read on with start_line 2001\)$/);
      expect((await bench.call('read_file', { path: 'src/b.ts', start_line: 9 })).text).toBe('src/b.ts: no lines of 2');
    });

    it('shows unsaved text', async () => {
      bench.unsaved.set('src/b.ts', { text: 'typed\n', version: 1 });
      expect((await bench.call('read_file', { path: 'src/b.ts' })).text).toMatch(/unsaved.*\n1\ttyped$/);
    });

    it.each([
      ['.env', /holds secrets/],
      ['ignored/x.txt', /ignore rules/],
      ['image.bin', /binary/],
      ['../x', /Refused/],
      ['.git/config', /belongs to git/],
      ['/proc/self/environ', /outside the workspace/],
      ['missing', /does not exist/],
    ])('%s is not read', async (path, pattern) => {
      const result = await bench.call('read_file', { path });
      expect(result.failed).toBe(true);
      expect(result.text).toMatch(pattern);
      expect(result.text).not.toContain('super-secret');
    });
  });

  describe('list_files', () => {
    it('lists with sizes and reasons, by folder and glob', async () => {
      const { text } = await bench.call('list_files', {});
      expect(text).toContain('docs/c.md\t8');
      expect(text).toMatch(/image\.bin\t3\twithheld: binary/);
      expect(text).not.toContain('ignored/x.txt');
      expect((await bench.call('list_files', { path: './src/' })).text.split('\n')[0]).toBe('2 files');
      expect((await bench.call('list_files', { glob: '*.md' })).text).toBe('1 file\ndocs/c.md\t8');
      expect((await bench.call('list_files', { path: '../' })).text).toMatch(/^Refused/);
    });
  });

  describe('search_files', () => {
    // A backtracking engine needs 2^30 steps for this line, and would never come back.
    it.each(['(a+)+$', '(a|aa)+$', '(.*a){12}$'])('RES-06: %s has an end on a line made for it', async (pattern) => {
      bench.write('trap.txt', `${'a'.repeat(30_000)}b\n${'a'.repeat(30)}\n`);
      const { text } = await bench.call('search_files', { pattern, include: ['trap.txt'] });
      expect(text).toMatch(/^1 hit in 1 file/);
    });

    it('answers with a bounded text, however much is asked for', async () => {
      const rows = Array.from({ length: 4000 }, (_, index) => `a row with the word needle in it, ${index}\n`).join('');
      for (const name of ['one', 'two', 'three']) bench.write(`rows/${name}.txt`, rows);
      const query = { pattern: 'needle', include: ['rows/'], max_hits: 10_000, context_lines: 10 };
      const { text } = await bench.call('search_files', query);
      expect(text.length).toBeLessThan(100_000);
      expect(text).toMatch(/^12000 hits in 3 files\n/);
      const shown = text.match(/:\d+: a row/g)?.length ?? 0;
      expect(shown).toBeGreaterThan(50);
      expect(text).toContain(
        `(${12_000 - shown} more hits not shown; narrow the search or ask for fewer context lines)`,
      );
      rmSync(join(bench.root, 'rows'), { recursive: true });
    });

    it('gives every hit with its line, context, and the number left out', async () => {
      const found = await bench.call('search_files', { pattern: 'whale', literal: true });
      expect(found.text).toBe('3 hits in 2 files\ndocs/c.md:1: a whale\nsrc/b.ts:1: whale\nsrc/b.ts:2: Whale whales');
      const around = await bench.call('search_files', { pattern: 'line 15', context_lines: 1 });
      expect(around.text).toContain('src/a.ts-14- line 14\nsrc/a.ts:15: line 15\nsrc/a.ts-16- line 16');
      const few = await bench.call('search_files', { pattern: 'line', max_hits: 4 });
      expect(few.text).toMatch(/^30 hits in 1 file\n.*\(26 more hits not shown/s);
      expect((await bench.call('search_files', { pattern: 'nothing here' })).text).toMatch(/^0 hits/);
      expect(await bench.call('search_files', { pattern: '(' })).toMatchObject({ failed: true });
    });
  });
});

describe('tools that act', () => {
  beforeEach(start);
  afterEach(() => bench.dispose());

  describe('run_command', () => {
    it('answers with code, duration, changed files and output, and notes them for undo', async () => {
      const result = await bench.call('run_command', {
        command: 'echo hi; echo x > made.txt; echo y >> src/b.ts; exit 3',
      });
      expect(result.text).toMatch(/^exit code 3 after \d+\.\d s\nchanged 2 files: made\.txt, src\/b\.ts\nhi\n$/);
      expect(result).toMatchObject({
        failed: true,
        details: { kind: 'command', exitCode: 3, changed: ['made.txt', 'src/b.ts'] },
      });
      expect([...bench.turn.changedByCommands]).toEqual(['made.txt', 'src/b.ts']);
      expect((await bench.journal.list())[0]).toMatchObject({ changedByCommands: ['made.txt', 'src/b.ts'], paths: [] });
      expect(bench.shown.join('')).toBe('hi\n');
      expect((await bench.call('run_command', { command: 'true' })).text).toMatch(
        /^exit code 0 after .*\n\(no output\)$/,
      );
    });

    it('shows exactly the command that would run, and where', async () => {
      mkdirSync(join(bench.root, 'sub'));
      const prepared = await bench.prepare('run_command', { command: 'pwd  # x', cwd: 'sub' });
      expect(prepared).toMatchObject({ kind: 'ready', subject: { kind: 'command', command: 'pwd  # x', cwd: 'sub' } });
      expect((await bench.call('run_command', { command: 'pwd', cwd: 'sub' })).text).toContain(join(bench.root, 'sub'));
    });

    it('is refused outside, with NUL, and after a failed edit', async () => {
      symlinkSync('/', join(bench.root, 'link'));
      for (const cwd of ['..', '/', 'link', '.git']) {
        expect((await bench.call('run_command', { command: 'true', cwd })).text, cwd).toMatch(/^Refused/);
      }
      expect((await bench.call('run_command', { command: 'a\0b' })).text).toMatch(/NUL/);
      expect((await bench.call('run_command', { command: 'true', cwd: 'nowhere' })).text).toMatch(/does not exist/);
      bench.turn.editFailedInReply = true;
      expect((await bench.call('run_command', { command: 'touch ran' })).text).toMatch(
        /^Not run: an edit of the same reply failed/,
      );
      expect(bench.exists('ran')).toBe(false);
    });

    it('shows output to the model as a view, and no secrets', async () => {
      const token = `ghp_${'a1B2c3D4e5'.repeat(4).slice(0, 36)}`;
      const { text } = await bench.call('run_command', {
        command: `echo 'key ${token}'; printf '\\033[31mred\\033[0m \\342\\200\\256x\\n'`,
      });
      expect(text).not.toContain(token);
      expect(text).toContain('red \u27e6U+202E\u27e7x');
    });

    it('times out and stops', async () => {
      expect((await bench.call('run_command', { command: 'sleep 100', timeout_seconds: 1 })).text).toMatch(
        /^timed out after/,
      );
      const stopped = bench.call('run_command', { command: 'echo begun; sleep 100' });
      await expect.poll(() => bench.shown.join('')).toContain('begun');
      bench.controller.abort();
      expect((await stopped).text).toMatch(/^stopped by the user/);
    });
  });

  describe('report_findings', () => {
    it('collects, and an empty list is a report too', async () => {
      expect((await bench.call('report_findings', { findings: [] })).text).toBe('0 findings noted.');
      expect(bench.turn).toMatchObject({ hasReport: true, reported: [] });
      const finding = { path: 'src/b.ts', quote: 'whale', severity: 'error', category: 'bug', message: 'm' };
      await bench.call('report_findings', {
        findings: [finding, { ...finding, fix: 'f', callers: [{ path: 'a', quote: 'q' }] }],
      });
      expect(bench.turn.reported).toEqual([
        { ...finding, callers: [] },
        { ...finding, fix: 'f', callers: [{ path: 'a', quote: 'q' }] },
      ]);
    });
  });
});
