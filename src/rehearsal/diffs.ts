/** Reads the unified diffs that stand in a turn. */

export interface DiffLine {
  kind: 'kept' | 'added' | 'removed';
  text: string;
  /** 1-based line in the new text; for a removed line, the line that follows it. */
  line: number;
}

export interface DiffHunk {
  lines: DiffLine[];
}

export function readHunks(diff: string): DiffHunk[] {
  const hunks: DiffHunk[] = [];
  let line = 0;
  let oldLeft = 0;
  let newLeft = 0;
  for (const row of diff.split('\n')) {
    const head = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(row);
    if (head !== null && oldLeft <= 0 && newLeft <= 0) {
      oldLeft = Number(head[2] ?? 1);
      newLeft = Number(head[4] ?? 1);
      line = newLeft === 0 ? Number(head[3]) + 1 : Number(head[3]);
      hunks.push({ lines: [] });
      continue;
    }
    const hunk = hunks.at(-1);
    if (hunk === undefined || (oldLeft <= 0 && newLeft <= 0) || row.startsWith('\\')) continue;
    const text = row.slice(1);
    if (row.startsWith('-')) {
      hunk.lines.push({ kind: 'removed', text, line });
      oldLeft--;
    } else if (row.startsWith('+')) {
      hunk.lines.push({ kind: 'added', text, line: line++ });
      newLeft--;
    } else {
      hunk.lines.push({ kind: 'kept', text, line: line++ });
      oldLeft--;
      newLeft--;
    }
  }
  return hunks;
}
