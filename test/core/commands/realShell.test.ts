/**
 * A second opinion on what was judged safe: a real bash runs it, with programs that only write down how they were
 * called. What ran must be what was judged, word by word, and nothing else may have happened.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { readPlainLine } from '../../../src/core/commands/plainLine.js';
import { benign } from './commandTable.js';
import { fiveRules, openTestGate } from './testGate.js';

const soak = process.env['BALEEN_SOAK'] !== undefined;
const gate = openTestGate({ allowed: [...fiveRules, 'head', 'wc', 'grep', 'git status'] });
const stubs = join(gate.folder, '..', 'stubs');
const log = join(gate.folder, '..', 'calls');
afterAll(() => gate.close());

mkdirSync(stubs);
const stub = join(stubs, 'ls');
writeFileSync(stub, `#!/bin/sh\nprintf '%s\\0' "\${0##*/}" "$@" END >> '${log}'\n`);
chmodSync(stub, 0o755);
for (const name of ['cat', 'git', 'npm', 'head', 'wc', 'grep', 'rm', 'tee', 'sh', 'x'])
  linkSync(stub, join(stubs, name));

/** What bash starts for a line. */
function runInBash(line: string): string[][] {
  rmSync(log, { force: true });
  try {
    const env = { PATH: stubs, HOME: '/nonexistent' };
    execFileSync('/bin/bash', ['-c', line], { cwd: gate.folder, env, stdio: 'ignore', timeout: 10_000 });
  } catch {
    // Whatever it says with its exit code.
  }
  if (!existsSync(log)) return [];
  const words = readFileSync(log, 'utf8').split('\0').slice(0, -1);
  const calls: string[][] = [[]];
  for (const word of words) {
    if (word === 'END') calls.push([]);
    else calls.at(-1)!.push(word);
  }
  return calls.slice(0, -1);
}

function expectAsJudged(line: string): void {
  const before = readdirSync(gate.folder, { recursive: true });
  const judged = readPlainLine(line)!
    .map(({ words }) => words)
    .filter(([program]) => program !== 'cd');
  const ran = runInBash(line);
  if (judged.length > 0) expect(ran.length, line).toBeGreaterThan(0);
  const open = [...judged];
  for (const call of ran) {
    const at = open.findIndex((words) => JSON.stringify(words) === JSON.stringify(call));
    expect(at, `${JSON.stringify(line)} ran ${JSON.stringify(call)}`).toBeGreaterThanOrEqual(0);
    open.splice(at, 1);
  }
  // What did not run stood behind `||`.
  if (!line.includes('||')) expect(open, line).toEqual([]);
  expect(readdirSync(gate.folder, { recursive: true }), line).toEqual(before);
}

test('every allowed line of the table runs as it was judged', async () => {
  let ran = 0;
  for (const line of benign) {
    if ((await gate.verdictOf(line)) !== 'allowed') continue;
    expectAsJudged(line);
    ran++;
  }
  expect(ran).toBeGreaterThan(55);
});

const programs = fc.constantFrom(
  'ls',
  'cat',
  'git log',
  'git show',
  'npm test',
  'head',
  'wc -l',
  'grep a',
  'cd src',
  'rm a.txt',
);
const words = fc.constantFrom(
  ...[
    'a.txt',
    'src',
    '-l',
    '-5',
    "'a b'",
    '"a b"',
    "'$(rm x)'",
    '"x;y"',
    "src''/a.ts",
    'HEAD~1',
    '~',
    '*',
    '{a,b}',
    '$IFS',
    '\\',
    '#',
    "$'x'",
  ],
  ...[
    '`rm x`',
    '$(rm x)',
    '2',
    '1',
    '=',
    'A=1',
    '--',
    '-n',
    '"',
    "'",
    '!',
    '[',
    '..',
    'é',
    '\t',
    '@',
    'a~',
    ':~',
    '%',
    ',',
  ],
);
const signs = fc.constantFrom(
  ...[
    ' ; ',
    '&&',
    ' && ',
    ' || ',
    ' | ',
    '|',
    ';',
    '\n',
    ' & ',
    '&',
    '\n\n',
    ' ;; ',
    '|&',
    ' <<< ',
    ' > ',
    '>a.txt',
    ' 2>&1',
    '2>&1',
  ],
  ...[
    ' >/dev/null ',
    '2>/dev/null',
    ' &>/dev/null',
    ' < /dev/null',
    ' 1>&2 ',
    '(',
    ')',
    ' { ',
    ' }',
    '\r',
    '\\\n',
    ' # ',
  ],
);
const commands = fc
  .tuple(programs, fc.array(fc.tuple(fc.constantFrom(' ', ' ', ' ', ''), words), { maxLength: 3 }))
  .map(([program, others]) => program + others.map(([gap, word]) => gap + word).join(''));
const lines = fc
  .tuple(
    commands,
    fc.array(fc.tuple(signs, fc.oneof({ weight: 4, arbitrary: commands }, { weight: 1, arbitrary: words })), {
      maxLength: 3,
    }),
  )
  .map(([first, rest]) => first + rest.map(([sign, next]) => sign + next).join(''));

test('T4: a random line that is allowed runs as it was judged', { timeout: 600_000 }, async () => {
  let allowed = 0;
  await fc.assert(
    fc.asyncProperty(lines, async (line) => {
      if ((await gate.verdictOf(line)) !== 'allowed') return;
      allowed++;
      expectAsJudged(line);
    }),
    { numRuns: soak ? 20_000 : 1_500, ...(soak ? {} : { seed: 7 }) },
  );
  expect(allowed).toBeGreaterThan(50);
});
