/** Whether a body goes on from the one before it, asked of the bytes that leave. */
import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AssistantMessage, Message, ModelEvent, ModelRequest } from '../../../src/core/model/types.js';
import { createPrefixMemory } from '../../../src/core/model/prefixMemory.js';
import { cutElements, cutMembers } from '../../support/simulator/growth.js';
import { ask, clientOf, requestOf, wires } from './support.js';

const pack = `THE PACK ${'of a repository, é '.repeat(20)}`;
const packSha256 = 'a'.repeat(64);

/** Sends for real up to the socket and keeps what would have left. */
function createSender() {
  const bodies: Buffer[] = [];
  const client = clientOf({
    send: async () => new Response('data: [DONE]\n\n', { headers: { 'content-type': 'text/event-stream' } }),
    assembleBody: async (body) =>
      new TextEncoder().encode(body.replace(`"\u27e6pack:${packSha256}\u27e7"`, () => JSON.stringify(pack))),
    onBody: (body) => void bodies.push(Buffer.from(body)),
  });
  const memory = createPrefixMemory();
  return {
    bodies,
    async send(fields: Partial<ModelRequest>, lane = 'lane') {
      const events = await ask(client, requestOf({ ...fields, prefix: { memory, lane } }));
      return events.find(
        (event): event is Extract<ModelEvent, { type: 'prefix_changed' }> => event.type === 'prefix_changed',
      );
    },
  };
}

const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom('"', '\\', ']', ',', '}', '\ud800', '\n', '⟦', '🙂', 'é'),
    fc.string({ minLength: 1, maxLength: 3 }),
  ),
  maxLength: 12,
});
const args = fc.oneof(
  text,
  fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.stringify({ value, tools: ['],"tools":[1]'] })),
);
const step: fc.Arbitrary<Message[]> = fc
  .record({ text, reasoning: text, calls: fc.array(args, { maxLength: 3 }) })
  .map((one) => {
    const calls = one.calls.map((raw, index) => ({ id: `call_${index}`, name: 'read_file', arguments: raw }));
    const reply: AssistantMessage = { role: 'assistant', reasoning: one.reasoning || 'thought', text: one.text, calls };
    return [
      reply,
      ...calls.map((call): Message => ({
        role: 'tool',
        call: call.id,
        name: call.name,
        text: one.text,
        failed: false,
      })),
    ];
  });
const addition = fc.oneof(
  step,
  text.map((said): Message[] => [{ role: 'user', text: said }]),
);
const history = fc
  .array(addition, { minLength: 1, maxLength: 6 })
  .map((all): Message[] => [{ role: 'user', packSha256 }, ...all.flat()]);

describe.each(wires)('api-9.14 on the %s wire', (wire) => {
  it('a request that is the one before it plus messages is one lane, whatever stands in the messages', async () => {
    await fc.assert(
      fc.asyncProperty(
        history,
        fc.array(addition, { maxLength: 3 }),
        fc.nat(300_000),
        async (messages, more, maxTokens) => {
          const { send, bodies } = createSender();
          expect(await send({ wire, messages })).toBeUndefined();
          expect(
            await send({ wire, messages: [...messages, ...more.flat()], maxTokens: maxTokens + 1 }),
          ).toBeUndefined();
          const [first, second] = bodies.map((body) => cutMembers(body.toString()));
          const before = cutElements(first!.get('messages')!);
          expect(cutElements(second!.get('messages')!).slice(0, before.length)).toEqual(before);
        },
      ),
      { numRuns: 120 },
    );
  });

  it('any other is told with the first byte that differs', async () => {
    await fc.assert(
      fc.asyncProperty(history, fc.nat(), text, async (messages, at, other) => {
        const { send, bodies } = createSender();
        await send({ wire, messages });
        const place = 1 + (at % (messages.length - 1));
        const changed = messages.with(place, withText(messages[place]!, `${other}!`));
        const told = await send({ wire, messages: changed });
        const [first, second] = bodies;
        let byte = 0;
        while (byte < first!.length && first![byte] === second![byte]) byte++;
        if (first!.equals(second!)) expect(told).toBeUndefined();
        else expect(Math.abs((told?.firstDifferingByte ?? -1) - byte)).toBeLessThan(4);
      }),
      { numRuns: 120 },
    );
  });

  it('tools, system text and what a lane stands for count as well', async () => {
    const { send, bodies } = createSender();
    const messages: Message[] = [
      { role: 'user', packSha256 },
      { role: 'user', text: 'hello' },
    ];
    await send({ wire, messages });
    const tool = { name: 'other', description: 'Another tool.', schema: { type: 'object' } };
    const tools = await send({ wire, messages, tools: [tool] });
    expect(bodies[1]!.subarray(0, tools?.firstDifferingByte).toString()).toMatch(/"tools":\[\{/);
    expect(await send({ wire, messages, tools: [tool], system: 'Be brief.' })).toBeDefined();
    expect(await send({ wire, messages, tools: [tool], system: 'Be brief.', thinking: 'low' })).toBeUndefined();
    const lane = await send({ wire, messages, tools: [tool], system: 'Be brief.', thinking: 'off' }, 'another lane');
    expect(lane).toMatchObject({ from: 'lane', to: 'another lane' });
    expect(bodies[4]!.subarray(lane!.firstDifferingByte, lane!.firstDifferingByte! + 20).toString()).toContain(
      'disabled',
    );
  });
});

function withText(message: Message, said: string): Message {
  if (message.role === 'assistant') return { ...message, text: message.text + said };
  return 'text' in message ? { ...message, text: message.text + said } : { role: 'user', text: said };
}
