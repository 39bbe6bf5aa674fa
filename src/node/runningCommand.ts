/** One command from its start to the end of everything that it started. */
import { join } from 'node:path';
import { messageOf } from '../core/errors.js';
import { describeHeldBack } from '../core/tools/sandboxStop.js';
import type { Command, CommandRequest, CommandState, HeldBack, SandboxLevel } from '../core/host.js';
import { collectOutput } from './collectedOutput.js';
import { createCommandInput, type CommandInput } from './commandInput.js';
import { neverStarted, startProcess, type ShellEnd } from './commandProcess.js';
import { likelyEncodings } from './outputDecoder.js';
import { createOutputLog } from './outputLog.js';
import { realWaitClock, waitForOutput } from './outputWait.js';
import { canSeeInputUse } from './inputUse.js';
import { findOpenPorts } from './openPorts.js';
import { killGroupNow, killTree, listProcesses, treeOf, type Process, type TreeRoot } from './processTree.js';
import { confineCall, type CommandSandbox, type ConfinedCall } from './sandbox.js';
import { callShell, type ShellCall, type ShellSettings } from './shell.js';

export interface RunningCommand extends Command, Pick<CommandInput, 'isLookDue' | 'answer' | 'answered'> {
  /** Resolves when the shell has ended and its output is there; what is left runs in the background. */
  shellDone: Promise<void>;
  /** Takes in what a look at all processes has shown. */
  note(all: readonly Process[]): Promise<void>;
  /** `isLast`: it is about to be ended, however long it has been silent. */
  lookForWait(isLast?: boolean): Promise<void>;
  /** Resolves when what has come so far is on disk. */
  written(): Promise<void>;
  /** How long the shell took, or has taken until now. */
  shellMs(): number;
  /** Where it runs; `none` is outside. */
  sandbox: SandboxLevel;
  /** What was held back when it ended, unless that was in the background: then the output says so. */
  heldBack: () => HeldBack | undefined;
  /** This program may end although the command has not. */
  unref: () => void;
  /** For the moment when our own process ends and there is no time to look. */
  killNow(): void;
}

interface RunningParts {
  id: string;
  mark: string;
  settings: ShellSettings & { sandbox?: CommandSandbox };
  /** Of all logs. */
  logFolder: string | undefined;
  /** The encodings that the machine's language makes likely; by default those of the command's locale. */
  encodings: readonly string[] | undefined;
  /** Something that `state` shows has changed. */
  onChange: () => void;
  /** Beside it in the background; what a command in the foreground made is its result's. */
  onHeldBack: (found: HeldBack) => void;
}

/** How long what already stands in the pipe of an ended tree may take to arrive. */
const settleMs = 100;

