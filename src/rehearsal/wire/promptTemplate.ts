/**
 * What the model behind the wire reads: DeepSeek's published V4 template. Written for the server's side alone,
 * so that a mistake in the client's own arithmetic cannot hide in shared code.
 */
import type { ServerCall, ServerMessage, ServerReply, ServerRequest } from '../types.js';

/** The rendered prompt as pieces whose texts add up to it; `userEnd` is the number of pieces before the model's mark. */
export interface RenderedPrompt {
  pieces: string[];
  userEnd: number;
}

const bos = '<｜begin▁of▁sentence｜>';
const eos = '<｜end▁of▁sentence｜>';
const dsml = '｜DSML｜';

const maxEffort = `Reasoning Effort: Absolute maximum with no shortcuts permitted.
You MUST be very thorough in your thinking and comprehensively decompose the problem to resolve the root cause, rigorously stress-testing your logic against all potential paths, edge cases, and adversarial scenarios.
Explicitly write out your entire deliberation process, documenting every intermediate step, considered alternative, and rejected hypothesis to ensure absolutely no assumption is left unchecked.

`;

function renderTools(tools: ServerRequest['tools']): string {
  const schemas = tools.map(({ name, description, schema }) =>
    JSON.stringify({ name, description, parameters: schema }),
  );
  return `\n\n## Tools

You have access to a set of tools to help answer the user's question. You can invoke tools by writing a "<${dsml}tool_calls>" block like the following:

<${dsml}tool_calls>
<${dsml}invoke name="$TOOL_NAME">
<${dsml}parameter name="$PARAMETER_NAME" string="true|false">$PARAMETER_VALUE</${dsml}parameter>
...
</${dsml}invoke>
<${dsml}invoke name="$TOOL_NAME2">
...
</${dsml}invoke>
</${dsml}tool_calls>

String parameters should be specified as is and set \`string="true"\`. For all other types (numbers, booleans, arrays, objects), pass the value in JSON format and set \`string="false"\`.

If thinking_mode is enabled (triggered by <think>), you MUST output your complete reasoning inside <think>...</think> BEFORE any tool calls or final response.

Otherwise, output directly after </think> with tool calls or final response.

### Available Tool Schemas

${schemas.join('\n')}

You MUST strictly follow the above defined tool name and parameter schemas to invoke tool calls.
`;
}

function renderCall(call: ServerCall): string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(call.arguments);
  } catch {
    parsed = undefined;
  }
  const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
  const fields: [string, unknown][] = isObject ? Object.entries(parsed as object) : [['arguments', call.arguments]];
  const parameters = fields.map(([name, value]) => {
    const isText = typeof value === 'string';
    const shown = isText ? value : JSON.stringify(value);
    return `<${dsml}parameter name="${name}" string="${isText}">${shown}</${dsml}parameter>`;
  });
  return `<${dsml}invoke name="${call.name}">\n${parameters.join('\n')}\n</${dsml}invoke>`;
}

/** The output as the model wrote it, from after its opening mark to its end mark. */
export function renderOutput(
  reply: Pick<ServerReply, 'reasoning' | 'text' | 'calls'>,
  thinking: boolean,
  keepReasoning = true,
): string {
  const thought = thinking && keepReasoning ? `${reply.reasoning}</think>` : '';
  const calls =
    reply.calls.length === 0
      ? ''
      : `\n\n<${dsml}tool_calls>\n${reply.calls.map(renderCall).join('\n')}\n</${dsml}tool_calls>`;
  return `${thought}${reply.text}${calls}${eos}`;
}

/** Results of one group stand in the order of their calls, whatever order they were sent in. */
function sortResults(messages: readonly ServerMessage[]): ServerMessage[] {
  const sorted = [...messages];
  let order = new Map<string, number>();
  for (let start = 0; start < sorted.length; start++) {
    const message = sorted[start];
    if (message?.role === 'assistant') order = new Map(message.calls.map((call, index) => [call.id, index]));
    if (message?.role !== 'tool') continue;
    let end = start;
    while (sorted[end]?.role === 'tool') end++;
    const place = (one: ServerMessage): number => (one.role === 'tool' ? (order.get(one.call) ?? 0) : 0);
    sorted.splice(start, end - start, ...sorted.slice(start, end).sort((a, b) => place(a) - place(b)));
    start = end - 1;
  }
  return sorted;
}

export function renderPrompt(request: ServerRequest): RenderedPrompt {
  const { thinking, tools } = request;
  const messages = sortResults(request.messages);
  const lastUser = messages.findLastIndex((message) => message.role === 'user' || message.role === 'tool');
  const opening = thinking && request.effort === 'max' ? bos + maxEffort : bos;
  const pieces: string[] = [opening];
  let needsTools = tools.length > 0;
  messages.forEach((message, index) => {
    if (message.role === 'system') {
      pieces.push(message.text);
      if (needsTools) pieces.push(renderTools(tools));
      needsTools = false;
      return;
    }
    if (message.role === 'assistant') {
      const keepReasoning = tools.length > 0 || index > lastUser;
      pieces.push(`<｜Assistant｜>${thinking && keepReasoning ? '<think>' : '</think>'}`);
      pieces.push(renderOutput(message, thinking, keepReasoning));
      return;
    }
    const before = messages[index - 1]?.role;
    pieces.push(before === 'user' || before === 'tool' ? '\n\n' : '<｜User｜>');
    pieces.push(message.role === 'tool' ? `<tool_result>${message.text}</tool_result>` : message.text);
  });
  const userEnd = pieces.length;
  return { pieces: [...pieces, `<｜Assistant｜>${thinking ? '<think>' : '</think>'}`], userEnd };
}
