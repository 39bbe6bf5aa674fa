/** Commands that ask on the terminal of the command line: who sees what is typed there, and who does not. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { until } from '../node/processes.js';
import { simulatedKey, startSimulator, type Simulator } from '../support/simulator/simulator.js';
import { startOnTerminal, type TerminalRun } from './onTerminal.js';

let base: string;
let simulator: Simulator | undefined;
beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'baleen-answer-')));
  for (const name of ['work', 'state', 'temp']) mkdirSync(join(base, name));
  writeFileSync(inWork('a.txt'), 'text\n');
  execFileSync('git', ['init', '-q'], { cwd: join(base, 'work') });
});
afterEach(async () => {
  await simulator?.close();
  rmSync(base, { recursive: true, force: true });
});

const inWork = (name: string): string => join(base, 'work', name);
const endOfQuestion = 'Ctrl-C stops the turn.)';

async function run(command: string): Promise<TerminalRun> {
  const call = { id: 'c1', name: 'run_command', arguments: JSON.stringify({ command }) };
  simulator = await startSimulator({ script: [{ calls: [call] }, { text: 'That was it.' }] });
  return startOnTerminal(['run', 'do it', '--allow', command, '--base-url', simulator.baseUrls.openai], {
    cwd: join(base, 'work'),
    stateHome: join(base, 'state'),
    env: { DEEPSEEK_API_KEY: simulatedKey, TMPDIR: join(base, 'temp') },
  });
}

/** Types until it has resolved. */
async function typeUntil(terminal: TerminalRun, keys: string, event: Promise<void>): Promise<void> {
  let isOver = false;
  const over = event.finally(() => (isOver = true));
  while (!isOver) {
    terminal.type(keys);
    await sleep(20);
  }
  await over;
}

/** Everything that lies below, by its path; of what is no file the path alone. */
function readAll(folder: string): { path: string; text: string }[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).map((entry) => {
    const path = join(entry.parentPath, entry.name);
    return { path, text: entry.isFile() ? readFileSync(path, 'latin1') : '' };
  });
}

it('a password goes to the command alone: not to the screen, the model, or any file of ours', async () => {
  const password = 'orca-and-krill';
  // What the others print takes the question back while it is being answered.
  const others = '(until [ -e noise ]; do sleep 0.05; done; echo; echo "1 package"; echo "2 packages") &';
  const asks = 'printf "Password: "; read -s first; printf %s "$first" | sha256sum; touch answered';
  const pause = 'until [ -e early ]; do sleep 0.05; done; printf "Again: "; read -s again';
  const terminal = await run(`${others}\n${asks}\n${pause}\n[ "$first" = "$again" ] && echo same; cat; echo over`);

  await terminal.shows(`Password:\r\n`);
  await terminal.shows(endOfQuestion);
  terminal.type('krill');
  writeFileSync(inWork('noise'), '');
  await typeUntil(terminal, 'krill', terminal.shows(endOfQuestion));
  // What came in after the question.
  terminal.type('\u0015');
  terminal.type(`${password}\r`);
  await typeUntil(
    terminal,
    'krill',
    until(() => existsSync(inWork('answered'))),
  );
  writeFileSync(inWork('early'), '');
  await typeUntil(terminal, 'krill', terminal.shows(endOfQuestion));
  terminal.type(`\u0015${password}\r`);
  await terminal.shows(endOfQuestion);
  terminal.type('\u0004');
  await terminal.shows('That was it.');
  expect(await terminal.ended).toBe(0);

  expect(terminal.screen()).not.toContain('kri');
  // The terminal is left as it was found.
  expect(terminal.screen()).toMatch(/ icanon [^]* echo /);
  const sent = simulator!.requests.map(({ text, headers }) => `${text}\n${JSON.stringify([...headers])}`).join('\n');
  expect(sent).toContain(createHash('sha256').update(password).digest('hex'));
  expect(sent).toContain('same\\nover');
  expect(sent).toContain('The user typed into it while it ran; what was typed is not shown to you.');
  expect(sent).not.toContain('krill');
  const files = readAll(base);
  expect(files.some(({ path }) => /sessions\/[^/]+\.jsonl$/.test(path))).toBe(true);
  expect(files.filter(({ path, text }) => `${path}${text}`.includes('krill'))).toEqual([]);
  expect(readdirSync(join(base, 'temp'))).toEqual([]);
});

it('an answer that is no secret is seen, and Ctrl-C stops the turn while nothing is asked', async () => {
  const terminal = await run('printf "Name? "; read name; touch "$name"; sleep 300');
  await terminal.shows('Name?\r\n');
  await terminal.shows(endOfQuestion);
  terminal.type('whale\r');
  await until(() => existsSync(inWork('whale')));
  await terminal.shows('whale\r');
  terminal.type('\u0003');
  await terminal.shows('cancelled: ');
  await terminal.ended;
  expect(terminal.screen()).toContain('stopped by the user after');
});
