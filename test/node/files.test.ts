import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import type * as FsPromises from 'node:fs/promises';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileChanged, FileTooLarge } from '../../src/core/errors.js';
import { createNodeFiles } from '../../src/node/files.js';

const files = createNodeFiles();
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'baleen-files-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});
const at = (name: string): string => join(folder, name);

describe('reading', () => {
  it('reads a regular file, an empty one, and refuses links', async () => {
    writeFileSync(at('a'), 'héllo');
    writeFileSync(at('empty'), '');
    symlinkSync('a', at('link'));
    expect(new TextDecoder().decode(await files.read(at('a')))).toBe('héllo');
    expect(await files.read(at('empty'))).toHaveLength(0);
    await expect(files.read(at('link'))).rejects.toThrow(/symbolic link/);
    await expect(files.read(at('missing'))).rejects.toThrow(/ENOENT/);
  });

  it('refuses FIFOs, folders and devices without waiting, and sparse giants by size', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    await expect(files.read(at('pipe'))).rejects.toThrow(/not a regular file/);
    await expect(files.read(folder)).rejects.toThrow(/not a regular file/);
    await expect(files.read('/dev/zero')).rejects.toThrow(/not a regular file/);
    writeFileSync(at('sparse'), '');
    truncateSync(at('sparse'), 2 ** 40);
    await expect(files.read(at('sparse'))).rejects.toThrow(FileTooLarge);
    writeFileSync(at('ten'), '0123456789');
    expect(await files.read(at('ten'), 10)).toHaveLength(10);
    await expect(files.read(at('ten'), 9)).rejects.toThrow(FileTooLarge);
  });

  it('tells what a path is, without following links', async () => {
    writeFileSync(at('a'), 'x', { mode: 0o640 });
    chmodSync(at('a'), 0o751);
    symlinkSync('nowhere', at('dangling'));
    linkSync(at('a'), at('b'));
    expect(await files.lstat(at('a'))).toMatchObject({ kind: 'file', size: 1, mode: 0o751, links: 2 });
    expect((await files.lstat(at('dangling')))?.kind).toBe('link');
    expect((await files.lstat(folder))?.kind).toBe('directory');
    expect(await files.lstat(at('a/child'))).toBeUndefined();
    expect(await files.lstat(at('missing'))).toBeUndefined();
    expect(await files.realpath(at('dangling'))).toBeUndefined();
    expect(await files.list(folder)).toEqual(['a', 'b', 'dangling']);
  });
});

describe('replacing', () => {
  it('creates, and keeps the mode of what was there (EDT-07)', async () => {
    await files.replace(at('new'), bytesOf('one'), 0o755);
    expect(statSync(at('new')).mode & 0o777).toBe(0o755);
    chmodSync(at('new'), 0o640);
    await files.replace(at('new'), bytesOf('two'), 0o777);
    expect(readFileSync(at('new'), 'utf8')).toBe('two');
    expect(statSync(at('new')).mode & 0o777).toBe(0o640);
    expect(readdirSync(folder)).toEqual(['new']);
  });

  it('writes hard links in place, so that both names have the new text (EDT-07)', async () => {
    writeFileSync(at('a'), 'a longer old text');
    linkSync(at('a'), at('b'));
    await files.replace(at('a'), bytesOf('new'));
    expect(readFileSync(at('b'), 'utf8')).toBe('new');
    expect(statSync(at('a')).ino).toBe(statSync(at('b')).ino);
  });

  it('leaves links, read-only files and folders alone, in a sentence (EDT-08, PTH-04)', async () => {
    symlinkSync('nowhere', at('dangling'));
    writeFileSync(at('locked'), 'old');
    chmodSync(at('locked'), 0o444);
    mkdirSync(at('dir'));
    await expect(files.replace(at('dangling'), bytesOf('x'))).rejects.toThrow(/symbolic link; it was left alone/);
    await expect(files.replace(at('locked'), bytesOf('x'))).rejects.toThrow(/read-only; it was left alone/);
    await expect(files.replace(at('dir'), bytesOf('x'))).rejects.toThrow(/not a regular file/);
    expect(readlinkSync(at('dangling'))).toBe('nowhere');
    expect(existsSync(at('nowhere'))).toBe(false);
    expect(readFileSync(at('locked'), 'utf8')).toBe('old');
    expect(readdirSync(folder).sort()).toEqual(['dangling', 'dir', 'locked']);
  });

  it('EDT-05: leaves alone what is not what was expected, and what changed while the new bytes waited', async () => {
    writeFileSync(at('a'), 'old');
    await expect(files.replace(at('a'), bytesOf('new'), undefined, undefined, bytesOf('odd'))).rejects.toThrow(
      /changed by another program/,
    );
    await files.replace(at('a'), bytesOf('new'), undefined, undefined, bytesOf('old'));
    const staged = await files.stage(at('a'), bytesOf('staged'), 0o600);
    expect(readFileSync(at('a'), 'utf8')).toBe('new');
    writeFileSync(at('a'), 'user');
    await expect(staged.commit()).rejects.toThrow(/changed by another program/);
    const created = await files.stage(at('b'), bytesOf('staged'), 0o640);
    writeFileSync(at('b'), 'user');
    await expect(created.commit()).rejects.toThrow(/changed by another program/);
    expect([readFileSync(at('a'), 'utf8'), readFileSync(at('b'), 'utf8')]).toEqual(['user', 'user']);
    const dropped = await files.stage(at('a'), bytesOf('staged'), 0o600);
    await dropped.drop();
    const last = await files.stage(at('a'), bytesOf('staged'), 0o751);
    await last.commit();
    expect(statSync(at('a')).mode & 0o777).toBe(0o751);
    expect(readFileSync(at('a'), 'utf8')).toBe('staged');
    expect(readdirSync(folder).sort()).toEqual(['a', 'b']);
  });

  it('leaves no temporary file when the folder is missing', async () => {
    await expect(files.replace(at('no/such/file'), bytesOf('x'))).rejects.toThrow(/ENOENT/);
    expect(readdirSync(folder)).toEqual([]);
  });

  it.runIf(process.getuid?.() === 0)("keeps another owner's file that owner's", async () => {
    writeFileSync(at('a'), 'old');
    execFileSync('chown', ['12345:12345', at('a')]);
    await files.replace(at('a'), bytesOf('new'));
    expect(statSync(at('a'))).toMatchObject({ uid: 12345, gid: 12345 });
    expect(readFileSync(at('a'), 'utf8')).toBe('new');
  });
});

