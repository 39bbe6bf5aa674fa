/** Node's `fetch`, which tells through its diagnostics when it waits for a connection; by itself it would not say. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import type { Send } from '../core/model/boundary.js';

type Watch = NonNullable<Parameters<Send>[2]>;

interface RequestMessage {
  request: object;
}

const asking = new AsyncLocalStorage<Watch>();
const watches = new WeakMap<object, Watch>();
let isSubscribed = false;

/** https://github.com/nodejs/undici/blob/main/docs/docs/api/DiagnosticsChannel.md */
function subscribeOnce(): void {
  if (isSubscribed) return;
  isSubscribed = true;
  subscribe('undici:request:create', (message) => {
    const watch = asking.getStore();
    if (watch === undefined) return;
    watches.set((message as RequestMessage).request, watch);
    watch.connecting();
  });
  subscribe('undici:client:sendHeaders', (message) => {
    watches.get((message as RequestMessage).request)?.sent();
  });
}

/** A `fetch` of another make (an editor's own) tells nothing; then only the later clocks run. */
export function watchFetch(send: typeof fetch): Send {
  return (input, init, watch) => {
    if (watch === undefined) return send(input, init);
    subscribeOnce();
    return asking.run(watch, () => send(input, init));
  };
}
