/** Other ways to put the same texts one after the other. */
import { comparePaths } from '../../src/core/repository/paths.js';

type Views = ReadonlyMap<string, string>;

export function orderByPath(views: Views): string {
  return [...views.keys()]
    .sort(comparePaths)
    .map((path) => frameOf(path, views))
    .join('');
}

/** Repomix's default: the tree first, then files by the number of recent commits that changed them, fewest first. */
export function orderLikeRepomix(views: Views, changeCounts: ReadonlyMap<string, number>): string {
  const paths = [...views.keys()].sort(comparePaths);
  const byCount = [...paths].sort((a, b) => (changeCounts.get(a) ?? 0) - (changeCounts.get(b) ?? 0));
  return `${renderTree(paths)}\n${byCount.map((path) => frameOf(path, views)).join('')}`;
}

function frameOf(path: string, views: Views): string {
  return `<file path="${path}">\n${views.get(path) ?? ''}\n</file>\n\n`;
}

function renderTree(paths: readonly string[]): string {
  const lines = ['<directory_structure>'];
  let open: string[] = [];
  for (const path of paths) {
    const folders = path.split('/');
    const name = folders.pop() ?? '';
    let same = 0;
    while (same < folders.length && folders[same] === open[same]) same++;
    for (let depth = same; depth < folders.length; depth++) lines.push(`${'  '.repeat(depth)}${folders[depth]}/`);
    lines.push(`${'  '.repeat(folders.length)}${name}`);
    open = folders;
  }
  return [...lines, '</directory_structure>', ''].join('\n');
}
