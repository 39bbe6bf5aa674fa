/** Each host of the catalogue against a server that differs from DeepSeek as that host does, over HTTP. */
import { afterEach, describe, expect, it } from 'vitest';
import { findHost, levelsOf, serveModel } from '../../../src/core/model/catalogue.js';
import { catalogueHosts, type CatalogueHost } from '../../../src/core/model/hosts.js';
import { noReasoning, type Message, type ModelRequest } from '../../../src/core/model/types.js';
import { assertMessagesGrow, cutMembers } from '../../support/simulator/growth.js';
import { profileOf } from '../../support/simulator/profiles.js';
import { startSimulator, type Simulator, type Turn } from '../../support/simulator/simulator.js';
import { ask, clientOf, doneOf, failureOfEvents, requestTo, textOf, tools } from './support.js';

let simulator: Simulator | undefined;

afterEach(async () => {
  await simulator?.close();
  simulator = undefined;
});

async function serve(host: CatalogueHost, script: Turn[]): Promise<(fields?: Partial<ModelRequest>) => ModelRequest> {
  simulator = await startSimulator({ script, profile: profileOf(host.name) });
  const served = simulator;
  const apiKey = host.needsKey ? served.key : '';
  return (fields) => requestTo(served, 'openai', { host, apiKey, ...fields });
}

const call = (id: string, name: string, args: string) => ({ id, name, arguments: args });
const flash = serveModel(findHost('deepseek')!, 'v4-flash')!;

describe.each(catalogueHosts.map((host) => [host.name, host] as const))('%s', (name, host) => {
  const levels = levelsOf(host, 'openai', flash);

  it.each(levels)('api-9.2, 2.3-12: thinking %s is what the server takes it for', async (thinking) => {
    const request = await serve(host, [{ reasoning: 'First 想 🙂.\n', text: 'Done.' }]);
    const events = await ask(clientOf(), request({ thinking }));
    const done = doneOf(events);
    const [received] = simulator!.requests;
    expect(received?.parsed.thinking).toBe(thinking !== 'off');
    expect(received?.parsed.effort).toBe(thinking === 'off' ? undefined : thinking);
    expect(textOf(events, 'reasoning')).toBe(thinking === 'off' ? '' : 'First 想 🙂.\n');
    expect(done.message.reasoning).toBe(thinking === 'off' ? noReasoning : 'First 想 🙂.\n');
    expect(done.message.text).toBe('Done.');
  });

  it.each(levels)(
    'api-9.13: with thinking %s each request begins with the one before, reasoning and all',
    async (thinking) => {
      const pack = `<pack>${'a line of the repository\n'.repeat(400)}</pack>`;
      const script: Turn[] = [
        { reasoning: 'Read it.', calls: [call('c1', 'edit_file', '{"z":1,"a":2.50}')] },
        { text: 'Not thought about.', calls: [call('c2', 'run_command', '{}'), call('c3', 'edit_file', '{}')] },
        { reasoning: 'Again.', text: 'Done.' },
        { reasoning: 'A new turn.', text: 'Yes.' },
      ];
      const request = await serve(host, script);
      const messages: Message[] = [
        { role: 'user', text: pack },
        { role: 'user', text: 'go' },
      ];
      for (let step = 0; step < script.length; step++) {
        if (step === 3) messages.push({ role: 'user', text: 'and now?' });
        const done = doneOf(await ask(clientOf(), request({ messages, thinking, maxTokens: 4096 - step })));
        messages.push(done.message);
        for (const { id, name: tool } of done.message.calls)
          messages.push({ role: 'tool', call: id, name: tool, text: '', failed: false });
        const { usage } = simulator!.requests.at(-1)!;
        const hit = profileOf(name).tellsHits ? usage!.cacheHitTokens : 0;
        const input = usage!.cacheHitTokens + usage!.cacheMissTokens;
        expect(done.usage).toMatchObject({ cacheHitTokens: hit, cacheMissTokens: input - hit });
        expect(done.usage.outputTokens).toBe(usage!.outputTokens);
        if (step > 0) expect(usage!.cacheHitTokens).toBeGreaterThan(pack.length / 4 - 128);
      }
      const { requests } = simulator!;
      expect(requests.map(({ refusal }) => refusal)).toEqual(script.map(() => undefined));
      assertMessagesGrow(requests);
      const told = requests.at(-1)!.parsed.messages.flatMap((one) => (one.role === 'assistant' ? [one.reasoning] : []));
      expect(told).toEqual(
        thinking === 'off' ? [noReasoning, noReasoning, noReasoning] : ['Read it.', noReasoning, 'Again.'],
      );
      const others = requests.map(({ text }) => {
        const members = cutMembers(text);
        members.delete('messages');
        members.delete('max_tokens');
        return [...members];
      });
      for (const other of others) expect(other).toEqual(others[0]);
    },
  );

  it('sends the fields that it takes, under its own names, and no key to a server that wants none', async () => {
    const request = await serve(host, [{ text: 'ok' }]);
    doneOf(
      await ask(clientOf(), request({ messages: [{ role: 'user', text: 'a' }, answer, { role: 'user', text: 'b' }] })),
    );
    const [received] = simulator!.requests;
    const body = JSON.parse(received!.text) as Record<string, unknown>;
    const always = ['max_tokens', 'messages', 'model', 'stream', 'stream_options', 'tools'];
    const own: Record<string, string[]> = {
      deepseek: ['thinking', 'reasoning_effort', 'user_id'],
      openrouter: ['reasoning'],
      vllm: ['chat_template_kwargs'],
      sglang: ['chat_template_kwargs'],
      tensorrt: ['chat_template_kwargs'],
    };
    expect(Object.keys(body).sort()).toEqual([...always, ...(own[name] ?? ['reasoning_effort'])].sort());
    expect(body['model']).toBe(serveModel(host, 'v4-flash')!.wireId);
    const reasoning: Record<string, string[]> = {
      openrouter: ['reasoning_content', 'reasoning_details'],
      vllm: ['reasoning'],
      ollama: ['reasoning'],
      'ollama-cloud': ['reasoning'],
    };
    const echoed = Object.keys((body['messages'] as object[])[2]!).filter((key) => !['role', 'content'].includes(key));
    expect(echoed).toEqual(reasoning[name] ?? ['reasoning_content']);
    expect(received?.headers.has('authorization')).toBe(host.needsKey);
  });

  it('api-9.4: forces no tool, whatever the level', async () => {
    const request = await serve(
      host,
      levels.map(() => ({ text: 'ok' })),
    );
    for (const thinking of levels) doneOf(await ask(clientOf(), request({ thinking })));
    for (const { text } of simulator!.requests) {
      expect(cutMembers(text).has('tool_choice')).toBe(false);
      expect(cutMembers(text).has('response_format')).toBe(false);
    }
  });

  it.each(['low', 'off'] as const)(
    'a level that it does not have is a sentence and no request: %s',
    async (thinking) => {
      const request = await serve(host, [{ text: 'ok' }]);
      const { [thinking]: _, ...efforts } = host.dialect.efforts;
      const lacking = { ...host, dialect: { ...host.dialect, efforts } };
      const failure = failureOfEvents(await ask(clientOf(), request({ host: lacking, thinking })));
      expect(failure.message).toMatch(
        new RegExp(`^How ${host.label} is asked for thinking ${thinking} is not known, so nothing was sent\\.`),
      );
      expect(simulator!.requests).toEqual([]);
    },
  );
});

