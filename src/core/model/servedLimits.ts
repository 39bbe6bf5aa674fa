/** What an own server says of itself: under which names it serves, and how much it takes. */
import { getJson } from './getJson.js';
import type { ServedModel } from './catalogue.js';

/** One entry of `GET /models`; vLLM and SGLang tell the window as `max_model_len`. */
export interface ServedEntry {
  id: string;
  windowTokens: number | undefined;
}

/** `undefined` where it cannot be read: the request that follows says why, or the server tells no list. */
export async function readServedEntries(
  baseUrl: string,
  apiKey: string,
  send: typeof fetch,
  signal?: AbortSignal,
): Promise<ServedEntry[] | undefined> {
  const answer = await getJson(`${baseUrl}/models`, apiKey, send, signal);
  if ('failure' in answer || !('data' in answer.value) || !Array.isArray(answer.value.data)) return undefined;
  return (answer.value.data as ({ id?: unknown; max_model_len?: unknown } | null)[]).flatMap((entry) => {
    if (typeof entry?.id !== 'string') return [];
    const window = entry.max_model_len;
    return [{ id: entry.id, windowTokens: typeof window === 'number' && window > 0 ? window : undefined }];
  });
}

/**
 * The model as the server says that it serves it. A server with one model means that one, whatever it is called; of
 * several only the very name counts. The smaller window holds, since the user may want less than there is.
 */
export function adaptTo(entries: readonly ServedEntry[], model: ServedModel): ServedModel {
  const entry = entries.find(({ id }) => id === model.wireId) ?? (entries.length === 1 ? entries[0] : undefined);
  if (entry === undefined) return model;
  const windowTokens = Math.min(model.windowTokens, entry.windowTokens ?? model.windowTokens);
  return { ...model, wireId: entry.id, windowTokens };
}
