import * as z from 'zod';
import { isCancellation, messageOf } from '../errors.js';
import type { SearchHit, SearchResult } from '../pack/packer.js';
import { encodePath, encodeView } from '../view/codec.js';
import { fail, succeed } from './results.js';
import type { Tool, ToolContext, ToolResult } from './tool.js';
import { plural } from '../wording.js';

const defaultHits = 200;
/** An answer stays in the conversation for ever: without a bound one search could fill the window. */
const mostCharacters = 80_000;

const schema = z.strictObject({
  pattern: z.string().min(1).max(2000).describe('RE2 syntax, matched line by line.'),
  literal: z.boolean().optional().describe('The pattern is plain text.'),
  case_sensitive: z.boolean().optional().describe('Default true.'),
  whole_word: z.boolean().optional(),
  include: z.array(z.string().max(500)).max(50).optional().describe('Only these files, in .gitignore syntax.'),
  context_lines: z.int().min(0).max(10).optional(),
  max_hits: z.int().min(1).max(10_000).optional().describe(`Default ${defaultHits}.`),
});

type Arguments = z.infer<typeof schema>;

export const searchFiles: Tool<Arguments> = {
  name: 'search_files',
  description: 'Finds lines in all files that are in view or listed, as path:line: text. The number left out is said.',
  arguments: schema,
  readsOnly: true,
  title: ({ pattern }) => ({ title: `Search ${encodeView(pattern.slice(0, 200)).view}` }),
  prepare: async (args, context) => ({ kind: 'ready', run: () => search(args, context) }),
};

async function search(args: Arguments, context: ToolContext): Promise<ToolResult> {
  const query = {
    pattern: args.pattern,
    literal: args.literal ?? false,
    caseSensitive: args.case_sensitive ?? true,
    wholeWord: args.whole_word ?? false,
    include: args.include ?? [],
    contextLines: args.context_lines ?? 0,
    maxHits: args.max_hits ?? defaultHits,
  };
  try {
    return showHits(await context.turn.packer.search(query, context.signal));
  } catch (error) {
    if (isCancellation(error, context.signal)) throw error;
    return fail(encodeView(`The search failed: ${messageOf(error)}`).view);
  }
}

function showHits({ hits, totalHits, totalFiles }: SearchResult): ToolResult {
  const head = `${plural(totalHits, 'hit')} in ${plural(totalFiles, 'file')}`;
  const rows: string[] = [];
  let size = 0;
  let shown = 0;
  for (const hit of hits) {
    const found = showHit(hit, rows.length === 0);
    size += found.reduce((sum, row) => sum + row.length + 1, 0);
    if (size > mostCharacters) break;
    rows.push(...found);
    shown++;
  }
  const left = totalHits - shown;
  if (left > 0) {
    const way =
      shown < hits.length ? 'narrow the search or ask for fewer context lines' : 'narrow the search or raise max_hits';
    rows.push(`(${left} more hits not shown; ${way})`);
  }
  const shows = [...new Set(hits.slice(0, shown).map(({ path }) => path))];
  return { ...succeed([head, ...rows].join('\n'), head), shows };
}

function showHit({ path, line, text, before, after }: SearchHit, isFirst: boolean): string[] {
  const name = encodePath(path);
  return [
    ...(!isFirst && before.length + after.length > 0 ? ['--'] : []),
    ...before.map((row, index) => `${name}-${line - before.length + index}- ${row}`),
    `${name}:${line}: ${text}`,
    ...after.map((row, index) => `${name}-${line + 1 + index}- ${row}`),
  ];
}
