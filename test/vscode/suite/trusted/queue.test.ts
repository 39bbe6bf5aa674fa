import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Simulator, Turn } from '../../../support/simulator/simulator.js';
import { assertMessagesGrow } from '../../../support/simulator/growth.js';
import type { TestApi } from '../../../../src/vscode/testApi.js';
import { call, connectService, disconnectService } from '../service.js';
import { activateBaleen, listEvents, waitFor } from '../support.js';

describe('what is sent while a turn runs', () => {
  let api: TestApi;
  let service: Simulator;
  let answers: ((turn: Turn) => void)[];

  /** Each request waits until the test answers it. */
  beforeEach(async () => {
    api = await activateBaleen();
    answers = [];
    service = await connectService(api, () => new Promise<Turn>((resolve) => void answers.push(resolve)));
  });

  afterEach(async () => {
    await disconnectService(api, service);
  });

  const waiting = (): string[] => api.chat.queue.list(api.chat.sessionId()).map(({ text }) => text);
  const asked = (count: number): Promise<unknown> => waitFor(`request ${count}`, () => answers.length === count);
  const messages = (): string[] => listEvents(api, 'turn_start').map(({ message }) => message);

  it('is sent as the next turn, in the order in which it came', async () => {
    const turns = api.receive({ type: 'send', text: 'One' });
    await asked(1);
    await api.receive({ type: 'send', text: 'Two' });
    await api.receive({ type: 'send', text: 'Three' });
    await api.receive({ type: 'send', text: 'Never mind' });
    assert.deepEqual(waiting(), ['Two', 'Three', 'Never mind']);
    const { id } = api.chat.queue.list(api.chat.sessionId())[2]!;
    await api.receive({ type: 'unqueue', id });
    for (const number of [1, 2, 3]) {
      await asked(number);
      answers[number - 1]!({ text: `Answer ${number}.` });
    }
    await turns;
    assert.deepEqual(messages(), ['One', 'Two', 'Three']);
    assert.deepEqual(waiting(), []);
    assertMessagesGrow(service.requests);
  });

  it('goes into the running turn behind the results of its step, where the user wants it now', async () => {
    const turn = api.receive({ type: 'send', text: 'One' });
    await asked(1);
    await api.receive({ type: 'send', text: 'Rather so' });
    const { id } = api.chat.queue.list(api.chat.sessionId())[0]!;
    await api.receive({ type: 'send_queued', id });
    answers[0]!({ calls: [call('c1', 'list_files', {})] });
    await asked(2);
    assert.ok(service.requests[1]!.text.includes('Rather so'));
    answers[1]!({ text: 'So it is.' });
    await turn;
    assert.deepEqual(messages(), ['One']);
    assert.deepEqual(waiting(), []);
    assert.deepEqual(
      listEvents(api, 'steered').map(({ text }) => text),
      ['Rather so'],
    );
  });

  it('waits after a stop, and is not sent by itself', async () => {
    const turn = api.receive({ type: 'send', text: 'One' });
    await asked(1);
    await api.receive({ type: 'send', text: 'Two' });
    const { id } = api.chat.queue.list(api.chat.sessionId())[0]!;
    await api.receive({ type: 'send_queued', id });
    await api.receive({ type: 'stop' });
    await turn;
    assert.deepEqual(waiting(), ['Two']);
    assert.deepEqual(messages(), ['One']);
    const next = api.receive({ type: 'send_queued', id });
    await asked(2);
    answers[1]!({ text: 'Two it is.' });
    await next;
    assert.deepEqual(messages(), ['One', 'Two']);
  });

  it('waits for a compaction, too, which the command asks for', async () => {
    const first = api.receive({ type: 'send', text: 'One' });
    await asked(1);
    answers[0]!({ text: 'Answer.' });
    await first;
    const compaction = vscode.commands.executeCommand('baleen.compactConversation');
    await asked(2);
    assert.ok(service.requests[1]!.text.includes('<baleen-compaction>'));
    await api.receive({ type: 'send', text: 'Two' });
    answers[1]!({ text: 'The summary.' });
    await asked(3);
    assert.ok(service.requests[2]!.text.includes('The summary.'));
    answers[2]!({ text: 'Two it is.' });
    await compaction;
    assert.equal(listEvents(api, 'compaction_end').at(-1)?.how, 'summary');
    assert.deepEqual(
      service.requests.map(({ refusal }) => refusal),
      [undefined, undefined, undefined],
    );
  });
});
