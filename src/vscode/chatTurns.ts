/** The turns of a window's chat: what begins one, what waits for it, and what follows when it has ended. */
import { BaleenError } from '../core/errors.js';
import type { Log } from '../core/host.js';
import type { Session } from '../core/session/session.js';
import { beginTurn, continueTurn, type OpenTurn, type SendResult } from '../core/session/turns.js';
import type { Emit, Outcome } from '../protocol/events.js';
import type { CurrentSession } from './currentSession.js';
import type { MessageQueue } from './messageQueue.js';
import type { Transcript } from './transcript.js';
import { createTurnSlot, type TurnSlot } from './turnSlot.js';
import { finishTurn } from './turnTrouble.js';

export interface ChatTurns extends Pick<TurnSlot, 'isRunning' | 'checkpoint' | 'stop' | 'settled'> {
  /** Runs one turn to its end, and those that were queued meanwhile. While another one runs, it is queued. */
  send(text: string): Promise<void>;
  /** Into the running turn, or as the next one. */
  sendQueued(id: string): Promise<void>;
  /** Has the conversation summed up, as a turn of its own. Does nothing while another one runs. */
  compact(): Promise<void>;
  /** Goes on with the last turn of a session whose window was closed in the middle of it. */
  resume(): Promise<void>;
  /** Runs other work in the place of a turn: the page shows it as running and can stop it. Throws while a turn runs. */
  occupy(work: (signal: AbortSignal) => Promise<void>): Promise<void>;
}

export interface ChatTurnsParts {
  current: CurrentSession;
  transcript: Transcript;
  queue: MessageQueue;
  emit: Emit;
  log: Log;
  /** Whether a turn runs is otherwise now. */
  onState: () => void;
}

/** What the transcript shows in the place of a message. */
const compactRequest = 'Compact this conversation.';

/** After which the next queued message is sent by itself. */
const goesOn: ReadonlySet<Outcome> = new Set(['done', 'refused', 'findings']);

export function createChatTurns({ current, transcript, queue, emit, log, onState }: ChatTurnsParts): ChatTurns {
  const slot = createTurnSlot({ emit, log, onState, onEnd: () => queue.settle() });

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

  return {
    isRunning: () => slot.isRunning(),
    checkpoint: () => slot.checkpoint(),
    stop: () => slot.stop(),
    settled: () => slot.settled(),
    async send(text) {
      if (slot.isRunning()) queue.add(current.id(), text);
      else await send(text);
    },
    async sendQueued(id) {
      if (slot.isRunning()) return queue.steer(current.id(), id);
      const text = queue.take(current.id(), id);
      if (text !== undefined) await send(text);
    },
    compact: () =>
      run(async (signal) => {
        if (current.id() === undefined) throw new BaleenError('There is no conversation to compact yet.', 'bad_usage');
        transcript.addUser(compactRequest);
        return takeTurn(
          (session) => beginTurn(session, compactRequest),
          signal,
          (turn) => turn.compact(signal),
        );
      }),
    resume: () => run((signal) => takeTurn(continueTurn, signal, (turn) => turn.resume(signal))),
    async occupy(work) {
      if (slot.isRunning()) throw new BaleenError('A turn is running. Stop it first.', 'bad_usage');
      await run(async (signal) => {
        await work(signal);
        return 'done';
      });
    },
  };
}
