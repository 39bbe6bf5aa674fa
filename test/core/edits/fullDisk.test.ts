/**
 * EDT-02, T12: a disk that fills up at twenty points of an edit, a restore and a history. The user's files stay whole,
 * and nobody says "saved" who has not saved. The disk is a tmpfs of a few pages; to mount it takes root.
 */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSessionLog, parseSessionLog, type SessionRecord } from '../../../src/core/session/log.js';
import { createNodeFiles } from '../../../src/node/files.js';
import { openTestJournal } from '../../support/kills/openTestJournal.js';
import { restoreAll } from '../../support/restoreAll.js';

const files = createNodeFiles();
const pageBytes = 4096;
/** Pages left free when it begins: from nothing to more than enough. */
const points = [0, 1, 2, 3, 4, 5, 7];
let base: string;
let disk: string;
let roomy: string;

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'baleen-full-')));
  disk = join(base, 'disk');
  roomy = join(base, 'roomy');
  mkdirSync(disk);
  mkdirSync(roomy);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k,mode=0755', 'baleen-test', disk], { stdio: 'pipe' });
});
afterEach(() => {
  execFileSync('umount', [disk], { stdio: 'pipe' });
  rmSync(base, { recursive: true, force: true });
});

/** Takes all room but so many pages. */
function fillUp(pagesFree: number): void {
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(join(disk, 'ballast'), Buffer.alloc(Math.max(0, bavail * bsize - pagesFree * pageBytes)));
}

const temps = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.tmp'));

/** Edits as a tool does; answers with what went wrong. */
async function edit(
  root: string,
  state: string,
  texts: Record<string, string>,
): Promise<{ id: string; error?: unknown }> {
  const checkpoint = await openTestJournal(root, state).begin({ session: 's', title: 't' });
  try {
    for (const [path, text] of Object.entries(texts)) {
      await checkpoint.before(path, Buffer.from(text));
      await files.replace(join(root, path), Buffer.from(text), undefined, root);
      await checkpoint.after(path);
    }
    await checkpoint.close();
    return { id: checkpoint.id };
  } catch (error) {
    return { id: checkpoint.id, error };
  }
}

const sentence = /ENOSPC|no space|disk full|Not all bytes|could not be|Nothing was changed/i;

describe('EDT-02: a full disk', () => {
  it.each(points)('under the file, %i pages free: it is as before or as after, with no temp file', async (free) => {
    for (const isLinked of [false, true]) {
      const old = 'o'.repeat(2 * pageBytes);
      const now = 'n'.repeat(4 * pageBytes);
      writeFileSync(join(disk, 'file'), old);
      if (isLinked) linkSync(join(disk, 'file'), join(disk, 'other name'));
      fillUp(free);
      const { error } = await edit(disk, roomy, { file: now });
      expect(readFileSync(join(disk, 'file'), 'utf8')).toBe(error === undefined ? now : old);
      if (error !== undefined) expect((error as Error).message).toMatch(sentence);
      expect(error === undefined).toBe(isLinked ? free >= 2 : free >= 4);
      expect(temps(disk)).toEqual([]);
      for (const name of readdirSync(disk)) rmSync(join(disk, name));
    }
  });

  it.each(points)('under the journal, %i pages free: no edit without its pre-image', async (free) => {
    const root = join(roomy, 'ws');
    mkdirSync(root);
    writeFileSync(join(root, 'file'), 'old '.repeat(pageBytes / 4));
    fillUp(free);
    const { id, error } = await edit(root, join(disk, 'state'), { file: 'new' });
    const text = readFileSync(join(root, 'file'), 'utf8');
    if (text === 'new') {
      rmSync(join(disk, 'ballast'));
      await restoreAll(openTestJournal(root, join(disk, 'state')), id);
    } else expect(String(error)).toMatch(sentence);
    expect(readFileSync(join(root, 'file'), 'utf8')).toBe('old '.repeat(pageBytes / 4));
  });

  it.each(points)('under a restore, %i pages free: all files are back or none', async (free) => {
    const names = ['a', 'b', 'c'];
    const oldText = (name: string): string => name.repeat(2 * pageBytes);
    for (const name of names) writeFileSync(join(disk, name), oldText(name));
    const { id, error } = await edit(disk, roomy, { a: 'new a', b: 'new b', c: 'new c' });
    expect(error).toBeUndefined();
    fillUp(free);
    const journal = openTestJournal(disk, roomy);
    const told = await restoreAll(journal, id).catch((trouble: unknown) => trouble);
    const isBack = !(told instanceof Error);
    for (const name of names) {
      expect(readFileSync(join(disk, name), 'utf8')).toBe(isBack ? oldText(name) : `new ${name}`);
    }
    if (!isBack) expect(told.message).toMatch(/^Nothing was changed/);
    expect(isBack).toBe(free >= 6);
    expect(temps(disk)).toEqual([]);
    expect((await journal.list()).map(({ restored }) => restored)).toEqual(isBack ? [false, true] : [false]);
    rmSync(join(disk, 'ballast'));
    if (!isBack) await restoreAll(journal, id);
    for (const name of names) expect(readFileSync(join(disk, name), 'utf8')).toBe(oldText(name));
  });

  it.each(points)(
    'under the history, %i pages free: what was acknowledged is there, what was not is told',
    async (free) => {
      fillUp(free);
      const path = join(disk, 'session.jsonl');
      const log = createSessionLog(files, path, () => undefined);
      const record = (index: number): SessionRecord => ({ type: 'title', title: `${index} ${'x'.repeat(1000)}` });
      const saved: SessionRecord[] = [];
      let told: unknown;
      for (let index = 0; index < 30 && told === undefined; index++) {
        await log.append(record(index)).then(
          () => saved.push(record(index)),
          (error: unknown) => (told = error),
        );
      }
      expect(String(told)).toMatch(sentence);
      const read = async (): Promise<SessionRecord[]> =>
        (await parseSessionLog(existsSync(path) ? readFileSync(path, 'utf8') : '')).records;
      expect(await read()).toEqual(saved);
      rmSync(join(disk, 'ballast'));
      await log.append(record(99));
      expect(await read()).toEqual([...saved, record(99)]);
    },
  );
});
