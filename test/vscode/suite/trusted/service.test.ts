import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { startSimulator, type Simulator } from '../../../support/simulator/simulator.js';
import type { TestApi } from '../../../../src/vscode/testApi.js';
import { call, connectService, disconnectService } from '../service.js';
import { activateBaleen, closeEditors, folderPath, listEvents, readText, takeTurn, waitFor } from '../support.js';

describe('a turn with the service', () => {
  let api: TestApi;
  let service: Simulator;

  beforeEach(async () => {
    api = await activateBaleen();
    service = await connectService(api, []);
  });

  afterEach(async () => {
    await disconnectService(api, service);
    await closeEditors();
  });

  it('KEY-01, KEY-08: sends the key to the service in a header and leaves it nowhere else, after an error neither', async () => {
    const echo = { kind: 'answer', status: 400, body: `{"error":{"message":"bad key ${service.key}"}}` } as const;
    service.push({ text: 'One.' }, { text: 'Two.' }, { text: 'Three.' }, { fault: echo });
    for (const text of ['One?', 'Two?', 'Three?']) assert.equal((await takeTurn(api, text)).outcome, 'done');
    assert.equal((await takeTurn(api, 'Four?')).outcome, 'failed');
    assert.equal(service.requests.length, 4);
    const shown = [api.chat.transcript.entries, api.connection.keyState(), api.connection.keyDetail()];
    assert.ok(!JSON.stringify(shown).includes(service.key));
    assert.equal(service.requests[0]?.headers.get('authorization'), `Bearer ${service.key}`);
    assert.ok(!service.requests[0]?.text.includes(service.key));
    assert.deepEqual(await listFilesWith(process.env['HOME']!, service.key), []);
    assert.deepEqual(await listFilesWith(folderPath(), service.key), []);
  });

  it('says what is wrong with a wrong key and keeps what was written', async () => {
    await api.keys.store(service.origin, 'sk-wrong-0123456789');
    const end = await takeTurn(api, 'Say hello.');
    assert.equal(end.outcome, 'api_refused');
    const notice = listEvents(api, 'notice').at(-1);
    assert.equal(notice?.action?.kind, 'set_key');
    assert.ok(!JSON.stringify(api.chat.transcript.entries).includes('sk-wrong-0123456789'));
  });

  it('asks for a key where there is none, and sends nothing', async () => {
    await api.keys.remove(service.origin);
    await api.receive({ type: 'send', text: 'Say hello.' });
    assert.equal(listEvents(api, 'notice').at(-1)?.action?.kind, 'set_key');
    assert.equal(service.requests.length, 0);
  });

  it('KEY-03: sends the key of one address to no other', async () => {
    const other = await startSimulator({ script: [] });
    process.env['BALEEN_BASE_URL'] = other.origin;
    await api.receive({ type: 'send', text: 'Say hello.' });
    await other.close();
    assert.equal(listEvents(api, 'notice').at(-1)?.action?.kind, 'set_key');
    assert.equal(other.requests.length, 0);
  });

  it('edits a file with unsaved changes in its buffer, which stays unsaved and loses nothing', async () => {
    const onDisk = await readText('src/greet.mjs');
    const document = await vscode.workspace.openTextDocument(join(folderPath(), 'src/greet.mjs'));
    const editor = await vscode.window.showTextDocument(document);
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), '// mine\n'));
    assert.ok(document.isDirty);
    const hunks = [{ old_text: 'Hello', new_text: 'Welcome' }];
    service.push({ calls: [call('c1', 'edit_file', { path: 'src/greet.mjs', hunks })] }, { text: 'Done.' });
    const end = await takeTurn(api, 'Change the greeting.');
    assert.equal(end.outcome, 'done');
    assert.ok(document.isDirty);
    assert.equal(document.getText(), `// mine\n${onDisk.replace('Hello', 'Welcome')}`);
    assert.equal(await readText('src/greet.mjs'), onDisk);
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), `// mine\n${onDisk}`);
  });

  it('tells the model of unsaved text, once, and of its end', async () => {
    const onDisk = await readText('src/greet.mjs');
    const document = await vscode.workspace.openTextDocument(join(folderPath(), 'src/greet.mjs'));
    const editor = await vscode.window.showTextDocument(document);
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), '// typed and not saved\n'));
    const lastMessage = (): string => {
      const message = service.requests.at(-1)?.parsed.messages.findLast(({ role }) => role === 'user');
      return message?.role === 'user' ? message.text : '';
    };
    service.push({ text: 'One.' }, { text: 'Two.' }, { text: 'Three.' });
    await takeTurn(api, 'What do I type?');
    assert.match(lastMessage(), /<baleen-unsaved path="src\/greet\.mjs" body="full">\n\/\/ typed and not saved\n/);
    await takeTurn(api, 'And now?');
    assert.ok(!lastMessage().includes('<baleen-unsaved'));
    await vscode.commands.executeCommand('workbench.action.files.revert');
    await takeTurn(api, 'And now?');
    assert.match(lastMessage(), /<baleen-unsaved path="src\/greet\.mjs" body="same">/);
    assert.equal(await readText('src/greet.mjs'), onDisk);
  });

  it('makes a new snapshot when it is asked to, and says what that costs', async () => {
    service.push({ text: 'One.' }, { text: 'Two.' });
    await takeTurn(api, 'Begin.');
    await vscode.commands.executeCommand('baleen.newSnapshot');
    assert.equal(service.requests.length, 1);
    await takeTurn(api, 'Go on.');
    const [told] = listEvents(api, 'cache_break');
    assert.equal(told?.reason, 'you asked for a new snapshot');
    assert.ok((told?.price?.amount ?? 0) > 0);
    assert.equal(listEvents(api, 'pack_ready').at(-1)?.reused, false);
  });

  it('shows a command in the terminal, which takes what is typed into it', async () => {
    const command = 'read answer; echo "it was $answer"; exit 4';
    service.push({ calls: [call('c1', 'run_command', { command })] }, { text: 'Done.' });
    const turn = takeTurn(api, 'Ask.');
    const terminal = await waitFor('the terminal', () => vscode.window.terminals.find((one) => one.name === 'Baleen'));
    await waitFor('the command to run', () => listEvents(api, 'approval_end').length > 0);
    const typing = setInterval(() => terminal.sendText('yes', true), 200);
    await turn.finally(() => clearInterval(typing));
    const result = service.requests[1]?.parsed.messages.find((message) => message.role === 'tool');
    assert.match(result?.role === 'tool' ? result.text : '', /^exit code 4 [^]*it was yes/);
  });

  it('gives the output back although its terminal was closed', async () => {
    const command = 'for i in 1 2 3 4 5 6; do echo "line $i"; sleep 0.2; done';
    service.push({ calls: [call('c1', 'run_command', { command })] }, { text: 'Done.' });
    const turn = takeTurn(api, 'Count.');
    await waitFor('the first line', () => listEvents(api, 'tool_call_output').length > 0);
    for (const terminal of vscode.window.terminals) if (terminal.name === 'Baleen') terminal.dispose();
    await turn;
    const result = service.requests[1]?.parsed.messages.find((message) => message.role === 'tool');
    assert.match(
      result?.role === 'tool' ? result.text : '',
      /^exit code 0 [^]*line 1\nline 2\nline 3\nline 4\nline 5\nline 6/,
    );
  });

  it('ends a running command at the stop', async () => {
    service.push({ calls: [call('c1', 'run_command', { command: 'echo started; sleep 6000' })] });
    const turn = takeTurn(api, 'Wait.');
    await waitFor('the command', () => listEvents(api, 'tool_call_output').length > 0);
    const stoppedAt = Date.now();
    await api.receive({ type: 'stop' });
    const end = await turn;
    assert.equal(end.outcome, 'cancelled');
    // The target is one second; the machine may be busy, and a turn that waits for its command takes hours.
    assert.ok(Date.now() - stoppedAt < 60_000);
  });

  it('opens a stored session again and goes on with it, the old messages first in the body', async () => {
    service.push({ text: 'One.' }, { text: 'Two.' });
    await takeTurn(api, 'First question.');
    const id = api.chat.sessionId()!;
    await api.receive({ type: 'new_session' });
    assert.deepEqual(api.chat.transcript.entries, []);
    const listed = await api.chat.sessions();
    assert.equal(listed.find((session) => session.id === id)?.title, 'First question.');
    await api.receive({ type: 'open_session', session: id });
    assert.equal(listEvents(api, 'text_delta').at(-1)?.text, 'One.');
    await writeFile(join(folderPath(), 'outside.txt'), 'written by somebody else\n');
    await takeTurn(api, 'Second question.');
    const [first, second] = service.requests.map((request) =>
      request.messages.map((message) => JSON.stringify(message)),
    );
    assert.deepEqual(second?.slice(0, first!.length), first);
    assert.match(service.requests[1]!.text, /written by somebody else/);
  });
});

async function listFilesWith(folder: string, text: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path).catch(() => Buffer.alloc(0));
    if (bytes.includes(text)) found.push(path);
  }
  return found;
}
