import type { SandboxLevel, SandboxStatus } from '../host.js';
import type {
  ApprovalDecision,
  ApprovalMode,
  ApprovalRequest,
  ApprovalSubject,
  CommandMemory,
  ProposedEdit,
} from '../../protocol/events.js';
import { memoryOf, partsToShow, type CommandGate } from '../commands/gate.js';
import type { Judgement } from '../commands/judge.js';
import { allowanceOf } from '../commands/rules.js';

/** Asks the user. An `Approver` that cannot ask does not exist: leave it out, and what would ask is refused. */
export interface Approver {
  /** Rejects only when `signal` aborts. */
  ask(request: ApprovalRequest, signal: AbortSignal): Promise<ApprovalDecision>;
}

export interface ApprovalPolicy {
  mode: ApprovalMode;
  commands: CommandGate;
  /** Absent: nothing is known of a command's earlier runs. */
  sandboxed?: SandboxMemory;
}

/** What a session knows of commands and the sandbox, by `allowanceOf`. */
export interface SandboxMemory {
  /** Where it stood in a command's way: the next run asks for the next wider level. */
  stoppedAt: Map<string, SandboxLevel>;
  /** Approved for the session, and wider than the mode has it. */
  widened: Map<string, SandboxLevel>;
}

type CommandSubject = Extract<ApprovalSubject, { kind: 'command' }>;

/**
 * `subject` is what the user is shown: a copy, which nothing changes any more. `sandbox` is where a command runs, at once or
 * after the yes.
 */
export type Verdict =
  | { kind: 'run'; sandbox?: SandboxLevel }
  | { kind: 'ask'; reason: string; subject: ApprovalSubject; judgement?: Judgement; sandbox?: SandboxLevel }
  | { kind: 'refuse'; sentence: string };

/** What the policy says of one prepared call; `undefined` as subject means that the call only reads. */
export async function judge(
  policy: ApprovalPolicy,
  subject: ApprovalSubject | undefined,
  reason?: string,
  sandbox: SandboxStatus = noSandbox,
): Promise<Verdict> {
  if (subject === undefined) return { kind: 'run' };
  if (policy.mode === 'plan') {
    return {
      kind: 'refuse',
      sentence: 'Plan mode: nothing is changed and nothing runs. Describe what you would do instead.',
    };
  }
  if (subject.kind === 'command') return judgeCommand(policy, subject, reason, sandbox);
  const ask = (why: string): Verdict => ({ kind: 'ask', reason: why, subject: structuredClone(subject) });
  if (subject.kind === 'input') return ask('What is typed into a running command asks each time, as a command does.');
  if (subject.kind === 'bulk') return ask(reason ?? 'Many files at once ask in every mode.');
  const guarded = editsOf(subject).find(({ protectedBy }) => protectedBy !== undefined);
  if (guarded !== undefined) return ask(`${nameOf(guarded)} is protected (${guarded.protectedBy}).`);
  if (reason !== undefined) return ask(reason);
  return policy.mode === 'auto-edit' || policy.mode === 'auto' ? { kind: 'run' } : ask('Every edit asks in this mode.');
}

/** A command runs without asking only if each of its parts is allowed; in `auto` also if a closed sandbox holds it. */
async function judgeCommand(
  { mode, commands, sandboxed }: ApprovalPolicy,
  subject: CommandSubject,
  reason: string | undefined,
  sandbox: SandboxStatus,
): Promise<Verdict> {
  const judgement = await commands.judge(subject);
  if (judgement.verdict === 'denied') {
    return { kind: 'refuse', sentence: `Not run: ${judgement.reason} Do not try it in another form.` };
  }
  const ask = (why: string, level: SandboxLevel, memory: CommandMemory | undefined): Verdict => {
    const { command, cwd } = subject;
    const remembered = memory === undefined ? {} : { memory };
    const shown = { kind: 'command' as const, command, cwd, ...partsToShow(judgement.parts), ...remembered };
    return { kind: 'ask', reason: why, subject: shown, judgement, sandbox: level };
  };
  const allowance = allowanceOf(subject);
  const wider = sandboxed?.widened.get(allowance);
  if (wider !== undefined && reason === undefined) return { kind: 'run', sandbox: wider };
  const stopped = sandboxed?.stoppedAt.get(allowance);
  if (stopped !== undefined && sandbox.works) {
    const { level, place } = widerThan(stopped);
    const memory = judgement.isRisky ? undefined : ({ kind: 'session' } as const);
    return ask(`The sandbox stood in its way. With your yes it runs ${place}.`, level, memory);
  }
  const isAllowed = judgement.verdict === 'allowed' && reason === undefined;
  const mayBeConfined = reason === undefined && !judgement.isRisky && !judgement.isUnread;
  if (mode === 'auto' && sandbox.works) {
    // With a rule for it, a secret in view and text of strangers, nobody would be asked before the secret leaves.
    if (isAllowed && judgement.reachesNetwork) return ask(`${networkAsks} It runs ${openPlace}.`, 'open', undefined);
    if (isAllowed || mayBeConfined) return { kind: 'run', sandbox: 'closed' };
  }
  if (isAllowed) return { kind: 'run', sandbox: 'open' };
  return ask(`${reason ?? judgement.reason} ${describePlace(mode, sandbox)}`, 'open', memoryOf(judgement));
}

const noSandbox: SandboxStatus = { works: false, why: 'There is no sandbox for commands here.' };
const networkAsks = 'It reaches the network, which in this mode asks each time, also where a rule allows it.';
const openPlace = 'in the sandbox, with the network and the whole workspace, without your keys';

function widerThan(stopped: SandboxLevel): { level: SandboxLevel; place: string } {
  if (stopped === 'closed') return { level: 'open', place: openPlace };
  return { level: 'none', place: 'outside the sandbox, with all that you may do yourself' };
}

function describePlace(mode: ApprovalMode, sandbox: SandboxStatus): string {
  if (sandbox.works) return `It runs ${openPlace}.`;
  return mode === 'auto' ? `Nothing runs by itself without a sandbox. ${sandbox.why}` : 'It runs without a sandbox.';
}

/** A yes for the session to a run that the mode alone would not give is kept with its level. */
export function rememberLevel(
  { mode, sandboxed }: ApprovalPolicy,
  verdict: Extract<Verdict, { kind: 'ask' }>,
  decision: ApprovalDecision,
): void {
  const { subject, sandbox } = verdict;
  if (decision !== 'approved_for_session' || sandbox === undefined || subject.kind !== 'command') return;
  const allowance = allowanceOf(subject);
  const isWider = mode === 'auto' || sandboxed?.stoppedAt.has(allowance) === true;
  if (isWider && subject.memory !== undefined) sandboxed?.widened.set(allowance, sandbox);
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
