/** A command that does nothing until somebody types something. */
export interface InputWait {
  /** Random and made by the host: an answer is for this question and no later one. */
  id: string;
  /** Id of the command. */
  command: string;
  /** The last line that it printed, without control sequences; empty if there was none. */
  question: string;
  /** It asks for a password or the like: what is typed is not to be seen on the screen. */
  secret: boolean;
  /** It was seen to read its input; otherwise it only looks so. */
  sure: boolean;
}

/** As an answer: the end of the input. */
export const endOfInput = '\u0004';

/** For the user. */
export function describeWait({ sure }: Pick<InputWait, 'sure'>): string {
  return sure ? 'The command waits for input' : 'The command may be waiting for input';
}
