/** The model and thinking level of each session and workflow, in the real editor. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Simulator } from '../../../support/simulator/simulator.js';
import type { TestApi } from '../../../../src/vscode/testApi.js';
import { connectService, disconnectService } from '../service.js';
import { activateBaleen, folderPath, listEvents, readText, takeTurn, waitFor } from '../support.js';

describe('the model', () => {
  let api: TestApi;
  let service: Simulator;
  const config = (): vscode.WorkspaceConfiguration => vscode.workspace.getConfiguration('baleen');
  const set = (name: string, value: unknown): Thenable<void> =>
    config().update(name, value, vscode.ConfigurationTarget.Global);
  const models = (): string[] => service.requests.map(({ parsed }) => parsed.model);

  beforeEach(async () => {
    api = await activateBaleen();
    service = await connectService(api, () => ({ text: 'Hello.' }));
  });

  afterEach(async () => {
    for (const name of ['model', 'thinking', 'models', 'reviewOnSave.enabled']) await set(name, undefined);
    await disconnectService(api, service);
  });

  it('belongs to the session: a change says what it costs before anything is sent, and a new session has the setting’s', async () => {
    await takeTurn(api, 'One?');
    await api.receive({ type: 'set_model', model: 'v4-pro' });
    const told = listEvents(api, 'notice').at(-1)?.text ?? '';
    assert.match(
      told,
      /^The next message reads the whole prompt \([\d,]+ tokens\) at the full price, about .*V4-Pro thinking high/,
    );
    assert.equal(service.requests.length, 1);
    await takeTurn(api, 'Two?');
    assert.ok((listEvents(api, 'cache_break').at(-1)?.price?.amount ?? 0) > 0);
    assert.equal(config().get('model'), 'v4-flash');
    const first = api.chat.sessionId()!;

    await api.receive({ type: 'new_session' });
    assert.equal(api.chat.pick().model, 'v4-flash');
    await takeTurn(api, 'Three?');
    await api.receive({ type: 'open_session', session: first });
    assert.equal(api.chat.pick().model, 'v4-pro');
    await takeTurn(api, 'Four?');
    const [small, large] = ['deepseek-flash', 'deepseek-v4-pro'];
    assert.deepEqual(models(), [small, large, small, large]);
  });

  it('of an empty chat is the setting, which another session does not follow', async () => {
    await takeTurn(api, 'One?');
    await set('model', 'v4-pro');
    await takeTurn(api, 'Two?');
    await api.receive({ type: 'new_session' });
    await api.receive({ type: 'set_thinking', thinking: 'off' });
    await waitFor('the setting', () => config().get('thinking') === 'off');
    await takeTurn(api, 'Three?');
    assert.deepEqual(models(), ['deepseek-flash', 'deepseek-flash', 'deepseek-v4-pro']);
  });

  it('of reviews may be another one, with a thinking level of its own', async () => {
    await set('models', { review: 'v4-pro/off' });
    await takeTurn(api, 'One?');
    const path = join(folderPath(), 'src/greet.mjs');
    const original = await readText('src/greet.mjs');
    try {
      await writeFile(path, `export const extra = 1;\n${original}`);
      await vscode.commands.executeCommand('baleen.reviewChanges');
    } finally {
      await writeFile(path, original);
    }
    const [first, ...reviews] = service.requests.map(
      ({ parsed }) => `${parsed.model} ${parsed.thinking ? 'on' : 'off'}`,
    );
    assert.equal(first, 'deepseek-flash on');
    assert.ok(reviews.length > 0);
    assert.deepEqual([...new Set(reviews)], ['deepseek-v4-pro off']);
  });

  it('that is chosen automatically is said with its price before the request', async () => {
    await set('model', 'automatic');
    await takeTurn(api, 'Rename greet to welcome');
    const told = listEvents(api, 'notice').find(({ text }) => text.startsWith('Automatic: '));
    assert.match(told?.text ?? '', /V4-Flash without thinking, since this is a rename\. .* for about <?\$/);
    await takeTurn(api, 'Convert every callback in the whole repository to async');
    assert.deepEqual(models(), ['deepseek-flash', 'deepseek-v4-pro']);
    assert.equal(api.chat.pick().model, 'automatic');
  });

  it('is taken from a list by keyboard', async () => {
    const chosen = vscode.commands.executeCommand('baleen.chooseModel');
    await accept('workbench.action.quickOpenSelectNext');
    await accept();
    await chosen;
    await waitFor('the setting', () => config().get('model') === 'v4-pro');
  });
});

/** The list that is open, once it takes keys. */
async function accept(...before: string[]): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 1000));
  for (const command of before) await vscode.commands.executeCommand(command);
  await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
}
