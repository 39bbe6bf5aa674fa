import * as z from 'zod';
import { countInvisible } from '../edits/concerns.js';
import { splitLines } from '../edits/lines.js';
import { encodePath } from '../view/codec.js';
import { openForReading } from './openForReading.js';
import { showPath, succeed } from './results.js';
import { noteShown } from './untold.js';
import type { Prepared, Tool, ToolContext, ToolResult } from './tool.js';
import { plural } from '../wording.js';

const mostLines = 2000;
const mostCharacters = 80_000;
const longestLine = 2000;

const schema = z.strictObject({
  path: z.string(),
  start_line: z.int().min(1).optional(),
  end_line: z.int().min(1).optional(),
});

type Arguments = z.infer<typeof schema>;

export const readFile: Tool<Arguments> = {
  name: 'read_file',
  description: `Shows a file as it is now, with line numbers; at most ${mostLines} lines a call.`,
  arguments: schema,
  readsOnly: true,
  title: ({ path, start_line, end_line }) => {
    const lines = start_line === undefined && end_line === undefined ? '' : `:${start_line ?? 1}–${end_line ?? ''}`;
    return { title: `Read ${showPath(path)}${lines}`, path: showPath(path) };
  },
  prepare: prepareRead,
};

async function prepareRead(args: Arguments, context: ToolContext): Promise<Prepared> {
  const opened = await openForReading(context, args.path);
  if (!opened.ok) return opened.decided;
  const { relative, file, unsaved, bytes } = opened.source;
  const note = unsaved ? ' (unsaved text of the editor)' : '';
  return {
    kind: 'ready',
    run: async () => {
      if (bytes !== undefined) noteShown(context, relative, bytes);
      return { ...showLines(encodePath(relative), file.view, args, note), shows: [relative] };
    },
  };
}

function showLines(name: string, view: string, { start_line, end_line }: Arguments, note: string): ToolResult {
  const lines = splitLines(view);
  const first = start_line ?? 1;
  const last = Math.min(end_line ?? lines.length, lines.length);
  const rows: string[] = [];
  let size = 0;
  for (let number = first; number <= last && rows.length < mostLines && size < mostCharacters; number++) {
    const text = lines[number - 1]!.text;
    const cut = text.length > longestLine ? `${text.slice(0, longestLine)}… (${text.length - longestLine} more)` : text;
    rows.push(`${number}\t${cut}`);
    size += cut.length;
  }
  const shownTo = first + rows.length - 1;
  const range = rows.length === 0 ? 'no lines' : `lines ${first}–${shownTo}`;
  const hidden = countInvisible(rows.join('\n'));
  const warning = hidden === 0 ? '' : `; ${plural(hidden, 'character')} that cannot be seen stand as escapes`;
  const head = `${name}: ${range} of ${lines.length}${note}${warning}`;
  if (shownTo < last && rows.length > 0)
    rows.push(`(${last - shownTo} more lines: read on with start_line ${shownTo + 1})`);
  return succeed(
    [head, ...rows].join('\n'),
    `${plural(Math.max(shownTo - first + 1, 0), 'line')} of ${lines.length}${warning}`,
  );
}
