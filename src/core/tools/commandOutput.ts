import * as z from 'zod';
import { BaleenError } from '../errors.js';
import type { Command, KeptOutput } from '../host.js';
import { decodeView, encodeView, placeholdersOf } from '../view/codec.js';
import { describeReadAs, describeState, showOutput, showStretch, tokenCounter } from './commandText.js';
import { decideFailed, decideRefused, succeed } from './results.js';
import type { Prepared, Tool, ToolContext, ToolResult } from './tool.js';

/** What is read at once; more than one answer may show. */
const partBytes = 64 * 1024;
/** Read along on both sides, and longer than secrets are. */
const aroundBytes = 16 * 1024;
/** Of what is new, where that is more. */
const headBytes = 16 * 1024;
const tailBytes = 32 * 1024;
const longestWaitSeconds = 300;
const lookMs = 200;
/** What a program is given to answer an input. */
const answerSeconds = 2;
/** Shown to the user of a written text. */
const mostTitleCharacters = 100;
const mostNameCharacters = 60;

const schema = z.strictObject({
  id: z.string().regex(/^c-[0-9a-f]{8}$/, 'an id looks like c-0123abcd'),
  input: z.string().min(1).max(20_000).optional().describe('For its stdin, line end included; "\\u0003" interrupts.'),
  stop: z.boolean().optional(),
  wait_seconds: z.int().min(1).max(longestWaitSeconds).optional().describe('Until it ends or something new comes.'),
  offset: z.int().min(0).optional().describe('Reads from this byte of the output instead of what is new.'),
});

type Arguments = z.infer<typeof schema>;

export const commandOutput: Tool<Arguments> = {
  name: 'command_output',
  description:
    'Answers with the state of a command, its open ports, and its output since the last call; or writes to it, or stops it. Also reads, by offset, the rest of an output that was cut.',
  arguments: schema,
  readsOnly: false,
  title: ({ id, input, stop }) => {
    if (stop === true) return { title: `Stop ${id}` };
    if (input === undefined) return { title: `Output of ${id}` };
    return { title: `Type into ${id}: ${encodeView(input.slice(0, mostTitleCharacters)).view}` };
  },
  prepare,
};

async function prepare(args: Arguments, context: ToolContext): Promise<Prepared> {
  const { commands } = context.host;
  const command = commands.find(args.id);
  if (command === undefined || args.offset !== undefined) {
    const isActing = args.input !== undefined || args.stop === true;
    if (isActing && command !== undefined) return decideFailed('An offset only reads; leave out input and stop.');
    const part = await commands.readOutput(args.id, args.offset ?? 0, 1);
    if (part === undefined && command === undefined) {
      return decideFailed(`There is no command ${args.id}, and nothing of its output is kept any more.`);
    }
    if (isActing) return decideFailed(`${args.id} does not run any more.`);
    return { kind: 'ready', run: () => readFrom(args.id, args.offset ?? 0, command, context) };
  }
  if (args.input === undefined) return { kind: 'ready', run: () => readNew(command, args, context) };
  if (placeholdersOf(args.input).length > 0) {
    return decideRefused('a placeholder stands for a secret that you cannot type.');
  }
  if (!(await command.look()).running) return decideFailed(`${args.id} has ended: ${describeState(command.state())}.`);
  const text = decodeView(args.input, []);
  return {
    kind: 'ready',
    // What a shell or an interpreter is told is a command like any other.
    subject: { kind: 'input', id: args.id, command: command.command, text },
    run: () => typeInto(command, text, args, context),
  };
}

async function typeInto(command: Command, text: string, args: Arguments, context: ToolContext): Promise<ToolResult> {
  if (!command.write(text)) throw new BaleenError(`Not written: ${command.id} takes no input any more.`);
  return readNew(command, { wait_seconds: answerSeconds, ...args }, context);
}

