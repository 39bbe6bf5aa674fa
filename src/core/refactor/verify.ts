/** The verify commands of a refactoring, in the first root. The program runs them itself and believes only their exit codes. */
import { joinOutput } from '../commandOutput.js';
import type { CommandResult } from '../host.js';
import type { Session } from '../session/session.js';
import type { OpenTurn } from '../session/turns.js';
import { encodeView } from '../view/codec.js';

export interface RedVerify {
  command: string;
  exitCode: number | null;
  /** Output as a view, its tail where it is long, in a frame. */
  report: string;
}

/** What the model gets to read; the end of an output says most. */
const mostCharacters = 24_000;
/** What the event carries for the screen. */
const mostShown = 100_000;

/** Stops at the first red command. `undefined`: all were green, or the turn was stopped (see `signal`). */
export async function runVerify(
  session: Session,
  turn: OpenTurn,
  commands: readonly string[],
  round: number,
  signal: AbortSignal,
): Promise<RedVerify | undefined> {
  const { packer } = session.parts;
  const before = await packer.scan();
  let red: RedVerify | undefined;
  for (const command of commands) {
    const result = await runOne(session, command, round, signal);
    if (signal.aborted || result.cancelled) break;
    if (result.exitCode === 0) continue;
    red = { command, exitCode: result.exitCode, report: frameOutput(command, result) };
    break;
  }
  await turn.noteChangedByCommand(await packer.changedSince(before));
  return red;
}

async function runOne(
  { parts, settings, emit }: Session,
  command: string,
  round: number,
  signal: AbortSignal,
): Promise<CommandResult> {
  emit({ type: 'verify_start', command, round });
  const request = {
    command,
    cwd: parts.roots[0].folder,
    timeoutMs: settings.commandTimeoutMs,
    onOutput: () => undefined,
  };
  const result = await parts.host.commands.run(request, signal);
  const { exitCode, durationMs } = result;
  const output = joinOutput(result);
  emit({ type: 'verify_end', command, round, exitCode, durationMs, output: output.slice(-mostShown) });
  return result;
}

function frameOutput(command: string, result: CommandResult): string {
  const { timedOut, waited } = result;
  // Cut only as a view: half a secret would not be known for one.
  const shown = encodeView(joinOutput(result)).view;
  const left = shown.length - mostCharacters;
  const tail = left > 0 ? `(the first ${left} characters are left out)\n` : '';
  const why = waited?.sure === true ? 'it waited for input, and nobody gave any' : 'it took too long';
  const end = timedOut ? `\n(the command was ended: ${why})` : '';
  const { view } = encodeView(`$ ${command}`);
  return `<baleen-output>\n${view}\n${tail}${shown.slice(-mostCharacters)}${end}\n</baleen-output>`;
}
