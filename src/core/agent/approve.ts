/** The stage between prepare and execute: what the policy says of a call, and the user's yes where it asks. */
import type { ApprovalDecision, ApprovalSubject, Emit } from '../../protocol/events.js';
import type { ToolCall } from '../model/types.js';
import { allowanceOf } from '../commands/rules.js';
import type { SandboxLevel } from '../host.js';
import { offerWider } from '../tools/sandboxStop.js';
import type { Prepared, ToolContext, ToolResult } from '../tools/tool.js';
import { encodeView } from '../view/codec.js';
import { bindingOf, judge, rememberLevel, type ApprovalPolicy, type Approver } from './approval.js';

export interface ApproveParts {
  context: ToolContext;
  policy: ApprovalPolicy;
  approver: Approver | undefined;
  emit: Emit;
  /** An approval was needed and nobody could be asked. */
  onUnapproved: (title: string) => void;
}

/** May run, a command in `sandbox`; or does not: `text` advises the model, `summary` tells the user where it differs. */
export type Approved = { kind: 'runs'; sandbox?: SandboxLevel } | Refusal;

interface Refusal {
  kind: 'refused';
  text: string;
  summary?: string;
}

type Ready = Extract<Prepared, { kind: 'ready' }>;

const saidNo: Refusal = {
  kind: 'refused',
  text: 'The user said no to this. Do not try it again; say what is left undone.',
  summary: 'You said no to this.',
};

/** A yes is for one run, of what was judged or shown. */
export async function approve(
  call: ToolCall,
  title: string,
  { subject, reason }: Ready,
  parts: ApproveParts,
): Promise<Approved> {
  const { policy, context } = parts;
  // The first question tries the sandbox out; plan mode does without.
  const isCommand = subject?.kind === 'command' && policy.mode !== 'plan';
  const sandbox = isCommand ? await context.host.sandbox.status() : undefined;
  for (;;) {
    const verdict = await judge(policy, subject, reason, sandbox);
    // Sentences may quote the command.
    if (verdict.kind === 'refuse') return refuse(encodeView(verdict.sentence).view);
    // An edit that need not ask by itself may still be one of many.
    if (verdict.kind === 'run' || subject === undefined) {
      return (await refuseAsOneOfMany(call, title, parts)) ?? runsIn(verdict.sandbox);
    }
    const decision = await ask(call, title, verdict, parts);
    if (typeof decision !== 'string') return decision;
    // A yes to another text than the one that would run now is none.
    if (bindingOf(verdict.subject) !== bindingOf(subject)) continue;
    if (subject.kind === 'command' && verdict.judgement !== undefined) {
      await policy.commands.remember(subject, verdict.judgement, decision);
    }
    rememberLevel(policy, verdict, decision);
    return runsIn(verdict.sandbox);
  }
}

/** A command that the sandbox stopped is asked about when it comes again, by whoever can be. */
export function noteStop(result: ToolResult, subject: ApprovalSubject | undefined, parts: ApproveParts): ToolResult {
  const { stoppedAt } = result;
  if (subject?.kind !== 'command' || stoppedAt === undefined) return result;
  const canAsk = parts.approver !== undefined;
  if (canAsk) parts.policy.sandboxed?.stoppedAt.set(allowanceOf(subject), stoppedAt);
  return { ...result, text: `${result.text}\n${offerWider(stoppedAt, canAsk)}` };
}

function runsIn(sandbox: SandboxLevel | undefined): Approved {
  return { kind: 'runs', ...(sandbox === undefined ? {} : { sandbox }) };
}

function refuse(text: string): Refusal {
  return { kind: 'refused', text };
}

/** A yes, or why not. */
export async function ask(
  call: ToolCall,
  title: string,
  { subject, reason }: { subject: ApprovalSubject; reason: string },
  { context, approver, emit, onUnapproved }: ApproveParts,
): Promise<Exclude<ApprovalDecision, 'rejected'> | Refusal> {
  if (approver === undefined) {
    onUnapproved(title);
    const why = encodeView(reason).view;
    return refuse(`Not done: it needs the user's approval, and nobody can be asked here. ${why}`);
  }
  const request = { id: context.host.randomHex(32), call: call.id, subject, reason };
  emit({ type: 'approval_request', approval: request });
  const decision = await approver.ask(request, context.signal);
  emit({ type: 'approval_end', id: request.id, decision });
  return decision === 'rejected' ? saidNo : decision;
}

async function refuseAsOneOfMany(call: ToolCall, title: string, parts: ApproveParts): Promise<Refusal | undefined> {
  const { bulk } = parts.context.turn;
  const verdict = bulk.judge(call);
  if (verdict.kind === 'run') return undefined;
  if (verdict.kind === 'refuse') {
    if (parts.approver === undefined) parts.onUnapproved(title);
    return refuse('Not done: it is one of many files, to which there was no yes. Say what is left undone.');
  }
  const { deleted, changed, reason } = verdict;
  const decision = await ask(call, title, { subject: { kind: 'bulk', deleted, changed }, reason }, parts);
  const isApproved = typeof decision === 'string';
  bulk.answer(verdict, isApproved);
  return isApproved ? undefined : decision;
}
