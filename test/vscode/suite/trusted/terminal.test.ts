import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
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
  console.log('pid', process.pid, 'port', server.address().port);
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

  async function startServer(): Promise<{ id: string; pid: number; port: number }> {
    const command = `"${process.execPath}" server.cjs`;
    const env = 'ELECTRON_RUN_AS_NODE=1 ';
    service.push(
      { calls: [call('c1', 'run_command', { command: env + command, background: true })] },
      { text: 'It runs.' },
    );
    assert.equal((await takeTurn(api, 'Start the server.')).outcome, 'done');
    const { details, summary } = listEvents(api, 'tool_call_end').at(-1)!;
    assert.ok(details?.kind === 'command' && details.background !== undefined, summary);
    const output = resultOf(service);
    const [, pid, port] = /pid (\d+) port (\d+)/.exec(output) ?? [];
    return { id: details.background.id, pid: Number(pid), port: Number(port) };
  }

  it('are shown with their port, and stopped by the sidebar', async () => {
    const { id, pid, port } = await startServer();
    assert.match(resultOf(service), new RegExp(`^started in the background as ${id}: .*listening on port ${port}\n`));
    assert.deepEqual(
      api.commands.list().map((one) => [one.id, one.ports]),
      [[id, [port]]],
    );
    assert.ok(isAlive(pid));
    assert.equal(api.chat.isRunning(), false);
    await api.receive({ type: 'stop_command', id });
    assert.ok(!isAlive(pid));
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

  it('go on when the turn is stopped, whose own command ends', async () => {
    const { pid } = await startServer();
    service.push({ calls: [call('c2', 'run_command', { command: 'echo $$; exec sleep 300' })] });
    const turn = takeTurn(api, 'Wait.');
    const before = listEvents(api, 'tool_call_output').length;
    await waitFor('the command', () => listEvents(api, 'tool_call_output').length > before);
    const foreground = Number(listEvents(api, 'tool_call_output').at(-1)!.text);
    await api.receive({ type: 'stop' });
    assert.equal((await turn).outcome, 'cancelled');
    assert.ok(!isAlive(foreground));
    assert.ok(isAlive(pid));
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

function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
