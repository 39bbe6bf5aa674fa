import * as z from 'zod';
import { messageOf } from '../errors.js';
import type { CommandResult, SandboxLevel } from '../host.js';
import { protectedBy } from '../repository/protectedFiles.js';
import { resolveFolderInside, type Place } from '../repository/pathGate.js';
import { areNamed } from '../repository/roots.js';
import { isRuleFile } from '../repository/selection.js';
import { decodeView, encodePath, encodeView, placeholdersOf } from '../view/codec.js';
import { describeMade, describeStop } from './sandboxStop.js';
import { decideFailed, decideRefused, fail, plural, succeed } from './results.js';
import type { Prepared, Tool, ToolContext, ToolResult } from './tool.js';

const longestTimeoutSeconds = 3600;
/** What one call sends to the screen; a terminal gets all of it from the host. */
const mostLiveCharacters = 256 * 1024;
const mostPathsNamed = 40;

const schema = z.strictObject({
  command: z.string().min(1).max(20_000),
  timeout_seconds: z.int().min(1).max(longestTimeoutSeconds).optional(),
  cwd: z.string().optional().describe('A folder of the workspace; default its top.'),
});

type Arguments = z.infer<typeof schema>;

export const runCommand: Tool<Arguments> = {
  name: 'run_command',
  description:
    'Runs a shell line (bash; cmd on Windows) and answers with exit code, duration, changed files and output. Nothing is kept between calls, and nobody answers prompts.',
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
  // What runs is the text that was judged and shown, and no other copy of it.
  return { kind: 'ready', subject, run: (sandbox) => execute(subject.command, folder, timeoutMs, sandbox, context) };
}

async function execute(
  command: string,
  folder: Place,
  timeoutMs: number,
  sandbox: SandboxLevel | undefined,
  context: ToolContext,
): Promise<ToolResult> {
  const { host, roots, turn } = context;
  const before = await turn.packer.scan(context.signal);
  const result = await host.commands.run(
    {
      ...{ command, cwd: folder.absolute, timeoutMs, onOutput: limitLive(context.output) },
      ...(sandbox === undefined ? {} : { sandbox }),
    },
    context.signal,
  );
  const changed = await noteChanges(before, context);
  turn.ran.push({ command, exitCode: result.exitCode });
  const head = describeEnd(result);
  const parts = [head];
  // A command that names no folder runs in one of several, which is not to be guessed at.
  if (areNamed(roots)) parts.push(`folder: ${encodePath(folder.relative)}`);
  if (changed.length > 0) {
    const named = changed.slice(0, mostPathsNamed).map(encodePath).join(', ');
    parts.push(`changed ${plural(changed.length, 'file')}: ${named}${changed.length > mostPathsNamed ? ' …' : ''}`);
  }
  const made = result.sandbox === 'closed' ? changed.filter((path) => protectedBy(path) !== undefined) : [];
  if (made.length > 0) parts.push(describeMade(made));
  const stop = describeStop(result);
  if (stop !== undefined) parts.push(stop);
  parts.push(result.output === '' ? '(no output)' : encodeView(result.output).view);
  const { exitCode, durationMs, timedOut } = result;
  const details = { kind: 'command' as const, command, exitCode, durationMs, timedOut, changed };
  const text = parts.join('\n');
  if (exitCode === 0) return succeed(text, head, details);
  const failed = fail(text, head, details);
  return stop === undefined ? failed : { ...failed, stoppedAt: result.sandbox! };
}

function describeEnd({ exitCode, durationMs, timedOut, cancelled }: CommandResult): string {
  const seconds = `${(durationMs / 1000).toFixed(1)} s`;
  if (cancelled) return `stopped by the user after ${seconds}`;
  if (timedOut) return `timed out after ${seconds}; the command and what it started were ended`;
  if (exitCode === null) return `killed by a signal after ${seconds}`;
  return `exit code ${exitCode} after ${seconds}`;
}

function limitLive(output: (text: string) => void): (text: string) => void {
  let left = mostLiveCharacters;
  return (text) => {
    if (left <= 0) return;
    const shown = text.slice(0, left);
    left -= shown.length;
    output(left > 0 ? shown : `${shown}\n[more output is not shown here]\n`);
  };
}

/** Relative paths that differ from a scan, noted where undo and the summary look for them. */
async function noteChanges(before: number, { host, turn }: ToolContext): Promise<string[]> {
  try {
    const changed = await turn.packer.changedSince(before);
    for (const path of changed) turn.changedByCommands.add(path);
    await turn.checkpoint.changedByCommand(changed);
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
