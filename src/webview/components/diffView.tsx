import type { VNode } from 'preact';
import { readDiff } from '../diffText.js';
import { formatCount } from '../format.js';
import { MarkedText } from './markedText.js';

/** More stands in the editor's own diff, one click away. */
const shownLines = 300;

interface DiffProps {
  diff: string;
  /** Added lines, without their sign, that stand out. */
  named?: readonly string[] | undefined;
  all?: boolean;
}

export function DiffView({ diff, named = [], all = false }: DiffProps): VNode {
  const { lines } = readDiff(diff);
  const shown = all ? lines : lines.slice(0, shownLines);
  return (
    <div class="diff">
      <pre class="diff-text" tabIndex={0} aria-label="Changes">
        {shown.map((line, i) => (
          <span key={i} class={`diff-line diff-${line.kind}`}>
            {line.kind === 'added' && named.includes(line.text.slice(1)) ? (
              <mark class="diff-named">
                <MarkedText text={line.text} />
              </mark>
            ) : (
              <MarkedText text={line.text} />
            )}
            {'\n'}
          </span>
        ))}
      </pre>
      {shown.length < lines.length ? (
        <div class="cut-note">{formatCount(lines.length - shown.length, 'more line')}: open the diff to see all.</div>
      ) : null}
    </div>
  );
}

export function DiffCounts({ added, removed }: { added: number; removed: number }): VNode {
  return (
    <span class="diff-counts" aria-label={`${added} lines added, ${removed} removed`}>
      <span class="added">+{added}</span> <span class="removed">−{removed}</span>
    </span>
  );
}
