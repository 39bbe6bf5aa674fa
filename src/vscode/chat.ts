/** The chat of a window: the current session, its running turn and what the page shows of both. */
import { randomBytes } from 'node:crypto';
import type * as vscode from 'vscode';
import { goOn } from '../core/agent/failureNotice.js';
import { BaleenError, messageOf } from '../core/errors.js';
import type { Log } from '../core/host.js';
import { describeLaneChange } from '../core/session/laneChange.js';
import { resumeSession, startSession, type Session } from '../core/session/session.js';
import { listSessions, readSession, transcriptOf } from '../core/session/store.js';
import { beginTurn, continueTurn, type OpenTurn, type SendResult } from '../core/session/turns.js';
import type { AgentEvent, Outcome } from '../protocol/events.js';
import type { SessionSummary } from '../protocol/sidebar.js';
import type { Connection } from './connection.js';
import type { Engine } from './engine.js';
import { dropUnanswered, isCutOff, waitsForApproval } from './interrupted.js';
import { createMessageQueue, type MessageQueue } from './messageQueue.js';
import type { ModelPick } from './modelPick.js';
import { chooseSetting, readSettings } from './settings.js';
import { createTranscript, type Transcript } from './transcript.js';
import { finishTurn, runSafely } from './turnTrouble.js';

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

const sessionMemory = 'session';

interface State {
  id: string | undefined;
  /** Absent until a turn needs it: showing a stored session opens no pack. */
  session: Session | undefined;
  /** The session's own; absent before its first turn. */
  pick: ModelPick | undefined;
  /** The next session begins with a new snapshot. */
  renew: boolean;
  running: { controller: AbortController; ended: Promise<Outcome>; checkpoint?: string } | undefined;
  restored: Promise<void> | undefined;
}

