import type { ApprovalDecision, ApprovalMode, ApprovalRequest, ApprovalSubject } from '../../protocol/events.js';

/** Asks the user. An `Approver` that cannot ask does not exist: leave it out, and what would ask is refused. */
export interface Approver {
  /** Rejects only when `signal` aborts. */
  ask(request: ApprovalRequest, signal: AbortSignal): Promise<ApprovalDecision>;
}

export interface ApprovalPolicy {
  mode: ApprovalMode;
  /** Commands that run without asking, as `allowanceOf` names them; each is compared as a whole, character by character. */
  allowedCommands: Set<string>;
  /** Keeps an allowance for the turns to come. */
  allowForSession: (allowance: string) => void;
}

/**
 * What a yes is given to: the same text in another folder is another command. One that was allowed by its text alone, as
 * on the command line, is meant for the workspace folder; of several, for the first.
 */
export function allowanceOf({ command, cwd }: { command: string; cwd: string }): string {
  return cwd === '.' ? command : `${cwd}\0${command}`;
}

export type Verdict = { kind: 'run' } | { kind: 'ask'; reason: string } | { kind: 'refuse'; sentence: string };

/** What the policy says of one prepared call; `undefined` as subject means that the call only reads. */
export function judge(policy: ApprovalPolicy, subject: ApprovalSubject | undefined, reason?: string): Verdict {
  if (subject === undefined) return { kind: 'run' };
  if (policy.mode === 'plan') {
    return {
      kind: 'refuse',
      sentence: 'Plan mode: nothing is changed and nothing runs. Describe what you would do instead.',
    };
  }
  switch (subject.kind) {
    case 'command':
      if (policy.allowedCommands.has(allowanceOf(subject))) return { kind: 'run' };
      return { kind: 'ask', reason: reason ?? 'Commands run only after a yes to exactly this text.' };
    case 'edit':
    case 'edits': {
      const guarded = (subject.kind === 'edit' ? [subject] : subject.files).find((file) => file.protectedBy);
      if (guarded !== undefined)
        return { kind: 'ask', reason: `${guarded.path} is protected (${guarded.protectedBy}).` };
      if (reason !== undefined) return { kind: 'ask', reason };
      return policy.mode === 'auto-edit' ? { kind: 'run' } : { kind: 'ask', reason: 'Every edit asks in this mode.' };
    }
  }
}
