import {
  endsLine,
  fileFoot,
  fileHead,
  listedLine,
  listSection,
  packFoot,
  packHead,
} from '../../src/core/pack/frames.js';
import { renderTurnMessage, type TurnKind } from '../../src/core/prompt/turnMessage.js';
import { encodeView } from '../../src/core/view/codec.js';
import { createRehearsal } from '../../src/rehearsal/rehearse.js';
import type { ServerMessage, ServerReply, ServerRequest } from '../../src/rehearsal/types.js';

const toolNames = [
  'delete_file',
  'edit_file',
  'list_files',
  'move_file',
  'read_file',
  'report_findings',
  'run_command',
  'search_files',
  'write_file',
];

export const answer = createRehearsal();

export function makeRequest(messages: ServerMessage[], over: Partial<ServerRequest> = {}): ServerRequest {
  return {
    wire: 'openai',
    model: 'deepseek-flash',
    thinking: true,
    effort: undefined,
    maxTokens: 16_384,
    userId: undefined,
    tools: toolNames.map((name) => ({ name, description: name, schema: {} })),
    messages: [{ role: 'system', text: 'system' }, ...messages],
    ...over,
  };
}

export function packOf(files: Record<string, string>): ServerMessage {
  const mark = '0123456789abcdef';
  const frames = Object.entries(files).map(([path, text]) => {
    const { view } = encodeView(text);
    const ended = endsLine(view);
    return `${fileHead(path, mark, ended)}${view}${ended ? '' : '\n'}${fileFoot}`;
  });
  const listed = listSection('listed', [listedLine('data/big.csv', 9_000_000)], 1, 0);
  return { role: 'user', text: packHead(mark, frames.length) + frames.join('') + listed + packFoot };
}

export function turnOf(
  kind: TurnKind,
  request: string,
  last?: string,
  context: { name: string; text: string }[] = [],
): ServerMessage {
  const text = renderTurnMessage({ kind, changes: [], context, request, ...(last === undefined ? {} : { last }) });
  return { role: 'user', text };
}

/** The messages that a reply and the answers of its calls add to the conversation. */
export function withResults(reply: ServerReply, results: string[]): ServerMessage[] {
  const { reasoning, text, calls } = reply;
  return [
    { role: 'assistant', reasoning, text, calls },
    ...calls.map((call, index): ServerMessage => ({ role: 'tool', call: call.id, text: results[index] ?? '' })),
  ];
}

export function argumentsOf(reply: ServerReply): Record<string, unknown>[] {
  return reply.calls.map((call) => JSON.parse(call.arguments) as Record<string, unknown>);
}
