/** What the suites share: they run inside the extension host, beside the extension. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { AgentEvent, AgentEventType, ApprovalDecision, EventOf } from '../../../src/protocol/events.js';
import type { TestApi } from '../../../src/vscode/testApi.js';

export async function activateBaleen(): Promise<TestApi> {
  const extension = vscode.extensions.getExtension<TestApi>('baleen.baleen');
  assert.ok(extension, 'the extension under development is there');
  const api = await extension.activate();
  assert.ok(api, 'the extension answers with its test object');
  return api;
}

export function folderPath(): string {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder);
  return folder.uri.fsPath;
}

export async function readText(path: string): Promise<string> {
  return readFile(join(folderPath(), path), 'utf8');
}

export function listEvents<T extends AgentEventType>(api: TestApi, type: T): EventOf<T>[] {
  return api.chat.transcript.entries
    .flatMap((entry) => (entry.type === 'event' ? [entry.event] : []))
    .filter((event: AgentEvent): event is EventOf<T> => event.type === type);
}

const pollMs = 25;
const patienceMs = 120_000;

/** Waits until the condition gives something; a test without its event fails with `what`. */
export async function waitFor<T>(
  what: string,
  find: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const found = await find();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new assert.AssertionError({ message: `waited in vain for ${what}` });
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

/** Sends a message as the page does and answers every approval in the same way, until the turn has ended. */
export async function takeTurn(
  api: TestApi,
  text: string,
  decision: ApprovalDecision = 'approved',
): Promise<EventOf<'turn_end'>> {
  const before = listEvents(api, 'turn_end').length;
  const turn = api.receive({ type: 'send', text });
  let over = false;
  const ended = turn.finally(() => (over = true));
  while (!over) {
    for (const id of api.approvals.waiting()) await api.receive({ type: 'decide', approval: id, decision });
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  await ended;
  const ends = listEvents(api, 'turn_end');
  const notices = listEvents(api, 'notice').map((notice) => notice.text);
  assert.equal(ends.length, before + 1, `the turn ended once; notices: ${notices.join(' | ')}`);
  return ends.at(-1)!;
}

export async function closeEditors(): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
}
