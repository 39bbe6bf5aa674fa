/** The worker thread that does the heavy work of one workspace; a bundle of its own. */
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { BaleenError } from '../core/errors.js';
import type { Content, Wish } from '../core/edits/editWork.js';
import type { TextFile } from '../core/edits/textFile.js';
import type { Log } from '../core/host.js';
import type { Prompt } from '../core/tokens/template.js';
import type {
  ListQuery,
  LogPlace,
  Look,
  Packer,
  PackOptions,
  PackProgress,
  SearchQuery,
  UnsavedText,
} from '../core/pack/packer.js';
import type { PackSelection } from '../protocol/pack.js';
import { openPackEngine } from './packEngine.js';
import type { PackFiles } from './packFiles.js';
import type { FromWorker, PackMethod, RemoteError, ToWorker } from './packRpc.js';

function serve(port: MessagePort, program: PackFiles): void {
  const post = (message: FromWorker, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);
  const log: Log = {
    info: (text) => post({ type: 'log', level: 'info', text }),
    warn: (text) => post({ type: 'log', level: 'warn', text }),
    error: (text) => post({ type: 'log', level: 'error', text }),
  };
  const engine = openPackEngine(program, log);
  // The first call tells of a failure; without this the process would end before it.
  engine.catch(() => undefined);
  const running = new Map<number, AbortController>();

  async function answer(id: number, method: PackMethod, args: unknown[]): Promise<void> {
    const controller = new AbortController();
    running.set(id, controller);
    try {
      const onProgress: PackProgress = (event) => post({ type: 'progress', id, event });
      const value = await callEngine(await engine, method, args, onProgress, controller.signal);
      const bytes = value instanceof Uint8Array && value.buffer instanceof ArrayBuffer ? [value.buffer] : [];
      post({ type: 'result', id, value }, bytes);
    } catch (error) {
      post({ type: 'error', id, error: describeError(error) });
    } finally {
      running.delete(id);
    }
  }

  port.on('message', (message: ToWorker) => {
    if (message.type === 'cancel') running.get(message.id)?.abort();
    else void answer(message.id, message.method, message.args);
  });
}

/** The proxy is the only caller and is typed by the same interface, so that the arguments are what they claim to be. */
function callEngine(
  engine: Packer,
  method: PackMethod,
  args: unknown[],
  onProgress: PackProgress,
  signal: AbortSignal,
): Promise<unknown> {
  switch (method) {
    case 'open':
      return engine.open(args[0] as PackOptions, onProgress, signal);
    case 'fresh':
      return engine.fresh(args[0] as PackOptions, onProgress, signal);
    case 'sync':
      return engine.sync(args[0] as Look | undefined, args[1] as PackSelection | undefined, signal);
    case 'entries':
      return engine.entries(args[0] as string, args[1] as LogPlace);
    case 'beforeSend':
      return engine.beforeSend(args[0] as string, args[1] as readonly string[], signal);
    case 'pin':
      return engine.pin(args[0] as string, args[1] as string);
    case 'unsaved':
      return engine.unsaved(args[0] as string, args[1] as readonly UnsavedText[]);
    case 'plan':
      return engine.plan(args[0] as number, onProgress, signal);
    case 'explain':
      return engine.explain(args[0] as string, onProgress, signal);
    case 'packText':
      return engine.packText();
    case 'list':
      return engine.list(args[0] as ListQuery, signal);
    case 'report':
      return engine.report();
    case 'table':
      return engine.table();
    case 'findHidden':
      return engine.findHidden(args[0] as readonly string[], signal);
    case 'holdsSecrets':
      return engine.holdsSecrets(args[0] as string, signal);
    case 'hiddenInGit':
      return engine.hiddenInGit(signal);
    case 'search':
      return engine.search(args[0] as SearchQuery, signal);
    case 'scan':
      return engine.scan(signal);
    case 'changedSince':
      return engine.changedSince(args[0] as number);
    case 'originals':
      return engine.originals(args[0] as readonly string[]);
    case 'openFile':
      return engine.openFile(args[0] as string, args[1] as Content);
    case 'changeFile':
      return engine.changeFile(args[0] as string, args[1] as TextFile, args[2] as Wish, signal);
    case 'mergeTexts':
      return engine.mergeTexts(args[0] as string, args[1] as string, args[2] as string);
    case 'countPrompt':
      return engine.countPrompt(args[0] as Prompt);
    case 'assembleBody':
      return engine.assembleBody(args[0] as string, args[1] as string[]);
    case 'dispose':
      return engine.dispose();
  }
}

function describeError(error: unknown): RemoteError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message, stack } = error;
  const remote: RemoteError = stack === undefined ? { name, message } : { name, message, stack };
  if (!(error instanceof BaleenError)) return remote;
  const told: RemoteError = { name, message, outcome: error.outcome };
  return error.action === undefined ? told : { ...told, action: error.action };
}

if (parentPort !== null) serve(parentPort, workerData as PackFiles);
