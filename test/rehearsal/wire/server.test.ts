import { describe, expect, it } from 'vitest';
import { createModelClient } from '../../../src/core/model/client.js';
import { createInProcessFetch } from '../../../src/rehearsal/wire/inProcessFetch.js';
import { createPrefixCache } from '../../../src/rehearsal/wire/prefixCache.js';
import { renderPrompt } from '../../../src/rehearsal/wire/promptTemplate.js';
import type { ServerMessage, ServerRequest } from '../../../src/rehearsal/types.js';
import { checkKey } from '../../../src/core/model/balance.js';
import { realClock } from '../../support/simulator/clocks.js';
import { ask, assembleBody, doneOf, requestOf, wires } from '../../core/model/support.js';

const byChars = (text: string): number => text.length;

function request(texts: string[], fields: Partial<ServerRequest> = {}): ServerRequest {
  return {
    wire: 'openai',
    model: 'deepseek-flash',
    thinking: true,
    effort: 'high',
    maxTokens: 100,
    userId: 'u',
    tools: [],
    messages: [{ role: 'system', text: 'S' }, ...texts.map((text) => ({ role: 'user', text }) as const)],
    ...fields,
  };
}

describe('the template', () => {
  it('renders a conversation with tools as DeepSeek publishes it', () => {
    const { pieces } = renderPrompt(
      request([], {
        effort: 'max',
        tools: [{ name: 't', description: 'd', schema: {} }],
        messages: [
          { role: 'system', text: 'SYS' },
          { role: 'user', text: 'one' },
          { role: 'user', text: 'two' },
          {
            role: 'assistant',
            reasoning: 'R',
            text: 'T',
            calls: [
              { id: 'a', name: 't', arguments: '{"path":"x","n":[1,2]}' },
              { id: 'b', name: 't', arguments: 'broken' },
            ],
          },
          { role: 'tool', call: 'b', text: 'rb' },
          { role: 'tool', call: 'a', text: 'ra' },
          { role: 'user', text: 'three' },
        ],
      }),
    );
    const text = pieces.join('');
    expect(text.startsWith('<｜begin▁of▁sentence｜>Reasoning Effort: Absolute maximum')).toBe(true);
    expect(text).toContain('SYS\n\n## Tools\n');
    expect(text).toContain('{"name":"t","description":"d","parameters":{}}');
    expect(text.slice(text.indexOf('<｜User｜>'))).toBe(
      '<｜User｜>one\n\ntwo<｜Assistant｜><think>R</think>T\n\n<｜DSML｜tool_calls>\n' +
        '<｜DSML｜invoke name="t">\n<｜DSML｜parameter name="path" string="true">x</｜DSML｜parameter>\n' +
        '<｜DSML｜parameter name="n" string="false">[1,2]</｜DSML｜parameter>\n</｜DSML｜invoke>\n' +
        '<｜DSML｜invoke name="t">\n<｜DSML｜parameter name="arguments" string="true">broken</｜DSML｜parameter>\n</｜DSML｜invoke>\n' +
        '</｜DSML｜tool_calls><｜end▁of▁sentence｜><｜User｜><tool_result>ra</tool_result>\n\n<tool_result>rb</tool_result>\n\nthree<｜Assistant｜><think>',
    );
  });
});

