/** A session whose window was closed in the middle of a turn. */
import type { TranscriptEntry } from '../protocol/sidebar.js';

/** The last turn did not end, and a question of it was not answered. */
export function waitsForApproval(entries: readonly TranscriptEntry[]): boolean {
  return findOpenQuestion(entries) !== undefined;
}

/** The window or the program ended while the last turn ran. */
export function isCutOff(entries: readonly TranscriptEntry[]): boolean {
  const last = entries.findLast(
    (entry) => entry.type === 'event' && (entry.event.type === 'turn_start' || entry.event.type === 'turn_end'),
  );
  return last?.type === 'event' && last.event.type === 'turn_start';
}

/** Leaves out each question that was or will be asked again, and its call, whose card comes again with it. */
export function dropUnanswered(entries: readonly TranscriptEntry[]): TranscriptEntry[] {
  const question = findOpenQuestion(entries);
  /** Where a call began, and what it asked, as long as it has not ended. */
  const open = new Map<string, number[]>();
  const dropped = new Set<number>();
  const drop = (call: string): void => open.get(call)?.forEach((index) => dropped.add(index));
  entries.forEach((entry, index) => {
    if (entry.type === 'user') return;
    const { event } = entry;
    if (event.type === 'tool_call_start') {
      drop(event.call);
      open.set(event.call, [index]);
    } else if (event.type === 'approval_request') open.get(event.approval.call)?.push(index);
    else if (event.type === 'tool_call_end') open.delete(event.call);
  });
  if (question !== undefined) drop(question.call);
  return entries.filter((_entry, index) => !dropped.has(index));
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
