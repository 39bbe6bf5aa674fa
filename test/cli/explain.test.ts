import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { makeStateHome, runCli } from './cli.js';

const cwd = mkdtempSync(join(tmpdir(), 'baleen-explain-'));
const stateHome = makeStateHome();
afterAll(() => {
  rmSync(cwd, { recursive: true });
  rmSync(stateHome, { recursive: true });
});

mkdirSync(join(cwd, 'src'));
for (let n = 0; n < 30; n++) {
  const body = `  value = sharedHelper(value + ${n});\n`.repeat(20);
  writeFileSync(
    join(cwd, 'src', `part${n}.ts`),
    `export function part${n}(value: number) {\n${body}  return value;\n}\n`,
  );
}
writeFileSync(join(cwd, 'src', 'helper.ts'), 'export const sharedHelper = (value: number): number => value;\n');
writeFileSync(join(cwd, '.env'), 'A=1\n');

test('baleen pack --explain FILE says why a file stands as it does, in words and as JSON', async () => {
  const helper = await runCli(['pack', '--budget', '3000', '--explain', './src/helper.ts'], { cwd, stateHome });
  expect(helper.exitCode).toBe(0);
  expect(helper.stdout).toMatch(/^src\/helper\.ts\n {2}The file is whole in the pack/);
  expect(helper.stdout).toContain('number 1 of 31 by rank');
  expect(helper.stdout).toContain('30 files use names that it defines');
  const hidden = await runCli(['pack', '--explain', '.env', '--json'], { cwd, stateHome });
  expect(JSON.parse(hidden.stdout)).toMatchObject({ path: '.env', as: 'withheld', why: 'secret file' });
  const excluded = await runCli(['pack', '--exclude', 'part1.ts', '--explain', 'src/part1.ts'], { cwd, stateHome });
  expect(excluded.stdout).toMatch(/the pattern "part1\.ts" of --exclude/);
  expect(excluded.stdout).not.toContain('settings');
  const unknown = await runCli(['pack', '--explain', 'src'], { cwd, stateHome });
  expect(unknown).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('is a folder') as string });
});

test('baleen pack says how many files stand by their outlines', async () => {
  const { stderr, stdout } = await runCli(['pack', '--budget', '3000'], { cwd, stateHome });
  expect(stderr).toMatch(/^ {2}files {5}\d+ whole, \d+ by their outlines, \d+ listed for want of room$/m);
  expect(stderr.split('\n').filter((line) => line.length > 80 && !line.startsWith('/'))).toEqual([]);
  expect(stdout).toMatch(/as="outline" bytes="\d+">\n1: export function part\d+\(value: number\) …\n<\/baleen-file>/);
  const asked = await runCli(['ask', 'find part1', '--budget', '3000', '--rehearse'], { cwd, stateHome });
  expect(asked.stderr).toMatch(/^Pack: \d+ files and \d+ outlines, [\d,]+ tokens .*, \d+ left out$/m);
});
