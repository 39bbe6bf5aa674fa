import { Worker } from 'node:worker_threads';
import type { Log } from '../core/host.js';
import type { Packer } from '../core/pack/packer.js';
import type { PackFiles } from './packFiles.js';
import { createWorkerCalls } from './workerCalls.js';

export interface WorkerPackerOptions extends PackFiles {
  log: Log;
}

/** The packer in a worker thread. */
export function createWorkerPacker({ log, ...program }: WorkerPackerOptions): Packer {
  // No memory limit of the thread's own would be right for every machine; the environment stays away from it.
  const worker = new Worker(program.workerFile, { workerData: program, env: workerEnvironment() });
  const { call, close } = createWorkerCalls(worker, log);
  return {
    open: (options, onProgress, signal) => call('open', [options], { onProgress, signal }),
    fresh: (options, onProgress, signal) => call('fresh', [options], { onProgress, signal }),
    sync: (look, selection, signal) => call('sync', [look, selection], optional(signal)),
    entries: (packSha256, after) => call('entries', [packSha256, after]),
    beforeSend: (packSha256, shown, signal) => call('beforeSend', [packSha256, shown], optional(signal)),
    pin: (packSha256, session) => call('pin', [packSha256, session]),
    unsaved: (packSha256, documents) => call('unsaved', [packSha256, documents]),
    plan: (budgetTokens, onProgress, signal) => call('plan', [budgetTokens], { onProgress, signal }),
    explain: (path, onProgress, signal) => call('explain', [path], { onProgress, signal }),
    packText: () => call('packText', []),
    report: () => call('report', []),
    table: () => call('table', []),
    list: (query, signal) => call('list', [query], optional(signal)),
    findHidden: (paths, signal) => call('findHidden', [paths], optional(signal)),
    holdsSecrets: (path, signal) => call('holdsSecrets', [path], optional(signal)),
    hiddenInGit: (signal) => call('hiddenInGit', [], optional(signal)),
    search: (query, signal) => call('search', [query], { signal }),
    scan: (signal) => call('scan', [], optional(signal)),
    changedSince: (scan) => call('changedSince', [scan]),
    originals: (paths) => call('originals', [paths]),
    openFile: (path, content) => call('openFile', [path, content]),
    changeFile: (path, file, wish, signal) => call('changeFile', [path, file, wish], optional(signal)),
    mergeTexts: (base, ours, theirs) => call('mergeTexts', [base, ours, theirs]),
    countPrompt: (prompt) => call('countPrompt', [prompt]),
    assembleBody: (body, secrets) => call('assembleBody', [body, secrets]),
    dispose: close,
  };
}

function optional(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

/** The worker starts git, which needs the environment, but never the key of the model's host. */
function workerEnvironment(): NodeJS.ProcessEnv {
  const { DEEPSEEK_API_KEY: _key, ...rest } = process.env;
  return rest;
}