const answer: Message = { role: 'assistant', reasoning: 'thought', text: 'said', calls: [] };

describe('what DeepSeek’s own dialect would do elsewhere', () => {
  const spokenWrongly = (name: string): CatalogueHost => ({
    ...findHost(name)!,
    dialect: findHost('deepseek')!.dialect,
  });

  it.each([
    ['azure', /Unrecognized request argument supplied: thinking/],
    ['tensorrt', /'extra_forbidden', 'loc': \('body', 'thinking'\)/],
    ['fireworks', /cannot be used together/],
  ])('%s refuses it', async (name, words) => {
    const request = await serve(spokenWrongly(name), [{ text: 'ok' }]);
    const failure = failureOfEvents(await ask(clientOf(), request()));
    expect(failure).toMatchObject({ kind: 'bad_request', status: 400 });
    expect(failure.message).toMatch(words);
  });

  it.each(['vllm', 'sglang'])('%s would not think, and not say so', async (name) => {
    const request = await serve(spokenWrongly(name), [{ reasoning: 'Hm.', text: 'ok' }]);
    const done = doneOf(await ask(clientOf(), request({ thinking: 'max' })));
    expect(simulator!.requests[0]?.parsed.thinking).toBe(false);
    expect(done.message.reasoning).toBe(noReasoning);
  });

  it('openrouter refuses an answer whose reasoning comes back under one name only', async () => {
    const request = await serve(spokenWrongly('openrouter'), [{ text: 'ok' }]);
    const failure = failureOfEvents(
      await ask(clientOf(), request({ messages: [{ role: 'user', text: 'a' }, answer, { role: 'user', text: 'b' }] })),
    );
    expect(failure.kind).toBe('reasoning_missing');
  });

  it('2.3-11: and DeepSeek refuses OpenRouter’s details', async () => {
    const { dialect } = findHost('openrouter')!;
    const request = await serve({ ...findHost('deepseek')!, dialect }, [{ text: 'ok' }]);
    const failure = failureOfEvents(
      await ask(clientOf(), request({ messages: [{ role: 'user', text: 'a' }, answer, { role: 'user', text: 'b' }] })),
    );
    expect(failure.message).toMatch(/unknown field `reasoning_details`/);
  });
});