export function createChat(parts: ChatParts): Chat {
  const { engine, memory, onEvent, onReplaced, onState } = parts;
  const transcript = createTranscript();
  const queue = createMessageQueue(memory, onState, () => randomBytes(8).toString('hex'));
  const state: State = {
    id: undefined,
    session: undefined,
    pick: undefined,
    renew: false,
    running: undefined,
    restored: undefined,
  };

  const tell = (event: AgentEvent): void => {
    transcript.addEvent(event);
    onEvent(event);
  };
  const emit = (event: AgentEvent): void => {
    if (event.type === 'start') void remember(event.session);
    tell(event);
  };
  const remember = async (id: string | undefined): Promise<void> => {
    state.id = id;
    if (id !== undefined) queue.adopt(id);
    await memory.update(sessionMemory, id);
    onState();
  };
  const run = async (work: (signal: AbortSignal) => Promise<Outcome>): Promise<void> => {
    if (state.running !== undefined) return;
    const controller = new AbortController();
    const ended = runSafely(work, controller.signal, emit, parts.log).finally(() => {
      state.running = undefined;
      queue.settle();
      onState();
    });
    state.running = { controller, ended };
    onState();
    const outcome = await ended;
    // A stop, and what did not end well, is for the user to look at before anything else is sent.
    const next = !controller.signal.aborted && goesOn.has(outcome) ? queue.take(state.id) : undefined;
    if (next !== undefined) await send(next);
  };
  const send = (text: string): Promise<void> =>
    run(async (signal) => {
      transcript.addUser(text);
      const begin = (session: Session): Promise<OpenTurn> => beginTurn(session, text);
      const steer = (): string[] => queue.takeSteered(state.id);
      return takeTurn(begin, signal, (turn) => turn.send({ kind: 'chat', request: text, steer }, signal));
    });
  const stop = async (): Promise<void> => {
    state.running?.controller.abort();
    await state.running?.ended;
  };
  const takeTurn = async (
    open: (session: Session) => Promise<OpenTurn>,
    signal: AbortSignal,
    act: Act,
  ): Promise<Outcome> => {
    const session = await openSession(state, parts, emit, signal);
    const turn = await open(session);
    if (state.running !== undefined) state.running.checkpoint = turn.checkpoint.id;
    return finishTurn(turn, act(turn), signal, emit, parts.log);
  };
  const show = async (id: string): Promise<void> => {
    const { parts: workspace } = await engine.open();
    const records = await readSession(workspace.host.files, workspace.stateFolder, id);
    const entries = transcriptOf(records);
    state.session = undefined;
    const picked = records.findLast((record) => record.type === 'pick');
    state.pick = picked && { model: picked.model, thinking: picked.thinking };
    transcript.replace(dropUnanswered(entries));
    await remember(id);
    onReplaced();
    if (!waitsForApproval(entries)) {
      if (isCutOff(entries)) tell({ type: 'notice', level: 'info', text: cutOff, action: goOn });
      return;
    }
    void run((signal) => takeTurn(continueTurn, signal, (turn) => turn.resume(signal)));
  };

  return {
    transcript,
    isRunning: () => state.running !== undefined,
    sessionId: () => state.id,
    pick: () => state.pick ?? readSettings().pick,
    async choose(change) {
      if (state.id === undefined) {
        for (const name of ['model', 'thinking'] as const)
          if (change[name] !== undefined) await chooseSetting(name, change[name]);
        return;
      }
      const pick = { ...(state.pick ?? readSettings().pick), ...change };
      state.pick = pick;
      const { session } = state;
      session?.log.note({ type: 'pick', ...pick });
      const settings = session && (await parts.connection.sessionSettings(session.settings.userId, pick));
      // An automatic choice is told with its price by itself.
      const text = settings?.automatic === undefined && settings ? describeLaneChange(session, settings) : undefined;
      if (text !== undefined) tell({ type: 'notice', level: 'info', text });
      onState();
    },
    openedSession: () => state.session,
    renewsNext: () => state.renew,
    queue,
    async send(text) {
      if (state.running === undefined) await send(text);
      else queue.add(state.id, text);
    },
    async sendQueued(id) {
      if (state.running !== undefined) return queue.steer(state.id, id);
      const text = queue.take(state.id, id);
      if (text !== undefined) await send(text);
    },
    compact: () =>
      run(async (signal) => {
        if (state.id === undefined) throw new BaleenError('There is no conversation to compact yet.', 'bad_usage');
        const begin = (session: Session): Promise<OpenTurn> => beginTurn(session, compactRequest);
        transcript.addUser(compactRequest);
        return takeTurn(begin, signal, (turn) => turn.compact(signal));
      }),
    stop,
    settled: async () => void (await state.running?.ended),
    async newSession({ renew } = { renew: false }) {
      await stop();
      state.session = undefined;
      state.pick = undefined;
      state.renew ||= renew;
      transcript.replace([]);
      await remember(undefined);
      onReplaced();
    },
    async openSession(id) {
      await stop();
      await show(id);
    },
    async sessions() {
      const { parts: workspace } = await engine.open();
      const all = await listSessions(workspace.host.files, workspace.stateFolder);
      return all;
    },
    restore() {
      state.restored ??= (async () => {
        const id = memory.get<string>(sessionMemory);
        if (id === undefined || state.id !== undefined) return;
        try {
          await show(id);
        } catch (error) {
          parts.log.warn(`The last session could not be shown again: ${messageOf(error)}`);
          await remember(undefined);
        }
      })();
      return state.restored;
    },
    async occupy(work) {
      if (state.running !== undefined) throw new BaleenError('A turn is running. Stop it first.', 'bad_usage');
      await run(async (signal) => {
        await work(signal);
        return 'done';
      });
    },
    tell,
    findEdit(call) {
      const found = transcript.findEdit(call);
      const checkpoint = found?.checkpoint ?? state.running?.checkpoint;
      if (found === undefined || checkpoint === undefined) return found;
      return { path: found.path, checkpoint };
    },
  };
}

const cutOff =
  'This turn was cut off when the window was closed. What it had begun is not done again by itself; Continue has the model look and go on.';

/** After which the next queued message is sent by itself. */
const goesOn: ReadonlySet<Outcome> = new Set(['done', 'refused', 'findings']);

type Act = (turn: OpenTurn) => Promise<SendResult>;

/** The session that the turn belongs to, with the settings of now. */
async function openSession(
  state: State,
  parts: ChatParts,
  emit: (event: AgentEvent) => void,
  signal: AbortSignal,
): Promise<Session> {
  const { parts: workspace, userId } = await parts.engine.open();
  const pick = state.pick ?? readSettings().pick;
  const settings = await parts.connection.sessionSettings(userId, pick);
  if (state.session !== undefined) {
    state.session.settings = settings;
    return state.session;
  }
  const session =
    state.id === undefined
      ? await startSession(workspace, settings, 'chat', emit, signal, { renew: state.renew })
      : await resumeSession(workspace, settings, state.id, emit, signal);
  if (!session.pack.reused) state.renew = false;
  state.session = session;
  state.pick = pick;
  session.log.note({ type: 'pick', ...pick });
  return session;
}
