import * as z from 'zod';
import { findSpellingTrouble } from '../repository/pathGate.js';
import { decodePath, encodePath } from '../view/codec.js';
import { decideRefused, showPath, succeed } from './results.js';
import type { Prepared, Tool, ToolContext, ToolResult } from './tool.js';
import { plural } from '../wording.js';

const mostFiles = 2000;

const schema = z.strictObject({
  path: z.string().optional().describe('A folder; without it the whole workspace.'),
  glob: z
    .string()
    .max(500)
    .optional()
    .describe('Only these, in .gitignore syntax, for instance "*.ts" or "src/**/test".'),
});

type Arguments = z.infer<typeof schema>;

export const listFiles: Tool<Arguments> = {
  name: 'list_files',
  description: 'Lists files with their sizes in bytes, ignored ones left out, withheld ones with the reason.',
  arguments: schema,
  readsOnly: true,
  title: ({ path, glob }) => ({
    title: ['List', path === undefined ? 'files' : showPath(path), glob ?? ''].join(' ').trim(),
  }),
  prepare: async (args, context): Promise<Prepared> => {
    const folder = decodePath(args.path ?? '.')
      .replace(/^(?:\.\/)+/, '')
      .replace(/\/+$/, '');
    const isRoot = folder === '' || folder === '.';
    const trouble = isRoot ? undefined : findSpellingTrouble(folder);
    if (trouble !== undefined) return decideRefused(`"${showPath(folder)}": ${trouble}.`);
    return { kind: 'ready', run: () => list(isRoot ? '' : `${folder}/`, args.glob, context) };
  },
};

async function list(folder: string, glob: string | undefined, context: ToolContext): Promise<ToolResult> {
  const query = { folder, most: mostFiles, ...(glob === undefined ? {} : { glob: decodePath(glob) }) };
  const { files, total } = await context.turn.packer.list(query, context.signal);
  const rows = files.map(({ path, bytes, withheld }) => {
    return `${encodePath(path)}\t${bytes}${withheld === undefined ? '' : `\twithheld: ${withheld}`}`;
  });
  const head = plural(total, 'file');
  if (total > rows.length) rows.push(`(${total - rows.length} more not shown; give a path or a glob)`);
  return succeed([head, ...rows].join('\n'), head);
}
