/** Reads a request of either wire as the server means it. Strictness is the simulator's; here only the form counts. */
import type { ServerCall, ServerMessage, ServerRequest } from '../types.js';

type Json = Record<string, unknown>;

/** The wire that an address belongs to; `undefined` for other addresses of the API. */
export function wireOfPath(pathname: string): ServerRequest['wire'] | undefined {
  if (/\/chat\/completions$/.test(pathname)) return 'openai';
  if (/\/messages$/.test(pathname)) return 'anthropic';
  return undefined;
}

/** The key that a request carries; `Authorization` wins when both headers are there. */
export function keyOf(headers: Headers): string | undefined {
  const bearer = /^Bearer\s+(.+)$/i.exec(headers.get('authorization') ?? '');
  return bearer?.[1] ?? headers.get('x-api-key') ?? undefined;
}

/** Throws a `SyntaxError` for a body that is not JSON. Fields of another type than documented are read as absent. */
export function parseRequest(wire: ServerRequest['wire'], bodyText: string): ServerRequest {
  const body = asObject(JSON.parse(bodyText));
  const thinking = asObject(body['thinking']);
  const metadata = asObject(body['metadata']);
  const effort = wire === 'openai' ? body['reasoning_effort'] : asObject(body['output_config'])['effort'];
  return {
    wire,
    model: asText(body['model']),
    thinking: thinking['type'] !== 'disabled',
    effort: typeof effort === 'string' ? effort : undefined,
    maxTokens: typeof body['max_tokens'] === 'number' ? body['max_tokens'] : undefined,
    userId: optionalText(wire === 'openai' ? body['user_id'] : metadata['user_id']),
    tools: asList(body['tools']).map((tool) => readTool(wire, asObject(tool))),
    messages: wire === 'openai' ? asList(body['messages']).map(readOpenai) : readAnthropic(body),
  };
}

function asObject(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  return asList(value)
    .map((block) => asText(asObject(block)['text']))
    .join('\n\n');
}

function optionalText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function readTool(wire: ServerRequest['wire'], tool: Json): ServerRequest['tools'][number] {
  const inner = wire === 'openai' ? asObject(tool['function']) : tool;
  const schema = wire === 'openai' ? inner['parameters'] : inner['input_schema'];
  return { name: asText(inner['name']), description: asText(inner['description']), schema };
}

function readOpenai(value: unknown): ServerMessage {
  const message = asObject(value);
  const text = asText(message['content']);
  switch (message['role']) {
    case 'assistant':
      return {
        role: 'assistant',
        reasoning: asText(message['reasoning_content']),
        text,
        calls: asList(message['tool_calls']).map(readCall),
      };
    case 'tool':
      return { role: 'tool', call: asText(message['tool_call_id']), text };
    case 'system':
      return { role: 'system', text };
    default:
      return { role: 'user', text };
  }
}

function readCall(value: unknown): ServerCall {
  const call = asObject(value);
  const inner = asObject(call['function']);
  return { id: asText(call['id']), name: asText(inner['name']), arguments: asText(inner['arguments']) };
}

function readAnthropic(body: Json): ServerMessage[] {
  const system = asText(body['system']);
  const messages = asList(body['messages']).flatMap((message) => readAnthropicMessage(asObject(message)));
  return system === '' ? messages : [{ role: 'system', text: system }, ...messages];
}

function readAnthropicMessage(message: Json): ServerMessage[] {
  const content = message['content'];
  if (typeof content === 'string') {
    return message['role'] === 'assistant'
      ? [{ role: 'assistant', reasoning: '', text: content, calls: [] }]
      : [{ role: 'user', text: content }];
  }
  const blocks = asList(content).map(asObject);
  if (message['role'] === 'assistant') {
    const textsOf = (type: string, field: string): string =>
      blocks
        .filter((block) => block['type'] === type)
        .map((block) => asText(block[field]))
        .join('');
    const calls = blocks
      .filter((block) => block['type'] === 'tool_use')
      .map((block) => ({
        id: asText(block['id']),
        name: asText(block['name']),
        arguments: JSON.stringify(block['input']),
      }));
    return [{ role: 'assistant', reasoning: textsOf('thinking', 'thinking'), text: textsOf('text', 'text'), calls }];
  }
  return blocks.map((block) =>
    block['type'] === 'tool_result'
      ? { role: 'tool', call: asText(block['tool_use_id']), text: asText(block['content']) }
      : { role: 'user', text: asText(block['text']) },
  );
}
