/** Whether a command waits for input: its silence, its last line, and what its processes do with its input. */
import type { InputWait } from '../protocol/inputWait.js';
import type { InputUse } from './inputUse.js';
import { createQuestion } from './question.js';
import { randomHex } from './randomHex.js';

export interface InputWatch {
  /** Output without control sequences. */
  addOutput(text: string): void;
  /** Something was typed, which is not in the output: what it waited for is over, and so is the line of the question. */
  noteTyped(): void;
  /** It has ended. */
  endWait(): void;
  current(): InputWait | undefined;
  /** What is typed now is not to be seen on a screen, whether it waits or not. */
  asksForSecret: () => boolean;
  /** It has been silent for so long that it is worth a look; the longer it is, the rarer. */
  isDue(): boolean;
  /** `isLast`: it is about to be ended, however long it has been silent. */
  look(findUse: () => Promise<InputUse>, isLast?: boolean): Promise<void>;
}

/** After so long a silence it is looked at for the first time. */
const firstLookMs = 1000;
const rarestLookMs = 5000;
/** What only looks like a question is taken for one after so long a silence. */
const doubtMs = 3000;
/** `command` is its id. */
export function createInputWatch(
  command: string,
  onChange: (wait: InputWait | undefined) => void,
  now: () => number = () => performance.now(),
): InputWatch {
  const question = createQuestion();
  let silentSince = now();
  let dueAt = silentSince + firstLookMs;
  let pause = firstLookMs;
  let disturbances = 0;
  let wait: InputWait | undefined;
  const setWait = (next: InputWait | undefined): void => {
    if (wait === next) return;
    wait = next;
    onChange(next);
  };
  const restart = (): void => {
    disturbances++;
    silentSince = now();
    pause = firstLookMs;
    dueAt = silentSince + pause;
    setWait(undefined);
  };
  const judge = (use: InputUse, isLast: boolean): { sure: boolean } | undefined => {
    if (use === 'unused') return undefined;
    if (use === 'reads' || (use === 'idles' && question.isOpen())) return { sure: true };
    if (!isLast && now() - silentSince < doubtMs) return undefined;
    return use === 'idles' || question.isLikely() ? { sure: false } : undefined;
  };
  return {
    addOutput(text) {
      if (text === '') return;
      question.addOutput(text);
      restart();
    },
    noteTyped() {
      question.noteTyped();
      restart();
    },
    endWait: restart,
    current: () => wait,
    asksForSecret: question.asksForSecret,
    isDue: () => now() >= dueAt,
    async look(findUse, isLast = false) {
      if (!isLast && now() - silentSince < firstLookMs) return;
      const before = disturbances;
      const use = await findUse();
      // What has come meanwhile makes it an old look.
      if (disturbances !== before) return;
      pause = Math.min(2 * pause, rarestLookMs);
      dueAt = now() + pause;
      const found = judge(use, isLast);
      if (found === undefined) return setWait(undefined);
      if (wait?.sure === found.sure) return;
      const asked = { question: question.text(), secret: question.asksForSecret() };
      setWait({ id: randomHex(16), command, ...asked, ...found });
    },
  };
}
