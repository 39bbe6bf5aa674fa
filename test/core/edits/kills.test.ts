/**
 * T11: a process is killed at a random call that changes the disk, and the next start has to put things right. A dozen
 * seeded kills, two hundred under BALEEN_SOAK.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Journal, Settlement } from '../../../src/core/edits/checkpoint.js';
import { createSessionLog, parseSessionLog } from '../../../src/core/session/log.js';
import { createNodeFiles } from '../../../src/node/files.js';
import { openTestJournal } from '../../support/kills/openTestJournal.js';
import { changesOfTurn, historyRecords, layOut } from '../../support/kills/turns.js';
import { restoreAll } from '../../support/restoreAll.js';
import { makeRandom, type Random } from '../../support/seededRandom.js';

const killsOf = process.env['BALEEN_SOAK'] === '1' ? 50 : 3;
const support = resolve(import.meta.dirname, '../../support/kills');

type Tree = Record<string, string>;
let programs: string;
/** Where no kill has been: the tree before and after the turn, with the journal of that turn. */
let done: { folder: string; checkpoint: string; pre: Tree; post: Tree };

beforeAll(async () => {
  programs = realpathSync(mkdtempSync(join(tmpdir(), 'baleen-kills-')));
  const outfile = join(programs, 'victim.mjs');
  const entryPoints = [join(support, 'victim.ts')];
  await build({ entryPoints, bundle: true, platform: 'node', format: 'esm', outfile, logLevel: 'error' });
  const folder = join(programs, 'done');
  mkdirSync(join(folder, 'ws'), { recursive: true });
  layOut(join(folder, 'ws'));
  const pre = treeOf(join(folder, 'ws'));
  await runVictim('turn', folder);
  const [checkpoint] = await journalOf(folder).list();
  done = { folder, checkpoint: checkpoint!.id, pre, post: treeOf(join(folder, 'ws')) };
});
afterAll(() => rmSync(programs, { recursive: true, force: true }));

function journalOf(folder: string): Journal {
  return openTestJournal(join(folder, 'ws'), join(folder, 'state'));
}

async function runVictim(
  scenario: string,
  folder: string,
  kill: { at: number; how: string } = { at: 0, how: 'before' },
): Promise<{ isKilled: boolean; calls: number; out: string }> {
  const args = ['--import', join(support, 'killAt.mjs'), join(programs, 'victim.mjs'), scenario];
  const env = { ...process.env, KILL_AT: String(kill.at), KILL_HOW: kill.how };
  const given = [...args, join(folder, 'ws'), join(folder, 'state'), done?.checkpoint ?? ''];
  const child = spawn(process.execPath, given, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  if (signal !== 'SIGKILL' && code !== 0) throw new Error(err);
  return { isKilled: signal === 'SIGKILL', calls: Number(/calls (\d+)/.exec(err)?.[1] ?? 0), out };
}

/** Folders, and of files mode and text; two names of one file stay two names of one file. */
function treeOf(folder: string, prefix = ''): Tree {
  const tree: Tree = {};
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    const stat = lstatSync(path);
    if (stat.isDirectory()) {
      tree[`${prefix}${name}/`] = 'folder';
      Object.assign(tree, treeOf(path, `${prefix}${name}/`));
    } else tree[prefix + name] = `${(stat.mode & 0o777).toString(8)} ×${stat.nlink} ${textOf(path)}`;
  }
  return tree;
}

/** Short enough to be read where two differ. */
function textOf(path: string): string {
  const text = readFileSync(path, 'utf8');
  return `${text.slice(0, 6)} ${text.length} ${createHash('sha256').update(text).digest('hex').slice(0, 8)}`;
}

function tempsIn(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => /\.tmp$|\.stale$|(^|\/)lock$/.test(name));
}

/** A fresh folder as the scenario needs it; copied with its two names of one file. */
function prepare(scenario: string, folder: string): { pre: Tree; post: Tree } {
  mkdirSync(join(folder, 'ws'), { recursive: true });
  layOut(join(folder, 'ws'));
  if (scenario !== 'restore') return { pre: done.pre, post: done.post };
  cpSync(join(done.folder, 'state'), join(folder, 'state'), { recursive: true });
  for (const { path, text } of changesOfTurn(20)) {
    const absolute = join(folder, 'ws', path);
    if (text === undefined) rmSync(absolute);
    else {
      mkdirSync(join(absolute, '..'), { recursive: true });
      const mode = existsSync(absolute) ? lstatSync(absolute).mode : 0o644;
      writeFileSync(absolute, text);
      chmodSync(absolute, mode & 0o777);
    }
  }
  expect(treeOf(join(folder, 'ws'))).toEqual(done.post);
  return { pre: done.post, post: done.pre };
}

