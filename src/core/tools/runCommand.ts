import * as z from 'zod';
import { messageOf } from '../errors.js';
import type { Command, CommandRequest, CommandResult, CommandState, SandboxLevel } from '../host.js';
import { protectedFromCommands } from '../repository/protectedFiles.js';
import { resolveFolderInside, type Place } from '../repository/pathGate.js';
import { areNamed, spellingsOf } from '../repository/roots.js';
import { isRuleFile } from '../repository/selection.js';
import { decodeView, encodePath, encodeView, placeholdersOf } from '../view/codec.js';
import {
  describeInput,
  describePorts,
  describeReadAs,
  describeState,
  describeTime,
  showOutput,
  tokenCounter,
} from './commandText.js';
import { describeChanged, describeStop } from './sandboxStop.js';
import { decideFailed, decideRefused, fail, succeed } from './results.js';
import type { Prepared, Tool, ToolContext, ToolResult } from './tool.js';
import { plural } from '../wording.js';

const longestTimeoutSeconds = 3600;
/** What one call sends to the screen; a terminal gets all of it from the host. */
const mostLiveCharacters = 256 * 1024;
const mostPathsNamed = 40;
/** What a command that starts in the background is given to fail, or to open its port, before the answer. */
const settleMs = 2000;
const lookMs = 200;

const schema = z.strictObject({
  command: z.string().min(1).max(20_000),
  timeout_seconds: z.int().min(1).max(longestTimeoutSeconds).optional(),
  cwd: z.string().optional().describe('A folder of the workspace; default its top.'),
  background: z.boolean().optional().describe('For servers and watchers: answers at once, no timeout.'),
});

type Arguments = z.infer<typeof schema>;

export const runCommand: Tool<Arguments> = {
  name: 'run_command',
  description:
    'Runs a shell line (bash; cmd on Windows) and answers with exit code, duration, changed files and output. Each call has a shell of its own: variables and folder are not kept. What still runs has an id for command_output.',
  arguments: schema,
  readsOnly: false,
  title: ({ command }) => ({ title: `Run ${encodeView(command.slice(0, 300)).view}` }),
  prepare: prepareRun,
};

async function prepareRun(args: Arguments, context: ToolContext): Promise<Prepared> {
  const { host, roots, turn } = context;
  if (placeholdersOf(args.command).length > 0) {
    return decideRefused('a placeholder stands for a secret that you cannot use in a command.');
  }
  const command = decodeView(args.command, []);
  if (command.includes('\0')) return decideRefused('the command contains a NUL character.');
  const folder = await resolveFolderInside(host.files, roots, args.cwd ?? '.');
  if ('refused' in folder) return decideRefused(folder.refused);
  if ((await host.files.lstat(folder.absolute))?.kind !== 'directory') {
    return decideFailed(`The folder ${encodePath(folder.relative)} does not exist, so the command was not run.`);
  }
  if (turn.editFailedInReply) {
    return decideFailed('Not run: an edit of the same reply failed. Correct it first, then run the command.');
  }
  const timeoutMs = args.timeout_seconds === undefined ? turn.commandTimeoutMs : args.timeout_seconds * 1000;
  const subject = { kind: 'command' as const, command, cwd: folder.relative };
  return {
    kind: 'ready',
    subject,
    // What runs is the text that was judged and shown, and no other copy of it.
    run: async (sandbox) => {
      // A question may have waited for an hour.
      const now = await resolveFolderInside(host.files, roots, folder.relative);
      if ('refused' in now || now.absolute !== folder.absolute) {
        return fail(
          `Not run: the folder ${encodePath(folder.relative)} leads somewhere else than when it was looked at.`,
        );
      }
      const line: Line = { command: subject.command, folder, ...(sandbox === undefined ? {} : { sandbox }) };
      return args.background === true ? startInBackground(line, context) : execute(line, timeoutMs, context);
    },
  };
}

interface Line {
  command: string;
  folder: Place;
  /** What the yes was for. */
  sandbox?: SandboxLevel;
}

async function execute(line: Line, timeoutMs: number, context: ToolContext): Promise<ToolResult> {
  const { command, folder } = line;
  const { host, roots, turn } = context;
  const before = await turn.packer.scan(context.signal);
  const live = limitLive(context.output);
  const result = await host.commands.run(
    { ...requestOf(line), timeoutMs, onOutput: live.add, onWait: context.inputWait },
    context.signal,
  );
  live.end();
  const changed = await noteChanges(before, context);
  turn.ran.push({ command, exitCode: result.exitCode });
  const left = result.leftRunning ? host.commands.find(result.id) : undefined;
  const head = [describeEnd(result), ...(left === undefined ? [] : [describeLeft(left)])].join('; ');
  if (left !== undefined) left.readTo = left.outputBytes();
  const output = await showOutput(result, { id: result.id, from: 0 }, tokenCounter(turn.packer));
  const touched = result.sandbox === 'closed' ? changed.filter((path) => isProtected(spellingsOf(roots, path))) : [];
  const stop = describeStop(result);
  const notes = [
    ...describeInput(result),
    ...(touched.length === 0 ? [] : [describeChanged(touched)]),
    ...(stop === undefined ? [] : [stop]),
  ];
  const text = joinAnswer({ head, folder, changed, notes, output, readAs: result.readAs }, context);
  const { exitCode, durationMs, timedOut } = result;
  const details = { kind: 'command' as const, command, exitCode, durationMs, timedOut, changed };
  const running = left === undefined ? details : { ...details, background: shownOf(left) };
  const answer: ToolResult = {
    ...(exitCode === 0 ? succeed : fail)(text, head, running),
    ...(stop === undefined ? {} : { stoppedAt: result.sandbox! }),
  };
  if (result.heldBack === undefined) return answer;
  const letIn = async (): Promise<string[]> => {
    const back = await result.heldBack!.letIn();
    await noteChanges(before, context);
    return back;
  };
  return { ...answer, heldBack: { ...result.heldBack, letIn } };
}

