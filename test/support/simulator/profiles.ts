/**
 * How other hosts of Chat Completions differ from DeepSeek, from the server's side and apart from the client's own table:
 * what switches thinking, under which names reasoning goes, where usage stands, and what is refused. Sources are named in
 * `src/core/model/hosts.ts`.
 */
import type { ServerRequest } from '../../../src/rehearsal/types.js';
import type { ServerError } from '../../../src/rehearsal/wire/serverReply.js';

type Json = Record<string, unknown>;

export interface HostProfile {
  /** As the catalogue calls it. */
  name: string;
  models: readonly string[];
  /** As its list of models tells it; 1M where it tells none. */
  windowTokens?: number;
  needsKey: boolean;
  /** What it takes a body to mean. */
  readThinking(body: Json): Pick<ServerRequest, 'thinking' | 'effort'>;
  /** The reasoning of an earlier answer, as its template gets it. */
  readReasoning(message: Json): unknown;
  /** Answers without reasoning are refused while it thinks and has tools. */
  wantsReasoning: boolean;
  /** What it refuses beyond what every host does. */
  refuse(body: Json): ServerError | undefined;
  /** The members of a delta for a piece of reasoning. */
  writeReasoning(piece: string): Json;
  usage: 'finish chunk' | 'trailing chunk' | 'every chunk';
  tellsHits: boolean;
}

const objectOf = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});
const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const wordOf = (value: unknown): string => textOf(value) ?? JSON.stringify(value);
const messagesOf = (body: Json): Json[] => (Array.isArray(body['messages']) ? body['messages'].map(objectOf) : []);

const contentField = {
  readReasoning: (message: Json) => message['reasoning_content'],
  writeReasoning: (piece: string) => ({ reasoning_content: piece }),
};

const tolerant = { wantsReasoning: false, refuse: () => undefined, usage: 'trailing chunk' } as const;

export const deepseekProfile: HostProfile = {
  ...contentField,
  name: 'deepseek',
  models: ['deepseek-flash', 'deepseek-v4-pro', 'deepseek-v4-flash'],
  needsKey: true,
  readThinking: (body) => ({
    thinking: objectOf(body['thinking'])['type'] !== 'disabled',
    effort: textOf(body['reasoning_effort']) ?? textOf(objectOf(body['output_config'])['effort']),
  }),
  wantsReasoning: true,
  // bifrost#5177: the official host takes no details.
  refuse: (body) =>
    messagesOf(body).some((message) => 'reasoning_details' in message)
      ? { status: 400, message: 'unknown field `reasoning_details`' }
      : undefined,
  usage: 'trailing chunk',
  tellsHits: true,
};

/** The arguments of V4's template; a server that gets none does not think. */
function readTemplate(body: Json): Pick<ServerRequest, 'thinking' | 'effort'> {
  const given = objectOf(body['chat_template_kwargs']);
  const thinking = given['thinking'] === true;
  return { thinking, effort: thinking ? textOf(given['reasoning_effort']) : undefined };
}

function readEffort(body: Json, byDefault: string | undefined): Pick<ServerRequest, 'thinking' | 'effort'> {
  const effort = textOf(body['reasoning_effort']) ?? byDefault;
  const thinking = effort !== undefined && effort !== 'none';
  return { thinking, effort: thinking ? effort : undefined };
}

const templateMembers = ['model', 'messages', 'tools', 'tool_choice', 'max_tokens', 'stream', 'stream_options'];

/** Refuses the first member of a body that is not among the known ones, and of its assistant messages likewise. */
function refuseUnknown(
  body: Json,
  members: readonly string[],
  reasoning: readonly string[],
  say: (path: string[]) => string,
): ServerError | undefined {
  const member = Object.keys(body).find((key) => !members.includes(key));
  if (member !== undefined) return { status: 400, message: say([member]) };
  const known = ['role', 'content', 'tool_calls', 'tool_call_id', 'name', ...reasoning];
  for (const [index, message] of messagesOf(body).entries()) {
    const odd = Object.keys(message).find((key) => !known.includes(key));
    if (odd !== undefined) return { status: 400, message: say(['messages', String(index), odd]) };
  }
  return undefined;
}

const weights = ['deepseek-ai/DeepSeek-V4-Flash', 'deepseek-ai/DeepSeek-V4-Pro'];

