import { chmodSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChangeEntry, Packer, PackState } from '../../../src/core/pack/packer.js';
import { parseChange } from '../../../src/core/pack/frames.js';
import { rebuildFiles } from '../../../src/core/pack/rebuild.js';
import { createWorkspace, freshPack, loadCounter, type OpenedPack, openPack, type Workspace } from './workspace.js';

let workspace: Workspace;
beforeEach(() => {
  workspace = createWorkspace();
});
afterEach(() => workspace.dispose());

const open = (budgetTokens = 1_000_000): Promise<OpenedPack> => openPack(workspace, { budgetTokens });

async function allEntries(packer: Packer, { report }: PackState): Promise<ChangeEntry[]> {
  return (await packer.entries(report.sha256, { number: 0, chain: report.sha256 })).entries;
}

const told = (entries: readonly ChangeEntry[]): string[] =>
  entries.map(({ kind, path, from, text }) => {
    const { body } = parseChange(text);
    return `${kind} ${from === undefined ? '' : `${from} -> `}${path}${body === 'none' ? '' : ` (${body})`}`;
  });

const lines = (count: number, word = 'line'): string =>
  Array.from({ length: count }, (_, n) => `${word} ${n}\n`).join('');
const move = (from: string, to: string): void => {
  workspace.write(`${to}.x`, '');
  workspace.remove(`${to}.x`);
  renameSync(join(workspace.root, from), join(workspace.root, to));
};

describe('renames', () => {
  it('tells one entry for a file that moved, with or without a change, text or not', async () => {
    workspace.write('same.txt', lines(20));
    workspace.write('edited.txt', lines(30, 'other'));
    workspace.write('run.sh', '#!/bin/sh\necho hello\n');
    workspace.write('image.png', Buffer.from([0x89, 0x50, 0, 1, 7]));
    workspace.write('rewritten.txt', lines(20, 'before'));
    workspace.write('empty.txt', '');
    const { packer, state, text } = await open();
    move('same.txt', 'moved/same.txt');
    move('edited.txt', 'edited2.txt');
    workspace.write('edited2.txt', lines(30, 'other').replace('other 7\n', 'changed\n'));
    move('run.sh', 'bin/run');
    chmodSync(join(workspace.root, 'bin/run'), 0o755);
    move('image.png', 'picture.png');
    workspace.remove('rewritten.txt');
    workspace.write('new.txt', lines(20, 'after'));
    move('empty.txt', 'nothing.txt');
    const entries = await packer.sync();
    expect(told(entries)).toEqual([
      'renamed run.sh -> bin/run',
      'renamed edited.txt -> edited2.txt (diff)',
      'deleted empty.txt',
      'renamed same.txt -> moved/same.txt',
      'created new.txt (full)',
      'created nothing.txt (full)',
      'renamed image.png -> picture.png',
      'deleted rewritten.txt',
    ]);
    expect(entries[0]?.text).toContain(' mode="755"');
    const views = rebuildFiles(text, entries);
    expect([...views.keys()].sort()).toEqual(['bin/run', 'edited2.txt', 'moved/same.txt', 'new.txt', 'nothing.txt']);
    expect(views.get('edited2.txt')).toBe(workspace.read('edited2.txt').toString());
    // A later change is told against the text under the old name, also by another process.
    workspace.write('moved/same.txt', lines(20).replace('line 3\n', 'LINE 3\n'));
    const again = await open();
    expect(told(again.state.entries.slice(8))).toEqual(['changed moved/same.txt (diff)']);
    expect(rebuildFiles(text, again.state.entries).get('moved/same.txt')).toBe(
      workspace.read('moved/same.txt').toString(),
    );
    expect(again.state.report.sha256).toBe(state.report.sha256);
  });

  it('follows a folder of many files of equal names, each to its own', async () => {
    for (let n = 0; n < 60; n++) workspace.write(`old/part${n}/index.ts`, lines(15, `export const part${n}of`));
    const { packer, text } = await open();
    renameSync(join(workspace.root, 'old'), join(workspace.root, 'new'));
    for (let n = 0; n < 60; n += 3) {
      const path = `new/part${n}/index.ts`;
      workspace.write(path, workspace.read(path).toString().replace(`part${n}of 4\n`, `part${n}of four\n`));
    }
    const entries = await packer.sync();
    expect(entries).toHaveLength(60);
    for (const { kind, path, from } of entries) {
      expect(kind).toBe('renamed');
      expect(from).toBe(path.replace('new/', 'old/'));
    }
    const views = rebuildFiles(text, entries);
    for (const [path, view] of views) expect(view).toBe(workspace.read(path).toString());
    expect(views.size).toBe(60);
  });

  it('keeps a name with quotes and tags in it apart from the frame', async () => {
    const odd = 'a" from="b.txt" withheld="x\n.txt';
    workspace.write('a.txt', lines(9));
    const { packer, text } = await open();
    move('a.txt', odd);
    const entries = await packer.sync();
    expect(entries.map(({ path, from }) => [path, from])).toEqual([[odd, 'a.txt']]);
    expect([...rebuildFiles(text, entries).keys()]).toEqual([odd]);
  });
});

