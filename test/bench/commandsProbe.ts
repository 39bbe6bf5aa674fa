/** Judges the table's lines, and the longest there are, in this thread; says how much CPU each took, and how long the thread was held. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAllowedCommands } from '../../src/core/commands/allowedCommands.js';
import { createCommandGate } from '../../src/core/commands/gate.js';
import { createShellParser } from '../../src/core/commands/shellParser.js';
import { singleRoot } from '../../src/core/repository/roots.js';
import { createNodeFiles } from '../../src/node/files.js';
import { benign, unsafe } from '../core/commands/commandTable.js';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'baleen-bench-')));
mkdirSync(join(folder, 'src', 'deep'), { recursive: true });
for (const path of ['README.md', 'a.txt', 'src/a.ts', 'src/deep/b.ts']) writeFileSync(join(folder, path), 'text\n');
const files = createNodeFiles();
const gate = createCommandGate({
  files,
  roots: singleRoot(folder),
  isHidden: () => Promise.resolve(false),
  holdsSecrets: () => Promise.resolve(false),
  hiddenInGit: () => Promise.resolve([]),
  parser: createShellParser((name) => readFile(join('dist', 'grammars', `${name}.wasm`))),
  language: 'bash',
  allowed: ['git log', 'git show', 'ls', 'cat', 'npm test'],
  denied: ['git push', 'rm', 'curl'],
  folder: '.',
  kept: createAllowedCommands({
    files,
    stateFolder: join(folder, 'state'),
    clock: { now: () => 0, sleep: () => Promise.resolve() },
  }),
  ofSession: new Set(),
});

async function measure(lines: readonly string[], rounds: number): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const command of lines) {
      const before = process.cpuUsage();
      await gate.judge({ command, cwd: '.' });
      const after = process.cpuUsage();
      times.push((after.user + after.system - before.user - before.system) / 1000);
    }
  }
  return times.sort((a, b) => a - b);
}

function describe(name: string, times: readonly number[]): void {
  const at = (share: number): string => times[Math.min(times.length - 1, Math.floor(share * times.length))]!.toFixed(1);
  process.stdout.write(`${name.padEnd(44)} p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms\n`);
}

const repeat = (count: number, last: string): string =>
  [...Array.from({ length: count - 1 }, () => 'ls'), last].join(';');
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
describe('the first line, with loading', await measure(['ls'], 1));
describe(
  `${benign.length + unsafe.length} lines of the table, 20 times`,
  await measure([...benign, ...unsafe.map(([, line]) => line)], 20),
);
describe('51 commands, the last denied', await measure([repeat(51, 'rm a')], 50));
describe('5,000 commands, the last denied', await measure([repeat(5_000, 'rm a')], 20));
describe('5,000 commands, all allowed', await measure([repeat(5_000, 'ls')], 20));
describe('5,000 commands, the last asks', await measure([repeat(5_000, 'x y')], 20));
describe('5,000 levels', await measure([`${'('.repeat(5_000)}ls${')'.repeat(5_000)}`], 20));
delay.disable();
process.stdout.write(
  `the thread was held for ${(delay.max / 1e6).toFixed(0)} ms at most, p99 ${(delay.percentile(99) / 1e6).toFixed(1)} ms\n`,
);
rmSync(folder, { recursive: true, force: true });
