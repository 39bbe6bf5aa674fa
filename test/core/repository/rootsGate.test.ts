/** The path gate over several roots. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { resolveFolderInside, resolveInside } from '../../../src/core/repository/pathGate.js';
import type { Roots } from '../../../src/core/repository/roots.js';
import { createNodeFiles } from '../../../src/node/files.js';

const files = createNodeFiles();
let base: string;
let roots: Roots;

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'baleen-roots-')));
  const put = (path: string): void => {
    mkdirSync(join(base, path, '..'), { recursive: true });
    writeFileSync(join(base, path), path);
  };
  for (const path of ['api/src/a.ts', 'api/packages/inner/i.ts', 'web/src/w.ts', 'web-evil/x', 'outside/secret'])
    put(path);
  roots = [
    { name: 'api', folder: join(base, 'api') },
    { name: 'web', folder: join(base, 'web') },
    { name: 'inner', folder: join(base, 'api/packages/inner') },
  ];
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const gate = (path: string) => resolveInside(files, roots, path, 'write');
async function expectRefused(path: string, pattern: RegExp): Promise<void> {
  const answer = await gate(path);
  expect(answer, path).toHaveProperty('refused');
  if ('refused' in answer) expect(answer.refused, path).toMatch(pattern);
}

it('a path is one of the root that it names', async () => {
  const web = join(base, 'web');
  expect(await gate('web/src/w.ts')).toEqual({
    absolute: join(web, 'src/w.ts'),
    relative: 'web/src/w.ts',
    inside: web,
  });
  expect(await gate('./web//src/./new.ts')).toHaveProperty('relative', 'web/src/new.ts');
  expect(await gate('api/new/deep.ts')).toHaveProperty('inside', join(base, 'api'));
});

it('PTH-10 a path that only another root would know is refused, with the names that there are', async () => {
  await expectRefused('src/w.ts', /begin with the name of a workspace folder, which are: api, web, inner/);
  await expectRefused('API/src/a.ts', /begin with the name/);
  await expectRefused('web-evil/x', /begin with the name/);
  expect(await gate('api/src/w.ts')).toHaveProperty('absolute', join(base, 'api/src/w.ts'));
});

it('PTH-10 nothing leads from one root into another or out of all', async () => {
  await expectRefused('api/../web/src/w.ts', /`\.\.` is not allowed/);
  await expectRefused('../outside/secret', /`\.\.` is not allowed/);
  await expectRefused('web/%2e%2e/api/src/a.ts', /`\.\.` is not allowed/);
  await expectRefused(join(base, 'web-evil/x'), /outside the workspace/);
  await expectRefused(`${join(base, 'web')}/../api/src/a.ts`, /outside the workspace/);
  symlinkSync(join(base, 'web'), join(base, 'api/link'));
  symlinkSync('../outside', join(base, 'web/out'));
  await expectRefused('api/link/src/w.ts', /link out of the workspace folder/);
  await expectRefused('api/link/new.ts', /link out of the workspace folder/);
  await expectRefused('web/out/secret', /link out of the workspace folder/);
});

it('an absolute path inside any root is that root’s path', async () => {
  expect(await gate(join(base, 'web/src/w.ts'))).toHaveProperty('relative', 'web/src/w.ts');
  expect(await gate(join(base, 'api/packages/inner/i.ts'))).toHaveProperty('relative', 'inner/i.ts');
});

it('a file of an inner root is the inner one’s, however it is written', async () => {
  const inner = join(base, 'api/packages/inner');
  const place = { absolute: join(inner, 'i.ts'), relative: 'inner/i.ts', inside: inner };
  expect(await gate('inner/i.ts')).toEqual(place);
  expect(await gate('api/packages/inner/i.ts')).toEqual(place);
  symlinkSync('packages', join(base, 'api/linked'));
  expect(await gate('api/linked/inner/i.ts')).toEqual(place);
});

it('a root itself is no file, and `.git` of each stays shut', async () => {
  for (const path of ['.', 'web', 'web/', './web', join(base, 'web')])
    await expectRefused(path, /workspace folder itself/);
  for (const { name } of roots) await expectRefused(`${name}/.git/config`, /belongs to git/);
  mkdirSync(join(base, 'web/.git'));
  symlinkSync('.git', join(base, 'web/innocent'));
  await expectRefused('web/innocent/config', /belongs to git/);
});

it('commands run in the first root unless they name a folder', async () => {
  const api = join(base, 'api');
  const web = join(base, 'web');
  const resolve = (path: string) => resolveFolderInside(files, roots, path);
  expect(await resolve('.')).toEqual({ absolute: api, relative: 'api', inside: api });
  for (const path of ['web', 'web/', './web', web])
    expect(await resolve(path)).toEqual({ absolute: web, relative: 'web', inside: web });
  expect(await resolve('web/src')).toEqual({ absolute: join(web, 'src'), relative: 'web/src', inside: web });
  expect(await resolve('api/packages/inner')).toHaveProperty('relative', 'inner');
  for (const path of ['src', '..', 'web/..', '/', base]) expect(await resolve(path), path).toHaveProperty('refused');
});
