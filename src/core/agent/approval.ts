import type {
  ApprovalDecision,
  ApprovalMode,
  ApprovalRequest,
  ApprovalSubject,
  ProposedEdit,
} from '../../protocol/events.js';
import { memoryOf, partsToShow, type CommandGate } from '../commands/gate.js';
import type { Judgement } from '../commands/judge.js';

/** Asks the user. An `Approver` that cannot ask does not exist: leave it out, and what would ask is refused. */
export interface Approver {
  /** Rejects only when `signal` aborts. */
  ask(request: ApprovalRequest, signal: AbortSignal): Promise<ApprovalDecision>;
}

export interface ApprovalPolicy {
  mode: ApprovalMode;
  commands: CommandGate;
}

type CommandSubject = Extract<ApprovalSubject, { kind: 'command' }>;

/** `subject` is what the user is shown: a copy, which nothing changes any more. */
export type Verdict =
  | { kind: 'run' }
  | { kind: 'ask'; reason: string; subject: ApprovalSubject; judgement?: Judgement }
  | { kind: 'refuse'; sentence: string };

/** What the policy says of one prepared call; `undefined` as subject means that the call only reads. */
export async function judge(
  policy: ApprovalPolicy,
  subject: ApprovalSubject | undefined,
  reason?: string,
): Promise<Verdict> {
  if (subject === undefined) return { kind: 'run' };
  if (policy.mode === 'plan') {
    return {
      kind: 'refuse',
      sentence: 'Plan mode: nothing is changed and nothing runs. Describe what you would do instead.',
    };
  }
  if (subject.kind === 'command') return judgeCommand(policy, subject, reason);
  const ask = (why: string): Verdict => ({ kind: 'ask', reason: why, subject: structuredClone(subject) });
  if (subject.kind === 'input') return ask('What is typed into a running command asks each time, as a command does.');
  if (subject.kind === 'bulk') return ask(reason ?? 'Many files at once ask in every mode.');
  const guarded = editsOf(subject).find(({ protectedBy }) => protectedBy !== undefined);
  if (guarded !== undefined) return ask(`${nameOf(guarded)} is protected (${guarded.protectedBy}).`);
  if (reason !== undefined) return ask(reason);
  return policy.mode === 'auto-edit' ? { kind: 'run' } : ask('Every edit asks in this mode.');
}

/** Whatever the mode, a command runs without asking only if each of its parts is allowed. */
async function judgeCommand(policy: ApprovalPolicy, subject: CommandSubject, reason?: string): Promise<Verdict> {
  const judgement = await policy.commands.judge(subject);
  if (judgement.verdict === 'denied') {
    return { kind: 'refuse', sentence: `Not run: ${judgement.reason} Do not try it in another form.` };
  }
  if (judgement.verdict === 'allowed' && reason === undefined) return { kind: 'run' };
  const memory = memoryOf(judgement);
  const shown: CommandSubject = {
    kind: 'command',
    command: subject.command,
    cwd: subject.cwd,
    ...partsToShow(judgement.parts),
    ...(memory === undefined ? {} : { memory }),
  };
  return { kind: 'ask', reason: reason ?? judgement.reason, subject: shown, judgement };
}

/** What a yes is bound to, byte for byte: if it is not the same any more when the yes comes, the yes is void. */
export function bindingOf(subject: ApprovalSubject): string {
  return JSON.stringify(subject.kind === 'command' ? [subject.command, subject.cwd] : subject);
}

function editsOf(subject: Extract<ApprovalSubject, { kind: 'edit' | 'edits' }>): readonly ProposedEdit[] {
  return subject.kind === 'edit' ? [subject] : subject.files;
}

function nameOf({ path, movedTo }: ProposedEdit): string {
  return movedTo === undefined ? path : `${path} or ${movedTo}`;
}
