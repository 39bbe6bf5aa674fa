import type { VNode } from 'preact';
import { usePage } from '../pageContext.js';
import type { EditsRow, FinishedEdit } from '../rows.js';
import { DiffCounts } from './diffView.js';
import { Fold } from './fold.js';
import { Icon } from './icon.js';
import { PathLink } from './pathLink.js';

const mostShown = 300;

/** Many edits in a row as one line that opens to the list of them. */
export function EditsCard({ row }: { row: EditsRow }): VNode {
  const files = new Set(row.edits.map((edit) => edit.details.path)).size;
  const head = (
    <>
      <Icon name="edit" />
      <span class="tool-title">{files.toLocaleString('en-US')} files edited</span>
      <DiffCounts added={sumOf(row, 'added')} removed={sumOf(row, 'removed')} />
      <span class="tool-status status-done" title="done">
        <Icon name="check" />
        <span class="sr-only">done</span>
      </span>
    </>
  );
  return (
    <div class="tool tool-done">
      <Fold head={head}>{() => <EditList edits={row.edits} />}</Fold>
    </div>
  );
}

function EditList({ edits }: { edits: readonly FinishedEdit[] }): VNode {
  const { post } = usePage();
  return (
    <ul class="edit-list">
      {edits.slice(0, mostShown).map(({ key, call, details }) => (
        <li key={key}>
          <PathLink path={details.path} />
          <DiffCounts added={details.added} removed={details.removed} />
          <button
            type="button"
            class="text-button"
            aria-label={`Open diff of ${details.path}`}
            onClick={() => post({ type: 'open_diff', call })}
          >
            Diff
          </button>
        </li>
      ))}
      {edits.length > mostShown ? <li>and {(edits.length - mostShown).toLocaleString('en-US')} more</li> : null}
    </ul>
  );
}

function sumOf(row: EditsRow, count: 'added' | 'removed'): number {
  return row.edits.reduce((sum, edit) => sum + edit.details[count], 0);
}
