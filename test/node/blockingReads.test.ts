import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createBlockingFiles } from '../../src/node/blockingReads.js';
import { createNodeFiles } from '../../src/node/files.js';

const folder = mkdtempSync(join(tmpdir(), 'baleen-blocking-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);
writeFileSync(at('text'), 'some text\n', { mode: 0o640 });
writeFileSync(at('empty'), '');
writeFileSync(at('large'), '');
truncateSync(at('large'), 5_000_000);
mkdirSync(at('folder'));
symlinkSync('text', at('link'));
symlinkSync('nowhere', at('dangling'));
execFileSync('mkfifo', [at('fifo')]);

const names = ['text', 'empty', 'large', 'folder', 'link', 'dangling', 'fifo', 'missing', 'text/below'];

describe('blocking reads', () => {
  it.each(names)('tell and refuse of %s what the others do', async (name) => {
    const [blocking, other] = [createBlockingFiles(), createNodeFiles()];
    expect(await blocking.lstat(at(name))).toEqual(await other.lstat(at(name)));
    const [one, two] = await Promise.allSettled([blocking.read(at(name), 1_000_000), other.read(at(name), 1_000_000)]);
    expect(one.status).toBe(two.status);
    if (one.status === 'fulfilled' && two.status === 'fulfilled') expect(one.value).toEqual(two.value);
    const failed = [one, two].map((result) => (result.status === 'rejected' ? (result.reason as Error) : undefined));
    expect(failed[0]?.name).toBe(failed[1]?.name);
    if (failed[0]?.name === 'BaleenError') expect(failed[0].message).toBe(failed[1]?.message);
  });
});
