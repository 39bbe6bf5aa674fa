import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BaleenError, isCancellation, messageOf } from '../core/errors.js';
import type { Outcome } from '../protocol/events.js';
import { helpText, parseCommandLine, type Arguments } from './arguments.js';
import { tellRetirement, type Context } from './context.js';
import { exitCodeOf } from './exitCodes.js';
import type { Output } from './printEvents.js';

const output: Output = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  isTerminal: process.stderr.isTTY,
  resultIsShown: process.stdout.isTTY,
};

/** Each with the modules that it needs, and no others: a tenth of a second for the smallest pack. */
async function runCommand(context: Context): Promise<Outcome> {
  const { command } = context.args;
  tellRetirement(context);
  switch (command) {
    case 'pack':
      return (await import('./commands/pack.js')).runPack(context);
    case 'ask':
    case 'run':
      return (await import('./commands/run.js')).runTask(context, command);
    case 'refactor':
      return (await import('./commands/refactor.js')).runRefactorCommand(context);
    case 'review':
      return (await import('./commands/review.js')).runReview(context);
    case 'undo':
      return (await import('./commands/undo.js')).runUndo(context);
    case 'usage':
      return (await import('./commands/usage.js')).runUsage(context);
    case 'agreements':
      return (await import('./commands/agreements.js')).runAgreements(context);
  }
}

/** The first interrupt, or a terminal that is gone, cancels and lets the work end in order; the second ends the program. */
function listenForInterrupts(controller: AbortController): void {
  let interrupts = 0;
  const onInterrupt = (): void => {
    if (++interrupts > 1) process.exit(130);
    controller.abort();
  };
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onInterrupt);
  process.on('SIGHUP', () => controller.abort());
}

/** Work that nobody can follow any more is stopped: `baleen run … | head` must not go on unseen. */
function listenForOutputTrouble(controller: AbortController): { trouble?: NodeJS.ErrnoException } {
  const seen: { trouble?: NodeJS.ErrnoException } = {};
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (seen.trouble === undefined && error.code !== 'EPIPE')
      output.err(`The output could not be written: ${error.message}. What was done so far stands.\n`);
    seen.trouble ??= error;
    controller.abort();
  });
  process.stderr.on('error', () => undefined);
  return seen;
}

async function main(signal: AbortSignal): Promise<number> {
  let args: Arguments | undefined;
  try {
    const invocation = parseCommandLine(process.argv.slice(2), process.env);
    if (invocation.kind === 'help') {
      output.out(helpText);
      return 0;
    }
    if (invocation.kind === 'version') {
      const manifest = JSON.parse(readFileSync(join(__dirname, '..', 'package.json'), 'utf8')) as { version: string };
      output.out(`${manifest.version}\n`);
      return 0;
    }
    args = invocation.arguments;
    const context = { args, env: process.env, output, stdin: process.stdin, programFolder: __dirname, signal };
    return exitCodeOf(await runCommand(context));
  } catch (error) {
    const isStop = isCancellation(error, signal);
    if (error instanceof BaleenError && (!isStop || error.outcome === 'cancelled'))
      return tell(error.outcome, error.message, args);
    if (isStop) return tell('cancelled', 'Stopped.', args);
    return tell('failed', describeFault(error), args);
  }
}

function describeFault(error: unknown): string {
  const isOfSystem = error instanceof Error && 'code' in error && 'syscall' in error;
  return isOfSystem
    ? `A file could not be read or written (${error.message}), so Baleen stopped here. What was done before stands; baleen undo brings it back.`
    : `Something went wrong inside Baleen: ${messageOf(error)}`;
}

/** With `--json` the last line is an object too, so that a reader of events always learns how it ended. */
function tell(outcome: Outcome, sentence: string, args: Arguments | undefined): number {
  output.err(`${sentence}\n`);
  if (args?.json === true) output.out(`${JSON.stringify({ type: 'turn_end', outcome, message: sentence })}\n`);
  return exitCodeOf(outcome);
}

const controller = new AbortController();
listenForInterrupts(controller);
const seen = listenForOutputTrouble(controller);
// A write may fail after the work has ended.
process.once('exit', () => {
  if (seen.trouble !== undefined && seen.trouble.code !== 'EPIPE') process.exitCode = 1;
});
void main(controller.signal).then((code) => {
  process.exitCode = code;
});
