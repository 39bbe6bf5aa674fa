/** Notebooks are JSON on disk and cells in an editor: what the one becomes, the other has to be able to show. */

export function isNotebookName(path: string): boolean {
  return /\.ipynb$/i.test(path);
}

/** Why a text is no notebook, as the end of a sentence; `undefined` if it is one. */
export function findNotebookTrouble(text: string): string | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return 'it would no longer be JSON';
  }
  if (typeof parsed !== 'object' || parsed === null) return 'it would no longer be a notebook';
  const { cells, nbformat } = parsed as { cells?: unknown; nbformat?: unknown };
  if (!Number.isInteger(nbformat)) return 'it would have no "nbformat"';
  if (!Array.isArray(cells)) return 'it would have no list of cells';
  const wrong = cells.findIndex((cell) => !isCell(cell));
  return wrong === -1 ? undefined : `cell ${wrong + 1} would have no type, or no source`;
}

function isCell(cell: unknown): boolean {
  if (typeof cell !== 'object' || cell === null) return false;
  const { cell_type: type, source } = cell as { cell_type?: unknown; source?: unknown };
  const isText =
    typeof source === 'string' || (Array.isArray(source) && source.every((line) => typeof line === 'string'));
  return typeof type === 'string' && isText;
}