describe('what is refused before it is sent', () => {
  it('api-9.5: more than 128 tools', async () => {
    const request = await serve(findHost('deepseek')!, [{ text: 'ok' }]);
    const many = Array.from({ length: 129 }, (_, n) => ({ ...tools[0]!, name: `tool_${n}` }));
    const failure = failureOfEvents(await ask(clientOf(), request({ tools: many })));
    expect(failure.message).toMatch(/129 tools and at most 128 are taken, so nothing was sent/);
    expect(failure.retryable).toBe(false);
    expect(simulator!.requests).toEqual([]);
    doneOf(await ask(clientOf(), request({ tools: many.slice(0, 128) })));
    expect(simulator!.requests[0]?.parsed.tools.map((tool) => tool.name)).toEqual(
      many.slice(0, 128).map((tool) => tool.name),
    );
  });

  it('a wire that the host is not offered over', async () => {
    const request = await serve(findHost('vllm')!, [{ text: 'ok' }]);
    const failure = failureOfEvents(await ask(clientOf(), request({ wire: 'anthropic' })));
    expect(failure.message).toBe('vLLM is not offered over the anthropic wire, so nothing was sent. Choose openai.');
    expect(simulator!.requests).toEqual([]);
  });
});

describe('api-9.18: tokens from the cache, wherever a host tells them', () => {
  const counts = { prompt_tokens: 1000, completion_tokens: 7 };
  const hit = { cacheHitTokens: 896, cacheMissTokens: 104 };
  const missed = { cacheHitTokens: 0, cacheMissTokens: 1000 };
  it.each([
    ['in the details', { ...counts, prompt_tokens_details: { cached_tokens: 896 } }, hit],
    ['beside them', { ...counts, prompt_cache_hit_tokens: 896, prompt_cache_miss_tokens: 104 }, hit],
    ['in both', { ...counts, prompt_tokens_details: { cached_tokens: 896 }, prompt_cache_hit_tokens: 896 }, hit],
    ['in details that are null', { ...counts, prompt_tokens_details: null }, missed],
    ['in details that say nothing', { ...counts, prompt_tokens_details: { audio_tokens: 0 } }, missed],
    ['nowhere', counts, missed],
  ])('api-9.18: %s', async (_, usage, expected) => {
    const chunks = [
      { choices: [{ index: 0, delta: { content: 'a' }, finish_reason: null }], usage: { prompt_tokens: 1000 } },
      { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage: { ...usage, completion_tokens: 6 } },
      { choices: [], usage },
    ];
    const pieces = [...chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`), 'data: [DONE]\n\n'];
    const request = await serve(findHost('vllm')!, [{ fault: { kind: 'raw', pieces } }]);
    expect(doneOf(await ask(clientOf(), request())).usage).toMatchObject({ ...expected, outputTokens: 7 });
  });
});

it('a newer vLLM, an older one and a router: the same reasoning counts once, under whichever names it comes', async () => {
  const pieces = [
    { reasoning: 'a', reasoning_content: 'a', reasoning_details: [{ type: 'reasoning.text', text: 'a' }] },
    { reasoning_content: 'b' },
    { reasoning: '', reasoning_content: 'c' },
    {
      reasoning: null,
      reasoning_details: [
        { type: 'reasoning.encrypted', data: 'x' },
        { type: 'reasoning.text', text: 'd' },
      ],
    },
    { content: 'text' },
  ];
  const events = pieces.map(
    (delta) => `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: null }] })}\n\n`,
  );
  const end = 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';
  const request = await serve(findHost('openrouter')!, [{ fault: { kind: 'raw', pieces: [...events, end] } }]);
  expect(doneOf(await ask(clientOf(), request())).message).toMatchObject({ reasoning: 'abcd', text: 'text' });
});
