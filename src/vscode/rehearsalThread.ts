/** The rehearsal's `fetch`, answered in a thread of its own that starts with the first request. */
import { Worker } from 'node:worker_threads';
import type { FromRehearsal, ToRehearsal } from './rehearsalRpc.js';

export interface RehearsalThread {
  readonly fetch: typeof fetch;
  dispose(): void;
}

/** A response that is under way. */
interface Exchange {
  open(status: number, headers: [string, string][]): void;
  push(bytes: Uint8Array): void;
  end(): void;
  fail(error: Error): void;
}

export function createRehearsalThread(workerFile: string): RehearsalThread {
  const exchanges = new Map<number, Exchange>();
  let worker: Worker | undefined;
  let lastId = 0;

  function settle(id: number): Exchange | undefined {
    const exchange = exchanges.get(id);
    exchanges.delete(id);
    // An idle thread keeps no process alive.
    if (exchanges.size === 0) worker?.unref();
    return exchange;
  }

  function take(message: FromRehearsal): void {
    const { id } = message;
    if (message.type === 'head') exchanges.get(id)?.open(message.status, message.headers);
    else if (message.type === 'chunk') exchanges.get(id)?.push(message.bytes);
    else if (message.type === 'end') settle(id)?.end();
    else settle(id)?.fail(new TypeError(message.message));
  }

  function start(): Worker {
    const started = new Worker(workerFile, { env: {} });
    const die = (error: Error): void => {
      if (worker !== started) return;
      worker = undefined;
      for (const id of [...exchanges.keys()]) settle(id)?.fail(error);
    };
    started.on('message', take);
    started.on('error', die);
    started.on('exit', (code) => die(new Error(`the rehearsal ended with exit code ${code}`)));
    return started;
  }

  return {
    fetch: (input, init = {}) =>
      new Promise<Response>((resolve, reject) => {
        const { signal } = init;
        if (signal?.aborted === true) return reject(abortError());
        worker ??= start();
        const thread = worker;
        const id = ++lastId;
        const onAbort = (): void => {
          thread.postMessage({ type: 'abort', id } satisfies ToRehearsal);
          settle(id)?.fail(abortError());
        };
        signal?.addEventListener('abort', onAbort, { once: true });
        const unlisten = (): void => signal?.removeEventListener('abort', onAbort);
        exchanges.set(id, createExchange(resolve, reject, unlisten));
        thread.ref();
        thread.postMessage(describeRequest(id, input, init));
      }),
    dispose() {
      const old = worker;
      worker = undefined;
      for (const id of [...exchanges.keys()]) settle(id)?.fail(abortError());
      void old?.terminate();
    },
  };
}

function createExchange(
  resolve: (response: Response) => void,
  reject: (error: Error) => void,
  unlisten: () => void,
): Exchange {
  let body: ReadableStreamDefaultController<Uint8Array> | undefined;
  return {
    open(status, headers) {
      const stream = new ReadableStream<Uint8Array>({ start: (controller) => void (body = controller) });
      resolve(new Response(stream, { status, headers }));
    },
    push: (bytes) => body?.enqueue(bytes),
    end() {
      unlisten();
      body?.close();
    },
    fail(error) {
      unlisten();
      body?.error(error);
      reject(error);
    },
  };
}

function describeRequest(id: number, input: string | URL | Request, init: RequestInit): ToRehearsal {
  const url = input instanceof Request ? input.url : String(input);
  const { method = 'GET', body } = init;
  const headers = [...new Headers(init.headers)];
  const request = { type: 'request', id, url, method, headers } as const;
  if (body === undefined || body === null) return request;
  return { ...request, body: body instanceof Uint8Array ? body : new TextEncoder().encode(body as string) };
}

function abortError(): Error {
  return new DOMException('This operation was aborted', 'AbortError');
}