describe('inside a folder', () => {
  it('works like without, and makes folders', async () => {
    await files.makeFolder(at('a/b/c'), 0o755, folder);
    await files.replace(at('a/b/c/f'), bytesOf('one'), 0o640, folder);
    expect(statSync(at('a/b/c/f')).mode & 0o777).toBe(0o640);
    await files.replace(at('top'), bytesOf('x'), undefined, folder);
    expect(new TextDecoder().decode(await files.read(at('a/b/c/f'), 10, folder))).toBe('one');
    await files.remove(at('a/b/c/f'), folder);
    await files.remove(at('a/b/c/f'), folder);
    expect(readdirSync(at('a/b/c'))).toEqual([]);
    await expect(files.replace(at('no/f'), bytesOf('x'), undefined, folder)).rejects.toThrow(/ENOENT/);
    await expect(files.replace(join(folder, '../f'), bytesOf('x'), undefined, folder)).rejects.toThrow(/not inside/);
  });

  it('follows no link on the way, and names paths as the user knows them', async () => {
    mkdirSync(at('outside'));
    mkdirSync(at('ws'));
    symlinkSync('../outside', at('ws/link'));
    const inside = at('ws');
    for (const work of [
      () => files.replace(at('ws/link/f'), bytesOf('x'), undefined, inside),
      () => files.makeFolder(at('ws/link/new'), 0o755, inside),
      () => files.remove(at('ws/link/f'), inside),
      () => files.read(at('ws/link/f'), undefined, inside),
    ]) {
      await expect(work()).rejects.toThrow(/leads (?:through a link|out of)/);
    }
    expect(readdirSync(at('outside'))).toEqual([]);
    symlinkSync('nowhere', at('ws/dangling'));
    await expect(files.replace(at('ws/dangling'), bytesOf('x'), undefined, inside)).rejects.toThrow(at('ws/dangling'));
  });

  it('reads what stands in a folder now, however many read there side by side', async () => {
    mkdirSync(at('ws/dir'), { recursive: true });
    mkdirSync(at('outside'));
    for (const [name, text] of Object.entries({ 'ws/dir/f': 'inside', 'outside/f': 'outside' }))
      writeFileSync(at(name), text);
    const inside = at('ws');
    const readAll = (): Promise<unknown[]> =>
      Promise.all(Array.from({ length: 40 }, () => files.readWithMode(at('ws/dir/f'), inside)));
    const texts = (await readAll()).map((one) => new TextDecoder().decode((one as { bytes: Uint8Array }).bytes));
    expect(new Set(texts)).toEqual(new Set(['inside']));
    renameSync(at('ws/dir'), at('ws/old'));
    expect(new Set(await readAll())).toEqual(new Set([undefined]));
    symlinkSync('../outside', at('ws/dir'));
    await expect(readAll()).rejects.toThrow(/leads (?:through a link|out of)/);
    rmSync(at('ws/dir'));
    await files.makeFolder(at('ws/dir'), 0o755, inside);
    expect(new Set(await readAll())).toEqual(new Set([undefined]));
    execFileSync('mkfifo', [at('ws/dir/f')]);
    await expect(readAll()).rejects.toThrow(/not a regular file/);
  });

  it('PTH-05 writes nothing outside while a folder turns into a link and back, again and again', async () => {
    mkdirSync(at('outside'));
    mkdirSync(at('ws/dir'), { recursive: true });
    const script = `const fs = require('fs');
      process.chdir(${JSON.stringify(folder)});
      fs.symlinkSync('../outside', 'ws/link');
      for (let round = 0; round < 3000; round++) {
        fs.renameSync('ws/dir', 'ws/aside');
        fs.renameSync('ws/link', 'ws/dir');
        fs.renameSync('ws/dir', 'ws/link');
        fs.renameSync('ws/aside', 'ws/dir');
      }`;
    const swapper = spawn(process.execPath, ['-e', script], { stdio: 'ignore' });
    let isRunning = true;
    const ended = once(swapper, 'exit').then(() => {
      isRunning = false;
    });
    let written = 0;
    let refused = 0;
    while (isRunning) {
      await files.replace(at(`ws/dir/f${written % 7}`), bytesOf('x'), undefined, at('ws')).then(
        () => written++,
        () => refused++,
      );
    }
    await ended;
    expect(swapper.exitCode).toBe(0);
    expect(readdirSync(at('outside'))).toEqual([]);
    expect(written + refused).toBeGreaterThan(0);
  });
});