async function checkEdits(scenario: string, folder: string, pre: Tree, post: Tree, random: Random): Promise<void> {
  const ws = join(folder, 'ws');
  const changed = changesOfTurn(20).map(({ path }) => path);
  for (const path of changed) {
    const now = treeOf(ws)[path];
    // Only a file with two names is written in place, and may be half written.
    if (/×2/.test(`${pre[path]}`) || now === pre[path] || now === post[path]) continue;
    throw new Error(`${scenario}: ${path} is neither as before nor as after`);
  }
  const journal = journalOf(folder);
  const { interrupted } = await journal.recover();
  if (scenario === 'restore') {
    const now = treeOf(ws);
    if (now['made/one.txt'] === pre['made/one.txt']) expect(now).toEqual(pre);
    else expect(now).toEqual(post);
    expect(interrupted).toEqual([]);
    const [newest] = await journal.list();
    const isRestored = JSON.stringify(now) === JSON.stringify(post);
    expect(newest?.restores).toBe(isRestored ? done.checkpoint : undefined);
    if (isRestored) await restoreAll(journal, newest!.id);
    expect(treeOf(ws)).toEqual(pre);
  } else {
    for (const one of interrupted) {
      const settlements = one.files.map(({ path, canFinish, canUndo }): Settlement => {
        const how = canFinish && (!canUndo || random.below(2) === 0) ? 'finish' : 'undo';
        return { path, how };
      });
      await journal.settle(one, settlements);
    }
    const now = treeOf(ws);
    for (const path of changed) expect([pre[path], post[path]], path).toContain(now[path]);
    for (const { id, restored, restores } of await journal.list()) {
      if (!restored && restores === undefined) await restoreAll(journal, id);
    }
    expect(treeOf(ws)).toEqual(pre);
  }
  expect((await journalOf(folder).recover()).interrupted).toEqual([]);
  expect(tempsIn(folder)).toEqual([]);
}

async function checkHistory(folder: string, out: string): Promise<void> {
  const path = join(folder, 'state/session.jsonl');
  const acknowledged = out.split('\n').filter((line) => line !== '').length;
  const read = async (): Promise<{ records: unknown[]; damaged: number }> =>
    parseSessionLog(existsSync(path) ? readFileSync(path, 'utf8') : '');
  const { records, damaged } = await read();
  expect(damaged).toBe(0);
  expect(records.length).toBeGreaterThanOrEqual(acknowledged);
  expect(records).toEqual(historyRecords.slice(0, records.length));
  const log = createSessionLog(createNodeFiles(), path, () => undefined);
  await log.append(historyRecords[0]!);
  expect(await read()).toEqual({ records: [...records, historyRecords[0]], damaged: 0 });
}

/** Of a run that nobody kills. */
async function countCalls(played: string): Promise<number> {
  const folder = join(programs, `${played}-whole`);
  prepare(played, folder);
  mkdirSync(join(folder, 'state'), { recursive: true });
  const { calls } = await runVictim(played, folder);
  expect(calls).toBeGreaterThan(5);
  return calls;
}

const counted: Record<string, number> = {};
const scenarios = ['single', 'turn', 'restore', 'history'] as const;

describe('EDT-01: killed at any call that changes the disk', () => {
  it.each(scenarios)('%s: nothing of the user is lost, nothing is left over', async (scenario) => {
    const random = makeRandom(scenarios.indexOf(scenario) + 11);
    for (let kill = 0; kill < killsOf; kill++) {
      const played = scenario === 'single' && kill % 2 === 1 ? 'linked' : scenario;
      const folder = join(programs, `${scenario}-${kill}`);
      const calls = (counted[played] ??= await countCalls(played));
      const { pre, post } = prepare(played, folder);
      mkdirSync(join(folder, 'state'), { recursive: true });
      const at = 1 + random.below(calls);
      const how = random.choose(['before', 'half', 'after']);
      const { isKilled, out } = await runVictim(played, folder, { at, how });
      expect(isKilled, `${played}: call ${at} of ${calls}`).toBe(true);
      try {
        if (scenario === 'history') await checkHistory(folder, out);
        else await checkEdits(played, folder, pre, post, random);
      } catch (error) {
        throw new Error(`${played}, killed ${how} call ${at} of ${calls}`, { cause: error });
      }
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
