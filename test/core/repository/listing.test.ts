import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BaleenError } from '../../../src/core/errors.js';
import type { Files } from '../../../src/core/host.js';
import { listRepository } from '../../../src/core/repository/listing.js';
import { comparePaths } from '../../../src/core/repository/paths.js';
import { noSelection } from '../../../src/core/repository/selection.js';
import { isSecretContent, isSecretName } from '../../../src/core/repository/secretFiles.js';
import { createNodeFiles } from '../../../src/node/files.js';
import { createNodeGit } from '../../../src/node/git.js';
import { createWorkspace, silentLog, type Workspace } from '../pack/workspace.js';

const ports = { files: createNodeFiles(), git: createNodeGit(), log: silentLog };
let workspace: Workspace;

beforeEach(() => {
  workspace = createWorkspace();
});
afterEach(() => workspace.dispose());

async function list(root = workspace.root): Promise<Map<string, string | undefined>> {
  const { files } = await listRepository(ports, { root, selection: noSelection });
  return new Map(files.map((file) => [file.path, file.withheld]));
}

/** git's own list, less what is not on disk. */
function listByGit(): string[] {
  const names = workspace.git('ls-files', '-co', '--exclude-standard', '-z').split('\0').filter(Boolean);
  const deleted = new Set(workspace.git('ls-files', '-d', '-z').split('\0'));
  return [...new Set(names)].filter((name) => !deleted.has(name)).map((name) => name.replace(/\/$/, ''));
}

function buildTrickyRepository(): void {
  const { write, git, root } = workspace;
  git('init', '-q');
  write('.gitignore', '*.log\nbuild/\n/only-root.txt\n!keep.log\n*.md\n!docs/**/*.md\ntrailing\\ \n');
  write('sub/.gitignore', '!*.log\nsecret-*\n');
  write('sub/deeper/.gitignore', '*\n!.gitignore\n!kept.txt\n');
  for (const path of [
    'a.log',
    'keep.log',
    'sub/b.log',
    'sub/secret-1',
    'only-root.txt',
    'sub/only-root.txt',
    'README.MD',
    'readme.md',
    'docs/a.md',
    'docs/x/b.md',
  ])
    write(path, path);
  for (const path of [
    'build/out.js',
    'sub/build/out.js',
    'sub/deeper/kept.txt',
    'sub/deeper/lost.txt',
    'excluded.key',
    'trailing ',
  ])
    write(path, path);
  for (const name of [
    'with "quote".txt',
    'new\nline.txt',
    'tab\there.txt',
    'späße.txt',
    '漢字.txt',
    '\u{1f600}.txt',
    '\uff41.txt',
    '-dash',
    'back\\slash',
    ' lead',
    ':(glob)*',
    'x*y',
  ])
    write(`odd/${name}`, name);
  write('.git/info/exclude', 'excluded.key\n');
  write('tracked.log', 'tracked though ignored');
  write('gone.txt', 'gone');
  write('realdir/inner.txt', 'inner');
  git('add', '-f', 'tracked.log', 'gone.txt', 'realdir', '.gitignore');
  git('commit', '-qm', 'one');
  workspace.remove('gone.txt');
  symlinkSync('keep.log', join(root, 'link-to-file'));
  symlinkSync('sub', join(root, 'link-to-folder'));
  symlinkSync('nowhere', join(root, 'dangling'));
  mkdirSync(join(root, 'nested'));
  execFileSync('git', ['init', '-q'], { cwd: join(root, 'nested') });
  write('nested/file.txt', 'of another repository');
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-q', '--allow-empty', '-m', 'x'], {
    cwd: join(root, 'nested'),
  });
  git('submodule', '--quiet', 'add', './nested', 'module');
}

