/** What every request has to hold, whatever the conversation: asked of the bytes that leave. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Message, ModelRequest } from '../../../src/core/model/types.js';
import { findHost, serveModel } from '../../../src/core/model/catalogue.js';
import { outputTokensFor } from '../../../src/core/prompt/budget.js';
import { cutElements, cutMembers } from '../../support/simulator/growth.js';
import { ask, clientOf, failureOfEvents, requestOf, wires } from './support.js';

async function bodyOf(fields: Partial<ModelRequest>): Promise<string> {
  let text = '';
  const client = clientOf({
    send: async () => new Response('data: [DONE]\n\n', { headers: { 'content-type': 'text/event-stream' } }),
    onBody: (body) => void (text = Buffer.from(body).toString('utf8')),
  });
  await ask(client, requestOf(fields));
  return text;
}

const raw = '{"path":"a.ts","z":1,"a":{"b":[1,2.50,1e3]},  "spaced" : "\\u00e9 é"}';
const history: Message[] = [
  { role: 'user', text: 'hello' },
  { role: 'assistant', reasoning: 'r', text: '', calls: [{ id: 'a', name: 'edit_file', arguments: raw }] },
  { role: 'tool', call: 'a', name: 'edit_file', text: '', failed: false },
  { role: 'assistant', reasoning: 'r', text: '', calls: [] },
  { role: 'user', text: 'half \ud800 a pair, whole 🙂, half \udc00' },
];

it('api-9.3: max_tokens is sent, and prompt, answer and margin fit the window, or nothing is sent', () => {
  const model = serveModel(findHost('deepseek')!, 'v4-pro')!;
  fc.assert(
    fc.property(
      fc.nat(model.windowTokens + 10_000),
      fc.integer({ min: -20_000, max: 20_000 }),
      fc.constantFrom('off' as const, 'low' as const, 'high' as const, 'max' as const),
      (prompt, drift, thinking) => {
        const tokens = outputTokensFor(model, thinking, prompt, drift);
        const margin = Math.max(2048, 2 * Math.abs(drift));
        if (tokens === undefined) expect(prompt + margin + 1024).toBeGreaterThan(model.windowTokens);
        else {
          expect(tokens).toBeGreaterThanOrEqual(1024);
          expect(prompt + tokens + margin).toBeLessThanOrEqual(model.windowTokens);
        }
      },
    ),
  );
});

describe.each(wires)('on the %s wire', (wire) => {
  it('api-9.3: the figure of the request is the one that leaves', async () => {
    expect(cutMembers(await bodyOf({ wire, maxTokens: 1234 })).get('max_tokens')).toBe('1234');
  });

  it('api-9.9: no content is null, results are text and follow their calls at once', async () => {
    const messages = cutElements(cutMembers(await bodyOf({ wire, messages: history })).get('messages')!);
    expect(messages.join()).not.toMatch(/"content":null/);
    const at = messages.findIndex((one) => one.includes('"a.ts') || one.includes('\\"a.ts'));
    expect(messages[at + 1]).toContain('(no output)');
    expect(messages[at + 1]).toContain('"a"');
  });

  it('api-9.10: half a surrogate pair never leaves, whole ones do', async () => {
    const body = await bodyOf({ wire, messages: history });
    expect(body).toContain('half \ufffd a pair, whole 🙂, half \ufffd');
    expect(body).not.toMatch(/(?<!\\)\\ud[89a-f]/i);
  });

  it('api-9.15: the same stored call gives the same bytes in every request; on chat completions its own', async () => {
    const [one, two] = [
      await bodyOf({ wire, messages: history }),
      await bodyOf({ wire, messages: [...history, { role: 'user', text: 'x' }] }),
    ];
    const elements = (body: string): string[] => cutElements(cutMembers(body).get('messages')!);
    expect(elements(two).slice(0, elements(one).length)).toEqual(elements(one));
    if (wire === 'openai') expect(one).toContain(`"arguments":${JSON.stringify(raw)}`);
    else expect(one).toContain('"input":{"path":"a.ts","z":1,"a":{"b":[1,2.5,1000]},"spaced":"é é"}');
  });

  it.each(['application/octet-stream', 'text/plain', ''])(
    'api-9.20: an error is read as JSON whatever its content type is (%j)',
    async (type) => {
      const body = '{"error":{"message":"Content Exists Risk (request_id: 1)","type":"invalid_request_error"}}';
      const send = async (): Promise<Response> =>
        new Response(body, { status: 400, headers: { 'content-type': type } });
      expect(failureOfEvents(await ask(clientOf({ send }), requestOf({ wire })))).toMatchObject({ kind: 'moderation' });
    },
  );
});
