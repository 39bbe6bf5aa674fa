/** Whatever happens to the stored bytes: no crash, no wrong text, and a broken prefix is declared. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packMarker, type Packer, type PackState } from '../../../src/core/pack/packer.js';
import { rebuildFiles } from '../../../src/core/pack/rebuild.js';
import { createWorkspace, openPack, type Workspace } from './workspace.js';

/** Many processes and files; a busy machine is no failure. */
const patienceMs = 600_000;
const numRuns = process.env.BALEEN_SOAK === '1' ? 600 : 12;

const send = (packer: Packer, { report }: PackState): Promise<Uint8Array> =>
  packer.assembleBody(JSON.stringify({ m: packMarker(report.sha256) }), []);

function fileOf(workspace: Workspace, kind: 'pack' | 'meta' | 'log' | 'sent', sha256: string): string {
  const folder = join(workspace.stateFolder, kind === 'log' ? 'log' : 'snapshots');
  const suffix = { pack: '.pack.br', meta: '.json', log: '.jsonl', sent: '.sent' }[kind];
  const name = readdirSync(folder).find((one) => one.endsWith(suffix) && one.includes(sha256.slice(0, 16)));
  return join(folder, name ?? 'missing');
}

type Damage = 'cut' | 'bit' | 'zeros' | 'empty' | 'swap' | 'double' | 'drop line' | 'gone' | 'foreign';

function damage(file: string, kind: Damage, at: number, foreign: string): void {
  const bytes = readFileSync(file);
  const place = Math.floor(at * bytes.length);
  const lines = bytes.toString('latin1').split('\n');
  const line = Math.floor(at * Math.max(1, lines.length - 2));
  if (kind === 'gone') return rmSync(file);
  if (kind === 'foreign') return writeFileSync(file, readFileSync(foreign));
  if (kind === 'empty') return writeFileSync(file, '');
  if (kind === 'cut') return writeFileSync(file, bytes.subarray(0, place));
  if (kind === 'bit') bytes[place] = (bytes[place] ?? 0) ^ (1 << (Math.floor(at * 997) % 8));
  if (kind === 'zeros') bytes.fill(0, place, Math.min(place + 64, bytes.length));
  if (kind === 'bit' || kind === 'zeros') return writeFileSync(file, bytes);
  if (kind === 'swap') [lines[line], lines[line + 1]] = [lines[line + 1] ?? '', lines[line] ?? ''];
  if (kind === 'double') lines.splice(line, 0, lines[line] ?? '');
  if (kind === 'drop line') lines.splice(line, 1);
  writeFileSync(file, lines.join('\n'), 'latin1');
}

function edit(workspace: Workspace, n: number): void {
  workspace.write('a.txt', Array.from({ length: 40 }, (_, k) => `line ${k <= n ? n : 0} ${k}\n`).join(''));
  workspace.write(`new${n}.txt`, `new ${n}\n`);
}

function expectTheDisk(workspace: Workspace, text: string, entries: PackState['entries']): void {
  const views = rebuildFiles(text, entries);
  expect([...views.keys()].sort()).toEqual(readdirSync(workspace.root).sort());
  for (const [path, view] of views) expect(view).toBe(workspace.read(path).toString());
}

describe('damage', () => {
  it(
    'of any kind, anywhere, is found by the next process',
    async () => {
      const other = createWorkspace();
      other.write('z.txt', 'another folder\n');
      const elsewhere = await openPack(other);
      edit(other, 1);
      await elsewhere.packer.sync();
      await send(elsewhere.packer, elsewhere.state);
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom('pack' as const, 'meta' as const, 'log' as const, 'log' as const, 'sent' as const),
          fc.constantFrom<Damage>('cut', 'bit', 'zeros', 'empty', 'swap', 'double', 'drop line', 'gone', 'foreign'),
          fc.double({ min: 0, max: 0.999, noNaN: true }),
          async (which, kind, at) => {
            const workspace = createWorkspace();
            try {
              edit(workspace, 0);
              const first = await openPack(workspace);
              for (let n = 1; n <= 3; n++) {
                edit(workspace, n);
                await first.packer.sync();
              }
              const { sha256 } = first.state.report;
              const { entries, end } = await first.packer.entries(sha256, first.state.end);
              await send(first.packer, first.state);
              const before = [first.text, ...entries.map((entry) => entry.text)].join('\n');
              const foreign = fileOf(other, which, elsewhere.state.report.sha256);
              damage(fileOf(workspace, which, sha256), kind, at, foreign);

              const next = await openPack(workspace);
              expectTheDisk(workspace, next.text, next.state.entries);
              const after = [next.text, ...next.state.entries.map((entry) => entry.text)].join('\n');
              if (!after.startsWith(before)) expect(next.state.cacheBreak).toBeDefined();
              edit(workspace, 4);
              await next.packer.sync();
              const all = await next.packer.entries(next.state.report.sha256, {
                number: 0,
                chain: next.state.report.sha256,
              });
              expectTheDisk(workspace, next.text, all.entries);
              // What it mended stays mended.
              const last = await openPack(workspace);
              expect(last.state.entries).toEqual(all.entries);

              // The first process is still there: it goes on over what it sent, or says that it cannot.
              edit(workspace, 5);
              await first.packer.sync();
              const tail = await first.packer.entries(sha256, end).catch((error: Error) => error);
              if (tail instanceof Error) expect(tail.message).toMatch(/Start a new session/);
              else expectTheDisk(workspace, first.text, [...entries, ...tail.entries]);
            } finally {
              workspace.dispose();
            }
          },
        ),
        { numRuns, seed: 20_261_126 },
      );
      other.dispose();
    },
    patienceMs,
  );

  it('of a log whose process is running puts back what the process knows', async () => {
    const workspace = createWorkspace();
    edit(workspace, 0);
    const { packer, state, text } = await openPack(workspace);
    edit(workspace, 1);
    await packer.sync();
    const { entries, end } = await packer.entries(state.report.sha256, state.end);
    for (const kind of ['gone', 'empty', 'cut'] as const) {
      damage(fileOf(workspace, 'log', state.report.sha256), kind, 0.7, '');
      edit(workspace, 2);
      await packer.sync();
      const tail = await packer.entries(state.report.sha256, end);
      expectTheDisk(workspace, text, [...entries, ...tail.entries]);
      const next = await openPack(workspace);
      expect(next.state.cacheBreak).toBeUndefined();
      expect(next.state.entries.slice(0, entries.length), kind).toEqual(entries);
    }
    workspace.dispose();
  });
});
