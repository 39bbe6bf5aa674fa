import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type * as vscode from 'vscode';
import { readSession, transcriptOf } from '../../../../src/core/session/store.js';
import { createChat, type Chat } from '../../../../src/vscode/chat.js';
import { waitsForApproval } from '../../../../src/vscode/interrupted.js';
import type { TestApi } from '../../../../src/vscode/testApi.js';
import { call, connectService, disconnectService } from '../service.js';
import { activateBaleen, folderPath, listEvents, waitFor } from '../support.js';

describe('a window that is loaded again', () => {
  it('shows the last session and asks again what waited for an approval, which then runs once', async () => {
    const api = await activateBaleen();
    const made = join(folderPath(), 'made.txt');
    const service = await connectService(api, [
      { text: 'I will.', calls: [call('c1', 'run_command', { command: 'echo once >> made.txt' })] },
      { text: 'Done.' },
    ]);
    try {
      const cut = api.receive({ type: 'send', text: 'Make it.' });
      const [firstId] = await waitFor('the question', () =>
        api.approvals.waiting().length === 1 ? api.approvals.waiting() : undefined,
      );
      const id = api.chat.sessionId()!;
      const { parts } = await api.engine.open();
      // No window is loaded again before the question has come to the disk.
      await waitFor('the question on disk', async () =>
        waitsForApproval(transcriptOf(await readSession(parts.host.files, parts.stateFolder, id))),
      );
      const next = openAgain(api, id);
      await next.restore();
      const secondId = await waitFor('the question again', () => api.approvals.waiting().find((id) => id !== firstId));
      const shown = next.transcript.entries.flatMap((entry) => (entry.type === 'event' ? [entry.event] : []));
      assert.equal(shown.filter((event) => event.type === 'approval_request').length, 1);
      assert.ok(shown.some((event) => event.type === 'text_delta' && event.text === 'I will.'));
      await api.receive({ type: 'decide', approval: secondId, decision: 'approved' });
      await waitFor('the end of the turn', () => !next.isRunning());
      assert.equal(await readFile(made, 'utf8'), 'once\n');
      const [first, second] = service.requests.map((request) =>
        request.messages.map((message) => JSON.stringify(message)),
      );
      assert.deepEqual(second?.slice(0, first!.length), first);
      assert.equal(service.requests.length, 2);
      await api.receive({ type: 'stop' });
      await cut;
    } finally {
      await disconnectService(api, service);
      await rm(made, { force: true });
    }
  });

  it('goes on with a session after a stop, every call answered', async () => {
    const api = await activateBaleen();
    const service = await connectService(api, [
      { calls: [call('c1', 'run_command', { command: 'echo never' })] },
      { text: 'As you like.' },
    ]);
    try {
      const turn = api.receive({ type: 'send', text: 'Do it.' });
      await waitFor('the question', () => api.approvals.waiting().length === 1);
      await api.receive({ type: 'stop' });
      await turn;
      assert.deepEqual(api.approvals.waiting(), []);
      await api.receive({ type: 'send', text: 'Never mind.' });
      assert.equal(service.requests.length, 2);
      assert.equal(service.requests[1]?.refusal, undefined);
      assert.equal(listEvents(api, 'turn_end').at(-1)?.outcome, 'done');
    } finally {
      await disconnectService(api, service);
    }
  });
});

/** What a new window makes of what the last one left on disk and in the folder's memory. */
function openAgain({ engine, connection }: TestApi, session: string): Chat {
  const memory: vscode.Memento = {
    keys: () => ['session'],
    get: <T>(key: string, fallback?: T) => (key === 'session' ? (session as T) : fallback!),
    update: async () => undefined,
  };
  const quiet = (): void => undefined;
  const log = { info: quiet, warn: quiet, error: quiet };
  return createChat({ engine, connection, log, memory, onEvent: quiet, onReplaced: quiet, onState: quiet });
}
