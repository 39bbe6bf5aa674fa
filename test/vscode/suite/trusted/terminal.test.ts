import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { TestApi } from '../../../../src/vscode/testApi.js';
import type { Simulator } from '../../../support/simulator/simulator.js';
import { call, connectService, disconnectService } from '../service.js';
import { activateBaleen, folderPath, listEvents, takeTurn, waitFor } from '../support.js';

/** Answers what it is told, on a port of its own, until it is told to stop. */
const server = `
const server = require('net').createServer().listen(0, '127.0.0.1', () => {
  console.log('port', server.address().port);
});
process.stdin.on('data', (text) => console.log('told', String(text).trim()));
`;

describe('commands in the background', () => {
  let api: TestApi;
  let service: Simulator;
  const path = (): string => join(folderPath(), 'server.cjs');

  beforeEach(async () => {
    api = await activateBaleen();
    service = await connectService(api, []);
    await writeFile(path(), server);
  });

  afterEach(async () => {
    for (const { id } of api.commands.list()) await api.receive({ type: 'stop_command', id });
    await disconnectService(api, service);
    await rm(path(), { force: true });
  });

  async function startServer(): Promise<{ id: string; word: string; port: number }> {
    const word = makeWord();
    const command = `"${process.execPath}" server.cjs ${word}`;
    const env = 'ELECTRON_RUN_AS_NODE=1 ';
    service.push(
      { calls: [call('c1', 'run_command', { command: env + command, background: true })] },
      { text: 'It runs.' },
    );
    assert.equal((await takeTurn(api, 'Start the server.')).outcome, 'done');
    const { details, summary } = listEvents(api, 'tool_call_end').at(-1)!;
    assert.ok(details?.kind === 'command' && details.background !== undefined, summary);
    const output = resultOf(service);
    const [, port] = /port (\d+)/.exec(output) ?? [];
    return { id: details.background.id, word, port: Number(port) };
  }

  it('are shown with their port, and stopped by the sidebar', async () => {
    const { id, word, port } = await startServer();
    assert.match(resultOf(service), new RegExp(`^started in the background as ${id}: .*listening on port ${port}\n`));
    assert.deepEqual(
      api.commands.list().map((one) => [one.id, one.ports]),
      [[id, [port]]],
    );
    assert.ok(isAlive(word));
    assert.equal(api.chat.isRunning(), false);
    await api.receive({ type: 'stop_command', id });
    assert.ok(!isAlive(word));
    assert.deepEqual(api.commands.list(), []);
  });

  it('take what is typed into their terminal, also into one that was closed and opened again', async () => {
    const { id } = await startServer();
    const terminal = await waitFor('its terminal', () => findTerminal());
    terminal.sendText('first', true);
    await readUntil(/told first/);
    terminal.dispose();
    await waitFor('the terminal to close', () => findTerminal() === undefined);
    await api.receive({ type: 'show_command', id });
    const again = await waitFor('the terminal again', () => findTerminal());
    again.sendText('second', true);
    await readUntil(/told second/);

    async function readUntil(pattern: RegExp): Promise<void> {
      await waitFor(String(pattern), async () => {
        service.push({ calls: [call('c9', 'command_output', { id, offset: 0 })] }, { text: 'Read.' });
        await takeTurn(api, 'Read it.');
        return pattern.test(resultOf(service));
      });
    }
  });

  it('that wait for input are answered from the chat, which keeps nothing of what was typed', async () => {
    const word = makeWord();
    const command = 'printf "Password: "; read x; echo "${#x} characters"';
    service.push({ calls: [call('c3', 'run_command', { command })] }, { text: 'Done.' });
    const turn = takeTurn(api, 'Ask me.');
    const wait = await waitFor('the wait', () => listEvents(api, 'input_wait').findLast((one) => one.wait)?.wait);
    assert.deepEqual([wait.question, wait.sure], ['Password:', true]);
    await api.receive({ type: 'show_command', id: wait.command });
    await api.receive({ type: 'answer_command', wait: 'another', text: 'wrong' });
    await api.receive({ type: 'answer_command', wait: wait.id, text: word });
    assert.equal((await turn).outcome, 'done');
    assert.match(resultOf(service), new RegExp(`^exit code 0 .*\\n(?:.*\\n)*Password: ${word.length} characters\\n`));
    assert.match(resultOf(service), /The user typed into it while it ran/);
    assert.ok(listEvents(api, 'notice').some(({ text }) => text.startsWith('Your answer was not typed')));
    assert.ok(!JSON.stringify(api.chat.transcript.entries).includes(word));
    assert.ok(!service.requests.some(({ body }) => Buffer.from(body).toString().includes(word)));
  });

  it('go on when the turn is stopped, whose own command ends', async () => {
    const { word } = await startServer();
    const foreground = makeWord();
    service.push({ calls: [call('c2', 'run_command', { command: `echo ${foreground}; sleep 300` })] });
    const turn = takeTurn(api, 'Wait.');
    const before = listEvents(api, 'tool_call_output').length;
    await waitFor('the command', () => listEvents(api, 'tool_call_output').length > before);
    assert.ok(isAlive(foreground));
    await api.receive({ type: 'stop' });
    assert.equal((await turn).outcome, 'cancelled');
    assert.ok(!isAlive(foreground));
    assert.ok(isAlive(word));
  });
});

/** Of a background command: it has the command's name. */
function findTerminal(): vscode.Terminal | undefined {
  return vscode.window.terminals.find((one) => one.name.startsWith('Baleen: '));
}

function resultOf(service: Simulator): string {
  const last = service.requests.at(-1)?.parsed.messages.findLast((message) => message.role === 'tool');
  return last?.role === 'tool' ? last.text : '';
}

/** By a word among the arguments: inside a sandbox a process has another number than outside. */
function isAlive(word: string): boolean {
  return readdirSync('/proc').some((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(word);
    } catch {
      return false;
    }
  });
}

function makeWord(): string {
  return `word-${randomBytes(6).toString('hex')}`;
}
