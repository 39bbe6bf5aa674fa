/** What stands under one another in the transcript: the items, with long runs of finished edits as one row. */
import type { ToolDetails } from '../protocol/events.js';
import type { Item, ToolItem } from './items.js';

export type EditDetails = Extract<ToolDetails, { kind: 'edit' }>;
export type FinishedEdit = ToolItem & { details: EditDetails };
export type EditsRow = { kind: 'edits'; key: number; edits: FinishedEdit[] };
export type Row = Item | EditsRow;

/** Fewer than this are shown one by one. */
const leastTogether = 4;

/** The key of a run is that of its first edit, so that it stays open while it grows. */
export function groupRows(items: readonly Item[]): Row[] {
  const rows: Row[] = [];
  let run: FinishedEdit[] = [];
  const endRun = (): void => {
    const first = run[0];
    if (first !== undefined && run.length >= leastTogether) rows.push({ kind: 'edits', key: first.key, edits: run });
    else rows.push(...run);
    run = [];
  };
  for (const item of items) {
    if (isFinishedEdit(item)) run.push(item);
    else {
      endRun();
      rows.push(item);
    }
  }
  endRun();
  return rows;
}

function isFinishedEdit(item: Item): item is FinishedEdit {
  if (item.kind !== 'tool' || item.status !== 'done' || item.details?.kind !== 'edit') return false;
  return !item.details.deleted && item.details.movedFrom === undefined;
}
