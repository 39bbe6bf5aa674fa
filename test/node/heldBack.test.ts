/** What is offered at a start of what an earlier program held back. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Roots } from '../../src/core/repository/roots.js';
import { createHeldBackStore, findUndecided, heldBackFolder } from '../../src/node/heldBack.js';
import { owner } from '../../src/node/owner.js';

let base: string;
let roots: Roots;
let state: string;
const gone = `${owner.name.split('-')[0]!}-999999999-1`;

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'baleen-held-')));
  state = join(base, 'state');
  roots = [
    { name: 'api', folder: join(base, 'api') },
    { name: 'web', folder: join(base, 'web') },
  ];
  for (const { folder } of roots) mkdirSync(folder);
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** As an earlier program has left it. */
function leave(paths: readonly string[], by = gone): void {
  const folder = heldBackFolder(state);
  for (const path of paths) write(join(folder, 'one', path), `kept ${path}`);
  write(join(folder, 'one.json'), JSON.stringify({ owner: by, command: 'make', paths }));
}

test('PRF-05: only of the roots that are open, and of a program that is gone', async () => {
  leave(['api/.envrc', 'other/.envrc', 'api/../web/.envrc', '../one/.envrc']);
  const [one, ...more] = await findUndecided(roots, state);
  expect(more).toEqual([]);
  expect([one!.command, one!.found.names.map(({ absolute }) => absolute)]).toEqual([
    'make',
    [join(base, 'api/.envrc')],
  ]);
  leave(['api/.envrc'], owner.name);
  expect(await findUndecided(roots, state)).toEqual([]);
});

test('PRF-05: what stands in its place stays as it is, and the answer is remembered', async () => {
  leave(['api/.envrc', 'web/.envrc', 'web/.husky/x']);
  write(join(base, 'api/.envrc'), 'mine');
  write(join(base, 'web/.husky/y'), 'mine, too');
  const [one] = await findUndecided(roots, state);
  expect(await one!.found.letIn()).toEqual(['web/.envrc', 'web/.husky/x']);
  expect(readFileSync(join(base, 'api/.envrc'), 'utf8')).toBe('mine');
  expect(readFileSync(join(base, 'web/.envrc'), 'utf8')).toBe('kept web/.envrc');
  expect(readFileSync(join(base, 'web/.husky/y'), 'utf8')).toBe('mine, too');
  expect(existsSync(join(one!.found.folder, 'api/.envrc'))).toBe(true);
  expect(await findUndecided(roots, state)).toEqual([]);
});

test('PRF-05: is on disk from the moment in which something is moved, and gone with the answer', async () => {
  const watch = createHeldBackStore(roots, heldBackFolder(state)).watch([], 'make it');
  write(join(base, 'web/.envrc'), 'new');
  const found = await watch.take();
  const record = `${found!.folder}.json`;
  expect(JSON.parse(readFileSync(record, 'utf8'))).toEqual({
    owner: owner.name,
    command: 'make it',
    paths: ['web/.envrc'],
  });
  await found!.leave();
  expect(existsSync(record)).toBe(false);
  expect(readFileSync(join(found!.folder, 'web/.envrc'), 'utf8')).toBe('new');
  watch.end();
});

test('PRF-05: places that are cleared while somebody looks are nothing that appeared', async () => {
  const watch = createHeldBackStore(roots, heldBackFolder(state)).watch([], 'make it');
  const held = [join(base, 'web/.claude/settings.json'), join(base, 'web/.claude')];
  const clear = async (): Promise<void> => {
    for (const place of held) await rmdir(place);
  };
  for (let round = 0; round < 300; round++) {
    mkdirSync(held[0]!, { recursive: true });
    expect((await Promise.all([watch.take(), clear()]))[0]).toBeUndefined();
  }
  expect(existsSync(heldBackFolder(state))).toBe(false);
  watch.end();
});

test('PRF-05: what is not decided is kept however old it is, and what was left for a month from then on', async () => {
  leave(['web/.envrc']);
  const folder = join(heldBackFolder(state), 'one');
  const kept = join(folder, 'web/.envrc');
  const age = (path: string): void => utimesSync(path, new Date(0), new Date(0));
  const start = (): Promise<unknown> => createHeldBackStore(roots, heldBackFolder(state)).watch([], 'make it').take();
  for (const path of [folder, `${folder}.json`]) age(path);
  await start();
  const [one] = await findUndecided(roots, state);
  expect(readFileSync(kept, 'utf8')).toBe('kept web/.envrc');
  await one!.found.leave();
  await start();
  expect([readFileSync(kept, 'utf8'), await findUndecided(roots, state)]).toEqual(['kept web/.envrc', []]);
  age(folder);
  await start();
  expect(existsSync(folder)).toBe(false);
});

test('PRF-05: of two windows that put back the same, both say that it stands there', async () => {
  leave(['web/.envrc']);
  const [[first], [second]] = [await findUndecided(roots, state), await findUndecided(roots, state)];
  expect(await first!.found.letIn()).toEqual(['web/.envrc']);
  writeFileSync(join(base, 'web/.envrc'), 'changed since');
  expect(await second!.found.letIn()).toEqual(['web/.envrc']);
  expect(readFileSync(join(base, 'web/.envrc'), 'utf8')).toBe('changed since');
});
