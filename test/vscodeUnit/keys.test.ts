import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKeys, findKeyTrouble } from '../../src/vscode/keys.js';

const origin = 'https://api.example';

describe('keys', () => {
  let folder: string;
  let stored: Map<string, string>;
  let keys: ReturnType<typeof createKeys>;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'baleen-keys-'));
    stored = new Map();
    keys = createKeys({
      get: async (name) => stored.get(name),
      store: async (name, value) => void stored.set(name, value),
      delete: async (name) => void stored.delete(name),
      keys: async () => [...stored.keys()],
      onDidChange: () => ({ dispose: () => undefined }),
    });
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('KEY-03: are kept for the origin for which they were entered, and no other', async () => {
    await keys.store(origin, 'sk-0123456789');
    expect(await keys.read(origin)).toBe('sk-0123456789');
    expect(await keys.read('https://api.example.evil')).toBeUndefined();
    expect(await keys.read('http://api.example')).toBeUndefined();
    await keys.remove(origin);
    expect(await keys.read(origin)).toBeUndefined();
  });

  it('come out of a one-time file, which is gone afterwards', async () => {
    const path = join(folder, 'key');
    await writeFile(path, 'sk-0123456789\n', { mode: 0o600 });
    expect(await keys.takeFile(path, origin)).toBe(true);
    expect(await keys.read(origin)).toBe('sk-0123456789');
    expect(await readdir(folder)).toEqual([]);
    expect(await keys.takeFile(path, origin)).toBe(false);
  });

  it('are not taken from a file that holds none, which is gone as well', async () => {
    const path = join(folder, 'key');
    await writeFile(path, 'two words\nand lines\n');
    expect(await keys.takeFile(path, origin)).toBe(false);
    expect(await keys.read(origin)).toBeUndefined();
    expect(await readdir(folder)).toEqual([]);
  });

  it.each(['', 'short', 'with space in it', 'line\r\nInjected: header', 'schlüssel-0123456789', 'x'.repeat(600)])(
    'KEY-10: cannot be %j',
    (key) => expect(findKeyTrouble(key)).toBeTypeOf('string'),
  );
});
