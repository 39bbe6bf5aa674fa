/** Questions on a terminal. The default is no, and every byte of what is asked for is shown. */
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeReceiver, type SendQuestion } from '../protocol/destination.js';
import type {
  ApprovalRequest,
  ApprovalSubject,
  CommandMemory,
  CommandPart,
  ProposedEdit,
  Site,
} from '../protocol/events.js';
import type { Approver } from '../core/agent/approval.js';
import { formatCost } from '../protocol/money.js';
import type { SendConsent } from '../core/session/agreements.js';
import { escapeText } from '../core/view/escapes.js';
import type { HeldKeyboard } from './heldKeyboard.js';
import { formatNumber, showText, type Output } from './printEvents.js';

const longerAnswers: Record<CommandMemory['kind'], string> = {
  always: ', a = always, s = yes to this text for this session',
  session: ', s = yes to this text for this session',
};

export function createTerminalApprover(input: NodeJS.ReadStream, output: Output): Approver {
  return {
    async ask(request, signal) {
      await dropTyped(input);
      output.err(`\n${describe(request)}\n`);
      const memory = request.subject.kind === 'command' ? request.subject.memory : undefined;
      const longer = memory === undefined ? '' : longerAnswers[memory.kind];
      const answer = await askLine(input, `Allow? [y/N${longer}] `, signal);
      if (answer === 'y' || answer === 'yes') return 'approved';
      if (answer === 'a' && memory?.kind === 'always') return 'approved_always';
      return answer === 's' && memory !== undefined ? 'approved_for_session' : 'rejected';
    },
  };
}

export function createTerminalConsent(input: NodeJS.ReadStream, output: Output): SendConsent {
  return {
    async ask(question, signal) {
      await dropTyped(input);
      const once =
        'Asked once for this workspace and this host; baleen agreements --forget takes it back. Instead you can name another host or a server of your own (--base-url).';
      output.err(`\n${describeSend(question)}\n${once}\n`);
      const answer = await askLine(input, 'Send? [y/N] ', signal);
      if (answer === 'y' || answer === 'yes') return { agreed: true };
      return { agreed: false, sentence: `Nothing was sent to ${question.origin}, as you said.` };
    },
  };
}

export function describeSend(question: SendQuestion): string {
  const { files, tokens, origin, price } = question;
  return `${formatNumber(files)} ${files === 1 ? 'file' : 'files'} of this workspace, ${formatNumber(tokens)} tokens, would go to ${origin} (${describeReceiver(question)}); reading them the first time costs about ${formatCost(price)}.`;
}

/** Sites are shown by the `sites` event already; answers with those to change, or `undefined` to give up. */
export async function chooseOnTerminal(
  input: NodeJS.ReadStream,
  sites: readonly Site[],
  signal: AbortSignal,
): Promise<readonly Site[] | undefined> {
  const question = `Change ${sites.length} sites? [y/N, or numbers to leave out, 1 to ${sites.length}] `;
  const answer = await askLine(input, question, signal);
  if (answer === 'y' || answer === 'yes') return sites;
  const numbers = answer.split(/[\s,]+/).map(Number);
  if (answer === '' || !numbers.every((number) => Number.isInteger(number) && number >= 1 && number <= sites.length)) {
    return undefined;
  }
  return sites.filter((_site, index) => !numbers.includes(index + 1));
}

/** What arrives within this time was typed before there was a question. */
export const typedBeforeMs = 50;

/** An answer is to a question that was seen: a second `y` for the last one must not be a yes to the next. */
export async function dropTyped(input: NodeJS.ReadStream): Promise<void> {
  const isRaw = input.isTTY && !input.isRaw;
  // Without raw mode a line that was not ended would stay, and begin the answer.
  if (isRaw) input.setRawMode(true);
  const drop = (typed: Buffer | string): void => {
    if (typed.toString().includes('\u0003')) process.kill(process.pid, 'SIGINT');
  };
  input.on('data', drop).resume();
  await sleep(typedBeforeMs);
  input.off('data', drop);
  input.pause();
  if (isRaw) input.setRawMode(false);
}

/** The answer in lower case; the end of the input is an empty one. */
async function askLine(input: NodeJS.ReadStream, question: string, signal: AbortSignal): Promise<string> {
  const answer = await readLine({ input, question, signal });
  return answer?.trim().toLowerCase() ?? '';
}

interface LineQuestion {
  input: NodeJS.ReadStream;
  /** Of this terminal; then the keys come from there. */
  held?: HeldKeyboard;
  /** Lines above the question. */
  text?: string;
  question: string;
  signal: AbortSignal;
  /** What is typed does not stand on the screen. */
  isUnseen?: boolean;
}

