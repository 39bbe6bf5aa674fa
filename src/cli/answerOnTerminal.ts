/** What a command in the foreground waits for, asked on the terminal: the line that is typed goes to it and nowhere else. */
import type { CommandRequest, Commands } from '../core/host.js';
import { createControlStripper } from '../node/commandOutput.js';
import { asksForSecret, describeWait, endOfInput, type InputWait } from '../protocol/inputWait.js';
import { dropTyped, readLine } from './askOnTerminal.js';
import { showText, type Output } from './printEvents.js';

/** Of its output, which is not shown otherwise: a question is often the end of a list to choose from. */
const mostShown = 2000;

export function answerOnTerminal(commands: Commands, input: NodeJS.ReadStream, output: Output): Commands {
  const ask = async (wait: InputWait, request: CommandRequest, said: string, signal: AbortSignal): Promise<void> => {
    await dropTyped(input);
    if (signal.aborted) return;
    const [line = ''] = request.command.split('\n', 1);
    const text = `\n${describeWait(wait)}: ${showText(line)}\n${showText(said).trim()}\n(Enter sends a line, Ctrl-D ends its input, Ctrl-C stops the turn.)\n`;
    const typed = await readLine({ input, text, question: '> ', signal, isUnseen: asksForSecret(wait) });
    if (commands.answer(wait.id, typed === undefined ? endOfInput : `${typed}\n`)) return;
    output.err('Your answer was not typed: the command does not wait for it any more.\n');
  };
  return {
    ...commands,
    async run(request, signal) {
      const strip = createControlStripper();
      let said = '';
      let asking: AbortController | undefined;
      const onOutput = (text: string): void => {
        said = (said + strip(text)).slice(-mostShown);
        request.onOutput(text);
      };
      const onWait = (wait: InputWait | undefined): void => {
        asking?.abort();
        asking = wait === undefined ? undefined : new AbortController();
        request.onWait?.(wait);
        // An abort ends the question: the command has gone on or ended without an answer.
        if (wait !== undefined) ask(wait, request, said, asking!.signal).catch(() => undefined);
        if (wait !== undefined) said = '';
      };
      try {
        return await commands.run(
          { ...request, onOutput, onInput: (write) => request.onInput?.(write), onWait },
          signal,
        );
      } finally {
        asking?.abort();
      }
    },
  };
}
