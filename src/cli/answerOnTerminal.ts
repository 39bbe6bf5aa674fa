/** What a command in the foreground waits for, asked on the terminal: the line that is typed goes to it and nowhere else. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Commands } from '../core/host.js';
import { createControlStripper } from '../node/commandOutput.js';
import { describeWait, endOfInput, type InputWait } from '../protocol/inputWait.js';
import { readLine, typedBeforeMs } from './askOnTerminal.js';
import { holdKeyboard, type HeldKeyboard } from './heldKeyboard.js';
import { showText, type Output } from './printEvents.js';

/** Of its output, which is not shown otherwise: a question is often the end of a list to choose from. */
const mostShown = 2000;

interface Asked {
  wait: InputWait;
  /** Its line. */
  command: string;
  said: string;
  held: HeldKeyboard;
  /** Aborts when it has gone on or ended without an answer. */
  signal: AbortSignal;
}

export function answerOnTerminal(commands: Commands, input: NodeJS.ReadStream, output: Output): Commands {
  const ask = async ({ wait, command, said, held, signal }: Asked): Promise<void> => {
    await sleep(typedBeforeMs);
    if (signal.aborted) return;
    const [line = ''] = command.split('\n', 1);
    const text = `\n${describeWait(wait)}: ${showText(line)}\n${showText(said).trim()}\n(Enter sends a line, Ctrl-D ends its input, Ctrl-C stops the turn.)\n`;
    const typed = await readLine({ input, held, text, question: '> ', signal, isUnseen: wait.secret });
    if (commands.answer(wait.id, typed === undefined ? endOfInput : `${typed}\n`)) return;
    output.err('Your answer was not typed: the command does not wait for it any more.\n');
  };
  return {
    ...commands,
    async run(request, signal) {
      const strip = createControlStripper();
      let said = '';
      let asking: AbortController | undefined;
      let held: HeldKeyboard | undefined;
      const onOutput = (text: string): void => {
        said = (said + strip(text)).slice(-mostShown);
        request.onOutput(text);
      };
      const onWait = (wait: InputWait | undefined): void => {
        asking?.abort();
        asking = undefined;
        request.onWait?.(wait);
        if (wait === undefined) return;
        asking = new AbortController();
        held ??= holdKeyboard(input);
        const { command } = request;
        ask({ wait, command, said, held, signal: asking.signal }).catch(() => undefined);
        said = '';
      };
      try {
        return await commands.run(
          { ...request, onOutput, onInput: (...given) => request.onInput?.(...given), onWait },
          signal,
        );
      } finally {
        asking?.abort();
        held?.release();
      }
    },
  };
}
