import { createModelClient } from '../../../src/core/model/client.js';
import type { ModelClientParts } from '../../../src/core/model/client.js';
import { findHost, serveModel } from '../../../src/core/model/catalogue.js';
import type { Account, ModelClient, ModelEvent, ModelRequest, ToolSpec } from '../../../src/core/model/types.js';
import { SecretInBody } from '../../../src/core/pack/body.js';
import { realClock } from '../../support/simulator/clocks.js';
import { simulatedKey } from '../../support/simulator/simulator.js';
import type { Simulator } from '../../support/simulator/simulator.js';

export const wires = ['openai', 'anthropic'] as const;

export const tools: readonly ToolSpec[] = [
  {
    name: 'edit_file',
    description: 'Edits a file.',
    schema: { type: 'object', properties: { path: { type: 'string' } } },
  },
  { name: 'run_command', description: 'Runs a command.', schema: { type: 'object', properties: {} } },
];

/** Stands in for the worker: no pack, but the refusal of known secrets. */
export async function assembleBody(body: string, secrets: string[]): Promise<Uint8Array> {
  if (secrets.some((secret) => body.includes(secret)))
    throw new SecretInBody('A secret stood in the request; it was not sent.');
  return new TextEncoder().encode(body);
}

export function clientOf(parts: Partial<ModelClientParts> = {}): ModelClient {
  return createModelClient({ send: fetch, assembleBody, clock: realClock, ...parts });
}

export function requestOf(fields: Partial<ModelRequest> = {}): ModelRequest {
  const host = fields.host ?? findHost('deepseek')!;
  const model = serveModel(host, 'v4-flash')!;
  return {
    model,
    host,
    wire: 'openai',
    baseUrl: 'https://api.example.com',
    apiKey: simulatedKey,
    thinking: 'high',
    maxTokens: 4096,
    system: 'You are a test.',
    tools,
    messages: [{ role: 'user', text: 'hello' }],
    userId: 'user-1',
    account: accountOf(),
    ...fields,
  };
}

export function accountOf(fields: Partial<Account> = {}): Account {
  return {
    ...{ purpose: 'chat', session: 'session-1', turn: 1, countedTokens: 100, mostTokens: 2148, currency: 'USD' },
    ...{ caps: {}, primer: false, rehearsal: false },
    ...fields,
  };
}

export function requestTo(
  simulator: Simulator,
  wire: ModelRequest['wire'],
  fields: Partial<ModelRequest> = {},
): ModelRequest {
  return requestOf({ wire, baseUrl: simulator.baseUrls[wire], apiKey: simulator.key, ...fields });
}

export async function collect(stream: AsyncIterable<ModelEvent>): Promise<ModelEvent[]> {
  const events: ModelEvent[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

export function lastOf(events: readonly ModelEvent[]): ModelEvent {
  const last = events.at(-1);
  if (last === undefined) throw new Error('no event came');
  return last;
}

export async function ask(client: ModelClient, request: ModelRequest): Promise<ModelEvent[]> {
  return collect(client.stream(request, new AbortController().signal));
}

/** The closing event, which must be `done`. */
export function doneOf(events: readonly ModelEvent[]): Extract<ModelEvent, { type: 'done' }> {
  const last = lastOf(events);
  if (last.type !== 'done') throw new Error(`not done: ${JSON.stringify(last)}`);
  return last;
}

/** The closing event, which must be `failed`. */
export function failureOfEvents(events: readonly ModelEvent[]): Extract<ModelEvent, { type: 'failed' }>['failure'] {
  const last = lastOf(events);
  if (last.type !== 'failed') throw new Error(`not failed: ${JSON.stringify(last)}`);
  return last.failure;
}

export function textOf(events: readonly ModelEvent[], type: 'text' | 'reasoning'): string {
  return events.map((event) => (event.type === type ? event.text : '')).join('');
}
