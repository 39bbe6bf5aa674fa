/** What one request asks of the rehearsal: its last turn, and what was called and answered since. */
import { askInstruction } from '../core/prompt/workflowTexts.js';
import type { ServerMessage, ServerRequest } from './types.js';

/** One tool call since the turn began. `result` is undefined when the request carries no answer to it. */
export interface ToolUse {
  name: string;
  /** Empty when the arguments were not a JSON object. */
  arguments: Record<string, unknown>;
  result: string | undefined;
}

export interface SeenTurn {
  /** Kind of the turn frame; `none` when the request carries no turn, as a primer does. */
  kind: string;
  /** The text between `<baleen-request>` and its end, as a view. */
  request: string;
  /** What stands in the turn after the request: the diffs of a review, the output of a failed command. */
  last: string;
  /** Replies since the turn began, each with its calls. */
  replies: { text: string; uses: ToolUse[] }[];
  /** Every user text of the request, in order: pack, change log, turns. */
  userTexts: string[];
  messageCount: number;
}

const turnStart = '<baleen-turn kind="';

export function readTurn(request: ServerRequest): SeenTurn {
  const { messages } = request;
  const at = findLastTurn(messages);
  const turn = at === undefined ? undefined : messages[at];
  const text = turn?.role === 'user' ? turn.text : '';
  return {
    ...readTurnFrame(text),
    replies: at === undefined ? [] : readReplies(messages.slice(at + 1)),
    userTexts: messages.flatMap((message) => (message.role === 'user' ? [message.text] : [])),
    messageCount: messages.length,
  };
}

export function usesOf(turn: SeenTurn): ToolUse[] {
  return turn.replies.flatMap((reply) => reply.uses);
}

function findLastTurn(messages: readonly ServerMessage[]): number | undefined {
  for (let index = messages.length - 1; index >= 0; index--) {
    const message = messages[index]!;
    if (message.role === 'user' && startOfTurn(message.text) >= 0) return index;
  }
  return undefined;
}

/** A server may hand adjacent user messages over as one; a turn frame inside a packed file is no turn. */
function startOfTurn(text: string): number {
  if (text.startsWith(turnStart)) return 0;
  if (!text.trimEnd().endsWith('</baleen-turn>\nEnd of turn')) return -1;
  const at = text.lastIndexOf(`\n${turnStart}`);
  return at < 0 ? -1 : at + 1;
}

export function readTurnFrame(text: string): Pick<SeenTurn, 'kind' | 'request' | 'last'> {
  const start = startOfTurn(text);
  if (start < 0) return { kind: 'none', request: '', last: '' };
  const frame = text.slice(start);
  const kind = /^<baleen-turn kind="([^"\n]*)"/.exec(frame)?.[1] ?? 'chat';
  const open = frame.indexOf('\n<baleen-request>\n');
  const close = frame.indexOf('\n</baleen-request>', open);
  if (open < 0 || close < 0) return { kind, request: '', last: '' };
  const end = frame.lastIndexOf('\n</baleen-turn>');
  return {
    kind,
    request: frame
      .slice(open + '\n<baleen-request>\n'.length, close)
      .replace(askInstruction, '')
      .trim(),
    last: frame.slice(close + '\n</baleen-request>'.length, end < close ? frame.length : end).replace(/^\n/, ''),
  };
}

function readReplies(messages: readonly ServerMessage[]): SeenTurn['replies'] {
  const results = new Map<string, string>();
  for (const message of messages) if (message.role === 'tool') results.set(message.call, message.text);
  return messages.flatMap((message) => {
    if (message.role !== 'assistant') return [];
    const uses = message.calls.map((call) => ({
      name: call.name,
      arguments: parseObject(call.arguments),
      result: results.get(call.id),
    }));
    return [{ text: message.text, uses }];
  });
}

function parseObject(json: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
  } catch {
    return {};
  }
}
