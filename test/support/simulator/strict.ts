/** The refusals of the real server, with its status and words (or, where those are unknown, plain ones). */
import type { ServerRequest } from '../../../src/rehearsal/types.js';
import type { ServerError } from '../../../src/rehearsal/wire/serverReply.js';
import type { HostProfile } from './profiles.js';

type Json = Record<string, unknown>;

export interface StrictParts {
  /** Tokens of the rendered prompt; only called when everything else is right. */
  countPrompt(): number;
  profile: HostProfile;
}

const defaultWindowTokens = 1_048_576;
const maxOutputTokens = 393_216;
const maxTools = 128;

function refuse(message: string): ServerError {
  return { status: 400, message };
}

function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

function listOf(value: unknown): Json[] {
  return Array.isArray(value) ? value.map(objectOf) : [];
}

function isBlank(value: unknown): boolean {
  return typeof value !== 'string' || value.trim() === '';
}

/** `undefined` for a request that the server answers. */
export function checkStrictly(wire: ServerRequest['wire'], body: Json, parts: StrictParts): ServerError | undefined {
  const { profile } = parts;
  const isThinking = profile.readThinking(body).thinking;
  const tools = listOf(body['tools']);
  const needsReasoning = isThinking && tools.length > 0 && profile.wantsReasoning;
  return (
    profile.refuse(body) ??
    checkFields(body, isThinking, tools, profile.models) ??
    (wire === 'openai' ? checkOpenai(body, needsReasoning ? profile : undefined) : undefined) ??
    (wire === 'anthropic' ? checkAnthropic(body, needsReasoning) : undefined) ??
    checkWindow(body, isThinking, parts)
  );
}

function checkFields(
  body: Json,
  isThinking: boolean,
  tools: Json[],
  models: readonly string[],
): ServerError | undefined {
  if (!models.includes(String(body['model']))) return refuse('Model Not Exist');
  if (body['stream'] !== true) return refuse('the simulator only answers streamed requests');
  if (tools.length > maxTools)
    return refuse(
      `Invalid 'tools': array too long. Expected an array with maximum length ${maxTools}, but got an array with length ${tools.length} instead.`,
    );
  const choice = body['tool_choice'];
  const choiceType = typeof choice === 'string' ? choice : objectOf(choice)['type'];
  if (isThinking && choiceType !== undefined && choiceType !== 'auto' && choiceType !== 'none')
    return refuse('Thinking mode does not support this tool_choice');
  const maxTokens = body['max_tokens'];
  if (
    maxTokens !== undefined &&
    (!Number.isInteger(maxTokens) || Number(maxTokens) < 1 || Number(maxTokens) > maxOutputTokens)
  )
    return refuse(`Invalid max_tokens value, the valid range of max_tokens is [1, ${maxOutputTokens}]`);
  return undefined;
}

function checkWindow(body: Json, isThinking: boolean, parts: StrictParts): ServerError | undefined {
  const completion = typeof body['max_tokens'] === 'number' ? body['max_tokens'] : isThinking ? 65_536 : 8_192;
  const prompt = parts.countPrompt();
  const windowTokens = parts.profile.windowTokens ?? defaultWindowTokens;
  if (prompt + completion <= windowTokens) return undefined;
  return refuse(
    `This model's maximum context length is ${windowTokens} tokens. However, you requested ${prompt + completion} tokens (${prompt} in the messages, ${completion} in the completion). Please reduce the length of the messages or completion.`,
  );
}

/** @param wanting the host, where it wants the reasoning of every answer back. */
function checkOpenai(body: Json, wanting: HostProfile | undefined): ServerError | undefined {
  const messages = listOf(body['messages']);
  for (const [index, message] of messages.entries()) {
    const problem =
      checkOpenaiMessage(message, index, messages) ??
      (wanting === undefined ? undefined : checkReasoning(message, wanting));
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function checkReasoning(message: Json, profile: HostProfile): ServerError | undefined {
  if (message['role'] !== 'assistant' || !isBlank(profile.readReasoning(message))) return undefined;
  return refuse('The `reasoning_content` in the thinking mode must be passed back to the API.');
}

function checkOpenaiMessage(message: Json, index: number, messages: readonly Json[]): ServerError | undefined {
  const { role, content } = message;
  const calls = listOf(message['tool_calls']);
  if (!['system', 'user', 'assistant', 'tool'].includes(String(role))) return refuse(`unknown role ${String(role)}`);
  if (role === 'system' && index > 0) return refuse('the system message must be the first message');
  if (role === 'user' && typeof content !== 'string' && !Array.isArray(content))
    return refuse('user content must be set');
  if (role === 'assistant' && typeof content !== 'string' && calls.length === 0)
    return refuse('Invalid assistant message: content or tool_calls must be set');
  if (role === 'assistant' && calls.length > 0) return checkGroup(calls, messages.slice(index + 1));
  if (role !== 'tool') return undefined;
  if (typeof content !== 'string') return refuse('tool content must be a string');
  const before = messages.slice(0, index).findLast((one) => one['role'] !== 'tool');
  const known = listOf(before?.['tool_calls']).some((call) => call['id'] === message['tool_call_id']);
  return known
    ? undefined
    : refuse("Messages with role 'tool' must be a response to a preceding message with 'tool_calls'");
}

/** The results of a group follow at once, one for each call and none twice. */
function checkGroup(calls: readonly Json[], following: readonly Json[]): ServerError | undefined {
  const wanted = new Set(calls.map((call) => call['id']));
  const group = following.slice(0, calls.length);
  const isWhole =
    group.length === calls.length && group.every((one) => one['role'] === 'tool' && wanted.delete(one['tool_call_id']));
  if (isWhole) return undefined;
  return refuse(
    "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. (insufficient tool messages following tool_calls message)",
  );
}

function checkAnthropic(body: Json, needsReasoning: boolean): ServerError | undefined {
  const messages = listOf(body['messages']);
  for (const [index, message] of messages.entries()) {
    const blocks = listOf(message['content']);
    if (message['role'] !== 'user' && message['role'] !== 'assistant')
      return refuse(`unknown role ${String(message['role'])}`);
    if (message['role'] !== 'assistant') continue;
    const thought = blocks.find((block) => block['type'] === 'thinking');
    if (needsReasoning && isBlank(thought?.['thinking']))
      return refuse('The `content[].thinking` in the thinking mode must be passed back to the API.');
    const problem = checkUses(blocks, listOf(messages[index + 1]?.['content']));
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function checkUses(blocks: readonly Json[], following: readonly Json[]): ServerError | undefined {
  const uses = blocks.filter((block) => block['type'] === 'tool_use');
  const results = following.filter((block) => block['type'] === 'tool_result');
  const badInput = uses.find(
    (use) => typeof use['input'] !== 'object' || use['input'] === null || Array.isArray(use['input']),
  );
  if (badInput !== undefined) return refuse('tool_use.input must be an object');
  const missing = uses.find((use) => !results.some((result) => result['tool_use_id'] === use['id']));
  if (missing === undefined) return undefined;
  return refuse(
    `\`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${String(missing['id'])}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
  );
}
