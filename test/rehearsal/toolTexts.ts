/** Answers in the words of the real tools; `realTools.test.ts` holds both together. */

export function searchText(hits: [path: string, line: number][], leftOut = 0): string {
  const files = new Set(hits.map(([path]) => path)).size;
  const rows = hits.map(([path, line]) => `${path}:${line}: const x = oldName();`);
  const more = leftOut > 0 ? [`(${leftOut} more hits not shown; narrow the search or raise max_hits)`] : [];
  return [`${hits.length + leftOut} hits in ${files} files`, ...rows, ...more].join('\n');
}

export function editedText(path: string): string {
  return `Edited ${path}: 1 hunk, 1 place.\n-1\told\n+1\tnew`;
}

export const refusedText =
  "Not done: it needs the user's approval, and nobody can be asked here. package-lock.json is protected (lock file).";

export const heldBackText = 'Not run: an edit of the same reply failed. Correct it first, then run the command.';

export function commandText(exitCode: number): string {
  return `exit code ${exitCode} after 0.4 s\n3 tests`;
}
