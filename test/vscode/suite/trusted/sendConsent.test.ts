/** Where the data goes, in the real editor: asked in the sidebar once, kept for this workspace, and nothing sent before. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Simulator } from '../../../support/simulator/simulator.js';
import type { TestApi } from '../../../../src/vscode/testApi.js';
import { connectElsewhere, disconnectService } from '../service.js';
import { activateBaleen, closeEditors, folderPath, listEvents, readText, waitFor } from '../support.js';

const elsewhere = 'https://api.deepseek.com';

describe('where the data goes', () => {
  let api: TestApi;
  let service: Simulator;

  beforeEach(async () => {
    api = await activateBaleen();
    service = await connectElsewhere(api, elsewhere, () => ({ text: 'Hello.' }));
    await vscode.commands.executeCommand('baleen.forgetHosts');
  });

  afterEach(async () => {
    await vscode.commands.executeCommand('baleen.forgetHosts');
    await disconnectService(api, service, elsewhere);
  });

  const answer = async (agreed: boolean): Promise<void> => {
    const { id } = await waitFor('the question', () => api.questions.waiting());
    await api.receive({ type: 'answer_send', question: id, agreed });
  };
  /** Without the primer, which goes ahead of the first over a cold pack. */
  const answers = (): number => service.requests.filter(({ text }) => !text.includes('"max_tokens":1,')).length;
  const outcomes = (): string[] => listEvents(api, 'turn_end').map(({ outcome }) => outcome);

  it('is asked once, with what would go where, and never again for this workspace', async () => {
    const turn = api.receive({ type: 'send', text: 'Say hello.' });
    const question = await waitFor('the question', () => api.questions.waiting());
    assert.equal(question.origin, elsewhere);
    assert.equal(question.jurisdiction, 'China');
    assert.ok(question.files > 0 && question.tokens > 0);
    assert.equal(service.requests.length, 0);
    await answer(true);
    await turn;
    await api.receive({ type: 'send', text: 'Again.' });
    await api.receive({ type: 'new_session' });
    await api.receive({ type: 'send', text: 'In a new session.' });
    assert.equal(answers(), 3);
    assert.ok(service.requests.length <= 4);
    assert.deepEqual(outcomes(), ['done']);
  });

  it('sends nothing after a no, and can be asked again', async () => {
    const turn = api.receive({ type: 'send', text: 'Say hello.' });
    await answer(false);
    await turn;
    assert.deepEqual(outcomes(), ['refused']);
    assert.equal(listEvents(api, 'notice').at(-1)?.action?.kind, 'retry');
    assert.equal(service.requests.length, 0);
    const again = api.receive({ type: 'send', text: 'Say hello.' });
    await answer(true);
    await again;
    assert.equal(answers(), 1);
  });

  it('sends nothing when the turn is stopped while it waits', async () => {
    const turn = api.receive({ type: 'send', text: 'Say hello.' });
    await waitFor('the question', () => api.questions.waiting());
    await api.receive({ type: 'stop' });
    await turn;
    assert.equal(api.questions.waiting(), undefined);
    assert.equal(service.requests.length, 0);
  });

  it('is never asked by a review on save: the status bar says so and leads to the question', async () => {
    const config = vscode.workspace.getConfiguration('baleen');
    await config.update('reviewOnSave.enabled', true, vscode.ConfigurationTarget.Global);
    const original = await readText('src/greet.mjs');
    try {
      const document = await vscode.workspace.openTextDocument(join(folderPath(), 'src/greet.mjs'));
      const editor = await vscode.window.showTextDocument(document);
      await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), 'export const extra = 1;\n'));
      assert.ok(await document.save());
      await waitFor('the state', () => api.review.status.state.kind === 'unagreed');
      assert.equal(api.questions.waiting(), undefined);
      assert.equal(service.requests.length, 0);
      const review = vscode.commands.executeCommand('baleen.startReview');
      await answer(false);
      await review;
      assert.equal(api.review.status.state.kind, 'unagreed');
      assert.equal(service.requests.length, 0);
    } finally {
      await config.update('reviewOnSave.enabled', undefined, vscode.ConfigurationTarget.Global);
      await closeEditors();
      await writeFile(join(folderPath(), 'src/greet.mjs'), original);
    }
  });

  it('is asked for a refactoring too', async () => {
    const refactoring = vscode.commands.executeCommand('baleen.refactor', 'rename greet to welcome');
    await answer(false);
    await refactoring;
    assert.deepEqual(outcomes(), ['refused']);
    assert.equal(service.requests.length, 0);
  });

  it('is not asked at a host that the organisation does not allow: that one is refused', async () => {
    process.env['BALEEN_ALLOWED_HOSTS'] = 'llm.example';
    try {
      await api.receive({ type: 'send', text: 'Say hello.' });
    } finally {
      delete process.env['BALEEN_ALLOWED_HOSTS'];
    }
    assert.match(listEvents(api, 'notice').at(-1)?.text ?? '', /not among the hosts that the environment variable/);
    assert.equal(service.requests.length, 0);
  });
});
