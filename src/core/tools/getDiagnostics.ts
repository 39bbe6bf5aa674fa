import * as z from 'zod';
import { openSeen } from '../edits/seenText.js';
import type { FileDiagnostics } from '../host.js';
import { encodePath, encodeView } from '../view/codec.js';
import { showDiagnostics } from './diagnosticRows.js';
import { openForReading, type ReadSource } from './openForReading.js';
import { showPath, succeed } from './results.js';
import type { Decided, Tool, ToolContext, ToolResult } from './tool.js';
import { plural } from '../wording.js';

const mostRows = 100;

const schema = z.strictObject({ paths: z.array(z.string()).min(1).max(50) });

type Arguments = z.infer<typeof schema>;

export const getDiagnostics: Tool<Arguments> = {
  name: 'get_diagnostics',
  description:
    "The editor's errors and warnings of files, of their present text; unknown where it has none after 2 seconds.",
  arguments: schema,
  readsOnly: true,
  title: ({ paths }) => ({
    title: `Diagnostics of ${paths.length === 1 ? showPath(paths[0]!) : plural(paths.length, 'file')}`,
  }),
  prepare: async ({ paths }, context) => {
    const opened = await Promise.all([...new Set(paths)].map((path) => openForReading(context, path)));
    const refused = opened.flatMap((one) => (one.ok ? [] : [one.decided]));
    const sources = opened.flatMap((one) => (one.ok ? [one.source] : []));
    if (sources.length === 0) return refused[0]!;
    return { kind: 'ready', run: () => show(context, sources, refused) };
  },
};

async function show(
  { host, signal }: ToolContext,
  sources: readonly ReadSource[],
  refused: readonly Decided[],
): Promise<ToolResult> {
  const files = sources.map(({ absolute, file }) => ({ path: absolute, text: openSeen(file).text }));
  const told = await host.language.diagnostics(files, signal);
  const blocks = sources.map((source, index) => showFile(source, told[index]!));
  const rows: string[] = [];
  let left = 0;
  for (const [head, ...found] of blocks) {
    const room = Math.max(0, mostRows - rows.length);
    rows.push(head!, ...found.slice(0, room));
    left += Math.max(0, found.length - room);
  }
  if (left > 0) rows.push(`(${left} more not shown)`);
  rows.push(...refused.map(({ result }) => result.text));
  return { ...succeed(rows.join('\n')), shows: sources.map(({ relative }) => relative) };
}

function showFile({ relative, file, unsaved }: ReadSource, told: FileDiagnostics): string[] {
  const name = `${encodePath(relative)}${unsaved ? " (the editor's unsaved text)" : ''}`;
  if (told.kind !== 'known') return [`${name}: unknown: ${encodeView(told.why).view}`];
  const { diagnostics } = told;
  if (diagnostics.length === 0) return [`${name}: nothing`];
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const warnings = diagnostics.filter(({ severity }) => severity === 'warning').length;
  return [
    `${name}: ${plural(errors, 'error')}, ${plural(warnings, 'warning')}`,
    ...showDiagnostics(relative, file, diagnostics),
  ];
}