/** `undefined`: the end of the input (Ctrl-D, a closed terminal). */
export async function readLine(asked: LineQuestion): Promise<string | undefined> {
  const { input, held, text = '', question, signal, isUnseen: unseen = false } = asked;
  const heard = held?.listen();
  const output = unseen ? nowhere() : process.stderr;
  const lines = createInterface({ input: heard?.keys ?? input, output, terminal: input.isTTY });
  // The terminal is in raw mode from here on, so that it shows nothing by itself, and Ctrl-C is only a key.
  process.stderr.write(unseen ? text + question : text);
  lines.on('SIGINT', held?.interrupt ?? (() => process.kill(process.pid, 'SIGINT')));
  if (held !== undefined) lines.on('SIGTSTP', held.suspend);
  const closed = new Promise<undefined>((resolve) => lines.once('close', () => resolve(undefined)));
  try {
    return await Promise.race([lines.question(unseen ? '' : question, { signal }), closed]);
  } catch (error) {
    if (signal.aborted) throw error;
    return undefined;
  } finally {
    lines.close();
    heard?.end();
    if (unseen) process.stderr.write('\n');
  }
}

function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}

export function describeCommand(subject: Extract<ApprovalSubject, { kind: 'command' }>, reason: string): string {
  const { command, cwd, parts = [], furtherParts, memory } = subject;
  const foreign = [...new Set(command.match(/[^\x00-\x7f]/gu) ?? [])].map(
    (one) => `${showCommand(one)} ${nameCharacter(one)}`,
  );
  const lines = [`Run in ${escapeText(cwd)}:`, `  ${showCommand(command)}`];
  if (foreign.length > 0) lines.push(`Not ASCII: ${foreign.join(', ')}`);
  if (parts.length > 1) lines.push('Its parts:', ...parts.map(describePart));
  if (furtherParts !== undefined) lines.push(`  and ${formatNumber(furtherParts)} further parts`);
  lines.push(showCommand(reason));
  if (memory?.kind === 'always')
    lines.push(`"Always" keeps, for this workspace: ${memory.commands.map(showCommand).join(', ')}`);
  return lines.join('\n');
}

function describePart({ text, verdict, why }: CommandPart): string {
  const mark = verdict === 'allowed' ? ' ' : '!';
  return ` ${mark} ${showCommand(text)}\n     ${verdict}${why === undefined ? '' : `: it ${showCommand(why)}`}`;
}

/** Runs that could push the rest out of sight, and blanks that are none to a shell. */
const longRun = /(?<=\S)[ \t]{12,}|[ \t]{60,}|\n{6,}/g;
const oddBlank = /(?! )[\p{Zs}\p{Co}\u2800]/gu;

/** Every character of a command, as itself or by its name. */
function showCommand(text: string): string {
  return escapeText(text)
    .replace(oddBlank, (one) => `\u27e6${nameCharacter(one)}\u27e7`)
    .replace(longRun, (run) => `\u27e6${run.length} ${run.startsWith('\n') ? 'line ends' : 'blanks'}\u27e7`);
}

function nameCharacter(one: string): string {
  return `U+${(one.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

function describe(request: ApprovalRequest): string {
  const { subject } = request;
  // A reason may quote the model.
  const reason = showText(request.reason);
  if (subject.kind === 'command') return describeCommand(subject, reason);
  if (subject.kind === 'bulk') return `${describeMany(subject)}\n${reason}`;
  if (subject.kind === 'input') {
    return `Type into ${subject.id} (${escapeText(subject.command)}):\n  ${escapeText(subject.text)}\n${reason}`;
  }
  const files = subject.kind === 'edit' ? [subject] : subject.files;
  const verb = subject.kind === 'edits' && subject.isHeldBack === true ? 'Put back' : 'Edit';
  return [...files.map((file) => describeEdit(file, verb)), reason].join('\n');
}

function describeEdit(
  { path, movedTo, deleted, diff, named = [], warnings = [] }: ProposedEdit,
  verb: 'Edit' | 'Put back',
): string {
  const head = movedTo === undefined ? `${deleted ? 'Delete' : verb} ${path}:` : `Move ${path} to ${movedTo}`;
  const marks = [...warnings.map((warning) => `! ${warning}`), ...named.map((line) => `  ${line.trim()}`)];
  return [head, ...(diff === '' ? [] : [diff]), ...marks].map(escapeText).join('\n');
}

function describeMany({ deleted, changed }: Extract<ApprovalSubject, { kind: 'bulk' }>): string {
  const rows = [...deleted.map((path) => `Delete ${path}`), ...changed.map((path) => `Change ${path}`)];
  return rows.map(escapeText).join('\n');
}
