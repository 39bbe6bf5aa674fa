/** What the main thread and the worker of the packer say to each other. */
import type { NoticeAction, Outcome } from '../protocol/events.js';
import type { EventOf } from '../protocol/events.js';
import type { Packer } from '../core/pack/packer.js';

export type PackMethod = keyof Packer;

/** Signals and progress callbacks do not cross: the worker makes its own, bound to the request's id. */
export type ToWorker =
  { type: 'call'; id: number; method: PackMethod; args: unknown[] } | { type: 'cancel'; id: number };

export interface RemoteError {
  name: string;
  message: string;
  stack?: string;
  /** Only for errors that are meant for the user. */
  outcome?: Outcome;
  action?: NoticeAction;
}

export type FromWorker =
  | { type: 'result'; id: number; value: unknown }
  | { type: 'error'; id: number; error: RemoteError }
  | { type: 'progress'; id: number; event: EventOf<'progress'> }
  | { type: 'log'; level: 'info' | 'warn' | 'error'; text: string };
