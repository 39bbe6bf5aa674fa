/** What requests were made for, as the page names it. */
import type { Purpose } from '../../protocol/usage.js';

const purposeNames: Record<Purpose, string> = {
  chat: 'Chat',
  ask: 'Ask',
  run: 'Run',
  refactor: 'Refactor',
  review: 'Review',
  primer: 'Primer',
  compaction: 'Compaction',
};

/** Each keeps its colour and pattern whatever else is there. */
export const purposes = Object.keys(purposeNames) as Purpose[];

/** A purpose of a newer version has its own word. */
export function namePurpose(purpose: Purpose): string {
  return purposeNames[purpose] ?? purpose;
}
