import { afterEach, describe, expect, it } from 'vitest';
import type { Message } from '../../../src/core/model/types.js';
import { noReasoning } from '../../../src/core/model/types.js';
import { assertMessagesGrow, cutElements, cutMembers } from '../../support/simulator/growth.js';
import { startSimulator } from '../../support/simulator/simulator.js';
import type { Simulator, Turn } from '../../support/simulator/simulator.js';
import { ask, clientOf, doneOf, requestTo, textOf, tools, wires } from './support.js';

let simulator: Simulator | undefined;

afterEach(async () => {
  await simulator?.close();
  simulator = undefined;
});

const twoCalls: Turn = {
  reasoning: 'First edit, then test. 先改，再测 🙂\n',
  text: 'I change it and run the tests.',
  calls: [
    { id: 'call_1', name: 'edit_file', arguments: '{"path":"a.ts","z":1,"a":{"b":[1,2.50]}}' },
    { id: 'call_2', name: 'run_command', arguments: '{"command":"npm test"}' },
  ],
};

describe.each(wires)('the %s wire', (wire) => {
  it.each(['off', 'low', 'high', 'max'] as const)(
    'reads reasoning, text and two calls with thinking %s',
    async (thinking) => {
      simulator = await startSimulator({ script: [thinking === 'off' ? { ...twoCalls, reasoning: '' } : twoCalls] });
      const events = await ask(clientOf(), requestTo(simulator, wire, { thinking }));
      const done = doneOf(events);
      expect(done.stopReason).toBe('tool_calls');
      expect(done.message.calls).toEqual(twoCalls.calls);
      expect(done.message.text).toBe(twoCalls.text);
      expect(textOf(events, 'text')).toBe(twoCalls.text);
      expect(textOf(events, 'reasoning')).toBe(thinking === 'off' ? '' : twoCalls.reasoning);
      expect(done.message.reasoning).toBe(thinking === 'off' ? noReasoning : twoCalls.reasoning);
      expect(events.filter((event) => event.type === 'call')).toEqual([
        { type: 'call', id: 'call_1', name: 'edit_file' },
        { type: 'call', id: 'call_2', name: 'run_command' },
      ]);
      expect(done.model).toBe('deepseek-flash');
      const [request] = simulator.requests;
      expect(request?.parsed.thinking).toBe(thinking !== 'off');
      expect(request?.parsed.effort).toBe(thinking === 'off' ? undefined : thinking);
      expect(request?.parsed.maxTokens).toBe(4096);
      expect(request?.parsed.userId).toBe('user-1');
      expect(request?.parsed.tools.map((tool) => tool.name)).toEqual(tools.map((tool) => tool.name));
      expect(request?.usage).toMatchObject({
        cacheHitTokens: done.usage.cacheHitTokens,
        cacheMissTokens: done.usage.cacheMissTokens,
      });
      expect(done.usage.outputTokens).toBe(request?.usage?.outputTokens);
    },
  );

  it('api-9.30: trace id, answer id, model, fingerprint and the raw finish reason are told', async () => {
    simulator = await startSimulator({ script: [twoCalls] });
    const { requestId, responseId, model, fingerprint, rawFinish } = doneOf(
      await ask(clientOf(), requestTo(simulator, wire)),
    );
    expect({ requestId, responseId, model, fingerprint, rawFinish }).toEqual({
      requestId: 'simulated-trace',
      responseId: 'simulated-1',
      model: 'deepseek-flash',
      fingerprint: wire === 'openai' ? 'fp_simulated' : undefined,
      rawFinish: wire === 'openai' ? 'tool_calls' : 'tool_use',
    });
  });

  it('grows by whole elements over steps and turns, and hits the cache from the second request on', async () => {
    const pack = `<pack>${'line of the repository\n'.repeat(2000)}</pack>`;
    simulator = await startSimulator({
      script: [
        twoCalls,
        {
          text: 'Done.',
          calls: [{ id: 'call_half', name: 'read_file', arguments: '{"path":"\\ud800","\\udfff":{"\\ud83d":1}}' }],
        },
        { reasoning: 'Hm.', calls: [{ id: 'call_3', name: 'edit_file', arguments: 'not json' }] },
        { text: 'End.' },
      ],
    });
    const messages: Message[] = [
      { role: 'user', text: pack },
      { role: 'user', text: 'change 1' },
      { role: 'user', text: 'do it \ud800!' },
    ];
    const client = clientOf();
    const step = async (): Promise<void> => {
      if (simulator === undefined) throw new Error('no simulator');
      const done = doneOf(await ask(client, requestTo(simulator, wire, { messages })));
      messages.push(done.message);
      for (const call of done.message.calls) {
        messages.push({ role: 'tool', call: call.id, name: call.name, text: `result of ${call.name}`, failed: false });
      }
    };
    await step();
    await step();
    messages.push({ role: 'user', text: 'change 2' }, { role: 'user', text: 'and now?' });
    await step();
    await step();
    expect(simulator.requests.map((request) => request.refusal)).toEqual([undefined, undefined, undefined, undefined]);
    assertMessagesGrow(simulator.requests);
    // An escape of half a character in a body is no JSON to the server; in a text of JSON its backslash is escaped too.
    for (const { text } of simulator.requests) expect(text).not.toMatch(/(?<!\\)\\ud[89a-f]/i);
    const packTokens = pack.length / 4;
    const hits = simulator.requests.map((request) => request.usage?.cacheHitTokens ?? 0);
    expect(hits[0]).toBe(0);
    for (const hit of hits.slice(1)) {
      expect(hit).toBeGreaterThan(packTokens - 128);
      expect(hit % 128).toBe(0);
    }
    expect([...hits].sort((a, b) => a - b)).toEqual(hits);
    const last = simulator.requests.at(-1)?.text ?? '';
    expect(last).toContain('do it \ufffd!');
    const users = cutElements(cutMembers(last).get('messages') ?? '').filter((one) => one.startsWith('{"role":"user"'));
    expect(users.slice(0, 2).map((one) => (JSON.parse(one) as { content: string }).content)).toEqual([
      pack,
      'change 1',
    ]);
  });

  it('sends nothing that the environment or an SDK adds', async () => {
    const poison = {
      OPENAI_API_KEY: 'sk-env',
      OPENAI_ORG_ID: 'org-env',
      OPENAI_PROJECT_ID: 'proj-env',
      OPENAI_BASE_URL: 'http://127.0.0.1:9',
      OPENAI_CUSTOM_HEADERS: 'x-leak: yes\nauthorization: Bearer sk-env',
      ANTHROPIC_API_KEY: 'sk-env',
      ANTHROPIC_AUTH_TOKEN: 'token-env',
      ANTHROPIC_BASE_URL: 'http://127.0.0.1:9',
      ANTHROPIC_CUSTOM_HEADERS: 'x-leak: yes\nx-api-key: sk-env',
    };
    const before = { ...process.env };
    Object.assign(process.env, poison);
    try {
      simulator = await startSimulator({ script: [{ text: 'ok' }] });
      doneOf(await ask(clientOf(), requestTo(simulator, wire)));
    } finally {
      process.env = before;
    }
    const headers = Object.fromEntries(simulator.requests[0]?.headers.entries() ?? []);
    const fromFetch = ['accept-encoding', 'accept-language', 'connection', 'content-length', 'host', 'sec-fetch-mode'];
    const ours = wire === 'openai' ? ['authorization'] : ['anthropic-version', 'x-api-key'];
    const known = ['accept', 'content-type', 'user-agent', ...fromFetch, ...ours];
    expect(Object.keys(headers).filter((name) => !known.includes(name))).toEqual([]);
    expect(JSON.stringify(headers)).not.toContain('env');
    expect(headers['user-agent']).toBe('baleen');
  });

  it('sends pack markers to whoever assembles the body, and the very bytes that come back leave', async () => {
    simulator = await startSimulator({ script: [{ text: 'ok' }] });
    const assembled: Uint8Array[] = [];
    const sent: unknown[] = [];
    const client = clientOf({
      assembleBody: async (body) => {
        const bytes = new TextEncoder().encode(body.replace('\u27e6pack:abc\u27e7', 'THE PACK'));
        assembled.push(bytes);
        return bytes;
      },
      send: (input, init) => {
        sent.push(init?.body);
        return fetch(input, init);
      },
    });
    doneOf(await ask(client, requestTo(simulator, wire, { messages: [{ role: 'user', packSha256: 'abc' }] })));
    expect(simulator.requests[0]?.parsed.messages.at(-1)).toEqual({ role: 'user', text: 'THE PACK' });
    expect(sent).toHaveLength(1);
    expect(sent[0]).toBe(assembled[0]);
    expect(Buffer.from(simulator.requests[0]!.body).equals(assembled[0]!)).toBe(true);
    expect(simulator.requests[0]?.headers.get('content-length')).toBe(String(assembled[0]?.length));
  });
});