/** `undefined` if `signal` aborted before anything was started. */
export async function startCommand(
  request: CommandRequest,
  parts: RunningParts & { takesInput: boolean },
  signal?: AbortSignal,
): Promise<RunningCommand | undefined> {
  const { id, mark, logFolder, onChange } = parts;
  const startedAt = performance.now();
  const call = callShell(request.command, parts.settings, mark);
  const log = logFolder === undefined ? undefined : createOutputLog(join(logFolder, id));
  const input = createCommandInput(request, { id, mark, takesInput: parts.takesInput, onChange });
  const output = collectOutput(
    { request, log, onText: (text) => input.addOutput(text) },
    parts.encodings ?? likelyEncodings(call.env),
  );
  const { cwd, command } = request;
  const confined = await confineOrRefuse(call, request, parts.settings.sandbox);
  const process = { mark, cwd, takesInput: parts.takesInput, openSink: output.openSink };
  const started =
    'refused' in confined
      ? neverStarted({ exitCode: 126, problem: `Not run: ${confined.refused}` })
      : await startProcess({ ...process, call: confined }, signal);
  if (started === undefined) {
    if (!('refused' in confined)) await confined.release();
    return undefined;
  }
  const root: TreeRoot = { pid: started.pid, mark };
  const known = new Map<number, string>();
  const seen = { shellEnd: undefined as ShellEnd | undefined, ports: [] as number[], stopped: false };
  let shellEndedAt: number | undefined;
  let endedAt: number | undefined;
  let ending: Promise<void> | undefined;
  let isInBackground = false;
  let heldBack: HeldBack | undefined;

  const sayHeldBack = (found: HeldBack | undefined): void => {
    if (found === undefined) return;
    output.say(`\n[${describeHeldBack(found, 'user')}]\n`);
    parts.onHeldBack(found);
  };
  const finish = async (): Promise<void> => {
    seen.ports = [];
    input.close();
    started.close();
    output.flush();
    try {
      const found = 'refused' in confined ? undefined : await confined.release();
      if (isInBackground) sayHeldBack(found);
      else heldBack = found;
    } catch (error) {
      output.say(`\n[Protected files that it made could not be looked for: ${messageOf(error)}]\n`);
    }
    void log?.close();
    endedAt = performance.now();
    onChange();
  };
  // Over is it only when nothing stands in the workspace any more that must not.
  const end = (): Promise<void> => (ending ??= finish());
  const note = async (all: readonly Process[]): Promise<void> => {
    if (ending !== undefined) return ending;
    if (started.pid === undefined) return;
    if (isInBackground && !('refused' in confined)) sayHeldBack(await confined.look());
    const tree = treeOf(all, root, known);
    const ports = await findOpenPorts(tree.map(({ pid }) => pid));
    if (String(ports) !== String(seen.ports)) {
      seen.ports = ports;
      onChange();
    }
    const isOver = seen.shellEnd !== undefined && tree.every(({ isEnding }) => isEnding);
    // What cannot be seen but holds the pipe is alive.
    if (isOver && started.output.isClosed()) return end();
    if (input.isLookDue()) await input.look(tree);
  };
  const watchShell = async (): Promise<void> => {
    seen.shellEnd = await started.end;
    shellEndedAt = performance.now();
    if (seen.shellEnd.problem !== undefined) {
      output.say(`${seen.shellEnd.problem}\n`);
      return end();
    }
    await waitForOutput(started.output, realWaitClock);
    await note(await listProcesses());
    root.pid = undefined;
  };
  const state = (): CommandState => ({
    running: endedAt === undefined,
    exitCode: seen.shellEnd === undefined && endedAt === undefined ? undefined : (seen.shellEnd?.exitCode ?? null),
    durationMs: Math.round((endedAt ?? performance.now()) - startedAt),
    stopped: seen.stopped,
    ports: seen.ports,
    ...(input.waits() === undefined ? {} : { waits: input.waits()! }),
  });
  input.open((text) => started.write(text));
  return {
    id,
    command,
    cwd,
    shellDone: watchShell(),
    state,
    note,
    written: async () => log?.written(),
    sandbox: 'refused' in confined ? 'none' : confined.level,
    shellMs: () => Math.round((shellEndedAt ?? performance.now()) - startedAt),
    heldBack: () => heldBack,
    unref() {
      isInBackground = true;
      started.unref();
    },
    async look() {
      await note(await listProcesses());
      return state();
    },
    kept: output.kept,
    readAs: output.readAs,
    outputBytes: output.bytes,
    readTo: 0,
    write: input.write,
    asksForSecret: input.asksForSecret,
    isLookDue: input.isLookDue,
    async lookForWait(isLast) {
      const all = canSeeInputUse && started.pid !== undefined ? await listProcesses() : [];
      await input.look(treeOf(all, root, known), isLast);
    },
    answer: input.answer,
    answered: input.answered,
    async stop() {
      if (ending !== undefined) return ending;
      seen.stopped = true;
      if (started.pid !== undefined) await killTree(root, known);
      await Promise.race([started.output.closed, realWaitClock.sleep(settleMs)]);
      await end();
    },
    killNow: () => {
      if (root.pid !== undefined) killGroupNow(root.pid);
    },
  };
}

/** A command that may only run inside a sandbox does not run without one. */
async function confineOrRefuse(
  call: ShellCall,
  { command, sandbox: level = 'open' }: CommandRequest,
  sandbox: CommandSandbox | undefined,
): Promise<(ShellCall & Pick<ConfinedCall, 'level' | 'look' | 'release'>) | { refused: string }> {
  try {
    return { options: call.options, ...(await confineCall(sandbox, call, level, command)) };
  } catch (error) {
    return { refused: messageOf(error) };
  }
}
