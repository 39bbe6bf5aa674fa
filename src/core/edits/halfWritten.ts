import { Buffer } from 'node:buffer';
import type { Files } from '../host.js';
import { readBlob } from './fileStates.js';
import type { FileState } from './journalRecords.js';

/**
 * Whether bytes are exactly what a write in place leaves that was killed in the middle: what reaches beyond the old end
 * goes first, then the beginning, then the cut. Anything else has been somebody's work since.
 */
export function isHalfWritten(from: Uint8Array, to: Uint8Array, now: Uint8Array): boolean {
  const shared = Math.min(from.length, to.length);
  const longer = from.length > to.length ? from : to;
  if (now.length < shared || now.length > longer.length) return false;
  if (from.length > to.length && now.length !== from.length && now.length !== to.length) return false;
  if (!isEqualFrom(shared, now, longer)) return false;
  let at = 0;
  while (at < shared && now[at] === to[at]) at++;
  return isEqualFrom(at, now.subarray(0, shared), from);
}

function isEqualFrom(start: number, now: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(now.subarray(start), other.subarray(start, now.length)) === 0;
}

/** The same of what the journal keeps of a plan; also where the plan was being taken back. */
export async function isHalfOfPlan(
  place: { files: Files; stateFolder: string },
  { from, to }: { from: FileState; to: FileState },
  now: Uint8Array | undefined,
): Promise<boolean> {
  if (now === undefined || from.kind === 'missing' || to.kind === 'missing') return false;
  const [old, planned] = [await readBlob(place, from.sha256), await readBlob(place, to.sha256)];
  if (old === undefined || planned === undefined) return false;
  return isHalfWritten(old, planned, now) || isHalfWritten(planned, old, now);
}
