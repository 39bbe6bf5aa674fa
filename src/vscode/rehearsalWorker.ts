/** The thread of the rehearsal, a bundle of its own: it reads a body of many megabytes, which would block the editor. */
import { parentPort, type MessagePort } from 'node:worker_threads';
import { messageOf } from '../core/errors.js';
import { createRehearsalFetch } from '../rehearsal/rehearsalFetch.js';
import type { FromRehearsal, ToRehearsal } from './rehearsalRpc.js';

function serve(port: MessagePort): void {
  const answer = createRehearsalFetch();
  const running = new Map<number, AbortController>();
  const post = (message: FromRehearsal): void => port.postMessage(message);

  async function respond(request: Extract<ToRehearsal, { type: 'request' }>): Promise<void> {
    const { id, url, method, headers, body } = request;
    const controller = new AbortController();
    running.set(id, controller);
    try {
      const init = { method, headers, signal: controller.signal };
      const response = await answer(
        url,
        body === undefined ? init : { ...init, body: body as Uint8Array<ArrayBuffer> },
      );
      post({ type: 'head', id, status: response.status, headers: [...response.headers] });
      for await (const bytes of response.body ?? []) post({ type: 'chunk', id, bytes: bytes as Uint8Array });
      post({ type: 'end', id });
    } catch (error) {
      post({ type: 'error', id, message: messageOf(error) });
    } finally {
      running.delete(id);
    }
  }

  port.on('message', (message: ToRehearsal) => {
    if (message.type === 'abort') running.get(message.id)?.abort();
    else void respond(message);
  });
}

if (parentPort !== null) serve(parentPort);
