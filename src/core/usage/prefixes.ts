/** Hashes for the prefix of a request, and the cache lane that it belongs to. */
import { createHash } from 'node:crypto';
import { noReasoning } from '../model/types.js';
import type { AssistantMessage, Message, ModelRequest } from '../model/types.js';
import { describeLane } from '../model/lane.js';
import type { PrefixOfRequest } from './warmth.js';

/** Everything that a prefix in the cache belongs to beside its own bytes; the key stands for the account. */
function laneHash(request: ModelRequest): string {
  const { userId, apiKey, system, tools } = request;
  return hash(JSON.stringify([describeLane(request), userId, apiKey, system, tools]));
}

export function prefixOf(request: ModelRequest): PrefixOfRequest {
  const chain = chainOf(request.messages);
  const { base } = request.account;
  const hash = base === undefined ? undefined : chain[base.messages - 1];
  const lane = laneHash(request);
  return { lane, chain, ...(base === undefined || hash === undefined ? {} : { base: { hash, tokens: base.tokens } }) };
}

/** One hash for each message: of it and all before it. */
function chainOf(messages: readonly Message[]): string[] {
  let last = '';
  return messages.map((message) => (last = hash(last + digestOf(message))));
}

/** Of the prefix that a next request has where it appends this answer; `undefined` where the answer is not stored as written. */
export function answerHash(
  inputHash: string,
  { thinking }: Pick<ModelRequest, 'thinking'>,
  answer: AssistantMessage,
): string | undefined {
  const isAltered = thinking !== 'off' && answer.reasoning === noReasoning;
  return isAltered ? undefined : hash(inputHash + digestOf(answer));
}

const digests = new WeakMap<Message, string>();

/** Messages never change, and a conversation is asked for with every request. */
function digestOf(message: Message): string {
  const known = digests.get(message);
  if (known !== undefined) return known;
  const digest = hash(JSON.stringify(message));
  digests.set(message, digest);
  return digest;
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
