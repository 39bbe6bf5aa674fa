/** Text that pack or log show, and whose file the user hides only later: gone first, moved there, or shown by an outline. */
import { mkdirSync, renameSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packMarker, type Packer, type PackState } from '../../../src/core/pack/packer.js';
import { noSelection } from '../../../src/core/repository/selection.js';
import { createWorkspace, noProgress, noSignal, openPack, type Workspace } from './workspace.js';

let workspace: Workspace;
beforeEach(() => {
  workspace = createWorkspace();
  workspace.git('init', '-q', '-b', 'main');
  writeLongAgo('a.txt', 'the first words of a\n');
  writeLongAgo('notes.txt', 'canary\n');
});
afterEach(() => workspace.dispose());

/** As files are that nobody has touched for a while: a look passes them over. */
function writeLongAgo(path: string, content: string): void {
  workspace.write(path, content);
  utimesSync(join(workspace.root, path), 1_700_000_000, 1_700_000_000);
}

function move(from: string, to: string): void {
  mkdirSync(dirname(join(workspace.root, to)), { recursive: true });
  renameSync(join(workspace.root, from), join(workspace.root, to));
}

const send = (packer: Packer, { report }: PackState): Promise<string> =>
  packer
    .assembleBody(JSON.stringify({ messages: [{ role: 'user', content: packMarker(report.sha256) }] }), [])
    .then((bytes) => Buffer.from(bytes).toString('utf8'));
const without = (pattern: string) => ({ ...noSelection, exclude: [pattern] });

describe('a file that is gone when a pattern excludes it', () => {
  it('stops the session that shows its text, and the next one begins without it', async () => {
    const { packer, state } = await openPack(workspace);
    workspace.remove('notes.txt');
    expect(await packer.sync()).toMatchObject([{ kind: 'deleted', path: 'notes.txt' }]);
    expect(await send(packer, state)).toContain('canary');
    await packer.sync(undefined, without('notes.txt'));
    await expect(send(packer, state)).rejects.toThrow('notes.txt is withheld now (excluded)');
    const next = await packer.open({ ...workspace.options(), selection: without('notes.txt') }, noProgress, noSignal);
    expect(next.reused).toBe(false);
    expect(await send(packer, next)).not.toContain('canary');
  });

  it('does so with one look for both, and by .baleenignore', async () => {
    const { packer, state } = await openPack(workspace);
    workspace.remove('notes.txt');
    workspace.write('.baleenignore', 'notes.*\n');
    await packer.sync();
    await expect(send(packer, state)).rejects.toThrow('notes.txt is withheld now (excluded)');
  });

  it('does so for a text of the log, and for the old name of a file that was renamed', async () => {
    const { packer, state } = await openPack(workspace);
    workspace.write('later.txt', 'a later canary\n');
    await packer.sync();
    workspace.remove('later.txt');
    move('notes.txt', 'renamed.txt');
    await packer.sync();
    await packer.sync(undefined, without('unknown.txt'));
    await send(packer, state);
    await packer.sync(undefined, without('later.txt'));
    await expect(send(packer, state)).rejects.toThrow('later.txt is withheld now (excluded)');
  });

  it('does so where a secret file is let in no longer', async () => {
    writeLongAgo('.env.test', 'PORT=8080\n');
    const { packer, state } = await openPack(workspace, {
      selection: { ...noSelection, includeSecretFiles: ['.env.*'] },
    });
    workspace.remove('.env.test');
    await packer.sync();
    await packer.sync(undefined, noSelection);
    await expect(send(packer, state)).rejects.toThrow('.env.test is withheld now (secret file)');
  });

  it('plays no part where its text was never told', async () => {
    const { packer, state } = await openPack(workspace, { selection: without('notes.txt') });
    workspace.remove('notes.txt');
    await packer.sync();
    expect(await send(packer, state)).not.toContain('canary');
  });
});

describe('a file that moves to a place that is hidden', () => {
  it.each([
    ['an excluded folder', 'private/notes.txt', 'excluded'],
    ['a secret name', '.env.local', 'secret file'],
  ])('stops the session where that is %s', async (_, to, why) => {
    writeLongAgo('private/other.txt', 'same size\n');
    const selection = without('private/');
    const { packer, state } = await openPack(workspace, { selection });
    move('notes.txt', to);
    await packer.sync();
    await expect(send(packer, state)).rejects.toThrow(`${to} (notes.txt before) is withheld now (${why})`);
    const next = await packer.open({ ...workspace.options(), selection }, noProgress, noSignal);
    expect(await send(packer, next)).not.toContain('canary');
  });

  it('renews the snapshot where the next session finds it first, and says why', async () => {
    const selection = without('private/');
    await openPack(workspace, { selection });
    move('notes.txt', 'private/notes.txt');
    const { state, text } = await openPack(workspace, { selection });
    expect(state.cacheBreak).toMatch(/private\/notes\.txt \(notes\.txt before\) is withheld now \(excluded\)/);
    expect(text).not.toContain('canary');
  });

  it('stops it where it takes the place of a hidden file, and where what it holds makes it a secret file', async () => {
    writeLongAgo('private/notes.txt', 'here before\n');
    writeLongAgo('settings.txt', '//r.acme.io/:_authToken=very-own-token\n');
    const selection = without('private/');
    const first = await openPack(workspace, { selection });
    move('notes.txt', 'private/notes.txt');
    await first.packer.sync();
    await expect(send(first.packer, first.state)).rejects.toThrow('private/notes.txt (notes.txt before)');
    const second = await openPack(workspace, { selection });
    move('settings.txt', '.npmrc');
    await second.packer.sync();
    await expect(send(second.packer, second.state)).rejects.toThrow('.npmrc (settings.txt before)');
  });

  it('is told as deleted where only its size is the same as that of a new hidden file', async () => {
    const { packer, state } = await openPack(workspace, { selection: without('private/') });
    workspace.remove('notes.txt');
    workspace.write('private/new.txt', 'Canary\n');
    const told = (await packer.sync()).map(({ kind, path }) => [kind, path]);
    expect(told).toEqual([
      ['deleted', 'notes.txt'],
      ['created', 'private/new.txt'],
    ]);
    expect(await send(packer, state)).toContain('canary');
  });
});

describe('a file that stands in the pack by a brief', () => {
  it.each([
    ['its outline', 'hidden.ts', 'export function canary(value: number): number {\n', '}\n'],
    ['its first lines', 'hidden.txt', 'canary\n', ''],
  ])('stops the session when it is excluded: %s is text of it', async (_, path, head, foot) => {
    writeLongAgo(path, `${head}${'  work();\n'.repeat(600)}${foot}`);
    const { packer, state, text } = await openPack(workspace, { budgetTokens: 1_200 });
    expect(text).toMatch(/ as="(?:outline|first-lines)"[^>]*>\n[^<]*canary/);
    await packer.sync(undefined, without(path));
    await expect(send(packer, state)).rejects.toThrow(`${path} is withheld now (excluded)`);
  });
});
