import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { Output } from '../../src/cli/printEvents.js';
import { tellEnded } from '../../src/cli/tellEnded.js';
import { createCommands } from '../../src/node/commands.js';
import { isAlive, until } from '../node/processes.js';

test('what ended since it was looked at last is not said to end with the run', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'baleen-ended-'));
  // Nothing is looked at by itself.
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  const commands = createCommands();
  try {
    await commands.start({ command: 'exec sleep 300', cwd, onOutput: () => undefined });
    await commands.start({ command: 'until [ -e go ]; do sleep 0.05; done', cwd, onOutput: () => undefined });
    await commands.start({ command: 'echo $$ > pid', cwd, onOutput: () => undefined });
    const pid = join(cwd, 'pid');
    await until(() => existsSync(pid) && readFileSync(pid, 'utf8') !== '' && !isAlive(Number(readFileSync(pid))));
    let said = '';
    await tellEnded(commands, { err: (text: string) => (said += text) } as unknown as Output);
    expect(said).toBe(
      ['exec sleep 300', 'until [ -e go ]; do sleep 0.05; done']
        .map((line) => `Ended with this run, as it still ran in the background: ${line}\n`)
        .join(''),
    );
  } finally {
    vi.useRealTimers();
    await commands.dispose();
    rmSync(cwd, { recursive: true, force: true });
  }
});
