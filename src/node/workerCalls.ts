import type { Worker } from 'node:worker_threads';
import { BaleenError } from '../core/errors.js';
import type { Log } from '../core/host.js';
import type { Packer, PackProgress } from '../core/pack/packer.js';
import type { FromWorker, PackMethod, RemoteError, ToWorker } from './packRpc.js';

interface Pending {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
  onProgress?: PackProgress;
  unlisten?: () => void;
}

export interface CallOptions {
  onProgress?: PackProgress;
  signal?: AbortSignal;
}

/** Calls under way in a worker. */
export interface WorkerCalls {
  call: <M extends PackMethod>(
    method: M,
    args: unknown[],
    options?: CallOptions,
  ) => Promise<Awaited<ReturnType<Packer[M]>>>;
  /** Lets the worker finish what it has, and ends it. */
  close: () => Promise<void>;
}

/**
 * Calls reject with a `BaleenError` when the worker dies, those under way and all later ones. The thread keeps no
 * process alive while nothing is asked of it.
 */
export function createWorkerCalls(worker: Worker, log: Log): WorkerCalls {
  const calls = createPendingCalls(worker);
  let dead: BaleenError | undefined;
  let closing = false;

  function die(reason: string): void {
    if (dead !== undefined) return;
    if (!closing) log.error(`the pack worker ended: ${reason}`);
    dead = new BaleenError(
      closing
        ? 'The packer was closed.'
        : `The worker that packs the repository ended (${reason}). No file was changed by it; start again.`,
    );
    calls.rejectAll(dead);
  }

  worker.unref();
  worker.on('message', (message: FromWorker) => {
    if (message.type === 'log') log[message.level](message.text);
    else calls.take(message);
  });
  worker.on('error', (error) => die(error.message));
  worker.on('exit', (code) => die(`exit code ${code}`));

  const call: WorkerCalls['call'] = (method, args, options = {}) =>
    dead === undefined ? calls.start(method, args, options) : Promise.reject(dead);
  return {
    call,
    async close() {
      if (dead !== undefined) return;
      await call('dispose', []).catch(() => undefined);
      closing = true;
      await worker.terminate();
    },
  };
}

interface PendingCalls {
  start<M extends PackMethod>(
    method: M,
    args: unknown[],
    options: CallOptions,
  ): Promise<Awaited<ReturnType<Packer[M]>>>;
  take(message: Exclude<FromWorker, { type: 'log' }>): void;
  rejectAll(error: Error): void;
}

function createPendingCalls(worker: Worker): PendingCalls {
  const pending = new Map<number, Pending>();
  let lastId = 0;

  function settle(id: number): Pending | undefined {
    const entry = pending.get(id);
    pending.delete(id);
    entry?.unlisten?.();
    if (pending.size === 0) worker.unref();
    return entry;
  }

  /** The caller is free at once; the worker stops at its next pause. */
  function cancel(id: number): void {
    worker.postMessage({ type: 'cancel', id } satisfies ToWorker);
    settle(id)?.reject(abortError());
  }

  return {
    start(method, args, { onProgress, signal }) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(abortError());
        const id = ++lastId;
        const entry: Pending = { resolve: resolve as (value: unknown) => void, reject };
        if (onProgress !== undefined) entry.onProgress = onProgress;
        if (signal !== undefined) {
          const onAbort = (): void => cancel(id);
          signal.addEventListener('abort', onAbort, { once: true });
          entry.unlisten = () => signal.removeEventListener('abort', onAbort);
        }
        pending.set(id, entry);
        worker.ref();
        worker.postMessage({ type: 'call', id, method, args } satisfies ToWorker);
      });
    },
    take(message) {
      if (message.type === 'result') settle(message.id)?.resolve(message.value);
      else if (message.type === 'error') settle(message.id)?.reject(reviveError(message.error));
      else pending.get(message.id)?.onProgress?.(message.event);
    },
    rejectAll(error) {
      for (const id of [...pending.keys()]) settle(id)?.reject(error);
    },
  };
}

function abortError(): Error {
  return new DOMException('This operation was aborted', 'AbortError');
}

/** Errors keep their name, so that callers can tell a secret in a body or a cancellation from the rest. */
function reviveError({ name, message, stack, outcome, action }: RemoteError): Error {
  if (name === 'AbortError') return abortError();
  const error = outcome === undefined ? new Error(message) : new BaleenError(message, outcome, action);
  Object.defineProperty(error, 'name', { value: name, configurable: true });
  if (stack !== undefined && outcome === undefined) error.stack = stack;
  return error;
}
