/** The stage between prepare and execute: what the policy says of a call, and the user's yes where it asks. */
import type { ApprovalDecision, ApprovalSubject, Emit } from '../../protocol/events.js';
import type { ToolCall } from '../model/types.js';
import type { Prepared, ToolContext } from '../tools/tool.js';
import { encodeView } from '../view/codec.js';
import { bindingOf, judge, type ApprovalPolicy, type Approver } from './approval.js';

export interface ApproveParts {
  context: ToolContext;
  policy: ApprovalPolicy;
  approver: Approver | undefined;
  emit: Emit;
  /** An approval was needed and nobody could be asked. */
  onUnapproved: (title: string) => void;
}

/** `text` advises the model, `summary` tells the user where it differs. */
export interface Refusal {
  text: string;
  summary?: string;
}

type Ready = Extract<Prepared, { kind: 'ready' }>;

const saidNo: Refusal = {
  text: 'The user said no to this. Do not try it again; say what is left undone.',
  summary: 'You said no to this.',
};

/** `undefined` if the call may run: once, and as it was judged or shown. */
export async function approve(
  call: ToolCall,
  title: string,
  prepared: Ready,
  parts: ApproveParts,
): Promise<Refusal | undefined> {
  const { subject, reason } = prepared;
  for (;;) {
    const verdict = await judge(parts.policy, subject, reason);
    // An edit that need not ask by itself may still be one of many.
    if (verdict.kind === 'run' || subject === undefined) return approveAsOneOfMany(call, title, parts);
    // Sentences may quote the command.
    if (verdict.kind === 'refuse') return { text: encodeView(verdict.sentence).view };
    const decision = await ask(call, title, verdict, parts);
    if (typeof decision !== 'string') return decision;
    // A yes to another text than the one that would run now is none.
    if (bindingOf(verdict.subject) !== bindingOf(subject)) continue;
    if (subject.kind === 'command' && verdict.judgement !== undefined) {
      await parts.policy.commands.remember(subject, verdict.judgement, decision);
    }
    return undefined;
  }
}

async function ask(
  call: ToolCall,
  title: string,
  { subject, reason }: { subject: ApprovalSubject; reason: string },
  { context, approver, emit, onUnapproved }: ApproveParts,
): Promise<Exclude<ApprovalDecision, 'rejected'> | Refusal> {
  if (approver === undefined) {
    onUnapproved(title);
    const why = encodeView(reason).view;
    return { text: `Not done: it needs the user's approval, and nobody can be asked here. ${why}` };
  }
  const request = { id: context.host.randomHex(32), call: call.id, subject, reason };
  emit({ type: 'approval_request', approval: request });
  const decision = await approver.ask(request, context.signal);
  emit({ type: 'approval_end', id: request.id, decision });
  return decision === 'rejected' ? saidNo : decision;
}

async function approveAsOneOfMany(call: ToolCall, title: string, parts: ApproveParts): Promise<Refusal | undefined> {
  const { bulk } = parts.context.turn;
  const verdict = bulk.judge(call);
  if (verdict.kind === 'run') return undefined;
  if (verdict.kind === 'refuse') {
    if (parts.approver === undefined) parts.onUnapproved(title);
    return { text: 'Not done: it is one of many files, to which there was no yes. Say what is left undone.' };
  }
  const { deleted, changed, reason } = verdict;
  const decision = await ask(call, title, { subject: { kind: 'bulk', deleted, changed }, reason }, parts);
  const isApproved = typeof decision === 'string';
  bulk.answer(verdict, isApproved);
  return isApproved ? undefined : decision;
}
