/** A change of several files at once: one question, and a visible end for each file. */
import type { ApprovalSubject, ToolDetails } from '../../protocol/events.js';
import type { Change } from '../edits/editWork.js';
import { bulkChanges } from '../agent/bulkGuard.js';
import { applyFileEdit, type EditSource, type Written } from '../edits/workspaceEdit.js';
import { isCancellation, messageOf } from '../errors.js';
import { encodePath, encodeView } from '../view/codec.js';
import { approvalOfEdit } from './editApproval.js';
import type { ToolContext } from './tool.js';
import { plural } from '../wording.js';

const mostDiffLines = 160;
const mostNamed = 200;

export interface FileChange extends Change {
  source: EditSource;
  places: number;
}

export interface EndedChange extends FileChange {
  written: Written;
}

/** A protected one among them makes all of it ask. */
export function approvalOfEdits(
  context: ToolContext,
  changes: readonly FileChange[],
): { subject: ApprovalSubject; reason?: string } {
  const each = changes.map((one) => approvalOfEdit(context, one.source, encodePath(one.source.relative), one));
  const [only] = each;
  if (only !== undefined && each.length === 1) return only;
  const files = each.flatMap(({ subject }) => {
    const { kind: _kind, ...file } = subject;
    return [file];
  });
  const many = `${changes.length} files would change at once; so many ask in every mode.`;
  const reason =
    each.find((one) => one.reason !== undefined)?.reason ?? (changes.length < bulkChanges ? undefined : many);
  return { subject: { kind: 'edits', files }, ...(reason === undefined ? {} : { reason }) };
}

/** One that fails leaves the others alone, as with hunks. After a stop the rest is not written, and said so. */
export async function applyChanges(context: ToolContext, changes: readonly FileChange[]): Promise<EndedChange[]> {
  const ended: EndedChange[] = [];
  for (const one of changes) {
    let written: Written;
    try {
      written = await applyFileEdit(context, one.source, one.to);
    } catch (error) {
      const isStopped = isCancellation(error, context.signal);
      written = {
        ok: false,
        sentence: isStopped ? 'The user stopped the turn before it was written.' : messageOf(error),
      };
    }
    ended.push({ ...one, written });
  }
  return ended;
}

/** A line a file, with its diff as long as there is room. */
export function describeChanges(ended: readonly EndedChange[]): string[] {
  const lines: string[] = [];
  let room = mostDiffLines;
  for (const { source, written, diff, places } of ended.slice(0, mostNamed)) {
    const name = encodePath(source.relative);
    if (!written.ok) {
      lines.push(`${name}: not changed: ${encodeView(written.sentence).view}`);
      continue;
    }
    const unsaved = source.buffer !== undefined ? ' (in the editor, not saved: commands still see the old text)' : '';
    lines.push(`${name}: ${plural(places, 'place')}${unsaved}`);
    const rows = diff.numbered.split('\n');
    if (rows.length <= room) lines.push(...rows);
    room -= rows.length;
  }
  const left = ended.length - mostNamed;
  if (left > 0) lines.push(`(${plural(left, 'more file')} not named)`);
  if (room < 0) lines.push('(not all diffs are shown)');
  return lines;
}

export function detailsOfChanges(ended: readonly EndedChange[]): ToolDetails {
  const files = ended.map(({ source, written, diff }) =>
    written.ok
      ? { path: source.relative, diff: diff.unified, added: diff.added, removed: diff.removed }
      : { path: source.relative, diff: '', added: 0, removed: 0 },
  );
  const [only] = files;
  if (only === undefined || files.length > 1) return { kind: 'edits', files };
  return { kind: 'edit', ...only, created: false };
}
