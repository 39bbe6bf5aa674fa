/** EDT-15, T16: twenty kinds of damage, ten to a checkpoint and ten to a session: the others load, nothing is deleted. */
import {
  mkdirSync,
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
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSessionLog } from '../../../src/core/session/log.js';
import { listSessions, readSession } from '../../../src/core/session/store.js';
import { createNodeFiles } from '../../../src/node/files.js';
import { openTestJournal } from '../../support/kills/openTestJournal.js';
import { restoreAll } from '../../support/restoreAll.js';

const files = createNodeFiles();
let base: string;
let root: string;
let state: string;

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'baleen-damage-')));
  root = join(base, 'ws');
  state = join(base, 'state');
  mkdirSync(root);
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const middle = (bytes: Buffer, put: Buffer, instead = 0): Buffer => {
  const at = bytes.length >> 1;
  return Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + instead)]);
};
const damages: Record<string, (bytes: Buffer) => Buffer | 'folder'> = {
  'its last line cut': (bytes) => bytes.subarray(0, bytes.length - 20),
  'its first line cut': (bytes) => bytes.subarray(20),
  'nothing in it': () => Buffer.alloc(0),
  'zero bytes in the middle': (bytes) => middle(bytes, Buffer.alloc(64), 64),
  'nothing but zero bytes': (bytes) => Buffer.alloc(bytes.length),
  'garbage in the middle': (bytes) => middle(bytes, Buffer.from('\ngarbage\n')),
  'bytes that are no UTF-8': (bytes) => middle(bytes, Buffer.from([0xff, 0xfe, 0xc0])),
  'an unknown version': (bytes) => Buffer.from(bytes.toString().replaceAll('"version":1', '"version":99')),
  'one bit turned': (bytes) => middle(bytes, Buffer.from([bytes[bytes.length >> 1]! ^ 4]), 1),
  'a folder in its place': () => 'folder',
};

function spoil(path: string, kind: string): string {
  const damaged = damages[kind]!(readFileSync(path));
  if (damaged === 'folder') {
    rmSync(path);
    mkdirSync(path);
  } else writeFileSync(path, damaged);
  return lookOf(path);
}

const lookOf = (path: string): string => (statSync(path).isDirectory() ? 'folder' : readFileSync(path, 'hex'));

describe('EDT-15, T16: a checkpoint with', () => {
  it.each(Object.keys(damages))('%s', async (kind) => {
    const journal = openTestJournal(root, state);
    const made: string[] = [];
    for (const name of ['a', 'b', 'c']) {
      writeFileSync(join(root, name), 'old');
      const checkpoint = await journal.begin({ session: 's', title: name });
      await checkpoint.before(name, Buffer.from('new'));
      writeFileSync(join(root, name), 'new');
      await checkpoint.after(name);
      await checkpoint.close();
      made.push(checkpoint.id);
    }
    const path = join(state, 'journal/checkpoints', `${made[1]}.jsonl`);
    const damaged = spoil(path, kind);
    const blobs = readdirSync(join(state, 'journal/blobs'), { recursive: true });
    const later = openTestJournal(root, state);
    expect((await later.recover()).finished).toEqual([]);
    const listed = (await later.list()).map(({ title }) => title);
    expect(listed.filter((title) => title !== 'b')).toEqual(['c', 'a']);
    for (const id of [made[0]!, made[2]!]) await restoreAll(later, id);
    expect(['a', 'c'].map((name) => readFileSync(join(root, name), 'utf8'))).toEqual(['old', 'old']);
    expect(['old', 'new']).toContain(readFileSync(join(root, 'b'), 'utf8'));
    expect(lookOf(path)).toBe(damaged);
    expect(readdirSync(join(state, 'journal/blobs'), { recursive: true })).toEqual(blobs);
  });
});

describe('EDT-15, T16: a session with', () => {
  it.each(Object.keys(damages))('%s', async (kind) => {
    const folder = join(state, 'sessions');
    mkdirSync(folder, { recursive: true });
    for (const id of ['a', 'b', 'c']) {
      const log = createSessionLog(files, join(folder, `${id}.jsonl`), () => undefined);
      const head = { type: 'head', version: 1, id, workflow: 'chat', at: '2026-01-01', root, packSha256: '' } as const;
      await log.append(head, { type: 'title', title: id });
      await log.append({ type: 'message', message: { role: 'user', text: 'x'.repeat(200) } });
    }
    const path = join(folder, 'b.jsonl');
    const damaged = spoil(path, kind);
    const listed = (await listSessions(files, state)).map(({ title }) => title);
    expect(listed.filter((title) => title === 'a' || title === 'c').sort()).toEqual(['a', 'c']);
    expect(await readSession(files, state, 'a')).toHaveLength(3);
    expect(lookOf(path)).toBe(damaged);
  });
});
