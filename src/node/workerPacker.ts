import { Worker } from 'node:worker_threads';
import { BaleenError } from '../core/errors.js';
import type { Log } from '../core/host.js';
import type { Packer, PackProgress } from '../core/pack/packer.js';
import type { FromWorker, PackMethod, RemoteError, ToWorker, WorkerStart } from './packRpc.js';

export interface WorkerPackerOptions {
  /** Absolute path of the worker's bundle. */
  workerFile: string;
  /** Absolute path of the token tables. */
  tablesFile: string;
  log: Log;
}

interface Pending {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
  onProgress?: PackProgress;
  unlisten?: () => void;
}

interface CallOptions {
  onProgress?: PackProgress;
  signal?: AbortSignal;
}

/**
 * The packer in a worker thread. Calls reject with a `BaleenError` when the worker dies, those under way and all later
 * ones. The thread keeps no process alive while nothing is asked of it.
 */
export function createWorkerPacker({ workerFile, tablesFile, log }: WorkerPackerOptions): Packer {
  const pending = new Map<number, Pending>();
  let lastId = 0;
  let dead: BaleenError | undefined;
  let disposed = false;
  // No memory limit of the thread's own would be right for every machine; the environment stays away from it.
  const worker = new Worker(workerFile, { workerData: { tablesFile } satisfies WorkerStart, env: workerEnvironment() });
  worker.unref();

  function settle(id: number): Pending | undefined {
    const entry = pending.get(id);
    pending.delete(id);
    entry?.unlisten?.();
    if (pending.size === 0) worker.unref();
    return entry;
  }

  function die(reason: string): void {
    if (dead !== undefined) return;
    if (!disposed) log.error(`the pack worker ended: ${reason}`);
    dead = new BaleenError(
      disposed
        ? 'The packer was closed.'
        : `The worker that packs the repository ended (${reason}). No file was changed by it; start again.`,
    );
    for (const id of [...pending.keys()]) settle(id)?.reject(dead);
  }

  worker.on('message', (message: FromWorker) => {
    switch (message.type) {
      case 'result':
        settle(message.id)?.resolve(message.value);
        break;
      case 'error':
        settle(message.id)?.reject(reviveError(message.error));
        break;
      case 'progress':
        pending.get(message.id)?.onProgress?.(message.event);
        break;
      case 'log':
        log[message.level](message.text);
        break;
    }
  });
  worker.on('error', (error) => die(error.message));
  worker.on('exit', (code) => die(`exit code ${code}`));

  function call<M extends PackMethod>(
    method: M,
    args: unknown[],
    options: CallOptions = {},
  ): Promise<Awaited<ReturnType<Packer[M]>>> {
    const { onProgress, signal } = options;
    return new Promise((resolve, reject) => {
      if (dead !== undefined) return reject(dead);
      if (signal?.aborted === true) return reject(abortError());
      const id = ++lastId;
      const entry: Pending = { resolve: resolve as (value: unknown) => void, reject };
      if (onProgress !== undefined) entry.onProgress = onProgress;
      if (signal !== undefined) {
        // The caller is free at once; the worker stops at its next pause.
        const cancel = (): void => {
          worker.postMessage({ type: 'cancel', id } satisfies ToWorker);
          settle(id)?.reject(abortError());
        };
        signal.addEventListener('abort', cancel, { once: true });
        entry.unlisten = () => signal.removeEventListener('abort', cancel);
      }
      pending.set(id, entry);
      worker.ref();
      worker.postMessage({ type: 'call', id, method, args } satisfies ToWorker);
    });
  }

  return {
    open: (options, onProgress, signal) => call('open', [options], { onProgress, signal }),
    fresh: (options, onProgress, signal) => call('fresh', [options], { onProgress, signal }),
    sync: (origin) => call('sync', [origin]),
    entries: (packSha256, after) => call('entries', [packSha256, after]),
    packText: () => call('packText', []),
    list: () => call('list', []),
    search: (query, signal) => call('search', [query], { signal }),
    scan: () => call('scan', []),
    countPrompt: (prompt) => call('countPrompt', [prompt]),
    assembleBody: (body, secrets) => call('assembleBody', [body, secrets]),
    async dispose() {
      if (dead !== undefined) return;
      await call('dispose', []).catch(() => undefined);
      disposed = true;
      await worker.terminate();
    },
  };
}

/** The worker starts git, which needs the environment, but never the key of the model's host. */
function workerEnvironment(): NodeJS.ProcessEnv {
  const { DEEPSEEK_API_KEY: _key, ...rest } = process.env;
  return rest;
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
