/** What a session has been shown, by its pack or by its tools, and what the user hides afterwards: nothing of it leaves again. */
import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OpenDocuments } from '../../../src/core/host.js';
import { noDocuments } from '../../../src/node/nodeHost.js';
import { makeChange } from '../../../src/core/review/changes.js';
import { reviewChanges } from '../../../src/core/review/review.js';
import { resumeSession, startSession, type Session } from '../../../src/core/session/session.js';
import { runTurn } from '../../../src/core/session/turns.js';
import { makeSmallRepository } from '../../support/smallRepository.js';
import type { Turn } from '../../support/simulator/simulator.js';
import { openSimulatedWorkspace, type SimulatedWorkspace } from '../../support/workspace.js';

const signal = new AbortController().signal;
const canary = 'resolved canary';
let folder: string;
let workspace: SimulatedWorkspace;
/** What happens while the service has the request of this number. */
let meanwhile: Record<number, () => void>;
let answers: Turn[];
const buffers = new Map<string, string>();
const documents: OpenDocuments = {
  unsaved: () => undefined,
  listOpen: () => [],
  listUnsaved: () => [...buffers].map(([path, text]) => ({ path, text })),
  replaceText: async () => false,
  isUnsavedNotebook: () => false,
  watchReload: noDocuments.watchReload,
};
const move = 'mkdir -p private && mv notes.txt private/notes.txt';

beforeEach(async () => {
  buffers.clear();
  meanwhile = {};
  answers = [];
  // A lock file is in no pack, and is read where it is asked for.
  folder = await makeSmallRepository({
    'a.txt': 'a\n',
    'notes.txt': 'a note\n',
    'yarn.lock': `${'a line\n'.repeat(300)}${canary}\n`,
  });
  utimesSync(join(folder, 'notes.txt'), 1_700_000_000, 1_700_000_000);
  const script = (_: unknown, number: number): Turn => {
    meanwhile[number]?.();
    return answers.shift() ?? { text: 'Yes.' };
  };
  workspace = await openSimulatedWorkspace(folder, script, { documents, allowedCommands: [move] });
});

afterEach(async () => {
  await workspace.close();
  rmSync(folder, { recursive: true, force: true });
});

function save(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

const calls = (name: string, args: unknown): Turn => ({ calls: [{ id: 'c1', name, arguments: JSON.stringify(args) }] });
const start = (): Promise<Session> =>
  startSession(workspace.parts, workspace.settings, 'chat', () => undefined, signal);
const ask = (session: Session): Promise<{ outcome: string }> =>
  runTurn(session, 'go', { kind: 'chat', request: 'go' }, signal);
const sent = (): number => workspace.simulator.requests.length;
const last = (): string => workspace.simulator.requests.at(-1)?.text ?? '';

describe('text that a tool has shown', () => {
  it.each([
    ['read_file', { path: 'yarn.lock', start_line: 301 }],
    ['search_files', { pattern: 'canary', include: ['yarn.lock'] }],
    ['edit_file', { path: 'yarn.lock', hunks: [{ old_text: 'resolved canari', new_text: 'x' }] }],
  ])('by %s does not leave again, in this process or another, and other sessions go on', async (name, args) => {
    const other = await start();
    const session = await start();
    answers = [calls(name, args)];
    await ask(session);
    expect(last()).toContain(canary);
    save('.baleenignore', 'yarn.lock\n');
    const before = sent();
    const refusal = { message: expect.stringContaining('yarn.lock is withheld now (excluded)') as string };
    await expect(ask(session)).rejects.toMatchObject({ ...refusal, action: { kind: 'new_session' } });
    const again = await resumeSession(workspace.parts, workspace.settings, session.id, () => undefined, signal);
    await expect(ask(again)).rejects.toMatchObject(refusal);
    expect(sent()).toBe(before);
    expect((await ask(other)).outcome).toBe('done');
    expect((await ask(await start())).outcome).toBe('done');
    expect(last()).not.toContain(canary);
  });

  it('does not leave again where the file is gone, or git ignores it, too', async () => {
    const session = await start();
    answers = [calls('read_file', { path: 'yarn.lock' })];
    await ask(session);
    rmSync(join(folder, 'yarn.lock'));
    expect((await ask(session)).outcome).toBe('done');
    save('.baleenignore', 'yarn.lock\n');
    await expect(ask(session)).rejects.toThrow('yarn.lock is withheld now (excluded)');
  });

  it('goes on where something else is excluded', async () => {
    const session = await start();
    answers = [calls('read_file', { path: 'yarn.lock' })];
    await ask(session);
    save('.baleenignore', 'other/\n');
    expect((await ask(session)).outcome).toBe('done');
  });

  it('is not what the model wrote itself, wherever it wrote it', async () => {
    const session = await start();
    answers = [calls('write_file', { path: 'private/own.txt', content: 'own words\n' })];
    save('.baleenignore', 'private/\n');
    expect((await ask(session)).outcome).toBe('done');
    expect(sent()).toBe(2);
  });
});

describe('text that a message has shown', () => {
  it('of a buffer does not leave again', async () => {
    save('long.txt', `${'a word '.repeat(2_000)}\n`);
    workspace.settings.budgetTokens = 400;
    const session = await start();
    buffers.set('long.txt', 'a buffer\n');
    await ask(session);
    expect(last()).toContain('a buffer');
    // Its name alone stands in the pack.
    expect(last()).not.toContain('a word');
    buffers.clear();
    save('.baleenignore', 'long.txt\n');
    await expect(ask(session)).rejects.toThrow('long.txt is withheld now (excluded), and the conversation');
  });

  it('of a reviewed change does not leave again', async () => {
    const session = await start();
    const made = makeChange('yarn.lock', 'one\n', `${canary}\n`);
    if (made.kind !== 'review') throw new Error('there is a change');
    await reviewChanges({ session, changes: [made.change], title: 'Review' }, signal);
    expect(last()).toContain(canary);
    save('.baleenignore', 'yarn.lock\n');
    await expect(ask(session)).rejects.toThrow('yarn.lock is withheld now (excluded)');
  });
});

describe('while a turn runs', () => {
  it.each([
    ['what the pack shows', '.baleenignore', 'notes.txt\n'],
    ['what a tool has shown', '.baleenignore', 'yarn.lock\n'],
    ['by the first rules of a folder', 'src/.baleenignore', 'main.txt\n'],
  ])('the user excludes %s, and nothing more is sent', async (_, path, text) => {
    save('src/main.txt', 'main\n');
    save('src/.gitattributes', '# nothing\n');
    const session = await start();
    answers = [calls('read_file', { path: 'yarn.lock' }), calls('list_files', {})];
    meanwhile[2] = () => save(path, text);
    const { outcome } = await ask(session);
    expect(outcome).toBe('failed');
    expect(sent()).toBe(2);
  });

  it('the user changes rules that hide nothing which was shown, and the turn goes on', async () => {
    const session = await start();
    answers = [calls('list_files', {}), calls('list_files', {})];
    meanwhile[1] = () => save('.baleenignore', 'other/\n');
    expect((await ask(session)).outcome).toBe('done');
    expect(sent()).toBe(3);
  });

  it('a command moves a file to an excluded place, and nothing more is sent', async () => {
    save('.baleenignore', 'private/\n');
    const session = await start();
    answers = [calls('run_command', { command: move })];
    const { outcome } = await ask(session).catch(() => ({ outcome: 'failed' }));
    expect(outcome).toBe('failed');
    expect(sent()).toBe(1);
  });
});
