/** A command's input: what is typed into it, and whether it waits for that. */
import type { CommandRequest } from '../core/host.js';
import type { InputWait } from '../protocol/inputWait.js';
import { findInputUse } from './inputUse.js';
import { createInputWatch } from './inputWait.js';
import type { Process } from './processTree.js';

export interface CommandInput {
  /** Output without control sequences. */
  addOutput(text: string): void;
  /** It has been started; `write` is `false` if it takes no input. */
  open(write: (text: string) => boolean): void;
  /** It has ended. */
  close(): void;
  write(this: void, text: string): boolean;
  /** Writes what the user has typed for this wait; `false` if that is over. */
  answer(this: void, wait: string, text: string): boolean;
  /** The user has typed something. */
  answered(this: void): boolean;
  asksForSecret: () => boolean;
  waits(): InputWait | undefined;
  /** Its silence makes it worth a look whether it waits. */
  isLookDue(this: void): boolean;
  /** `tree`: its processes. `isLast`: it is about to be ended, however long it has been silent. */
  look(tree: readonly Process[], isLast?: boolean): Promise<void>;
}

interface InputParts {
  id: string;
  mark: string;
  takesInput: boolean;
  /** The wait has changed. */
  onChange: () => void;
}

export function createCommandInput(request: CommandRequest, parts: InputParts): CommandInput {
  const { id, mark, takesInput, onChange } = parts;
  let writeTo: ((text: string) => boolean) | undefined;
  let isAnswered = false;
  const watch = createInputWatch(id, (wait) => {
    request.onWait?.(wait);
    onChange();
  });
  const write = (text: string): boolean => {
    if (writeTo?.(text) !== true) return false;
    watch.noteTyped();
    return true;
  };
  const writeTyped = (text: string): boolean => {
    if (!write(text)) return false;
    isAnswered = true;
    return true;
  };
  const isOpen = (): boolean => takesInput && writeTo !== undefined;
  return {
    addOutput: (text) => watch.addOutput(text),
    open(to) {
      writeTo = to;
      request.onInput?.((text) => void writeTyped(text), watch.asksForSecret);
    },
    close() {
      writeTo = undefined;
      watch.endWait();
    },
    write,
    answer: (wait, text) => watch.current()?.id === wait && writeTyped(text),
    answered: () => isAnswered,
    asksForSecret: watch.asksForSecret,
    waits: () => watch.current(),
    isLookDue: () => isOpen() && watch.isDue(),
    async look(tree, isLast = false) {
      if (isOpen()) await watch.look(() => findInputUse(tree, mark), isLast);
    },
  };
}