function isProtected(spellings: readonly string[]): boolean {
  return spellings.some((path) => protectedFromCommands(path) !== undefined);
}

function requestOf({ command, folder, sandbox }: Line): Pick<CommandRequest, 'command' | 'cwd' | 'sandbox'> {
  return { command, cwd: folder.absolute, ...(sandbox === undefined ? {} : { sandbox }) };
}

async function startInBackground(line: Line, context: ToolContext): Promise<ToolResult> {
  const { command, folder } = line;
  const { host, turn } = context;
  const before = await turn.packer.scan(context.signal);
  const live = limitLive(context.output);
  const started = await host.commands.start({ ...requestOf(line), onOutput: live.add });
  const state = await settle(started, context);
  live.end();
  const changed = await noteChanges(before, context);
  started.readTo = started.outputBytes();
  const { running, exitCode = null, durationMs } = state;
  if (!running) turn.ran.push({ command, exitCode });
  const head = `${running ? 'started in the background' : 'ended at once'} as ${started.id}: ${describeState(state)}`;
  const output = await showOutput(started.kept(), { id: started.id, from: 0 }, tokenCounter(turn.packer));
  const text = joinAnswer({ head, folder, changed, notes: [], output, readAs: started.readAs() }, context);
  const details = { kind: 'command' as const, command, exitCode, durationMs, timedOut: false, changed };
  if (running) return succeed(text, head, { ...details, background: shownOf(started) });
  return exitCode === 0 ? succeed(text, head, details) : fail(text, head, details);
}

/** A stop of the turn meanwhile is meant for this command, too. */
async function settle(command: Command, { host, signal }: ToolContext): Promise<CommandState> {
  let state = await command.look();
  try {
    for (let waited = 0; waited < settleMs && !isSettled(state); waited += lookMs) {
      await host.clock.sleep(lookMs, signal);
      state = await command.look();
    }
  } catch (error) {
    await command.stop();
    throw error;
  }
  return state;
}

/** It has ended, or does nothing more until it is used. */
function isSettled({ running, ports, waits }: CommandState): boolean {
  return !running || ports.length > 0 || waits !== undefined;
}

interface Answer {
  head: string;
  folder: Place;
  changed: readonly string[];
  /** Views. */
  notes: readonly string[];
  /** A view. */
  output: string;
  readAs: readonly string[];
}

function joinAnswer({ head, folder, changed, notes, output, readAs }: Answer, { roots }: ToolContext): string {
  const parts = [head];
  // A command that names no folder runs in one of several, which is not to be guessed at.
  if (areNamed(roots)) parts.push(`folder: ${encodePath(folder.relative)}`);
  if (changed.length > 0) {
    const named = changed.slice(0, mostPathsNamed).map(encodePath).join(', ');
    parts.push(`changed ${plural(changed.length, 'file')}: ${named}${changed.length > mostPathsNamed ? ' …' : ''}`);
  }
  const guess = describeReadAs(readAs);
  if (guess !== undefined) parts.push(guess);
  parts.push(...notes, output === '' ? '(no output)' : output);
  return parts.join('\n');
}

function describeEnd({ exitCode, durationMs, timedOut, cancelled, stopped }: CommandResult): string {
  const time = describeTime(durationMs);
  if (cancelled || stopped === true) return `stopped by the user after ${time}`;
  if (timedOut) return `timed out after ${time}; the command and what it started were ended`;
  if (exitCode === null) return `no exit code: killed by a signal after ${time}`;
  return `exit code ${exitCode} after ${time}`;
}

function describeLeft(command: Command): string {
  return `what it started still runs in the background as ${command.id}${describePorts(command.state())}`;
}

function shownOf(command: Command): { id: string; ports: number[] } {
  return { id: command.id, ports: [...command.state().ports] };
}

/** Of a background command the answer ends what this call shows. */
function limitLive(output: (text: string) => void): { add: (text: string) => void; end: () => void } {
  let left = mostLiveCharacters;
  return {
    add(text) {
      if (left <= 0) return;
      const shown = text.slice(0, left);
      left -= shown.length;
      output(left > 0 ? shown : `${shown}\n[more output is not shown here]\n`);
    },
    end: () => (left = 0),
  };
}

/** Relative paths that differ from a scan, noted where undo and the summary look for them. */
async function noteChanges(before: number, { host, turn }: ToolContext): Promise<string[]> {
  try {
    const changed = await turn.packer.changedSince(before);
    for (const path of changed) turn.changedByCommands.add(path);
    await turn.checkpoint.changedByCommand(changed, await turn.packer.originals(changed));
    // A formatter that follows an edit must not make undo take the result for the user's own work.
    const edited = new Set(turn.checkpoint.paths);
    for (const path of changed) if (edited.has(path)) await turn.checkpoint.after(path);
    // What is excluded now must not leave with the answer.
    if (changed.some(isRuleFile) || (await turn.packer.findHidden(changed)) !== undefined) await turn.packer.sync();
    return changed;
  } catch (error) {
    // The command has run, and its answer must not be lost over this.
    host.log.warn(`What the command changed could not be told: ${messageOf(error)}`);
    return [];
  }
}