async function readNew(command: Command, args: Arguments, context: ToolContext): Promise<ToolResult> {
  if (args.stop === true) await command.stop();
  await waitForNews(command, (args.wait_seconds ?? 0) * 1000, context);
  const state = await command.look();
  const from = command.readTo;
  const to = command.outputBytes();
  const news = await readBetween(command, from, to, context);
  command.readTo = to;
  const count = tokenCounter(context.turn.packer);
  const output =
    to === from ? '(nothing new)' : await showOutput(news.kept, { id: command.id, from: news.from }, count);
  const head = `${command.id}: ${describeState(state)}`;
  const guess = describeReadAs(command.readAs());
  const parts = [
    head,
    ...(news.note === undefined ? [] : [news.note]),
    ...(guess === undefined ? [] : [guess]),
    output,
  ];
  const summary = `${nameOf(command)}: ${describeState(state)}`;
  const result = succeed(parts.join('\n'), summary, { kind: 'text', text: output });
  return to === from ? result : { ...result, isNews: true };
}

/** For the user, to whom an id says nothing. */
function nameOf({ command }: Command): string {
  const line = encodeView(command.split('\n', 1)[0]!).view;
  return line.length > mostNameCharacters ? `${line.slice(0, mostNameCharacters)}…` : line;
}

async function waitForNews(command: Command, waitMs: number, { host, signal }: ToolContext): Promise<void> {
  for (let waited = 0; waited < waitMs; waited += lookMs) {
    if (command.outputBytes() > command.readTo) return;
    const { running, waits } = await command.look();
    // Nothing new will come before it is given some.
    if (!running || waits?.sure === true) return;
    await host.clock.sleep(lookMs, signal);
  }
}

interface News {
  kept: KeptOutput;
  /** Where `kept` begins in the whole output. */
  from: number;
  note?: string;
}

async function readBetween(command: Command, from: number, to: number, { host }: ToolContext): Promise<News> {
  const size = to - from;
  const read = (at: number, most: number) => host.commands.readOutput(command.id, at, most);
  const head = await read(from, size <= headBytes + tailBytes ? size : headBytes);
  if (head === undefined) {
    const note = '(the whole output is not kept; these are its beginning and its end)';
    return { kept: command.kept(), from: 0, note };
  }
  if (size <= headBytes + tailBytes) return { kept: { head: head.text, tail: '', omittedBytes: 0 }, from: head.from };
  const tail = await read(to - tailBytes, tailBytes);
  const omittedBytes = (tail?.from ?? to) - head.to;
  return { kept: { head: head.text, tail: tail?.text ?? '', omittedBytes }, from: head.from };
}

async function readFrom(
  id: string,
  offset: number,
  command: Command | undefined,
  { host, turn }: ToolContext,
): Promise<ToolResult> {
  // What begins before the offset may be half a secret at it, and that is known by its whole alone.
  const read = (at: number) => host.commands.readOutput(id, at, partBytes + 2 * aroundBytes);
  const before = await read(Math.max(0, offset - aroundBytes));
  // Behind a gap nothing is read on.
  const wide = before !== undefined && before.to <= offset && before.to < before.total ? await read(offset) : before;
  if (wide === undefined) throw new BaleenError(`The whole output of ${id} is not kept.`);
  const first = Math.min(Math.max(offset, wide.from), wide.to);
  const stretch = { text: wide.text, from: wide.from, start: first, end: Math.min(first + partBytes, wide.to) };
  const { view, from, to } = await showStretch(stretch, tokenCounter(turn.packer));
  const state = command === undefined ? 'ended with an earlier run of Baleen' : describeState(await command.look());
  const gone = wide.from > offset ? `; bytes ${offset} to ${wide.from} are not kept` : '';
  const head = `${id}: ${state}; bytes ${from} to ${to} of ${wide.total}${gone}`;
  const rest = to < wide.total ? [`[${wide.total - to} bytes follow: offset ${to} reads on]`] : [];
  const text = [head, view === '' ? '(nothing there)' : view.replace(/\n$/, ''), ...rest].join('\n');
  return succeed(text, head, { kind: 'text', text: view });
}
