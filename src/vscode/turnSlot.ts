/** The one place for a turn that a window's chat has: what runs in it, and stopping that. */
import type { Log } from '../core/host.js';
import type { Emit, Outcome } from '../protocol/events.js';
import { runSafely } from './turnTrouble.js';

export interface TurnSlot {
  isRunning(): boolean;
  /** Of the running turn, once it has one. */
  checkpoint(): string | undefined;
  noteCheckpoint(id: string): void;
  /** Never throws for what the work does. `undefined` if another turn runs, and the work was not begun. */
  run(work: (signal: AbortSignal) => Promise<Outcome>): Promise<{ outcome: Outcome; stopped: boolean } | undefined>;
  /** Resolves when the running turn has ended. */
  stop(): Promise<void>;
  /** Resolves when no turn runs. */
  settled(): Promise<void>;
}

export interface TurnSlotParts {
  emit: Emit;
  log: Log;
  /** A turn has ended, and its place is free. */
  onEnd: () => void;
  /** Whether one runs is otherwise now. */
  onState: () => void;
}

export function createTurnSlot({ emit, log, onEnd, onState }: TurnSlotParts): TurnSlot {
  let running: { controller: AbortController; ended: Promise<Outcome>; checkpoint?: string } | undefined;
  return {
    isRunning: () => running !== undefined,
    checkpoint: () => running?.checkpoint,
    noteCheckpoint(id) {
      if (running !== undefined) running.checkpoint = id;
    },
    async run(work) {
      if (running !== undefined) return undefined;
      const controller = new AbortController();
      const ended = runSafely(work, controller.signal, emit, log).finally(() => {
        running = undefined;
        onEnd();
        onState();
      });
      running = { controller, ended };
      onState();
      return { outcome: await ended, stopped: controller.signal.aborted };
    },
    async stop() {
      running?.controller.abort();
      await running?.ended;
    },
    settled: async () => void (await running?.ended),
  };
}
