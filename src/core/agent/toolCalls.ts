/** The tool calls of one reply: prepare (parse, gate, approve), execute, finalize. */
import type { AgentEvent, Emit, EventOf } from '../../protocol/events.js';
import type { InputWait } from '../../protocol/inputWait.js';
import { isCancellation, messageOf } from '../errors.js';
import type { ToolCall, ToolMessage } from '../model/types.js';
import { parseArguments } from '../tools/toolList.js';
import type { Prepared, Tool, ToolContext, ToolResult } from '../tools/tool.js';
import { encodeView } from '../view/codec.js';
import type { Misfit } from './patience.js';
import type { ApprovalPolicy, Approver } from './approval.js';
import { approve, noteStop } from './approve.js';
import { askToLetIn } from './heldBack.js';

export interface ToolCallParts {
  tools: readonly Tool[];
  context: ToolContext;
  policy: ApprovalPolicy;
  approver: Approver | undefined;
  /** A sentence if the running workflow does not execute this call, for instance an edit during a review. */
  refuse: (call: ToolCall) => string | undefined;
  /** Written down, fsynced, before a call runs, so that it never runs twice. */
  noteStarted: (call: ToolCall) => Promise<void>;
  /** Called with the message of each call, in the order in which the model asked. */
  noteResult: (message: ToolMessage, index: number, result: ToolResult) => Promise<void>;
  /** A call was not even prepared. */
  onMisfit: (misfit: Misfit) => void;
  emit: Emit;
  /** An approval was needed and nobody could be asked. */
  onUnapproved: (title: string) => void;
}

type EndStatus = EventOf<'tool_call_end'>['status'];
type Ended = { status: EndStatus; result: ToolResult };

/** Runs every call; calls next to each other that only read run side by side, all others in order. */
export async function runToolCalls(calls: readonly ToolCall[], parts: ToolCallParts): Promise<void> {
  const { turn } = parts.context;
  turn.editFailedInReply = false;
  turn.unchecked.clear();
  turn.bulk.beginReply(calls);
  for (let at = 0; at < calls.length;) {
    const end = endOfGroup(calls, at, parts.tools);
    const group = calls.slice(at, end);
    turn.editsFollow = calls.slice(end).some(isEdit);
    const ended = await Promise.all(group.map((call) => runToolCall(call, parts)));
    for (const [index, call] of group.entries()) {
      const { result } = ended[index]!;
      const message: ToolMessage = {
        role: 'tool',
        call: call.id,
        name: call.name,
        text: result.text,
        failed: result.failed,
        ...(result.shows === undefined ? {} : { shows: result.shows }),
      };
      await parts.noteResult(message, at + index, result);
    }
    at = end;
  }
}

const changers: ReadonlySet<string> = new Set(['delete_file', 'edit_file', 'move_file', 'rename_symbol', 'write_file']);

/** Of a call, or of its result. */
export function isEdit({ name }: Pick<ToolCall, 'name'>): boolean {
  return changers.has(name);
}

function endOfGroup(calls: readonly ToolCall[], start: number, tools: readonly Tool[]): number {
  const readsOnly = (call: ToolCall | undefined): boolean =>
    call !== undefined && tools.some((tool) => tool.name === call.name && tool.readsOnly);
  let end = start + 1;
  if (readsOnly(calls[start])) while (readsOnly(calls[end])) end++;
  return end;
}

async function runToolCall(call: ToolCall, parts: ToolCallParts): Promise<Ended> {
  const ended = await prepareAndExecute(call, { ...parts, context: contextOf(call, parts) });
  const { status, result } = ended;
  if (isEdit(call) && status !== 'done') parts.context.turn.editFailedInReply = true;
  parts.emit({
    type: 'tool_call_end',
    call: call.id,
    status,
    summary: result.summary,
    ...(result.details === undefined ? {} : { details: result.details }),
  });
  return ended;
}

function contextOf(call: ToolCall, parts: ToolCallParts): ToolContext {
  const output = (text: string): void => parts.emit({ type: 'tool_call_output', call: call.id, text });
  const inputWait = (wait: InputWait | undefined): void =>
    parts.emit({ type: 'input_wait', call: call.id, ...(wait === undefined ? {} : { wait }) });
  return { ...parts.context, call: call.id, output, inputWait };
}

async function prepareAndExecute(call: ToolCall, parts: ToolCallParts): Promise<Ended> {
  const start = (title: string, path?: string): void => {
    const event: AgentEvent = { type: 'tool_call_start', call: call.id, tool: call.name, title };
    parts.emit(path === undefined ? event : { ...event, path });
  };
  const tool = parts.tools.find((candidate) => candidate.name === call.name);
  if (tool === undefined) {
    start(call.name);
    parts.onMisfit('wrong');
    return failed(
      `There is no tool named ${call.name}. The tools are: ${parts.tools.map((one) => one.name).join(', ')}.`,
    );
  }
  const parsed = parseArguments(tool, call.arguments);
  if (!parsed.ok) {
    start(call.name);
    parts.onMisfit(parsed.isJson ? 'wrong' : 'unreadable');
    return failed(parsed.sentence);
  }
  const { title, path } = tool.title(parsed.value);
  start(title, path);
  const refusal = parts.refuse(call);
  if (refusal !== undefined) return refused(refusal);
  if (parts.context.signal.aborted) return cancelled();
  try {
    const prepared = await tool.prepare(parsed.value, parts.context);
    return await approveAndExecute(call, title, prepared, parts);
  } catch (error) {
    if (isCancellation(error, parts.context.signal)) return cancelled();
    return failed(encodeView(messageOf(error)).view);
  }
}

async function approveAndExecute(
  call: ToolCall,
  title: string,
  prepared: Prepared,
  parts: ToolCallParts,
): Promise<Ended> {
  if (prepared.kind === 'decided') return { status: prepared.refused ? 'refused' : 'failed', result: prepared.result };
  const approved = await approve(call, title, prepared, parts);
  if (approved.kind === 'refused') return refused(approved.text, approved.summary);
  await parts.noteStarted(call);
  const ran = await askToLetIn(call, title, await prepared.run(approved.sandbox), parts);
  const result = noteStop(ran, prepared.subject, parts);
  if (parts.context.signal.aborted && result.failed) return { status: 'cancelled', result };
  return { status: result.failed ? 'failed' : 'done', result };
}

function failed(text: string): Ended {
  return { status: 'failed', result: { text, failed: true, summary: firstLine(text) } };
}

/** `summary` is for the user where `text` advises the model. */
function refused(text: string, summary = firstLine(text)): Ended {
  return { status: 'refused', result: { text, failed: true, summary } };
}

function cancelled(): Ended {
  return {
    status: 'cancelled',
    result: { text: 'Not run: the user stopped the turn.', failed: true, summary: 'stopped' },
  };
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]!.slice(0, 200);
}