describe('the list of files', () => {
  it('SEC-05 equals that of git on a tricky repository', async () => {
    buildTrickyRepository();
    const listed = await list();
    expect([...listed.keys()].sort()).toEqual(listByGit().sort());
    expect(listed.has('gone.txt')).toBe(false);
    expect(listed.has('excluded.key')).toBe(false);
    expect(listed.has('tracked.log')).toBe(true);
    expect(listed.get('nested')).toBe('submodule or nested repository');
    expect(listed.get('module')).toBe('submodule or nested repository');
    expect([...listed.keys()]).toEqual(
      [...listed.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    );
  });

  it('SEC-05 heeds the excludes of the user', async () => {
    workspace.git('init', '-q');
    workspace.write('a.mine', '');
    workspace.write('b.txt', '');
    const home = mkdtempSync(join(tmpdir(), 'baleen-home-'));
    writeFileSync(join(home, 'excludes'), '*.mine\n');
    writeFileSync(join(home, 'config'), `[core]\n\texcludesFile = ${join(home, 'excludes')}\n`);
    const before = process.env['GIT_CONFIG_GLOBAL'];
    process.env['GIT_CONFIG_GLOBAL'] = join(home, 'config');
    try {
      expect([...(await list()).keys()]).toEqual(['b.txt']);
    } finally {
      if (before === undefined) delete process.env['GIT_CONFIG_GLOBAL'];
      else process.env['GIT_CONFIG_GLOBAL'] = before;
      rmSync(home, { recursive: true });
    }
  });

  it('lists a folder inside a larger repository by paths of its own', async () => {
    buildTrickyRepository();
    expect([...(await list(join(workspace.root, 'sub'))).keys()]).toEqual([
      '.gitignore',
      'b.log',
      'deeper/.gitignore',
      'deeper/kept.txt',
      'only-root.txt',
    ]);
  });

  it('gives outside git what git would list, links and all', async () => {
    buildTrickyRepository();
    rmSync(join(workspace.root, 'nested'), { recursive: true });
    rmSync(join(workspace.root, 'module'), { recursive: true });
    // Without an index, tracked and ignored files are only ignored.
    const wanted = listByGit().filter((path) => !['tracked.log', 'module'].includes(path));
    const folder = join(workspace.root, '.git');
    rmSync(join(folder, 'info'), { recursive: true });
    workspace.write('.gitignore', `${workspace.read('.gitignore').toString()}excluded.key\n`);
    renameSync(folder, join(workspace.stateFolder));
    const listed = await list();
    expect([...listed.keys()].sort()).toEqual(wanted.sort());
    expect(listed.get('link-to-folder')).toBe('symbolic link');
  });

  it('SEC-07 follows no link, not even where a folder of the index has become one', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'baleen-outside-'));
    writeFileSync(join(outside, 'inner.txt'), 'not ours');
    buildTrickyRepository();
    workspace.remove('realdir');
    symlinkSync(outside, join(workspace.root, 'realdir'));
    symlinkSync(join(outside, 'inner.txt'), join(workspace.root, 'away'));
    const listed = await list();
    expect(listed.has('realdir/inner.txt')).toBe(false);
    expect([listed.get('realdir'), listed.get('away'), listed.get('link-to-file'), listed.get('dangling')]).toEqual(
      Array(4).fill('symbolic link'),
    );
    rmSync(outside, { recursive: true });
  });

  it('SEC-09 never lists anything of .git', async () => {
    workspace.git('init', '-q');
    workspace.git('remote', 'add', 'origin', 'https://me:token@git.acme.io/a');
    workspace.write('a.txt', '');
    expect([...(await list()).keys()]).toEqual(['a.txt']);
    renameSync(join(workspace.root, '.git', 'HEAD'), join(workspace.root, '.git', 'NOHEAD'));
    expect([...(await list()).keys()]).toEqual(['a.txt']);
  });

  it('runs no program that a repository names', async () => {
    const { root, git, write } = workspace;
    git('init', '-q');
    write('a.txt', 'a');
    const trap = `touch ${join(root, 'sprung')}`;
    git('config', 'core.fsmonitor', trap);
    git('config', 'filter.x.clean', trap);
    write('.gitattributes', '* filter=x\n');
    execFileSync('git', ['init', '-q', '--bare', join(root, 'bare')]);
    execFileSync('git', ['--git-dir', join(root, 'bare'), 'config', 'core.fsmonitor', trap]);
    await list();
    await list(join(root, 'bare'));
    expect(readdirSync(root)).not.toContain('sprung');
  });

  it('throws a sentence where git fails, and lists nothing by guess', async () => {
    workspace.git('init', '-q');
    workspace.write('a.txt', '');
    workspace.git('add', '.');
    workspace.write('.git/index', 'damaged');
    await expect(list()).rejects.toThrow(BaleenError);
    await expect(list()).rejects.toThrow(/nothing was read/);
  });

  it('works without git', async () => {
    workspace.write('.gitignore', '*.log\n');
    workspace.write('a.log', '');
    workspace.write('b.txt', '');
    const withoutGit = { ...ports, git: createNodeGit('no-such-program') };
    const listed = await listRepository(withoutGit, { root: workspace.root, selection: noSelection });
    expect(listed.files.map((file) => file.path)).toEqual(['.gitignore', 'b.txt']);
  });

  it('withholds a file of 300 MB without reading it', async () => {
    workspace.write('huge.bin', '');
    truncateSync(join(workspace.root, 'huge.bin'), 300 * 1024 * 1024);
    const read: string[] = [];
    const files: Files = { ...ports.files, read: (path, most) => (read.push(path), ports.files.read(path, most)) };
    const listed = await listRepository({ ...ports, files }, { root: workspace.root, selection: noSelection });
    expect(listed.files.map(({ path, withheld }) => [path, withheld])).toEqual([['huge.bin', 'too large']]);
    expect(read).toEqual([]);
  });
});

