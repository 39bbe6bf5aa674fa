/**
 * The keyboard from a command's first question to its end. The terminal shows nothing by itself then: a password goes on
 * being typed when its question has just been taken back, or before the next is asked. What nobody asks for is dropped.
 */
import { PassThrough } from 'node:stream';

export interface HeldKeyboard {
  /** What is typed from now on, until `end`. One at a time. */
  listen(): { keys: PassThrough; end: () => void };
  /** As Ctrl-C and Ctrl-Z do in a terminal that is not held. */
  interrupt: () => void;
  suspend: () => void;
  release(): void;
}

export function holdKeyboard(input: NodeJS.ReadStream): HeldKeyboard {
  let keys: PassThrough | undefined;
  const setRaw = (isRaw: boolean): void => {
    if (input.isTTY) input.setRawMode(isRaw);
  };
  const interrupt = (): void => signalGroup('SIGINT');
  const onContinue = (): void => setRaw(true);
  const suspend = (): void => {
    setRaw(false);
    process.once('SIGCONT', onContinue);
    signalGroup('SIGTSTP');
  };
  const take = (typed: Buffer | string): void => {
    if (keys !== undefined) return void keys.write(typed);
    const text = typed.toString();
    if (text.includes('\u0003')) interrupt();
    else if (text.includes('\u001a') && process.platform !== 'win32') suspend();
  };
  const onEnd = (): void => void keys?.end();
  setRaw(true);
  input.on('data', take).on('end', onEnd).resume();
  return {
    ...{ interrupt, suspend },
    listen() {
      const mine = new PassThrough();
      keys = mine;
      const end = (): void => {
        if (keys === mine) keys = undefined;
      };
      return { keys: mine, end };
    },
    release() {
      input.off('data', take).off('end', onEnd).pause();
      process.off('SIGCONT', onContinue);
      setRaw(false);
    },
  };
}

/** The whole group, as a terminal does: a shell whose loop runs us is to stop, too. */
function signalGroup(signal: NodeJS.Signals): void {
  process.kill(process.platform === 'win32' ? process.pid : 0, signal);
}
