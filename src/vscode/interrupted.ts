/** A session whose window was closed in the middle of a turn. */
import type { TranscriptEntry } from '../protocol/sidebar.js';

/** The last turn did not end, and a question of it was not answered. */
export function waitsForApproval(entries: readonly TranscriptEntry[]): boolean {
  return findOpenQuestion(entries) !== undefined;
}

/** Leaves out the question that will be asked again, and its call, whose card comes again with it. */
export function dropUnanswered(entries: readonly TranscriptEntry[]): TranscriptEntry[] {
  const question = findOpenQuestion(entries);
  if (question === undefined) return [...entries];
  return entries.filter((entry) => {
    if (entry.type === 'user') return true;
    const { event } = entry;
    if (event.type === 'approval_request') return event.approval.id !== question.id;
    return event.type !== 'tool_call_start' || event.call !== question.call;
  });
}

function findOpenQuestion(entries: readonly TranscriptEntry[]): { id: string; call: string } | undefined {
  let open: { id: string; call: string } | undefined;
  for (const entry of entries) {
    if (entry.type === 'user') continue;
    const { event } = entry;
    if (event.type === 'approval_request') open = { id: event.approval.id, call: event.approval.call };
    else if (event.type === 'approval_end' && event.id === open?.id) open = undefined;
    else if (event.type === 'turn_start' || event.type === 'turn_end') open = undefined;
  }
  return open;
}
