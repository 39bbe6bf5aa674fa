import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findSpellingTrouble, resolveFolderInside, resolveInside } from '../../../src/core/repository/pathGate.js';
import { isInside, singleRoot } from '../../../src/core/repository/roots.js';
import { createNodeFiles } from '../../../src/node/files.js';

const files = createNodeFiles();
let base: string;
let root: string;
beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'baleen-gate-')));
  root = join(base, 'ws');
  for (const folder of ['ws/src', 'ws-evil', 'outside']) mkdirSync(join(base, folder), { recursive: true });
  writeFileSync(join(root, 'src/a.ts'), 'a');
  writeFileSync(join(base, 'outside/secret'), 's');
  writeFileSync(join(base, 'ws-evil/x'), 'x');
});
afterEach(() => {
  rmSync(base, { recursive: true, force: true });
});

const gate = (path: string, purpose: 'read' | 'write' = 'write') =>
  resolveInside(files, singleRoot(root), path, purpose);
async function expectRefused(path: string, pattern = /^Refused: /): Promise<void> {
  for (const purpose of ['read', 'write'] as const) {
    const answer = await gate(path, purpose);
    expect(answer, `${purpose} ${JSON.stringify(path)}`).toHaveProperty('refused');
    if ('refused' in answer) expect(answer.refused).toMatch(pattern);
  }
}

describe('paths inside', () => {
  const good: [string, string][] = [
    ['src/a.ts', 'src/a.ts'],
    ['./src/a.ts', 'src/a.ts'],
    ['src//./a.ts', 'src/a.ts'],
    ['new/deep/file.txt', 'new/deep/file.txt'],
    ['..a/b', '..a/b'],
    ['a..b', 'a..b'],
    ['.gitignore', '.gitignore'],
    ['.github/x.md', '.github/x.md'],
    ['spaces in name.txt', 'spaces in name.txt'],
    ['größe/日本.txt', 'größe/日本.txt'],
    ['100%.txt', '100%.txt'],
    ['backup~', 'backup~'],
    ['src/⟦U+27E6⟧x', 'src/⟦x'],
  ];
  it.each(good)('%s', async (path, relative) => {
    expect(await gate(path)).toEqual({ absolute: join(root, relative), relative, inside: root });
  });

  it('an absolute path of the workspace is the same file', async () => {
    const place = { absolute: join(root, 'src/a.ts'), relative: 'src/a.ts', inside: root };
    expect(await gate(join(root, 'src/a.ts'))).toEqual(place);
  });

  it('an existing file with a name reserved on Windows is just a file here', async () => {
    writeFileSync(join(root, 'aux.c'), '');
    expect(await gate('aux.c')).toHaveProperty('relative', 'aux.c');
    await expectRefused('con.txt', /reserved/);
  });
});

describe('paths that lead out', () => {
  const outside = [
    '../x',
    'a/../../x',
    'src/../a.ts',
    '/etc/passwd',
    '~/x',
    '~root/x',
    'file:///etc/passwd',
    'https://a.b/c',
    '%2e%2e/x',
    '%2E./x',
    'src/%2e%2e%2fx',
    'a%2fb',
    'C:/x',
    'c:x',
    'untitled:a',
  ];
  it.each(outside)('PTH-01 %s', async (path) => {
    await expectRefused(path);
  });

  it('PTH-02 a sibling whose name begins alike', async () => {
    await expectRefused(join(base, 'ws-evil/x'), /outside the workspace/);
    await expectRefused('../ws-evil/x');
    expect(isInside('/tmp/ws', '/tmp/ws-evil/x')).toBe(false);
    expect(isInside('/tmp/ws', '/tmp/ws/..x')).toBe(true);
  });

  it('PTH-03 a new file under a linked folder', async () => {
    symlinkSync(join(base, 'outside'), join(root, 'link'));
    symlinkSync('../../outside', join(root, 'src/link'));
    await expectRefused('link/new', /link out of the workspace/);
    await expectRefused('link/deep/er/new', /link out of the workspace/);
    await expectRefused('src/link/secret', /link out of the workspace/);
    symlinkSync('missing', join(root, 'dangling'));
    await expectRefused('dangling/new', /leads nowhere/);
  });

  it('a linked folder inside is followed, and rules see where it leads', async () => {
    mkdirSync(join(root, '.vscode'));
    mkdirSync(join(root, '.git'));
    symlinkSync('.vscode', join(root, 'config'));
    symlinkSync('.git', join(root, 'innocent'));
    expect(await gate('config/settings.json')).toHaveProperty('relative', '.vscode/settings.json');
    await expectRefused('innocent/config', /belongs to git/);
  });

  it('PTH-04 links as targets, dangling or not', async () => {
    symlinkSync('nowhere', join(root, 'dangling'));
    symlinkSync('src/a.ts', join(root, 'alias'));
    await expectRefused('dangling', /symbolic link/);
    await expectRefused('alias', /symbolic link/);
    await expect(files.replace(join(root, 'dangling'), new Uint8Array())).rejects.toThrow();
    expect(readlinkSync(join(root, 'dangling'))).toBe('nowhere');
    expect(existsSync(join(root, 'nowhere'))).toBe(false);
  });

  it('PTH-12 what is not a regular file', async () => {
    execFileSync('mkfifo', [join(root, 'pipe')]);
    await expectRefused('pipe', /not a regular file/);
    await expectRefused('src', /is a folder/);
    await expectRefused('src/a.ts/b', /not a folder/);
    await expectRefused('.', /workspace folder itself/);
    await expectRefused('/proc/self/environ');
    await expectRefused('/dev/zero');
  });

  it('read-only files are read and not written', async () => {
    chmodSync(join(root, 'src/a.ts'), 0o444);
    expect(await gate('src/a.ts', 'read')).toHaveProperty('relative');
    expect(await gate('src/a.ts', 'write')).toHaveProperty('refused');
  });

  it('PTH-06 hard links are known to the writer, not refused', async () => {
    linkSync(join(root, 'src/a.ts'), join(root, 'b.ts'));
    expect(await gate('b.ts')).toHaveProperty('relative', 'b.ts');
  });
});

