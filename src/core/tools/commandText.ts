/** Output of commands as the model reads it: few tokens, cut at line ends, and always with a way to the rest. */
import type { InputWait } from '../../protocol/inputWait.js';
import type { CommandResult, CommandState, KeptOutput } from '../host.js';
import type { Packer } from '../pack/packer.js';
import { decodeView, encodeStretch, encodeView } from '../view/codec.js';

export type CountTokens = (text: string) => Promise<number>;

/** The end of an output says most. */
const headTokens = 2000;
const tailTokens = 4000;
const wholeTokens = headTokens + tailTokens;

export function tokenCounter(packer: Pick<Packer, 'countPrompt'>): CountTokens {
  return (text) => packer.countPrompt({ system: '', tools: [], messages: [{ role: 'user', text }], thinking: 'off' });
}

interface Shown {
  /** Names the command to command_output. */
  id: string;
  /** Where the output begins in the whole one, in bytes. */
  from: number;
}

/** All of a short output; of a longer one head and tail, with a line between them that says how to read what is not shown. */
export async function showOutput(kept: KeptOutput, { id, from }: Shown, count: CountTokens): Promise<string> {
  const isWhole = kept.omittedBytes === 0;
  const start = encodeView(isWhole ? kept.head + kept.tail : kept.head);
  if (isWhole && (await fits(start.view, wholeTokens, count))) return start.view;
  const head = await takeHead(start.view, headTokens, count);
  const end = isWhole ? { ...start, view: start.view.slice(head.length) } : encodeView(kept.tail);
  const tail = await takeTail(end.view, tailTokens, count);
  const shown = bytesOf(head, start.secrets);
  const before = isWhole ? 0 : Buffer.byteLength(kept.head) - shown + kept.omittedBytes;
  const left = before + bytesOf(end.view.slice(0, end.view.length - tail.length), end.secrets);
  const gap = `[${left} bytes left out here: command_output with id ${id} and offset ${from + shown} reads on]`;
  return `${withLineEnd(head)}${gap}\n${tail}`;
}

/** Of the text behind a part of a view. */
function bytesOf(view: string, secrets: readonly string[]): number {
  return Buffer.byteLength(decodeView(view, secrets));
}

/** A stretch of an output as it was read, in bytes of the whole; around it stands more, by which secrets are known. */
export interface Stretch {
  text: string;
  /** Where `text` begins in the whole. */
  from: number;
  start: number;
  end: number;
}

/** From the beginning of a stretch on as much as one answer may have; `from` and `to` say which bytes that is. */
export async function showStretch(
  { text, from, start, end }: Stretch,
  count: CountTokens,
): Promise<{ view: string; from: number; to: number }> {
  const bytes = Buffer.from(text);
  const at = (offset: number): number => {
    let byte = Math.max(0, offset - from);
    while (byte > 0 && (bytes[byte]! & 0xc0) === 0x80) byte--;
    return bytes.toString('utf8', 0, byte).length;
  };
  const { view, secrets, ...shown } = encodeStretch(text, at(start), at(end));
  const begin = from + Buffer.byteLength(text.slice(0, shown.start));
  const head = (await fits(view, wholeTokens, count)) ? view : await takeHead(view, wholeTokens, count);
  return { view: head, from: begin, to: begin + bytesOf(head, secrets) };
}

/** A token has a byte at least, so that a short text need not be counted. */
async function fits(view: string, most: number, count: CountTokens): Promise<boolean> {
  return Buffer.byteLength(view) <= most || (await count(view)) <= most;
}

async function takeHead(view: string, most: number, count: CountTokens): Promise<string> {
  for (let part = view; ;) {
    const share = await shareToKeep(part, most, count);
    if (share === 1) return part;
    const cut = Math.floor(part.length * share);
    const line = part.lastIndexOf('\n', cut);
    part = part.slice(0, line > cut / 2 ? line + 1 : startOfWord(part, cut));
  }
}