describe('the prefix cache', () => {
  const long = (letter: string): string => letter.repeat(1000);
  const read = (cache: ReturnType<typeof createPrefixCache>, of: ServerRequest, lane = 'lane'): number => {
    const { hit, miss } = cache.read(lane, renderPrompt(of));
    expect(hit + miss).toBe(renderPrompt(of).pieces.join('').length);
    return hit;
  };
  const serve = (cache: ReturnType<typeof createPrefixCache>, of: ServerRequest, lane = 'lane'): number => {
    const hit = read(cache, of, lane);
    cache.store(lane, renderPrompt(of), 'output</think><｜end▁of▁sentence｜>');
    return hit;
  };

  it('hits the end of the input when a request continues it, rounded down to 128', () => {
    const cache = createPrefixCache({ tokenCount: byChars });
    expect(serve(cache, request([long('a')]))).toBe(0);
    // The template's own marks and the system text bring the 1000 characters just above 8 × 128.
    expect(serve(cache, request([long('a'), 'more']))).toBe(1024);
  });

  it('hits the end of the output when the conversation goes on', () => {
    const cache = createPrefixCache({ tokenCount: byChars });
    const first = request([long('a')]);
    const output = `${long('r')}</think>${long('t')}<｜end▁of▁sentence｜>`;
    cache.store('lane', renderPrompt(first), output);
    const messages: ServerMessage[] = [
      ...first.messages,
      { role: 'assistant', reasoning: long('r'), text: long('t'), calls: [] },
    ];
    const next = request([], { tools: [], messages: [...messages, { role: 'user', text: 'go on' }] });
    // Without tools earlier reasoning is dropped from the prompt, so only the input is found again.
    expect(read(cache, next)).toBeLessThan(1200);
    const withTools = { tools: [{ name: 't', description: '', schema: {} }] };
    cache.store('lane', renderPrompt({ ...first, ...withTools }), output);
    expect(read(cache, { ...next, ...withTools })).toBeGreaterThan(3000);
  });

  it('A+B, then A+C misses but keeps A, and A+D hits A', () => {
    const cache = createPrefixCache({ tokenCount: byChars });
    expect(serve(cache, request([`${long('a')}B`]))).toBe(0);
    expect(serve(cache, request([`${long('a')}C`]))).toBe(0);
    expect(serve(cache, request([`${long('a')}D`]))).toBe(1024);
  });

  it('keeps accounts, users and models apart, and a changed start finds nothing', () => {
    const cache = createPrefixCache({ tokenCount: byChars });
    serve(cache, request([long('a')]), 'one');
    expect(read(cache, request([long('a'), 'x']), 'two')).toBe(0);
    expect(read(cache, request([`b${long('a')}`]), 'one')).toBe(0);
    expect(read(cache, request([long('a'), 'x'], { effort: 'max' }), 'one')).toBe(0);
  });

  it('with intervals finds part of a long input', () => {
    const cache = createPrefixCache({ tokenCount: byChars, intervalTokens: 512 });
    serve(cache, request([`${'a'.repeat(900)}${long('b')}`]));
    expect(read(cache, request([`${'a'.repeat(900)}${long('c')}`]))).toBe(512);
  });

  it('keeps twenty requests over a prompt of 4 MB', () => {
    const cache = createPrefixCache({ tokenCount: byChars });
    const pack = 'some line of code\n'.repeat(240_000);
    for (let turn = 0; turn < 20; turn++)
      serve(cache, request([pack, ...Array.from({ length: turn }, (_, i) => `turn ${i}`)]));
    expect(read(cache, request([pack, 'turn 0', 'other']))).toBeGreaterThan(pack.length - 128);
  });
});

describe.each(wires)('the fetch in process, %s wire', (wire) => {
  const arguments_ = '{"path":"a.ts","text":"é漢🙂\\n"}';
  const answer = async (
    asked: ServerRequest,
  ): Promise<{
    reasoning: string;
    text: string;
    calls: { id: string; name: string; arguments: string }[];
    stopReason: 'tool_calls';
  }> => ({
    reasoning: 'hm 🙂',
    text: `saw ${asked.messages.length}`,
    calls: [{ id: 'c1', name: 'edit_file', arguments: arguments_ }],
    stopReason: 'tool_calls',
  });

  it('is a model to the real client', async () => {
    const send = createInProcessFetch(answer, { tokenCount: byChars });
    const client = createModelClient({ send, assembleBody, clock: realClock });
    const baseUrl = wire === 'openai' ? 'https://rehearsal.invalid' : 'https://rehearsal.invalid/anthropic';
    const first = doneOf(await ask(client, requestOf({ wire, baseUrl })));
    expect(first.message).toEqual({
      role: 'assistant',
      reasoning: 'hm 🙂',
      text: 'saw 2',
      calls: [{ id: 'c1', name: 'edit_file', arguments: arguments_ }],
    });
    expect(first.usage.cacheHitTokens).toBe(0);
    const again = doneOf(await ask(client, requestOf({ wire, baseUrl })));
    expect(again.usage.cacheHitTokens).toBeGreaterThan(0);
    expect(await checkKey(baseUrl, 'any', send)).toMatchObject({ accepted: true });
  });

  it('ends when it is cancelled', async () => {
    const send = createInProcessFetch(answer, { tokenCount: byChars, chunkDelayMs: 5 });
    const client = createModelClient({ send, assembleBody, clock: realClock });
    const controller = new AbortController();
    const types: string[] = [];
    for await (const event of client.stream(requestOf({ wire }), controller.signal)) {
      types.push(event.type);
      if (event.type === 'reasoning') controller.abort();
    }
    expect(types).toEqual(['reasoning', 'aborted']);
  });
});
