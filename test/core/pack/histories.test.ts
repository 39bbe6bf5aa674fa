/** The model's knowledge is the disk: snapshot and log rebuild the view of every file, after whatever happened. */
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChangeEntry } from '../../../src/core/pack/packer.js';
import { rebuildFiles } from '../../../src/core/pack/rebuild.js';
import { encodeView } from '../../../src/core/view/codec.js';
import { decodeBytes } from '../../../src/core/view/encoding.js';
import { makeAwkwardText } from './awkwardText.js';
import { makeSecret } from '../view/secretMakers.js';
import { createWorkspace, noProgress, noSignal, openPack, type OpenedPack, type Workspace } from './workspace.js';

/** Many processes and files; a busy machine is no failure. */
const patienceMs = 600_000;
const numRuns = process.env.BALEEN_SOAK === '1' ? 800 : 15;
const paths = ['a.txt', 'b/c.txt', 'b/d.txt', 'run.sh'] as const;

const step = fc.record({
  file: fc.constantFrom(...paths),
  to: fc.constantFrom(...paths, 'b/e/f.txt', 'moved.txt'),
  action: fc.constantFrom(
    ...([
      'edit',
      'edit',
      'edit',
      'write',
      'remove',
      'rename',
      'rename',
      'rename folder',
      'binary',
      'mode',
      'chmod',
    ] as const),
    ...(['encoding', 'crlf', 'secret', 'no secret', 'link', 'commit', 'switch', 'restart', 'other process'] as const),
  ),
  sync: fc.constantFrom('none', 'all', 'all', 'own'),
  seed: fc.nat({ max: 1000 }),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

async function entriesOf({ packer, state }: OpenedPack): Promise<ChangeEntry[]> {
  const { sha256 } = state.report;
  return (await packer.entries(sha256, { number: 0, chain: sha256 })).entries;
}

function viewOf(workspace: Workspace, path: string): string {
  const decoded = decodeBytes(workspace.read(path));
  return 'text' in decoded ? encodeView(decoded.text).view : '';
}

function play(workspace: Workspace, { file, to, action, seed }: Step): void {
  const at = (path: string): string => join(workspace.root, path);
  const old = ((): string => {
    try {
      return workspace.read(file).toString();
    } catch {
      return '';
    }
  })();
  const write = (content: string | Uint8Array, mode?: number): void => {
    rmSync(at(file), { recursive: true, force: true });
    workspace.write(file, content, mode);
  };
  const lines = old.split('\n');
  switch (action) {
    case 'edit':
      lines.splice(seed % (lines.length + 1), seed % 3, `changed ${seed}${seed % 5 === 0 ? '\r' : ''}`);
      return write(lines.join('\n'));
    case 'write':
      return write(makeAwkwardText(seed));
    case 'remove':
      return rmSync(at(file), { recursive: true, force: true });
    case 'rename':
      if (!existsSync(at(file)) || file === to) return;
      mkdirSync(dirname(at(to)), { recursive: true });
      rmSync(at(to), { recursive: true, force: true });
      renameSync(at(file), at(to));
      if (seed % 2 === 0) workspace.write(to, `${old}one line more ${seed}\n`);
      return;
    case 'rename folder':
      if (!existsSync(at('b'))) return;
      rmSync(at('c'), { recursive: true, force: true });
      return renameSync(at('b'), at('c'));
    case 'binary':
      return write(Buffer.from([0, seed % 256]));
    case 'mode':
      return write(old, seed % 2 === 0 ? 0o755 : 0o644);
    case 'chmod':
      if (existsSync(at(file))) chmodSync(at(file), seed % 2 === 0 ? 0o755 : 0o644);
      return;
    case 'encoding':
      return write(Buffer.from(`\ufeff${old}größer ${seed}\n`, seed % 2 === 0 ? 'utf16le' : 'latin1'));
    case 'crlf':
      return write(seed % 2 === 0 ? old.replace(/\r?\n/g, '\r\n') : old.replace(/\r\n/g, '\n'));
    case 'secret':
      return write(`${old}\n${makeSecret(seed)}\n`);
    case 'no secret':
      return write(lines.filter((line) => encodeView(line).secrets.length === 0).join('\n'));
    case 'link':
      rmSync(at(file), { recursive: true, force: true });
      mkdirSync(dirname(at(file)), { recursive: true });
      return symlinkSync('run.sh', at(file));
    case 'commit':
      workspace.git('add', '-A');
      workspace.git('commit', '-q', '--allow-empty', '-m', String(seed));
      return;
    case 'switch':
      workspace.git('add', '-A');
      workspace.git('commit', '-q', '--allow-empty', '-m', String(seed));
      workspace.git(
        'checkout',
        '-q',
        '--force',
        `HEAD~${Math.min(seed % 3, Number(workspace.git('rev-list', '--count', 'HEAD')) - 1)}`,
      );
      return;
    case 'restart':
    case 'other process':
      return;
  }
}

describe('snapshot and log', () => {
  it(
    'rebuild every file, over random histories of edits, renames, encodings, links, branches and restarts',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
          const workspace = createWorkspace();
          try {
            workspace.git('init', '-q');
            workspace.write('a.txt', Array.from({ length: 60 }, (_, n) => `line ${n}\n`).join(''));
            workspace.write('b/c.txt', Array.from({ length: 9 }, (_, n) => `short ${n}\n`).join(''));
            workspace.write('run.sh', 'x\r\ny\r\nz');
            workspace.git('add', '-A');
            workspace.git('commit', '-qm', 'begin');
            let opened = await openPack(workspace);
            let before: ChangeEntry[] = [];
            for (const one of steps) {
              play(workspace, one);
              if (one.action === 'restart') opened = await openPack(workspace);
              if (one.action === 'other process') await (await openPack(workspace)).packer.sync();
              if (one.sync === 'all') await opened.packer.sync();
              if (one.sync === 'own') {
                await opened.packer.sync({ session: 's', call: 'c', paths: [one.file, one.to] });
              }
              const entries = await entriesOf(opened);
              expect(entries.slice(0, before.length)).toEqual(before);
              before = entries;
            }
            await opened.packer.sync();
            const entries = await entriesOf(opened);
            expect(entries.map(({ number }) => number)).toEqual(entries.map((_, index) => index + 1));
            const views = rebuildFiles(opened.text, entries);
            const listed = (await opened.packer.list({})).files.filter(({ withheld }) => withheld === undefined);
            expect([...views.keys()].sort()).toEqual(listed.map(({ path }) => path).sort());
            for (const [path, view] of views) expect(view).toBe(viewOf(workspace, path));
            // The log is a text like any other: what it holds of placeholders comes back from a view of it.
            for (const { text } of entries) expect(encodeView(text).secrets).toEqual([]);
          } finally {
            workspace.dispose();
          }
        }),
        { numRuns, seed: 1_126 },
      );
    },
    patienceMs,
  );

  it('are shared by two processes, whose entries take their turns', async () => {
    const workspace = createWorkspace();
    workspace.write('a.txt', 'a\n');
    const [one, two] = [await openPack(workspace), await openPack(workspace)];
    await Promise.all(
      Array.from({ length: 12 }, async (_, n) => {
        workspace.write(`n${n}.txt`, `${n}\n`);
        await (n % 2 === 0 ? one : two).packer.sync();
      }),
    );
    await one.packer.sync();
    await two.packer.sync();
    const entries = await entriesOf(one);
    expect(entries.map(({ number }) => number)).toEqual(entries.map((_, index) => index + 1));
    expect(entries.map(({ path }) => path).sort()).toEqual(Array.from({ length: 12 }, (_, n) => `n${n}.txt`).sort());
    expect(await entriesOf(two)).toEqual(entries);
    // One makes a new snapshot while the other goes on over the old one.
    const renewed = await one.packer.open({ ...workspace.options(), renew: true }, noProgress, noSignal);
    workspace.write('a.txt', 'b\n');
    await Promise.all([one.packer.sync(), two.packer.sync()]);
    expect((await entriesOf(two)).slice(12).map(({ path }) => path)).toEqual(['a.txt']);
    expect((await one.packer.entries(renewed.report.sha256, renewed.end)).entries).toHaveLength(1);
    expect((await openPack(workspace)).state.report.sha256).toBe(renewed.report.sha256);
    workspace.dispose();
  });
});
