/** Calls that only read run side by side: shown by a barrier, at which each waits for the other. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Files } from '../../../src/core/host.js';
import { startSession } from '../../../src/core/session/session.js';
import type { SessionParts } from '../../../src/core/session/sessionParts.js';
import { runTurn } from '../../../src/core/session/turns.js';
import { makeSmallRepository } from '../../support/smallRepository.js';
import { openSimulatedWorkspace, type SimulatedWorkspace } from '../../support/workspace.js';

const { signal } = new AbortController();
let folder: string;
let workspace: SimulatedWorkspace;

beforeEach(
  async () => void (folder = await makeSmallRepository({ 'a.txt': 'one\n', 'b.txt': 'two\n', 'c.txt': 'three\n' })),
);
afterEach(async () => {
  await workspace.close();
  rmSync(folder, { recursive: true, force: true });
});

const read = (path: string) => ({ id: path, name: 'read_file', arguments: JSON.stringify({ path }) });

/** Reads of these files end when all of them have begun, the one that began first last; so none could wait for another. */
function meetAt(parts: SessionParts, names: readonly string[]): SessionParts {
  const here = new Map<string, () => void>();
  const read: Files['read'] = async (path, ...rest) => {
    const name = names.find((one) => path === join(folder, one));
    if (name !== undefined)
      await new Promise<void>((resolve) => {
        here.set(name, resolve);
        if (here.size === names.length) for (const go of [...here.values()].reverse()) go();
      });
    return parts.host.files.read(path, ...rest);
  };
  return { ...parts, host: { ...parts.host, files: { ...parts.host.files, read } } };
}

test('three reads of one reply overlap, and their results stand in the order of the calls', async () => {
  const calls = ['a.txt', 'b.txt', 'c.txt'].map(read);
  workspace = await openSimulatedWorkspace(folder, [{ calls }, { text: 'Done.' }]);
  const parts = meetAt(workspace.parts, ['a.txt', 'b.txt', 'c.txt']);
  const session = await startSession(parts, workspace.settings, 'chat', () => undefined, signal);
  expect((await runTurn(session, 'one', { kind: 'chat', request: 'one' }, signal)).outcome).toBe('done');
  const results = session.conversation.messages.flatMap((one) => (one.role === 'tool' ? [one] : []));
  expect(results.map(({ call, text }) => [call, text.split('\t')[1]])).toEqual([
    ['a.txt', 'one'],
    ['b.txt', 'two'],
    ['c.txt', 'three'],
  ]);
});

test('a read behind an edit of the same reply sees what it has changed', async () => {
  const change = JSON.stringify({ path: 'a.txt', hunks: [{ old_text: 'one', new_text: 'changed' }] });
  const calls = [{ id: 'e', name: 'edit_file', arguments: change }, read('a.txt')];
  workspace = await openSimulatedWorkspace(folder, [{ calls }, { text: 'Done.' }]);
  const session = await startSession(workspace.parts, workspace.settings, 'chat', () => undefined, signal);
  await runTurn(session, 'one', { kind: 'chat', request: 'one' }, signal);
  expect(readFileSync(join(folder, 'a.txt'), 'utf8')).toBe('changed\n');
  const last = session.conversation.messages.findLast((one) => one.role === 'tool');
  expect(last?.role === 'tool' && last.text).toContain('changed');
});
