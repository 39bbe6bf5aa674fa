/**
 * What a start after a crash costs: kills at many points of small scenarios, and a turn over very many files. With
 * `BEFORE`, a checkout of a former state: offer and restore of turns of several sizes, by both in turn, and the ratio.
 */
import { spawnSync } from 'node:child_process';
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { build } from 'esbuild';
import { chooseFiles } from '../../src/core/edits/checkpoint.js';
import { createJournal } from '../../src/core/edits/journal.js';
import type { JournalParts } from '../../src/core/edits/journalParts.js';
import { singleRoot } from '../../src/core/repository/roots.js';
import { createSessionLog } from '../../src/core/session/log.js';
import { createClock } from '../../src/node/clock.js';
import { createNodeFiles } from '../../src/node/files.js';
import { noDocuments } from '../../src/node/nodeHost.js';
import { owner } from '../../src/node/owner.js';
import { randomHex } from '../../src/node/randomHex.js';
import { openTestJournal } from '../support/kills/openTestJournal.js';
import { changesOfTurn, historyRecords, layOut } from '../support/kills/turns.js';

const kills = Number(process.env['KILLS'] ?? 12);
const support = join(process.cwd(), 'test', 'support', 'kills');
const top = mkdtempSync(join(tmpdir(), 'baleen-recovery-'));
const victim = join(top, 'victim.mjs');

interface Place {
  ws: string;
  state: string;
}

function layOutAt(name: string): Place {
  const place = { ws: join(top, name, 'ws'), state: join(top, name, 'state') };
  for (const folder of Object.values(place)) mkdirSync(folder, { recursive: true });
  layOut(place.ws);
  return place;
}

/** Answers with how many calls that change the disk there were. */
function runVictim(scenario: string, { ws, state }: Place, given = '', killAt = 0): number {
  const args = ['--import', join(support, 'killAt.mjs'), victim, scenario, ws, state, given];
  const env = { ...process.env, KILL_AT: String(killAt), KILL_HOW: 'half' };
  const { stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
  return Number(/calls (\d+)/.exec(stderr)?.[1] ?? 0);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** A folder in which the scenario can begin: a restore needs a turn. */
async function prepare(scenario: string, name: string): Promise<Place & { given: string }> {
  const place = layOutAt(name);
  if (scenario !== 'restore') return { ...place, given: '' };
  runVictim('turn', place);
  const [turn] = await openTestJournal(place.ws, place.state).list();
  return { ...place, given: turn!.id };
}

async function measureKills(scenario: string): Promise<void> {
  const whole = await prepare(scenario, `${scenario}-whole`);
  const calls = runVictim(scenario, whole, whole.given);
  const times: number[] = [];
  for (let kill = 0; kill < kills; kill++) {
    const { given, ...place } = await prepare(scenario, `${scenario}-${kill}`);
    runVictim(scenario, place, given, 1 + Math.floor((kill * (calls - 1)) / kills));
    const log = createSessionLog(createNodeFiles(), join(place.state, 'session.jsonl'), () => undefined);
    const next = (): Promise<unknown> => openTestJournal(place.ws, place.state).recover();
    times.push(await timed(scenario === 'history' ? () => log.append(historyRecords[0]!) : next));
  }
  tell(`${scenario}, killed at ${kills} of ${calls} calls`, times);
}

async function tellOnce(what: string, work: () => Promise<unknown>): Promise<void> {
  const before = process.cpuUsage();
  const ms = await timed(work);
  const { user, system } = process.cpuUsage(before);
  process.stdout.write(`${what}: ${ms.toFixed(0)} ms, of CPU ${((user + system) / 1000).toFixed(0)}\n`);
}

function tell(what: string, times: readonly number[]): void {
  const sorted = [...times].sort((a, b) => a - b);
  const median = sorted[sorted.length >> 1]!;
  process.stdout.write(`${what}: median ${median.toFixed(0)} ms, at most ${sorted.at(-1)!.toFixed(0)} ms\n`);
}

/** Made without waiting for the disk, which is not what is measured. */
function fastParts({ ws, state }: Place): JournalParts {
  const files = createNodeFiles();
  return {
    files: {
      ...files,
      replace: async (path, bytes, mode) => {
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, bytes, { mode: mode ?? 0o644 });
      },
      append: (path, bytes) => appendFile(path, bytes, { mode: 0o600 }),
      withLock: (_path, work) => work(),
    },
    roots: singleRoot(ws),
    stateFolder: state,
    clock: createClock(),
    randomHex,
    // Of this machine, and no process.
    owner: { name: owner.name.replace(/-\d+-\d+$/, '-4194303-0'), isAlive: owner.isAlive },
    documents: noDocuments,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  };
}

/** A turn that nobody has ended. */
async function layOutTurn(place: Place, parts: JournalParts, count: number, bytes: number): Promise<void> {
  const journal = createJournal(parts);
  const checkpoint = await journal.begin({ session: 's', title: 'many' });
  const textOf = (index: number, word: string): Buffer =>
    Buffer.from(`${word} ${index}\n`.repeat(Math.ceil(bytes / `${word} ${index}\n`.length)).slice(0, bytes));
  for (let index = 0; index < count; index++) {
    const path = `many/${index % 100}/${index}.txt`;
    const absolute = join(place.ws, path);
    mkdirSync(dirname(absolute), { recursive: true });
    writeFileSync(absolute, textOf(index, 'old'));
    await checkpoint.before(path, textOf(index, 'new'));
    writeFileSync(absolute, textOf(index, 'new'));
    if (index < count - 1) await checkpoint.after(path);
  }
}

async function measureMany(count: number, bytes: number): Promise<void> {
  const place = layOutAt(`many-${count}`);
  const parts = fastParts(place);
  await layOutTurn(place, parts, count, bytes);
  const what = `${count} files, ${Math.round((count * bytes) / 1_000_000)} MB`;
  await tellOnce(`turn over ${what}`, () => openTestJournal(place.ws, place.state).recover());
  const [turn] = await openTestJournal(place.ws, place.state).list();
  const plan = await openTestJournal(place.ws, place.state).plan(turn!.id);
  const isDead = { ...parts, files: { ...parts.files, stage: () => new Promise<never>(() => undefined) } };
  void createJournal(isDead)
    .restore(plan, chooseFiles(plan))
    .catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 20_000));
  await tellOnce(`restore of ${what}, none of it done`, () => openTestJournal(place.ws, place.state).recover());
}

