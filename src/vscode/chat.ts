/** The chat of a window: the current session, its running turn and what the page shows of both. */
import type * as vscode from 'vscode';
import { goOn } from '../core/agent/failureNotice.js';
import { BaleenError, messageOf } from '../core/errors.js';
import type { Log } from '../core/host.js';
import type { Session } from '../core/session/session.js';
import { listSessions } from '../core/session/store.js';
import { beginTurn, continueTurn, type OpenTurn, type SendResult } from '../core/session/turns.js';
import type { AgentEvent, Outcome } from '../protocol/events.js';
import type { SessionSummary } from '../protocol/sidebar.js';
import { randomHex } from '../node/randomHex.js';
import type { Connection } from './connection.js';
import { createCurrentSession } from './currentSession.js';
import type { Engine } from './engine.js';
import { dropUnanswered, isCutOff, waitsForApproval } from './interrupted.js';
import { createMessageQueue, type MessageQueue } from './messageQueue.js';
import type { ModelPick } from './modelPick.js';
import { createTranscript, type Transcript } from './transcript.js';
import { createTurnSlot } from './turnSlot.js';
import { finishTurn } from './turnTrouble.js';

export interface Chat {
  readonly transcript: Transcript;
  isRunning(): boolean;
  sessionId(): string | undefined;
  /** What the session runs with; before its first turn what the settings say. */
  pick(): ModelPick;
  /** For this session and no other; says what that costs before it does. Before the first turn it is the setting. */
  choose(change: Partial<ModelPick>): Promise<void>;
  /** The session of the next turn, if it is open: a stored one that is only shown is not. */
  openedSession(): Session | undefined;
  /** The next session begins with a new snapshot. */
  renewsNext(): boolean;
  /** Messages that wait for the running turn. */
  readonly queue: MessageQueue;
  /** Into the running turn, or as the next one. */
  sendQueued(id: string): Promise<void>;
  /** Runs one turn to its end, and those that were queued meanwhile. While another one runs, it is queued. */
  send(text: string): Promise<void>;
  /** Has the conversation summed up, as a turn of its own. Does nothing while another one runs. */
  compact(): Promise<void>;
  /** Resolves when the running turn has ended. */
  stop(): Promise<void>;
  /** Resolves when no turn runs. */
  settled(): Promise<void>;
  /** With `renew`, its first message makes a new snapshot of the repository and says what that costs. */
  newSession(options?: { renew: boolean }): Promise<void>;
  openSession(id: string): Promise<void>;
  sessions(): Promise<SessionSummary[]>;
  /** After a reload of the window: shows the last session again, and asks again what waited for an approval. */
  restore(): Promise<void>;
  /** Runs other work in the place of a turn: the page shows it as running and can stop it. Throws while a turn runs. */
  occupy(work: (signal: AbortSignal) => Promise<void>): Promise<void>;
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

/** What the transcript shows in the place of a message. */
const compactRequest = 'Compact this conversation.';

const cutOff =
  'This turn was cut off when the window was closed. What it had begun is not done again by itself; Continue has the model look and go on.';

/** After which the next queued message is sent by itself. */
const goesOn: ReadonlySet<Outcome> = new Set(['done', 'refused', 'findings']);

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
  let restored: Promise<void> | undefined;

  const tell = (event: AgentEvent): void => {
    transcript.addEvent(event);
    onEvent(event);
  };
  const emit = (event: AgentEvent): void => {
    if (event.type === 'start') void current.enter(event.session);
    tell(event);
  };
  const slot = createTurnSlot({
    ...{ emit, log, onState },
    onEnd: () => queue.settle(),
  });
  const run = async (work: (signal: AbortSignal) => Promise<Outcome>): Promise<void> => {
    const ended = await slot.run(work);
    // A stop, and what did not end well, is for the user to look at before anything else is sent.
    if (ended === undefined || ended.stopped || !goesOn.has(ended.outcome)) return;
    const next = queue.take(current.id());
    if (next !== undefined) await send(next);
  };
  const takeTurn = async (
    begin: (session: Session) => Promise<OpenTurn>,
    signal: AbortSignal,
    act: (turn: OpenTurn) => Promise<SendResult>,
  ): Promise<Outcome> => {
    const turn = await begin(await current.open(emit, signal));
    slot.noteCheckpoint(turn.checkpoint.id);
    return finishTurn(turn, act(turn), signal, emit, log);
  };
  const send = (text: string): Promise<void> =>
    run((signal) => {
      transcript.addUser(text);
      const steer = (): string[] => queue.takeSteered(current.id());
      return takeTurn(
        (session) => beginTurn(session, text),
        signal,
        (turn) => turn.send({ kind: 'chat', request: text, steer }, signal),
      );
    });
  const compact = (): Promise<void> =>
    run(async (signal) => {
      if (current.id() === undefined) throw new BaleenError('There is no conversation to compact yet.', 'bad_usage');
      transcript.addUser(compactRequest);
      return takeTurn(
        (session) => beginTurn(session, compactRequest),
        signal,
        (turn) => turn.compact(signal),
      );
    });
  const show = async (id: string): Promise<void> => {
    const entries = await current.load(id);
    transcript.replace(dropUnanswered(entries));
    onReplaced();
    if (waitsForApproval(entries)) void run((signal) => takeTurn(continueTurn, signal, (turn) => turn.resume(signal)));
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

  return {
    transcript,
    queue,
    isRunning: () => slot.isRunning(),
    stop: () => slot.stop(),
    settled: () => slot.settled(),
    sessionId: () => current.id(),
    pick: () => current.pick(),
    openedSession: () => current.opened(),
    renewsNext: () => current.renewsNext(),
    compact,
    tell,
    async choose(change) {
      const text = await current.choose(change);
      if (text !== undefined) tell({ type: 'notice', level: 'info', text });
      onState();
    },
    async send(text) {
      if (slot.isRunning()) queue.add(current.id(), text);
      else await send(text);
    },
    async sendQueued(id) {
      if (slot.isRunning()) return queue.steer(current.id(), id);
      const text = queue.take(current.id(), id);
      if (text !== undefined) await send(text);
    },
    async newSession({ renew } = { renew: false }) {
      await slot.stop();
      await current.leave(renew);
      transcript.replace([]);
      onReplaced();
    },
    async openSession(id) {
      await slot.stop();
      await show(id);
    },
    async sessions() {
      const { parts: workspace } = await engine.open();
      return listSessions(workspace.host.files, workspace.stateFolder);
    },
    restore: () => (restored ??= showLast()),
    async occupy(work) {
      if (slot.isRunning()) throw new BaleenError('A turn is running. Stop it first.', 'bad_usage');
      await run(async (signal) => {
        await work(signal);
        return 'done';
      });
    },
    findEdit(call) {
      const found = transcript.findEdit(call);
      const checkpoint = found?.checkpoint ?? slot.checkpoint();
      if (found === undefined || checkpoint === undefined) return found;
      return { path: found.path, checkpoint };
    },
  };
}
