export interface DiffLine {
  kind: 'added' | 'removed' | 'context' | 'hunk';
  text: string;
}

/** The lines of a unified diff without its file heads, and how often it adds and removes. */
export function readDiff(diff: string): { lines: DiffLine[]; added: number; removed: number } {
  const lines: DiffLine[] = [];
  let inHunk = false;
  for (const line of diff.replace(/\n$/, '').split('\n')) {
    if (line.startsWith('@@')) {
      inHunk = true;
      lines.push({ kind: 'hunk', text: line });
    } else if (inHunk) {
      lines.push(readLine(line));
    } else if (!isFileHead(line)) {
      lines.push(readLine(line));
    }
  }
  const count = (kind: DiffLine['kind']): number => lines.filter((line) => line.kind === kind).length;
  return { lines, added: count('added'), removed: count('removed') };
}

function isFileHead(line: string): boolean {
  return (
    line === '' || /^(?:--- |\+\+\+ |diff |index |Index: |=====|new file|deleted file|old mode|new mode)/.test(line)
  );
}

function readLine(line: string): DiffLine {
  if (line.startsWith('+')) return { kind: 'added', text: line };
  if (line.startsWith('-')) return { kind: 'removed', text: line };
  return { kind: 'context', text: line };
}