interface Taken {
  ms: number;
  cpuMs: number;
  megabytes: number;
}

/** The step as it is here, or by the source of another checkout; the step itself is the same. */
async function buildStep(source: string, outfile: string): Promise<void> {
  const here = join(process.cwd(), 'src');
  const there = join(source, 'src');
  await build({
    ...{ entryPoints: [join(process.cwd(), 'test/bench/recoveryStep.ts')], outfile, bundle: true },
    ...{ platform: 'node', format: 'esm', logLevel: 'error' },
    plugins: [
      {
        name: 'source',
        setup: ({ onResolve }) =>
          onResolve({ filter: /^\.\.?\/.*\.js$/ }, ({ path, resolveDir }) => {
            const wanted = resolve(resolveDir, path).replace(/\.js$/, '.ts');
            return wanted.startsWith(`${here}/`) ? { path: there + wanted.slice(here.length) } : undefined;
          }),
      },
    ],
  });
}

function takeStep(program: string, what: string, { ws, state }: Place): Taken {
  const { stdout, stderr } = spawnSync(process.execPath, [program, what, ws, state], { encoding: 'utf8' });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Taken;
}

/** Each side has a folder of its own: a restore is followed by the restore of that one. */
async function compare(before: string, count: number, bytes: number, rounds: number): Promise<void> {
  const sides = await Promise.all(
    ['before', 'now'].map(async (name) => {
      const program = join(top, `${name}.mjs`);
      await buildStep(name === 'before' ? before : process.cwd(), program);
      const place = layOutAt(`${name}-${count}`);
      await layOutTurn(place, fastParts(place), count, bytes);
      return { program, place };
    }),
  );
  for (const what of ['recover', 'restore']) {
    const taken: Taken[][] = [[], []];
    for (let round = 0; round < rounds; round++) {
      for (const [index, { program, place }] of sides.entries()) {
        spawnSync('sync');
        taken[index]!.push(takeStep(program, what, place));
      }
    }
    const [old, now] = taken.map((times) => medianOf(times)) as [Taken, Taken];
    const ratio = (of: keyof Taken): string =>
      `${old[of].toFixed(0)} → ${now[of].toFixed(0)} (${(old[of] / now[of]).toFixed(1)}×)`;
    process.stdout.write(
      `${what}, ${count} files of ${bytes} bytes: ms ${ratio('ms')}, CPU ms ${ratio('cpuMs')}, MB ${ratio('megabytes')}; load ${loadavg()[0]!.toFixed(0)}\n`,
    );
  }
}

function medianOf(times: readonly Taken[]): Taken {
  const middle = (of: keyof Taken): number => times.map((one) => one[of]).sort((a, b) => a - b)[times.length >> 1]!;
  return { ms: middle('ms'), cpuMs: middle('cpuMs'), megabytes: middle('megabytes') };
}

async function measure(): Promise<void> {
  const before = process.env['BEFORE'];
  if (before !== undefined) {
    await compare(before, 1, 40_000, 7);
    await compare(before, 50, 40_000, 5);
    await compare(before, 5_000, 40_000, 3);
    return;
  }
  process.stdout.write(`${changesOfTurn(20).length} files a turn\n`);
  if (process.env['MANY'] === undefined)
    for (const scenario of ['single', 'turn', 'restore', 'history']) await measureKills(scenario);
  await measureMany(5_000, 40_000);
}

try {
  const entryPoints = [join(support, 'victim.ts')];
  await build({ entryPoints, bundle: true, platform: 'node', format: 'esm', outfile: victim, logLevel: 'error' });
  await measure();
} finally {
  rmSync(top, { recursive: true, force: true });
}
