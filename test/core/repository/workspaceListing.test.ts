import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { nameRoots } from '../../../src/core/repository/rootNames.js';
import { singleRoot, type Roots } from '../../../src/core/repository/roots.js';
import { listRepository } from '../../../src/core/repository/listing.js';
import { noSelection } from '../../../src/core/repository/selection.js';
import { listWorkspace } from '../../../src/core/repository/workspaceListing.js';
import { createNodeFiles } from '../../../src/node/files.js';
import { createNodeGit } from '../../../src/node/git.js';

const warnings: string[] = [];
const log = { info: () => undefined, warn: (text: string) => void warnings.push(text), error: () => undefined };
const ports = { files: createNodeFiles(), git: createNodeGit(), log };
let base: string;

const write = (path: string, text = path): void => {
  mkdirSync(dirname(join(base, path)), { recursive: true });
  writeFileSync(join(base, path), text);
};
const selection = noSelection;
const rootsAt = (...folders: string[]): Roots =>
  nameRoots(
    folders.map((folder) => ({ name: folder.split('/').at(-1)!, folder: join(base, folder) })) as [
      Roots[0],
      ...Roots[0][],
    ],
  );
const list = async (roots: Roots, only?: string[]): Promise<string[]> =>
  (await listWorkspace(ports, { roots, selection }, undefined, only)).files.map(
    ({ path, withheld }) => path + (withheld === undefined ? '' : ` (${withheld})`),
  );

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'baleen-roots-')));
  warnings.length = 0;
  write('api/.gitignore', 'build/\n');
  write('api/src/a.ts');
  write('api/build/out.js');
  execFileSync('git', ['init', '-q'], { cwd: join(base, 'api') });
  write('web/.gitignore', '*.log\n');
  write('web/src/w.ts');
  write('web/x.log');
  write('web/.env', 'TOKEN=1\n');
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

it('lists each root by its own rules under its name, in one order', async () => {
  const wanted = ['api/.gitignore', 'api/src/a.ts', 'web/.env (secret file)', 'web/.gitignore', 'web/src/w.ts'];
  expect(await list(rootsAt('api', 'web'))).toEqual(wanted);
  expect(await list(rootsAt('web', 'api'))).toEqual(wanted);
});

it('one folder is listed as it always was', async () => {
  const folder = join(base, 'api');
  const roots = singleRoot(folder);
  const { judge: _, ...alone } = await listRepository(ports, { root: folder, selection });
  expect(await listWorkspace(ports, { roots, selection })).toMatchObject(alone);
});

it('looks only at the paths that are asked for, each in its root', async () => {
  const roots = rootsAt('api', 'web');
  expect(await list(roots, ['web/src/w.ts', 'api/src/w.ts', 'src/a.ts', 'api'])).toEqual(['web/src/w.ts']);
  expect(await list(roots, [])).toEqual([]);
});

it('a root inside another has its files once, under its own name, also as a repository of its own', async () => {
  write('api/packages/inner/i.ts');
  write('api/packages/inners/o.ts');
  expect(await list(rootsAt('api', 'api/packages/inner'))).toEqual([
    'api/.gitignore',
    'api/packages/inners/o.ts',
    'api/src/a.ts',
    'inner/i.ts',
  ]);
  execFileSync('git', ['init', '-q'], { cwd: join(base, 'api/packages/inner') });
  expect(await list(rootsAt('api', 'api/packages/inner'))).toContain('inner/i.ts');
  expect(await list(rootsAt('api', 'api/packages/inner'))).not.toContain('api/packages/inner');
});

it('equal names stand apart', async () => {
  write('old/web/src/w.ts');
  expect(await list(rootsAt('web', 'old/web'))).toEqual([
    'web-2/.env (secret file)',
    'web-2/.gitignore',
    'web-2/src/w.ts',
    'web/src/w.ts',
  ]);
});

it('PTH-10 a root further in does not make a secret file a plain one', async () => {
  write('home/.aws/credentials', 'plain words\n');
  write('home/readme.md');
  const [home, aws] = rootsAt('home', 'home/.aws');
  const renamed: Roots = [home, { ...aws!, name: 'cloud' }];
  expect(await list(renamed)).toEqual(['cloud/credentials (secret file)', 'home/readme.md']);
});

it('a folder that is gone has no files, and the others have theirs', async () => {
  const roots = rootsAt('api', 'web');
  rmSync(join(base, 'web'), { recursive: true });
  expect(await list(roots)).toEqual(['api/.gitignore', 'api/src/a.ts']);
  expect(warnings.join()).toMatch(/web is gone/);
});
