import { parseChange, parsePack } from './frames.js';
import { applyHunks } from './hunks.js';

/** The view that the model knows of each file after a pack and its change log. Throws if an entry does not fit. */
export function rebuildFiles(packText: string, entries: readonly { text: string }[]): Map<string, string> {
  const views = parsePack(packText);
  for (const { text } of entries) {
    const { path } = parseChange(text);
    const view = applyChange(views.get(path), text);
    if (view === undefined) views.delete(path);
    else views.set(path, view);
  }
  return views;
}

/** The view of one file after an entry; `undefined` where the model knows none. */
export function applyChange(before: string | undefined, entryText: string): string | undefined {
  const change = parseChange(entryText);
  if (change.outOfView || change.kind === 'deleted') return undefined;
  switch (change.body) {
    case 'full':
      return change.text;
    case 'diff':
      return applyHunks(before ?? '', change.text);
    default:
      return before;
  }
}
