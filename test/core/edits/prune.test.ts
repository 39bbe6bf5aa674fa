import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
  appendFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createJournal } from '../../../src/core/edits/journal.js';
import type { JournalParts } from '../../../src/core/edits/journalParts.js';
import { listIds } from '../../../src/core/edits/journalRecords.js';
import { pruneJournal, type JournalBounds } from '../../../src/core/edits/prune.js';
import { singleRoot } from '../../../src/core/repository/roots.js';
import { createNodeFiles } from '../../../src/node/files.js';
import { noDocuments } from '../../../src/node/nodeHost.js';
import { restoreAll } from '../../support/restoreAll.js';

const day = 24 * 3_600_000;
let base: string;
let root: string;
let now: number;
let warnings: string[];

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'baleen-prune-')));
  root = join(base, 'ws');
  mkdirSync(root);
  now = Date.UTC(2026, 0, 1);
  warnings = [];
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

function partsOf(own: string, alive: readonly string[]): JournalParts {
  let number = 0;
  return {
    files: createNodeFiles(),
    roots: singleRoot(root),
    stateFolder: join(base, 'state'),
    clock: { now: () => now, sleep: () => Promise.resolve() },
    randomHex: (digits) => String(++number).padStart(digits, '0'),
    owner: { name: own, isAlive: (name) => alive.includes(name) },
    documents: noDocuments,
    log: { info: () => undefined, warn: (text) => void warnings.push(text), error: () => undefined },
  };
}

const bounds: JournalBounds = { alwaysKept: 2, most: 6, mostBytes: 1 << 20, longestMs: 30 * day };

async function turn(parts: JournalParts, text: string): Promise<string> {
  const checkpoint = await createJournal(parts).begin({ session: 's', title: text.slice(0, 8) });
  await checkpoint.before('file', Buffer.from(text));
  writeFileSync(join(root, 'file'), text);
  await checkpoint.after('file');
  await checkpoint.close();
  return checkpoint.id;
}

function blobs(): string[] {
  const folder = join(base, 'state/journal/blobs');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /[0-9a-f]{64}$/.test(name));
}

const ids = (parts: JournalParts): Promise<string[]> => listIds(parts);

describe('the bounds of the journal', () => {
  it('take the oldest away by number, age and size, with the bytes that nobody names any more', async () => {
    const parts = partsOf('now', ['now']);
    const dead = partsOf('now', []);
    const all: string[] = [];
    for (let index = 0; index < 9; index++) all.push(await turn(parts, `text ${index}`));
    await pruneJournal(dead, bounds);
    expect(await ids(parts)).toEqual(all.slice(-6));
    // Before and after of six turns share five.
    expect(blobs()).toHaveLength(7);
    now += 31 * day;
    all.push(await turn(parts, 'text 9'));
    await pruneJournal(dead, bounds);
    expect(await ids(parts)).toEqual(all.slice(-2));
    for (let index = 0; index < 4; index++) all.push(await turn(parts, `${index}`.repeat(400_000)));
    await pruneJournal(dead, bounds);
    expect(await ids(parts)).toEqual(all.slice(-2));
    await restoreAll(createJournal(parts), all.at(-1)!);
    expect(readFileSync(join(root, 'file'), 'utf8')).toBe('2'.repeat(400_000));
  });

  it('spare what a process that runs has made', async () => {
    const theirs = await turn(partsOf('other', ['other']), 'theirs');
    const mine = partsOf('me', ['me', 'other']);
    for (let index = 0; index < 9; index++) await turn(partsOf('gone', []), `text ${index}`);
    await pruneJournal(mine, { ...bounds, most: 2 });
    expect((await ids(mine))[0]).toBe(theirs);
    expect(await ids(mine)).toHaveLength(3);
    await pruneJournal(partsOf('me', ['me']), { ...bounds, most: 2 });
    expect(await ids(mine)).toHaveLength(2);
  });

  it('take no bytes away while a damaged record may name them, and no damaged file ever', async () => {
    const parts = partsOf('gone', []);
    const all: string[] = [];
    for (let index = 0; index < 4; index++) all.push(await turn(parts, `text ${index}`));
    const stray = join(base, 'state/journal/blobs/aa');
    mkdirSync(stray, { recursive: true });
    writeFileSync(join(stray, 'a'.repeat(64)), 'nobody names it');
    const damaged = join(base, 'state/journal/checkpoints', `${all[3]}.jsonl`);
    appendFileSync(damaged, 'garbage\n');
    await pruneJournal(parts, bounds);
    expect(readdirSync(stray)).toHaveLength(1);
    now += 31 * day;
    for (let index = 4; index < 8; index++) all.push(await turn(parts, `text ${index}`));
    await pruneJournal(parts, bounds);
    expect(await ids(parts)).toEqual([all[3], ...all.slice(-4)]);
    expect(readdirSync(stray)).toHaveLength(0);
  });
});