async function takeTail(view: string, most: number, count: CountTokens): Promise<string> {
  for (let part = view; ;) {
    const share = await shareToKeep(part, most, count);
    if (share === 1) return part;
    const cut = part.length - Math.floor(part.length * share);
    const line = part.indexOf('\n', cut);
    part = part.slice(line !== -1 && line < (cut + part.length) / 2 ? line + 1 : endOfWord(part, cut));
  }
}

/** Somewhat less than what seems to fit, so that few rounds are needed. */
async function shareToKeep(part: string, most: number, count: CountTokens): Promise<number> {
  if (Buffer.byteLength(part) <= most) return 1;
  const tokens = await count(part);
  return tokens <= most ? 1 : Math.min(0.9, (0.95 * most) / tokens);
}

/** Neither half a word, which might be half a placeholder or half a credential, nor half a character. */
function startOfWord(text: string, cut: number): number {
  const start = text.slice(0, cut).search(/\S*$/u);
  return start > cut / 2 ? start : wholeCharacter(text, cut);
}

function endOfWord(text: string, cut: number): number {
  const space = text.slice(cut).search(/\s/u);
  return space !== -1 && space < (text.length - cut) / 2 ? cut + space + 1 : wholeCharacter(text, cut);
}

function wholeCharacter(text: string, cut: number): number {
  const placeholder = text.lastIndexOf('\u27e6', cut);
  if (placeholder > text.lastIndexOf('\u27e7', cut)) return placeholder;
  const code = text.charCodeAt(cut);
  return code >= 0xdc00 && code <= 0xdfff ? cut - 1 : cut;
}

function withLineEnd(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}

/** A sentence where some of an output was not UTF-8. */
export function describeReadAs(readAs: readonly string[]): string | undefined {
  if (readAs.length === 0) return undefined;
  const known = readAs.filter((label) => label !== 'unknown');
  const guess = `some of the output is not UTF-8 and was read as ${known.join(', ')}, which is a guess`;
  if (known.length === readAs.length) return `(${guess})`;
  const lost = 'some of the output is in an encoding that is not known: what is not ASCII in it stands as \ufffd';
  return known.length === 0 ? `(${lost})` : `(${guess}; ${lost})`;
}

export function describeState(state: CommandState): string {
  const time = describeTime(state.durationMs);
  if (state.stopped) return `stopped after ${time}`;
  if (state.running && state.exitCode !== undefined) {
    return `its shell has ended (${describeExit(state.exitCode)}), what it started runs since ${time}${describePorts(state)}`;
  }
  if (state.running) return `running for ${time}${describePorts(state)}${describeWait(state.waits)}`;
  return `${describeExit(state.exitCode ?? null)} after ${time}`;
}

function describeWait(wait: InputWait | undefined): string {
  if (wait === undefined) return '';
  return `, ${wait.sure ? 'waiting' : 'may be waiting'} for input${quoteQuestion(wait)}`;
}

function quoteQuestion({ question }: InputWait): string {
  return question === '' ? '' : `: “${encodeView(question).view}”`;
}

/** Sentences about a command's input, as views; what was typed is in none of them. */
export function describeInput({ waited, answered }: Pick<CommandResult, 'waited' | 'answered'>): string[] {
  const typed = 'The user typed into it while it ran; what was typed is not shown to you.';
  return [...(answered === true ? [typed] : []), ...(waited === undefined ? [] : [adviseOn(waited)])];
}

function adviseOn(wait: InputWait): string {
  const state = wait.sure ? 'It waited for input' : 'It may have waited for input';
  return `${state}, and nobody gave any${quoteQuestion(wait)}. Use an option that needs no answer (such as --yes), put the input into the line (printf … | command, or < /dev/null for none), or run it with background: true and type with command_output.`;
}

function describeExit(exitCode: number | null): string {
  return exitCode === null ? 'no exit code: killed by a signal' : `exit code ${exitCode}`;
}

export function describePorts({ ports }: Pick<CommandState, 'ports'>): string {
  if (ports.length === 0) return '';
  return `, listening on port${ports.length === 1 ? '' : 's'} ${ports.join(', ')}`;
}

export function describeTime(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