export const profiles: readonly HostProfile[] = [
  deepseekProfile,
  {
    name: 'openrouter',
    models: ['deepseek/deepseek-v4.1-flash', 'deepseek/deepseek-v4-pro'],
    needsKey: true,
    readThinking(body) {
      const { enabled, effort } = objectOf(body['reasoning']);
      if (enabled === false || effort === 'none') return { thinking: false, effort: undefined };
      return { thinking: true, effort: effort === 'xhigh' ? 'max' : textOf(effort) };
    },
    // Both are wanted, and must not disagree.
    readReasoning(message) {
      const details = Array.isArray(message['reasoning_details']) ? message['reasoning_details'].map(objectOf) : [];
      const text = details.map((detail) => textOf(detail['text']) ?? '').join('');
      return text === message['reasoning_content'] ? text : '';
    },
    wantsReasoning: true,
    refuse: () => undefined,
    writeReasoning: (piece) => ({
      reasoning: piece,
      reasoning_details: [{ type: 'reasoning.text', text: piece, format: 'unknown', index: 0 }],
    }),
    usage: 'trailing chunk',
    tellsHits: true,
  },
  {
    ...tolerant,
    name: 'vllm',
    models: weights,
    needsKey: false,
    readThinking: readTemplate,
    readReasoning: (message) => message['reasoning'],
    writeReasoning: (piece) => ({ reasoning: piece }),
    tellsHits: true,
  },
  {
    ...tolerant,
    ...contentField,
    name: 'sglang',
    models: weights,
    needsKey: false,
    readThinking: readTemplate,
    tellsHits: false,
  },
  {
    ...contentField,
    name: 'tensorrt',
    models: weights,
    needsKey: false,
    readThinking: readTemplate,
    wantsReasoning: false,
    refuse: (body) =>
      refuseUnknown(body, [...templateMembers, 'chat_template_kwargs'], ['reasoning', 'reasoning_content'], (path) => {
        const place = ['body', ...path].map((part) => (/^\d+$/.test(part) ? part : `'${part}'`)).join(', ');
        return `[{'type': 'extra_forbidden', 'loc': (${place}), 'msg': 'Extra inputs are not permitted'}]`;
      }),
    usage: 'trailing chunk',
    tellsHits: true,
  },
  ...['ollama', 'ollama-cloud'].map((name): HostProfile => ({
    ...tolerant,
    name,
    models: ['deepseek-v4-flash', 'deepseek-v4.1-flash', 'deepseek-v4-pro'],
    needsKey: name === 'ollama-cloud',
    readThinking: (body) => readEffort(body, 'high'),
    readReasoning: (message) => message['reasoning'],
    refuse(body) {
      const effort = body['reasoning_effort'];
      if (effort === undefined || ['none', 'low', 'medium', 'high', 'max'].includes(wordOf(effort))) return undefined;
      return {
        status: 400,
        type: 'api_error',
        message: `think value "${wordOf(effort)}" is not supported for this model`,
      };
    },
    writeReasoning: (piece) => ({ reasoning: piece }),
    tellsHits: false,
  })),
  {
    ...contentField,
    name: 'fireworks',
    models: ['accounts/fireworks/models/deepseek-v4p1-flash', 'accounts/fireworks/models/deepseek-v4-pro'],
    needsKey: true,
    readThinking: (body) => readEffort(body, 'high'),
    wantsReasoning: false,
    refuse(body) {
      const effort = body['reasoning_effort'];
      if ('thinking' in body && effort !== undefined)
        return { status: 400, message: 'thinking and reasoning_effort cannot be used together' };
      const words = ['low', 'medium', 'high', 'xhigh', 'max', 'none', 'adaptive'];
      if (effort === undefined || words.includes(wordOf(effort))) return undefined;
      return { status: 400, message: "Input should be 'low', 'medium', 'high', 'xhigh', 'max', 'none' or 'adaptive'" };
    },
    usage: 'finish chunk',
    tellsHits: true,
  },
  {
    ...tolerant,
    ...contentField,
    name: 'deepinfra',
    models: weights,
    needsKey: true,
    readThinking(body) {
      const { thinking, effort } = readEffort(body, undefined);
      return { thinking, effort: effort === 'xhigh' ? 'max' : effort };
    },
    usage: 'every chunk',
    tellsHits: false,
  },
  {
    ...contentField,
    name: 'azure',
    models: ['DeepSeek-V4-Flash', 'DeepSeek-V4-Pro'],
    needsKey: true,
    readThinking: (body) => readEffort(body, 'high'),
    wantsReasoning: false,
    refuse(body) {
      const effort = body['reasoning_effort'];
      if (effort !== undefined && !['low', 'medium', 'high'].includes(wordOf(effort)))
        return {
          status: 400,
          message: `Invalid value: '${wordOf(effort)}'. Supported values are: 'low', 'medium', and 'high'.`,
        };
      return refuseUnknown(body, [...templateMembers, 'reasoning_effort'], ['reasoning_content'], (path) => {
        return `Unrecognized request argument supplied: ${path.join('.')}`;
      });
    },
    usage: 'trailing chunk',
    tellsHits: false,
  },
];

export function profileOf(name: string): HostProfile {
  const found = profiles.find((profile) => profile.name === name);
  if (found === undefined) throw new Error(`there is no profile ${name}`);
  return found;
}

/** The events of DeepSeek's stream as this host would write them. */
export function speakLike(profile: HostProfile, events: readonly string[]): string[] {
  if (profile === deepseekProfile) return [...events];
  const chunks = events
    .filter((event) => event.startsWith('data: {'))
    .map((event) => JSON.parse(event.slice('data: '.length)) as Json);
  const last = chunks.findLast((chunk) => chunk['usage'] !== null);
  const usage = usageFor(profile, objectOf(last?.['usage']));
  const told = chunks.flatMap((chunk): Json[] => {
    const choices = (chunk['choices'] as Json[]).map((choice) => writeChoice(profile, choice));
    if (choices.length === 0) return profile.usage === 'trailing chunk' ? [{ ...chunk, usage }] : [];
    const isLast = choices.some((choice) => choice['finish_reason'] !== null);
    const bare: Json = { ...chunk, choices, usage: undefined };
    if (profile.usage === 'every chunk')
      return [{ ...bare, usage: isLast ? usage : { ...usage, completion_tokens: 1 } }];
    return [isLast && profile.usage === 'finish chunk' ? { ...bare, usage } : bare];
  });
  return [...told.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`), 'data: [DONE]\n\n'];
}

/** Only DeepSeek has names of its own for the hits. */
function usageFor({ tellsHits }: HostProfile, usage: Json): Json {
  const { prompt_tokens, completion_tokens, total_tokens, prompt_tokens_details } = usage;
  return { prompt_tokens, completion_tokens, total_tokens, ...(tellsHits ? { prompt_tokens_details } : {}) };
}

function writeChoice(profile: HostProfile, choice: Json): Json {
  const { reasoning_content: piece, ...delta } = objectOf(choice['delta']);
  const reasoning = typeof piece === 'string' && piece !== '' ? profile.writeReasoning(piece) : {};
  return { ...choice, delta: { ...delta, ...reasoning } };
}
