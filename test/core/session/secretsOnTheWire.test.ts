/** Credentials in every place that reaches a message: none of them stands in a body, and the session can go on. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startSession } from '../../../src/core/session/session.js';
import { runTurn } from '../../../src/core/session/turns.js';
import { assertMessagesGrow } from '../../support/simulator/growth.js';
import { makeSmallRepository } from '../../support/smallRepository.js';
import { openSimulatedWorkspace, type SimulatedWorkspace } from '../../support/workspace.js';

const signal = new AbortController().signal;
const makeToken = (mark: string): string =>
  `gh${'p_'}${`${mark}aZ3kQ9xWm4Rt7Lp2Vb8Nc5Hd1Fg6Js0Ye`.repeat(2).slice(0, 36)}`;
const tokens = Object.fromEntries(
  ['content', 'fileName', 'folderName', 'branch', 'output', 'madeName', 'request', 'lateContent', 'lateName'].map(
    (place) => [place, makeToken(place)],
  ),
);
const keyLine = 'CanaryMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ';

let folder: string;
let workspace: SimulatedWorkspace | undefined;
let calls = 0;

const call = (name: string, args: unknown) => ({ id: `c${++calls}`, name, arguments: JSON.stringify(args) });

beforeEach(async () => {
  folder = await makeSmallRepository();
  writeFileSync(join(folder, 'conf.js'), `const t = "${tokens['content']!}"; // hello\n`);
  writeFileSync(join(folder, `n-${tokens['fileName']!}.txt`), 'hello\n');
  mkdirSync(join(folder, tokens['folderName']!));
  writeFileSync(join(folder, tokens['folderName']!, 'x.txt'), 'hello\n');
  mkdirSync(join(folder, 'ignored'));
  const body = Array.from({ length: 3000 }, (_, n) => `${keyLine}${n}\n`).join('');
  writeFileSync(
    join(folder, 'ignored', 'key.txt'),
    `-----BEGIN PRIVATE ${'KEY'}-----\n${body}-----END PRIVATE ${'KEY'}-----\n`,
  );
  execFileSync('git', ['checkout', '-q', '-b', `b-${tokens['branch']!}`], { cwd: folder });
});

afterEach(async () => {
  await workspace?.close();
  rmSync(folder, { recursive: true, force: true });
});

test.each(['openai', 'anthropic'] as const)('SEC-10: none leaves (%s)', async (wire) => {
  const split = (token: string): string => `$(printf ${token.slice(0, 4)}; printf ${token.slice(4)})`;
  const commands = [
    `echo ${split(tokens['output']!)}`,
    'cat ignored/key.txt',
    'tail -n 20 ignored/key.txt',
    `touch made-${split(tokens['madeName']!)}`,
  ];
  const reads = [
    call('list_files', {}),
    call('search_files', { pattern: 'hello', context_lines: 1 }),
    call('read_file', { path: 'conf.js' }),
  ];
  const script = [
    { calls: reads },
    { calls: commands.map((command) => call('run_command', { command })) },
    { text: 'One.' },
    { text: 'Two.' },
  ];
  workspace = await openSimulatedWorkspace(folder, script, { wire, allowedCommands: commands });
  const session = await startSession(workspace.parts, workspace.settings, 'chat', () => undefined, signal);
  const send = async (request: string) => (await runTurn(session, request, { kind: 'chat', request }, signal)).outcome;
  expect(await send(`use ${tokens['request']!}`)).toBe('done');
  expect(existsSync(join(folder, `made-${tokens['madeName']!}`))).toBe(true);
  writeFileSync(join(folder, 'src', 'main.mjs'), `const late = '${tokens['lateContent']!}';\n`);
  writeFileSync(join(folder, `late-${tokens['lateName']!}.txt`), 'x\n');
  expect(await send('go on')).toBe('done');
  const sent = workspace.simulator.requests.map(({ text }) => text).join('\n');
  const seen = Object.entries(tokens).filter(([, token]) => sent.includes(token));
  expect(seen).toEqual([]);
  expect(sent).not.toContain(keyLine);
  // What is left of the file stays told: that it is there, and that its text is not.
  expect(sent).toContain('n-⟦secret:github#1⟧.txt');
  assertMessagesGrow(workspace.simulator.requests);
});
