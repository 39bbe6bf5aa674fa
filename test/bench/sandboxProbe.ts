/** What the sandbox costs a command: the same lines outside, `open` and `closed`, in folders of several sizes. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SandboxLevel } from '../../src/core/host.js';
import { singleRoot } from '../../src/core/repository/roots.js';
import { createCommands } from '../../src/node/commands.js';
import { createSandbox } from '../../src/node/sandbox.js';

const rounds = Number(process.env['ROUNDS'] ?? 30);
const levels: readonly SandboxLevel[] = ['none', 'open', 'closed'];
const signal = new AbortController().signal;
const programFolder = join(process.cwd(), 'dist');
const top = mkdtempSync(join(tmpdir(), 'baleen-sandbox-bench-'));

/** `packages` folders with a manifest each, which is protected, and ten files. */
function makeWorkspace(packages: number): string {
  const folder = join(top, String(packages));
  mkdirSync(join(folder, '.git', 'hooks'), { recursive: true });
  for (let at = 0; at < packages; at++) {
    const inner = join(folder, 'packages', `p${at}`, 'src');
    mkdirSync(inner, { recursive: true });
    writeFileSync(join(inner, '..', 'package.json'), '{}');
    for (let file = 0; file < 10; file++) writeFileSync(join(inner, `${file}.ts`), '');
  }
  return folder;
}

/** Of this process and of those that it has waited for: what a busy machine does not make longer. Linux only. */
function cpuMs(): number {
  const stat = readFileSync('/proc/self/stat', 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) * 10, 0);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

try {
  for (const packages of [0, 10, 50, 200, 1000]) {
    const folder = makeWorkspace(packages);
    const stateBase = join(top, 'state');
    const places = { roots: singleRoot(folder), stateBase, stateFolder: join(stateBase, 'here'), programFolder };
    const sandbox = createSandbox({ ...places, env: process.env, isOn: () => true });
    const probedAt = performance.now();
    const status = await sandbox.status();
    if (!status.works) throw new Error(status.why);
    if (packages === 0) process.stdout.write(`probe, once a process: ${Math.round(performance.now() - probedAt)} ms\n`);
    const commands = createCommands({ sandbox });
    const times = new Map<SandboxLevel, number[]>(levels.map((level) => [level, []]));
    const cpu = new Map<SandboxLevel, number>(levels.map((level) => [level, 0]));
    const refused = new Set<SandboxLevel>();
    // In turn: what the machine does meanwhile is the same for all.
    for (let round = 0; round < rounds; round++) {
      for (const level of levels) {
        const cpuBefore = cpuMs();
        const startedAt = performance.now();
        const request = { command: 'true', cwd: folder, timeoutMs: 60_000, sandbox: level };
        const { exitCode } = await commands.run({ ...request, onOutput: () => undefined }, signal);
        if (exitCode !== 0) refused.add(level);
        times.get(level)!.push(performance.now() - startedAt);
        cpu.set(level, cpu.get(level)! + (cpuMs() - cpuBefore) / rounds);
      }
    }
    const told = levels.map(
      (level) =>
        `${level} ${median(times.get(level)!).toFixed(0)} ms, least ${Math.min(...times.get(level)!).toFixed(0)} ms (CPU ${cpu.get(level)!.toFixed(0)} ms)${refused.has(level) ? ', refused' : ''}`,
    );
    process.stdout.write(`${packages} packages: ${told.join(', ')}\n`);
  }
} finally {
  rmSync(top, { recursive: true, force: true });
}