describe('spelling, by the rules of every system', () => {
  const traps: [string, string][] = [
    ['PTH-07', '.git/config'],
    ['PTH-07', '.Git/config'],
    ['PTH-07', 'sub/.GIT/hooks/x'],
    ['PTH-07', '.git'],
    ['PTH-08', '.vscode./settings.json'],
    ['PTH-08', '.vscode /settings.json'],
    ['PTH-08', 'a.txt '],
    ['PTH-08', 'a.txt.'],
    ['PTH-08', 'GIT~1/config'],
    ['PTH-08', 'git~1'],
    ['PTH-08', 'SETTIN~1.JSO'],
    ['PTH-08', '.git::$INDEX_ALLOCATION/config'],
    ['PTH-08', 'x:stream'],
    ['PTH-08', '\\\\?\\C:\\x'],
    ['PTH-08', '\\??\\C:\\x'],
    ['PTH-08', '\\\\host\\share\\x'],
    ['PTH-08', '//host/share/x'],
    ['PTH-08', 'src\\..\\x'],
    ['PTH-08', '.g\u200cit/config'],
    ['PTH-08', '.git\u200d/config'],
    ['PTH-08', '\ufeff.git/config'],
    ['PTH-08', 'a\u202egpj.exe'],
    ['PTH-09', 'a\0b'],
    ['PTH-09', 'a\nb'],
    ['PTH-09', 'a\rb'],
    ['PTH-09', 'a\x1b[2Jb'],
    ['PTH-09', 'a\u0085b'],
    ['PTH-09', 'a\u2028b'],
    ['PTH-09', 'a\ud800b'],
    ['', ''],
    ['', 'x'.repeat(5000)],
    ['', `${'ä'.repeat(200)}/x`],
  ];
  it.each(traps)('%s %j', async (_, path) => {
    expect(findSpellingTrouble(path)).toBeDefined();
    await expectRefused(path);
  });

  it.each(['CON', 'nul', 'com1', 'LPT9.txt', 'aux/x', 'src/prn.log'])('PTH-08 reserved name %s', async (path) => {
    await expectRefused(path, /reserved/);
  });

  it('PTH-09 a refusal stands on one line and shows no control character', async () => {
    for (const path of ['a\nb\x1b[31m', '⟦U+000A⟧x', 'a\u202eb']) {
      const answer = await gate(path);
      expect('refused' in answer && answer.refused).toMatch(/^Refused: "[^\p{Cc}\p{Cf}]*$/u);
    }
  });
});

describe('folders', () => {
  it('are resolved for commands', async () => {
    const resolve = (path: string) => resolveFolderInside(files, singleRoot(root), path);
    expect(await resolve('.')).toEqual({ absolute: root, relative: '.', inside: root });
    expect(await resolve('src')).toEqual({ absolute: join(root, 'src'), relative: 'src', inside: root });
    expect(await resolve('src/')).toEqual({ absolute: join(root, 'src'), relative: 'src', inside: root });
    expect(await resolve('src/missing')).toHaveProperty('absolute', join(root, 'src/missing'));
    symlinkSync(join(base, 'outside'), join(root, 'link'));
    for (const path of ['link', '..', '/', '~', 'src/a.ts', '.git']) {
      expect(await resolve(path), path).toHaveProperty('refused');
    }
  });
});
