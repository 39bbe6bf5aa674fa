/** Every protected file under every operation of every tool that changes files, with a model that tries them all. */
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Approver } from '../../../src/core/agent/approval.js';
import { isSecretName } from '../../../src/core/repository/secretFiles.js';
import { startSession } from '../../../src/core/session/session.js';
import { runTurn } from '../../../src/core/session/turns.js';
import type { AgentEvent, ApprovalMode, ApprovalRequest, EventOf } from '../../../src/protocol/events.js';
import { guardedPaths } from '../../support/guardedPaths.js';
import type { Turn } from '../../support/simulator/simulator.js';
import { makeSmallRepository } from '../../support/smallRepository.js';
import { openSimulatedWorkspace } from '../../support/workspace.js';

const signal = new AbortController().signal;
/** No tool touches it at all, which is stricter than asking. */
const isGits = (path: string): boolean => /(?:^|\/)\.git(?:\/|$)/i.test(path);
/** Nor the content of what holds secrets, once it is there. */
const isSecret = (path: string): boolean => isSecretName(path);

interface Attempt {
  operation: string;
  path: string;
  name: string;
  args: unknown;
  isRefused: boolean;
}

const hunks = [{ old_text: 'one', new_text: 'two' }];
const content = 'one\n';

/** Seven is prime to the eight attempts a path, so that each operation has its share. */
const isSoak = process.env['BALEEN_SOAK'] === '1';
const some = (): Attempt[] => everything.filter((_, index) => isSoak || index % 7 === 0);

/** Made beforehand, so that there is something to edit, delete and move away. */
const keptPath = (path: string): string => `kept/${guardedPaths.indexOf(path)}/${path}`;

const everything: Attempt[] = guardedPaths.flatMap((path, index) => {
  const kept = keptPath(path);
  const make = (operation: string, at: string, name: string, args: object, isRefused: boolean): Attempt => {
    return { operation, path: at, name, args, isRefused: isRefused || isGits(at) };
  };
  const fresh = `packages/a/${path}`;
  const upper = `upper/${path.toUpperCase()}`;
  return [
    make('create', path, 'write_file', { path, content }, false),
    make('create', fresh, 'write_file', { path: fresh, content }, false),
    make('create', upper, 'write_file', { path: upper, content }, false),
    make('edit', kept, 'edit_file', { path: kept, hunks }, isSecret(path)),
    make('edit', kept, 'write_file', { path: kept, content: 'two\n' }, isSecret(path)),
    make('delete', kept, 'delete_file', { path: kept }, isSecret(path)),
    make('rename into', fresh, 'move_file', { path: 'src/main.mjs', to: fresh }, false),
    make('rename from', kept, 'move_file', { path: kept, to: `plain/${index}.txt` }, isSecret(path)),
  ];
});

let folder: string;
beforeEach(async () => {
  folder = await makeSmallRepository();
  for (const path of guardedPaths.filter((one) => !isGits(one)).map(keptPath)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function hashTree(): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    if (name === '.git' || name.startsWith('.git/')) continue;
    const stat = lstatSync(join(folder, name));
    hash.update(`${name}\0${stat.mode}\0`);
    if (stat.isFile()) hash.update(readFileSync(join(folder, name)));
  }
  return hash.digest('hex');
}

async function attemptAll(
  attempts: readonly Attempt[],
  approve: ApprovalMode,
  approver?: Approver,
): Promise<EventOf<'tool_call_end'>[]> {
  const calls = attempts.map(({ name, args }, index) => ({ id: `c${index}`, name, arguments: JSON.stringify(args) }));
  const turns: Turn[] = [];
  for (let at = 0; at < calls.length; at += 150) turns.push({ calls: calls.slice(at, at + 150) });
  turns.push({ text: 'Done.' });
  const options = { approve, ...(approver === undefined ? {} : { approver }) };
  const workspace = await openSimulatedWorkspace(folder, turns, options);
  const events: AgentEvent[] = [];
  try {
    const session = await startSession(
      workspace.parts,
      workspace.settings,
      'chat',
      (event) => events.push(event),
      signal,
    );
    await runTurn(session, 'go', { kind: 'chat', request: 'go' }, signal);
  } finally {
    await workspace.close();
  }
  return events.filter((event): event is EventOf<'tool_call_end'> => event.type === 'tool_call_end');
}

test.each(['auto-edit', 'ask'] as const)(
  'PRF-02 PRF-03 PRF-04 PTH-07: all ask or are refused, and a no changes nothing (%s)',
  async (mode) => {
    const attempts = mode === 'auto-edit' ? everything : some();
    expect(new Set(attempts.map(({ operation }) => operation)).size).toBe(5);
    expect(guardedPaths.length).toBeGreaterThanOrEqual(60);
    const before = hashTree();
    const asked = new Map<string, ApprovalRequest>();
    const ends = await attemptAll(attempts, mode, {
      ask: async (request) => {
        asked.set(request.call, request);
        return 'rejected';
      },
    });
    expect(ends.map(({ status }) => status)).toEqual(attempts.map(() => 'refused'));
    const silent = attempts.filter(({ isRefused }, index) => {
      const subject = asked.get(`c${index}`)?.subject;
      return isRefused ? subject !== undefined : subject?.kind !== 'edit' || subject.protectedBy === undefined;
    });
    expect(silent.map(({ operation, path, name }) => `${operation} ${path} by ${name}`)).toEqual([]);
    expect(hashTree()).toBe(before);
  },
  120_000,
);

test.each(['auto-edit', 'ask', 'plan'] as const)(
  'PRF-02: nothing changes where nobody can be asked (%s)',
  async (mode) => {
    const before = hashTree();
    const ends = await attemptAll(some(), mode);
    expect(new Set(ends.map(({ status }) => status))).toEqual(new Set(['refused']));
    expect(hashTree()).toBe(before);
  },
  120_000,
);