describe('appending, folders, modes', () => {
  it('appends to a 0600 file and never through a link', async () => {
    await files.append(at('log'), bytesOf('1\n'));
    await files.append(at('log'), bytesOf('2\n'));
    expect(readFileSync(at('log'), 'utf8')).toBe('1\n2\n');
    expect(statSync(at('log')).mode & 0o777).toBe(0o600);
    symlinkSync(at('log'), at('link'));
    await expect(files.append(at('link'), bytesOf('3'))).rejects.toThrow(/symbolic link/);
    await expect(files.setMode(at('link'), 0o600)).rejects.toThrow(/symbolic link/);
  });

  it('makes and removes folders', async () => {
    await files.makeFolder(at('a/b/c'));
    expect(statSync(at('a/b')).mode & 0o777).toBe(0o700);
    expect(await files.removeEmptyFolder(at('a/b'))).toBe(false);
    expect(await files.removeEmptyFolder(at('a/b/c'))).toBe(true);
    expect(await files.removeEmptyFolder(at('a/missing'))).toBe(false);
    writeFileSync(at('f'), '');
    await files.remove(at('f'));
    await files.remove(at('f'));
    expect(existsSync(at('f'))).toBe(false);
  });
});

describe('moving', () => {
  it('keeps the file itself, and never takes a name that stands', async () => {
    writeFileSync(at('a'), 'a', { mode: 0o640 });
    writeFileSync(at('b'), 'b');
    const { ino } = statSync(at('a'));
    await expect(files.move(at('a'), at('b'))).rejects.toThrow(/b exists already/);
    symlinkSync('nowhere', at('dangling'));
    await expect(files.move(at('a'), at('dangling'))).rejects.toThrow(/exists already/);
    await expect(files.move(at('dangling'), at('c'))).rejects.toThrow(/symbolic link/);
    linkSync(at('a'), at('A'));
    await expect(files.move(at('a'), at('A'))).rejects.toThrow(/exists already/);
    await files.move(at('a'), at('c'));
    expect([statSync(at('c')).ino, statSync(at('c')).mode & 0o777]).toEqual([ino, 0o640]);
    expect(readdirSync(folder).sort()).toEqual(['A', 'b', 'c', 'dangling']);
    await expect(files.move(at('c'), at('no/c'))).rejects.toThrow(/ENOENT/);
    expect(readFileSync(at('c'), 'utf8')).toBe('a');
  });

  it('follows no link on the way, at either end', async () => {
    mkdirSync(at('outside'));
    mkdirSync(at('ws'));
    writeFileSync(at('outside/secret'), 's');
    writeFileSync(at('ws/a'), 'a');
    symlinkSync('../outside', at('ws/link'));
    const inside = { from: at('ws'), to: at('ws') };
    await expect(files.move(at('ws/a'), at('ws/link/a'), inside)).rejects.toThrow(/leads through a link/);
    await expect(files.move(at('ws/link/secret'), at('ws/b'), inside)).rejects.toThrow(/leads through a link/);
    await expect(files.move(at('ws/a'), at('outside/a'), inside)).rejects.toThrow(/not inside/);
    expect(readdirSync(at('ws')).sort()).toEqual(['a', 'link']);
    expect(readdirSync(at('outside'))).toEqual(['secret']);
  });
});

