/** The tool calls of one reply: prepare (parse, gate, approve), execute, finalize. */
import type { AgentEvent, ApprovalSubject, Emit, EventOf } from '../../protocol/events.js';
import { allowanceOf } from '../commands/rules.js';
import { isCancellation, messageOf } from '../errors.js';
import type { SandboxLevel } from '../host.js';
import type { ToolCall, ToolMessage } from '../model/types.js';
import { offerWider } from '../tools/sandboxStop.js';
import { parseArguments } from '../tools/toolList.js';
import type { Prepared, Tool, ToolContext, ToolResult } from '../tools/tool.js';
import { encodeView } from '../view/codec.js';
import type { Misfit } from './patience.js';
import { bindingOf, judge, rememberLevel, type ApprovalPolicy, type Approver } from './approval.js';

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
  noteResult: (message: ToolMessage, index: number) => Promise<void>;
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
  parts.context.turn.editFailedInReply = false;
  for (let at = 0; at < calls.length;) {
    const end = endOfGroup(calls, at, parts.tools);
    const group = calls.slice(at, end);
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
      await parts.noteResult(message, at + index);
    }
    at = end;
  }
}

/** Of a call, or of its result. */
export function isEdit({ name }: Pick<ToolCall, 'name'>): boolean {
  return name === 'edit_file' || name === 'write_file';
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
  return { ...parts.context, call: call.id, output };
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
  if ('status' in approved) return approved;
  await parts.noteStarted(call);
  const result = noteStop(await prepared.run(approved.sandbox), prepared.subject, parts);
  if (parts.context.signal.aborted && result.failed) return { status: 'cancelled', result };
  return { status: result.failed ? 'failed' : 'done', result };
}

type Ready = Extract<Prepared, { kind: 'ready' }>;

/** A command that the sandbox stopped is asked about when it comes again, by whoever can be. */
function noteStop(result: ToolResult, subject: ApprovalSubject | undefined, parts: ToolCallParts): ToolResult {
  const { stoppedAt } = result;
  if (subject?.kind !== 'command' || stoppedAt === undefined) return result;
  const canAsk = parts.approver !== undefined;
  if (canAsk) parts.policy.sandboxed?.stoppedAt.set(allowanceOf(subject), stoppedAt);
  return { ...result, text: `${result.text}\n${offerWider(stoppedAt, canAsk)}` };
}

/** What a call may run with, once, and as it was judged or shown; or why it does not. */
async function approve(
  call: ToolCall,
  title: string,
  { subject, reason }: Ready,
  parts: ToolCallParts,
): Promise<Ended | { sandbox?: SandboxLevel }> {
  const { policy, approver, context } = parts;
  // The first question tries the sandbox out; plan mode does without.
  const isCommand = subject?.kind === 'command' && policy.mode !== 'plan';
  const sandbox = isCommand ? await context.host.sandbox.status() : undefined;
  for (;;) {
    const verdict = await judge(policy, subject, reason, sandbox);
    if (verdict.kind === 'run') return levelOf(verdict);
    if (subject === undefined) return {};
    // Sentences may quote the command.
    if (verdict.kind === 'refuse') return refused(encodeView(verdict.sentence).view);
    if (approver === undefined) {
      parts.onUnapproved(title);
      const why = encodeView(verdict.reason).view;
      return refused(`Not done: it needs the user's approval, and nobody can be asked here. ${why}`);
    }
    const request = { id: context.host.randomHex(32), call: call.id, subject: verdict.subject, reason: verdict.reason };
    parts.emit({ type: 'approval_request', approval: request });
    const decision = await approver.ask(request, context.signal);
    parts.emit({ type: 'approval_end', id: request.id, decision });
    if (decision === 'rejected')
      return refused('The user said no to this. Do not try it again; say what is left undone.', 'You said no to this.');
    // A yes to another text than the one that would run now is none.
    if (bindingOf(verdict.subject) !== bindingOf(subject)) continue;
    if (subject.kind === 'command' && verdict.judgement !== undefined) {
      await policy.commands.remember(subject, verdict.judgement, decision);
    }
    rememberLevel(policy, verdict, decision);
    return levelOf(verdict);
  }
}

function levelOf({ sandbox }: { sandbox?: SandboxLevel }): { sandbox?: SandboxLevel } {
  return sandbox === undefined ? {} : { sandbox };
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
