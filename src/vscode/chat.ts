/** The chat of a window: the current session, its turns and what the page shows of both. */
import type * as vscode from 'vscode';
import { goOn } from '../core/agent/failureNotice.js';
import { messageOf } from '../core/errors.js';
import type { Log } from '../core/host.js';
import type { Session } from '../core/session/session.js';
import { listSessions } from '../core/session/store.js';
import type { AgentEvent } from '../protocol/events.js';
import type { SessionSummary } from '../protocol/sidebar.js';
import { randomHex } from '../node/randomHex.js';
import { createChatTurns, type ChatTurns } from './chatTurns.js';
import type { Connection } from './connection.js';
import { createCurrentSession } from './currentSession.js';
import type { Engine } from './engine.js';
import { dropUnanswered, isCutOff, waitsForApproval } from './interrupted.js';
import { createMessageQueue, type MessageQueue } from './messageQueue.js';
import type { ModelPick } from './modelPick.js';
import { createTranscript, type Transcript } from './transcript.js';

export interface Chat extends Omit<ChatTurns, 'resume' | 'checkpoint'> {
  readonly transcript: Transcript;
  /** Messages that wait for the running turn. */
  readonly queue: MessageQueue;
  sessionId(): string | undefined;
  /** What the session runs with; before its first turn what the settings say. */
  pick(): ModelPick;
  /** For this session and no other; says what that costs before it does. Before the first turn it is the setting. */
  choose(change: Partial<ModelPick>): Promise<void>;
  /** The session of the next turn, if it is open: a stored one that is only shown is not. */
  openedSession(): Session | undefined;
  /** The next session begins with a new snapshot. */
  renewsNext(): boolean;
  /** With `renew`, its first message makes a new snapshot of the repository and says what that costs. */
  newSession(options?: { renew: boolean }): Promise<void>;
  openSession(id: string): Promise<void>;
  sessions(): Promise<SessionSummary[]>;
  /** After a reload of the window: shows the last session again, and asks again what waited for an approval. */
  restore(): Promise<void>;
  /** Shows something that no turn of this session said, for instance what was undone. */
  tell(event: AgentEvent): void;
  /** Path and checkpoint of a tool call's edit. */
  findEdit(call: string): { path: string; checkpoint?: string } | undefined;
}

export interface ChatParts {
  engine: Engine;
  connection: Connection;
  log: Log;
  /** Of this folder. */
  memory: vscode.Memento;
  onEvent: (event: AgentEvent) => void;
  /** The whole transcript is another one now. */
  onReplaced: () => void;
  onState: () => void;
}

const cutOff =
  'This turn was cut off when the window was closed. What it had begun is not done again by itself; Continue has the model look and go on.';

export function createChat(parts: ChatParts): Chat {
  const { engine, log, memory, onEvent, onReplaced, onState } = parts;
  const transcript = createTranscript();
  const queue = createMessageQueue(memory, onState, () => randomHex(16));
  const current = createCurrentSession({
    ...parts,
    onEnter(id) {
      if (id !== undefined) queue.adopt(id);
      onState();
    },
  });
  const tell = (event: AgentEvent): void => {
    transcript.addEvent(event);
    onEvent(event);
  };
  const emit = (event: AgentEvent): void => {
    if (event.type === 'start') void current.enter(event.session);
    tell(event);
  };
  const turns = createChatTurns({ current, transcript, queue, emit, log, onState });

  const show = async (id: string): Promise<void> => {
    const entries = await current.load(id);
    transcript.replace(dropUnanswered(entries));
    onReplaced();
    if (waitsForApproval(entries)) void turns.resume();
    else if (isCutOff(entries)) tell({ type: 'notice', level: 'info', text: cutOff, action: goOn });
  };
  const showLast = async (): Promise<void> => {
    const id = current.lastId();
    if (id === undefined || current.id() !== undefined) return;
    try {
      await show(id);
    } catch (error) {
      log.warn(`The last session could not be shown again: ${messageOf(error)}`);
      await current.enter(undefined);
    }
  };
  let restored: Promise<void> | undefined;

  return {
    ...turns,
    transcript,
    queue,
    tell,
    sessionId: () => current.id(),
    pick: () => current.pick(),
    openedSession: () => current.opened(),
    renewsNext: () => current.renewsNext(),
    async choose(change) {
      const text = await current.choose(change);
      if (text !== undefined) tell({ type: 'notice', level: 'info', text });
      onState();
    },
    async newSession({ renew } = { renew: false }) {
      await turns.stop();
      await current.leave(renew);
      transcript.replace([]);
      onReplaced();
    },
    async openSession(id) {
      await turns.stop();
      await show(id);
    },
    async sessions() {
      const { parts: workspace } = await engine.open();
      return listSessions(workspace.host.files, workspace.stateFolder);
    },
    restore: () => (restored ??= showLast()),
    findEdit(call) {
      const found = transcript.findEdit(call);
      const checkpoint = found?.checkpoint ?? turns.checkpoint();
      if (found === undefined || checkpoint === undefined) return found;
      return { path: found.path, checkpoint };
    },
  };
}