describe('locks', () => {
  it('lets one work at a time, and gives the lock back after a failure', async () => {
    let inside = 0;
    let most = 0;
    const jobs = Array.from({ length: 8 }, (_, index) =>
      files.withLock(at('lock'), async () => {
        most = Math.max(most, ++inside);
        await new Promise((resolve) => setTimeout(resolve, 5));
        inside--;
        if (index === 3) throw new Error('job 3 failed');
        return index;
      }),
    );
    const results = await Promise.allSettled(jobs);
    expect(results.filter((result) => result.status === 'rejected')).toHaveLength(1);
    expect(most).toBe(1);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('waits for a live process and takes over from a dead one', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    writeFileSync(at('lock'), JSON.stringify({ pid: child.pid, host: hostname(), token: 'other' }));
    let entered = false;
    const work = files.withLock(at('lock'), async () => {
      entered = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(entered).toBe(false);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await work;
    expect(entered).toBe(true);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('takes over a lock that is very old or was never filled in', async () => {
    const longAgo = new Date(Date.now() - 3_600_000);
    for (const content of [JSON.stringify({ pid: process.pid, host: hostname(), token: 'x' }), '', 'null']) {
      writeFileSync(at('lock'), content);
      utimesSync(at('lock'), longAgo, longAgo);
      expect(await files.withLock(at('lock'), async () => lstatSync(at('lock')).size)).toBeGreaterThan(0);
    }
  });
});

describe('another program that writes in place between the last look and the rename', () => {
  const fs = createRequire(import.meta.url)('node:fs/promises') as typeof FsPromises;
  const { rename } = fs;
  /** What happens right before the next rename to this file. */
  const before = (name: string, work: () => void): void => {
    fs.rename = async (from, to) => {
      if (!String(to).endsWith(`/${name}`)) return rename(from, to);
      fs.rename = rename;
      syncBuiltinESMExports();
      work();
      return rename(from, to);
    };
    syncBuiltinESMExports();
  };
  afterEach(() => {
    fs.rename = rename;
    syncBuiltinESMExports();
  });

  it('EDT-05, EDT-16: keeps what it wrote, and says so', async () => {
    writeFileSync(at('a'), 'old', { mode: 0o640 });
    before('a', () => writeFileSync(at('a'), 'of the other program'));
    await expect(files.replace(at('a'), bytesOf('ours'), undefined, folder, bytesOf('old'))).rejects.toThrow(
      FileChanged,
    );
    expect(readFileSync(at('a'), 'utf8')).toBe('of the other program');
    expect(statSync(at('a')).mode & 0o777).toBe(0o640);
    expect(readdirSync(folder)).toEqual(['a']);
  });

  it('EDT-16: also of a file whose new bytes waited beside it', async () => {
    writeFileSync(at('a'), 'old');
    const staged = await files.stage(at('a'), bytesOf('ours'), 0o644, folder);
    before('a', () => writeFileSync(at('a'), 'of the other program'));
    await expect(staged.commit()).rejects.toThrow(FileChanged);
    expect(readFileSync(at('a'), 'utf8')).toBe('of the other program');
    expect(readdirSync(folder)).toEqual(['a']);
  });

  it('waits until it has written all of it', async () => {
    writeFileSync(at('a'), 'old');
    before('a', () => {
      const handle = openSync(at('a'), 'w');
      setTimeout(() => {
        writeSync(handle, 'late');
        closeSync(handle);
      }, 60);
    });
    await expect(files.replace(at('a'), bytesOf('ours'), undefined, folder, bytesOf('old'))).rejects.toThrow(
      FileChanged,
    );
    expect(readFileSync(at('a'), 'utf8')).toBe('late');
  });

  it('does not leave an empty file behind for one that only emptied it', async () => {
    writeFileSync(at('a'), 'old');
    before('a', () => truncateSync(at('a')));
    await files.replace(at('a'), bytesOf('ours'), undefined, folder, bytesOf('old'));
    expect(readFileSync(at('a'), 'utf8')).toBe('ours');
  });
});