describe('what a change is told by', () => {
  it('keeps to diffs where the whole text would be much longer, and tells it whole again where it would not', async () => {
    workspace.write('long.txt', lines(200));
    workspace.write('short.txt', lines(12));
    const { packer, state, text } = await open();
    for (let n = 0; n < 4; n++) {
      for (const [path, count] of [
        ['long.txt', 200],
        ['short.txt', 12],
      ] as const) {
        workspace.write(path, lines(count).replace(`line ${n * 3}\n`, `changed ${n}\n`));
      }
      await packer.sync();
    }
    const entries = await allEntries(packer, state);
    const bodies = (path: string): string[] =>
      entries.filter((entry) => entry.path === path).map((entry) => parseChange(entry.text).body);
    expect(bodies('long.txt')).toEqual(['diff', 'diff', 'diff', 'diff']);
    expect(bodies('short.txt')).toContain('full');
    expect(rebuildFiles(text, entries).get('long.txt')).toBe(workspace.read('long.txt').toString());
  });

  it('follows a file that is withheld, comes back and is executable', async () => {
    workspace.write('a.txt', lines(30));
    const { packer, state, text } = await open();
    workspace.write('a.txt', Buffer.from([0, 1, 2]));
    await packer.sync();
    workspace.write('a.txt', lines(30), 0o755);
    await packer.sync();
    const entries = await allEntries(packer, state);
    expect(told(entries)).toEqual(['deleted a.txt', 'changed a.txt (full)']);
    expect(entries[0]?.text).toContain('withheld="binary"');
    expect(rebuildFiles(text, entries).get('a.txt')).toBe(lines(30));
  });
});

describe('a switch of branches', () => {
  it('is one look, in path order, for 500 files', async () => {
    workspace.git('init', '-q', '-b', 'main');
    for (let n = 0; n < 500; n++) workspace.write(`src/d${n % 20}/f${n}.ts`, lines(12, `word${n}`));
    workspace.git('add', '.');
    workspace.git('commit', '-qm', 'one');
    workspace.git('checkout', '-qb', 'side');
    for (let n = 0; n < 500; n++) {
      const path = `src/d${n % 20}/f${n}.ts`;
      if (n % 10 === 0) workspace.git('rm', '-q', path);
      else if (n % 10 === 1) move(path, `lib/f${n}.ts`);
      else workspace.write(path, lines(12, `word${n}`).replace(`word${n} 5\n`, 'side\n'));
    }
    workspace.git('add', '.');
    workspace.git('commit', '-qm', 'two');
    workspace.git('checkout', '-q', 'main');
    const { packer, state, text } = await open();
    workspace.git('checkout', '-q', 'side');
    const entries = await packer.sync();
    expect(entries).toHaveLength(500);
    const paths = entries.map(({ path }) => path);
    expect(paths).toEqual([...paths].sort());
    expect(entries.filter(({ kind }) => kind === 'renamed')).toHaveLength(50);
    for (const [path, view] of rebuildFiles(text, entries)) expect(view).toBe(workspace.read(path).toString());
    // And back: what is told is the tree of before, and the bytes of the first half stay as they were.
    workspace.git('checkout', '-q', 'main');
    const back = await packer.sync();
    const all = await allEntries(packer, state);
    expect(all.slice(0, 500)).toEqual(entries);
    expect(all).toHaveLength(500 + back.length);
    const views = rebuildFiles(text, all);
    expect(views.size).toBe(500);
    for (const [path, view] of views) expect(view).toBe(workspace.read(path).toString());
  });

  it('tells every change also when not all texts find room, and never more than there is room for', async () => {
    const big = (n: number, word: string): string => lines(400, `${word}${n}`);
    for (let n = 0; n < 90; n++) workspace.write(`f${String(n).padStart(2, '0')}.txt`, lines(2, `w${n}`));
    const counter = await loadCounter();
    const { packer, state, text } = await open(6_000);
    for (let n = 0; n < 90; n++) workspace.write(`f${String(n).padStart(2, '0')}.txt`, big(n, 'x'));
    const entries = await packer.sync();
    expect(entries).toHaveLength(90);
    const tokens = entries.reduce((sum, entry) => sum + entry.tokens, 0);
    expect(tokens).toBeLessThan(81_920 + 6_000);
    const named = entries.filter((entry) => entry.text.includes(' listed-bytes="'));
    expect(named.length).toBeGreaterThan(40);
    expect(counter.countText(entries.map((entry) => entry.text).join(''))).toBeLessThanOrEqual(tokens + 90);
    const views = rebuildFiles(text, entries);
    // Of a file that is only named the model knows no text: neither the old one nor the new one.
    expect(views.size).toBe(90 - named.length);
    for (const [path, view] of views) expect(view).toBe(workspace.read(path).toString());
    expect(state.entries).toEqual([]);
  });

  it('stops a session whose log has no room left, and begins the next one with a new snapshot', async () => {
    for (let n = 0; n < 3_000; n++) workspace.write(`d${n % 30}/file${n}.txt`, `${n}\n`);
    const { packer, state } = await open(2_000_000);
    const { report } = await freshPack(await workspace.engine(), workspace.options());
    const tight = await open(report.tokens + 10);
    for (let n = 0; n < 3_000; n++) workspace.write(`d${n % 30}/file${n}.txt`, `${n} and more\n`);
    expect(await tight.packer.sync()).toEqual([]);
    const { sha256 } = tight.state.report;
    await expect(tight.packer.entries(sha256, tight.state.end)).rejects.toMatchObject({
      outcome: 'overflow',
      action: { kind: 'new_session' },
    });
    const next = await open(report.tokens + 20_000);
    expect(next.state.entries).toEqual([]);
    // Where there is room the same change is told.
    expect(state.report.tokens).toBe(report.tokens);
    expect(await packer.sync()).toHaveLength(3_000);
  });
});
