import { parseChange, parsePack, type ParsedChange } from './frames.js';
import { applyHunks } from './hunks.js';

/** The view that the model knows of each file after a pack and its change log. Throws if an entry does not fit. */
export function rebuildFiles(packText: string, entries: readonly { text: string }[]): Map<string, string> {
  const views = parsePack(packText);
  for (const { text } of entries) {
    const change = parseChange(text);
    const { path, from } = change;
    const view = applyParsed(views.get(from ?? path), change);
    if (from !== undefined) views.delete(from);
    if (view === undefined) views.delete(path);
    else views.set(path, view);
  }
  return views;
}

/**
 * What an entry makes of one file's view (of a renamed file's under its old name); `undefined` where the model knows none.
 */
export function applyChange(before: string | undefined, entryText: string): string | undefined {
  return applyParsed(before, parseChange(entryText));
}

export function applyParsed(before: string | undefined, change: ParsedChange): string | undefined {
  if (change.outOfView || change.kind === 'deleted') return undefined;
  switch (change.body) {
    case 'full':
      return change.text;
    case 'diff':
      return applyHunks(before ?? '', change.text);
    case 'none':
      return before;
  }
}
