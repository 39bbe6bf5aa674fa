/** How often a turn puts up with replies that cannot be used: what goes back to the model, and when it ends. */
import { dsmlCorrection, noAnswerCorrection } from '../prompt/correction.js';
import { holdsDsml, hideDsml } from '../model/dsml.js';
import { noReasoning, type AssistantMessage } from '../model/types.js';

/** Replies that a turn takes before it ends, by what is wrong with them. */
export const patience = {
  /** Tool calls written as text. */
  dsml: 2,
  /** Reasoning, and nothing else. */
  noAnswer: 1,
  /** Calls whose arguments are no JSON, in replies one after the other. */
  unreadableCalls: 1,
  /** Calls that no tool or no schema takes. */
  wrongCalls: 3,
  /** The same reasoning, word for word, in replies one after the other. */
  sameReasoning: 2,
} as const;

/** Shorter ones are the same by chance: "Now the next file." */
const leastReasoning = 200;

/** Why a call was not even prepared: its arguments are no JSON, or no tool or no schema takes them. */
export type Misfit = 'unreadable' | 'wrong';

export type Verdict = { kind: 'fine' } | { kind: 'tell'; text: string } | { kind: 'end'; sentence: string };

export interface Patience {
  /** `needsAnswer`: the turn ends with a text, and not with a report. */
  judgeReply(message: AssistantMessage, needsAnswer: boolean): Verdict;
  /** After the calls of a reply: a sentence if the turn ends here. */
  judgeCalls(misfits: readonly Misfit[]): string | undefined;
}

const fine: Verdict = { kind: 'fine' };

export function createPatience(): Patience {
  const seen = { dsml: 0, noAnswer: 0, unreadableCalls: 0, wrongCalls: 0, sameReasoning: 0 };
  let lastReasoning = '';

  const isStuck = ({ reasoning }: AssistantMessage): boolean => {
    const isSame = reasoning === lastReasoning && reasoning !== noReasoning && reasoning.length >= leastReasoning;
    seen.sameReasoning = isSame ? seen.sameReasoning + 1 : 1;
    lastReasoning = reasoning;
    return seen.sameReasoning > patience.sameReasoning;
  };

  return {
    judgeReply(message, needsAnswer) {
      if (isStuck(message))
        return end(
          'Stopped: the model had the same thoughts, word for word, three times in a row; no call of the last reply was run. Say in a message what it should do differently.',
        );
      if (holdsDsml(message.text)) {
        if (++seen.dsml <= patience.dsml) return { kind: 'tell', text: dsmlCorrection };
        return end(
          'The model keeps writing tool calls as text, also after two reminders; none of them was run. Send the message again, or take another host: its server does not read the model’s calls.',
        );
      }
      if (!needsAnswer || message.calls.length > 0 || hideDsml(message.text).trim() !== '') return fine;
      if (++seen.noAnswer <= patience.noAnswer) return { kind: 'tell', text: noAnswerCorrection };
      return end(
        'The model gave reasoning and no answer, also after a reminder. Its reasoning is above; ask it again in other words.',
      );
    },
    judgeCalls(misfits) {
      seen.unreadableCalls = misfits.includes('unreadable') ? seen.unreadableCalls + 1 : 0;
      if (misfits.length > 0) seen.wrongCalls++;
      if (seen.unreadableCalls > patience.unreadableCalls)
        return 'Stopped: the arguments of the model’s calls could not be read twice in a row; they were not run and not repaired. Send a message to go on, for instance asking for smaller steps.';
      if (seen.wrongCalls > patience.wrongCalls)
        return `Stopped: ${seen.wrongCalls} replies of this turn called tools in a way that is not accepted; those calls were not run. Send a message to go on.`;
      return undefined;
    },
  };
}

function end(sentence: string): Verdict {
  return { kind: 'end', sentence };
}
