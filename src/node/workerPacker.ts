import { Worker } from 'node:worker_threads';
import type { Log } from '../core/host.js';
import type { Packer } from '../core/pack/packer.js';
import type { WorkerStart } from './packRpc.js';
import { createWorkerCalls } from './workerCalls.js';

export interface WorkerPackerOptions {
  /** Absolute path of the worker's bundle. */
  workerFile: string;
  /** Absolute path of the token tables. */
  tablesFile: string;
  log: Log;
}

/** The packer in a worker thread. */
export function createWorkerPacker({ workerFile, tablesFile, log }: WorkerPackerOptions): Packer {
  // No memory limit of the thread's own would be right for every machine; the environment stays away from it.
  const worker = new Worker(workerFile, { workerData: { tablesFile } satisfies WorkerStart, env: workerEnvironment() });
  const { call, close } = createWorkerCalls(worker, log);
  return {
    open: (options, onProgress, signal) => call('open', [options], { onProgress, signal }),
    fresh: (options, onProgress, signal) => call('fresh', [options], { onProgress, signal }),
    sync: (origin) => call('sync', [origin]),
    entries: (packSha256, after) => call('entries', [packSha256, after]),
    plan: (budgetTokens, signal) => call('plan', [budgetTokens], { signal }),
    packText: () => call('packText', []),
    list: (only) => call('list', [only]),
    search: (query, signal) => call('search', [query], { signal }),
    scan: () => call('scan', []),
    countPrompt: (prompt) => call('countPrompt', [prompt]),
    assembleBody: (body, secrets) => call('assembleBody', [body, secrets]),
    dispose: close,
  };
}

/** The worker starts git, which needs the environment, but never the key of the model's host. */
function workerEnvironment(): NodeJS.ProcessEnv {
  const { DEEPSEEK_API_KEY: _key, ...rest } = process.env;
  return rest;
}
