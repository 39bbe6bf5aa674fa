/** Waiting questions, answered by the buttons of the sidebar with the id that the host made. */
import type { Approver } from '../core/agent/approval.js';
import type { ApprovalDecision } from '../protocol/events.js';

export interface Approvals extends Approver {
  /** `false` if no question with this id waits: each is answered once. */
  decide(id: string, decision: ApprovalDecision): boolean;
  waiting(): string[];
}

/** `onAsk` is called for each new question, to show it to a user who looks elsewhere. */
export function createApprovals(onAsk: () => void): Approvals {
  const waiting = new Map<string, (decision: ApprovalDecision) => void>();
  return {
    ask(request, signal) {
      return new Promise((resolve, reject) => {
        const end = (): void => {
          waiting.delete(request.id);
          signal.removeEventListener('abort', onAbort);
        };
        const onAbort = (): void => {
          end();
          reject(new DOMException('The turn was stopped while it waited for an approval.', 'AbortError'));
        };
        if (signal.aborted) return onAbort();
        signal.addEventListener('abort', onAbort, { once: true });
        waiting.set(request.id, (decision) => {
          end();
          resolve(decision);
        });
        onAsk();
      });
    },
    decide(id, decision) {
      const answer = waiting.get(id);
      answer?.(decision);
      return answer !== undefined;
    },
    waiting: () => [...waiting.keys()],
  };
}
