/** Asks in the sidebar whether this workspace may be sent to a host; one question for all the work that waits for it. */
import type { SendConsent } from '../core/session/agreements.js';
import type { WaitingSendQuestion } from '../protocol/sidebar.js';
import { randomHex } from '../node/randomHex.js';

export interface SendQuestions extends SendConsent {
  /** The oldest that waits. */
  waiting(): WaitingSendQuestion | undefined;
  /** `false` if no question with this id waits: each is answered once. */
  decide(id: string, agreed: boolean): boolean;
}

interface Waiting {
  question: WaitingSendQuestion;
  answers: Set<(agreed: boolean) => void>;
}

/** `onChange` is called when another question, or none, is to be shown; `onAsk` brings it to a user who looks elsewhere. */
export function createSendQuestions({ onAsk, onChange }: { onAsk: () => void; onChange: () => void }): SendQuestions {
  const waiting = new Map<string, Waiting>();
  return {
    async ask(question, signal) {
      const { origin } = question;
      signal.throwIfAborted();
      const mine = waiting.get(origin) ?? {
        question: { ...question, id: randomHex(32) },
        answers: new Set(),
      };
      const isNew = mine.answers.size === 0;
      const agreed = await new Promise<boolean>((resolve, reject) => {
        const end = (): void => {
          signal.removeEventListener('abort', onAbort);
          mine.answers.delete(answer);
          if (mine.answers.size > 0 || waiting.get(origin) !== mine) return;
          waiting.delete(origin);
          onChange();
        };
        const answer = (yes: boolean): void => {
          end();
          resolve(yes);
        };
        const onAbort = (): void => {
          end();
          reject(new DOMException('The work was stopped while it waited for an answer.', 'AbortError'));
        };
        signal.addEventListener('abort', onAbort, { once: true });
        mine.answers.add(answer);
        waiting.set(origin, mine);
        if (!isNew) return;
        onChange();
        onAsk();
      });
      return agreed ? { agreed } : { agreed, sentence: `Nothing was sent to ${origin}, as you said.` };
    },
    waiting: () => [...waiting.values()][0]?.question,
    decide(id, agreed) {
      const found = [...waiting.values()].find(({ question }) => question.id === id);
      if (found === undefined) return false;
      for (const answer of [...found.answers]) answer(agreed);
      return true;
    },
  };
}