describe('names', () => {
  it.each([
    '.env',
    '.env.local',
    'a/.env.production',
    '.envrc',
    'config/prod.env',
    'id_rsa',
    '.ssh/id_ed25519',
    'certs/server.pem',
    'a.p12',
    'a.pfx',
    'release.jks',
    'debug.keystore',
    'safe.kdbx',
    '.netrc',
    '_netrc',
    '.pypirc',
    '.git-credentials',
    '.docker/config.json',
    '.kube/config',
    'kubeconfig',
    'infra/terraform.tfstate',
    'terraform.tfstate.backup',
    'my-service-account.json',
    'serviceAccountKey.json',
    '.bash_history',
    '.zsh_history',
    '.python_history',
    '.pgpass',
    '.htpasswd',
    '.aws/credentials',
    'ID_RSA',
  ])('SEC-01 SEC-08 %s is withheld', (path) => expect(isSecretName(path)).toBe(true));

  it.each([
    '.env.example',
    '.env.sample',
    'a/.env.template',
    'env.ts',
    'id_rsa.pub',
    '.ssh/config',
    'keys.ts',
    'secrets.md',
    'service-account.ts',
    'environment.env.ts',
    '.npmrc',
    'history.ts',
    'pem.js',
  ])('SEC-02 %s is not', (path) => expect(isSecretName(path)).toBe(false));

  it('SEC-08 tells an .npmrc with a token from one without', () => {
    expect(isSecretContent('a/.npmrc', '//registry.acme.io/:_authToken=abcdef\n')).toBe(true);
    expect(isSecretContent('.npmrc', '//registry.acme.io/:_authToken=${NPM_TOKEN}\nsave-exact=true\n')).toBe(false);
    expect(isSecretContent('a.md', '_authToken=abcdef')).toBe(false);
  });

  it('are ordered by their bytes', () => {
    const names = ['a', 'a/b', 'a.b', 'ä', '\uff41', '\u{1f600}', '\u{1f600}a', 'Z', '', '\ue000'];
    expect([...names].sort(comparePaths)).toEqual(
      [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    );
  });
});
