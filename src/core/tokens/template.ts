import type { ThinkingLevel } from '../../protocol/events.js';
import type { AssistantMessage, Message, ToolSpec } from '../model/types.js';
import type { TokenCounter } from './counter.js';

/**
 * Facts of DeepSeek-V4's chat template (encoding/encoding_dsv4.py, published with the weights). The fixed texts stand
 * here as their counts. V4.1-Flash words a few of them otherwise and puts a line about the effort, 26 tokens, before
 * every thinking prompt: some tens of tokens in all, which the budget's margin covers.
 */
const template = {
  /** Before the system text, when thinking is `max`. */
  maxEffortTokens: 79,
  /** How to call tools, before and after the list of tools. */
  toolsHeadTokens: 203,
  toolsTailTokens: 18,
  /** Between the parts of a user turn, and before tools and tool calls. */
  separator: '\n\n',
} as const;

/** Each of V4's added tokens counts one, wherever the template puts it; their names are for the reader. */
type AddedToken =
  | '<｜begin▁of▁sentence｜>'
  | '<｜end▁of▁sentence｜>'
  | '<｜User｜>'
  | '<｜Assistant｜>'
  | '<think>'
  | '</think>'
  | '｜DSML｜';

export interface Prompt {
  system: string;
  tools: readonly ToolSpec[];
  messages: readonly Message[];
  thinking: ThinkingLevel;
}

interface Sum {
  text(text: string): void;
  added(token: AddedToken): void;
  counted(tokens: number): void;
  total(): number;
}

/**
 * Tokens that a request is billed for, up to where the answer begins. Exact for the texts; an estimate for what the
 * server puts around them, which only `usage.prompt_tokens` of an answer can confirm.
 *
 * @param packTokens tokens of each pack message, by its SHA-256.
 * @throws Error if a pack message is not among them.
 */
export function countPrompt(
  counter: Pick<TokenCounter, 'countText'>,
  prompt: Prompt,
  packTokens: ReadonlyMap<string, number>,
): number {
  const sum = createSum(counter);
  const { messages, thinking } = prompt;
  sum.added('<｜begin▁of▁sentence｜>');
  if (thinking === 'max') sum.counted(template.maxEffortTokens);
  sum.text(prompt.system);
  if (prompt.tools.length > 0) addTools(sum, prompt.tools);

  // Without tools the server leaves out the reasoning of turns before the last one.
  const lastUser = messages.findLastIndex((message) => message.role !== 'assistant');
  messages.forEach((message, index) => {
    if (message.role === 'assistant') {
      addAnswer(sum, message, thinking !== 'off' && (prompt.tools.length > 0 || index > lastUser));
      return;
    }
    const before = messages[index - 1];
    if (before === undefined || before.role === 'assistant') sum.added('<｜User｜>');
    else sum.text(template.separator);
    addUserPart(sum, message, packTokens);
    const after = messages[index + 1];
    if (after === undefined || after.role === 'assistant') {
      sum.added('<｜Assistant｜>');
      sum.added(thinking === 'off' ? '</think>' : '<think>');
    }
  });
  return sum.total();
}

/** Texts that nothing separates are counted as one, since a token may reach across. */
function createSum(counter: Pick<TokenCounter, 'countText'>): Sum {
  let total = 0;
  let pending = '';
  const counted = (tokens: number): void => {
    if (pending !== '') total += counter.countText(pending);
    pending = '';
    total += tokens;
  };
  return {
    text: (text) => {
      pending += text;
    },
    added: () => counted(1),
    counted,
    total: () => {
      counted(0);
      return total;
    },
  };
}

function addTools(sum: Sum, tools: readonly ToolSpec[]): void {
  sum.text(template.separator);
  sum.counted(template.toolsHeadTokens);
  const lines = tools.map(({ name, description, schema }) => toPythonJson({ name, description, parameters: schema }));
  sum.text(lines.join('\n') + template.separator);
  sum.counted(template.toolsTailTokens);
}

function addUserPart(
  sum: Sum,
  message: Exclude<Message, AssistantMessage>,
  packTokens: ReadonlyMap<string, number>,
): void {
  if (message.role === 'tool') {
    sum.text(`<tool_result>${message.text}</tool_result>`);
  } else if ('packSha256' in message) {
    const tokens = packTokens.get(message.packSha256);
    if (tokens === undefined) throw new Error(`The pack ${message.packSha256} has no token count.`);
    sum.counted(tokens);
  } else {
    sum.text(message.text);
  }
}

function addAnswer(sum: Sum, answer: AssistantMessage, withReasoning: boolean): void {
  if (withReasoning) {
    sum.text(answer.reasoning);
    sum.added('</think>');
  }
  sum.text(answer.text);
  if (answer.calls.length > 0) {
    sum.text(template.separator);
    addTag(sum, '<', 'tool_calls>\n');
    for (const call of answer.calls) {
      addTag(sum, '<', `invoke name="${call.name}">\n`);
      readArguments(call.arguments).forEach(([name, value], index) => {
        const isText = typeof value === 'string';
        if (index > 0) sum.text('\n');
        addTag(sum, '<', `parameter name="${name}" string="${isText}">${isText ? value : toPythonJson(value)}`);
        addTag(sum, '</', 'parameter>');
      });
      sum.text('\n');
      addTag(sum, '</', 'invoke>\n');
    }
    addTag(sum, '</', 'tool_calls>');
  }
  sum.added('<｜end▁of▁sentence｜>');
}

function addTag(sum: Sum, opening: string, rest: string): void {
  sum.text(opening);
  sum.added('｜DSML｜');
  sum.text(rest);
}

/** Arguments that are no JSON object are shown to the model as one parameter named `arguments`. */
function readArguments(text: string): [string, unknown][] {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return Object.entries(value);
  } catch {
    // Falls through: the text itself is the argument.
  }
  return [['arguments', text]];
}

/** JSON as Python's json.dumps writes it: a space after each comma and colon. */
function toPythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(toPythonJson).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}: ${toPythonJson(member)}`).join(', ')}}`;
}
