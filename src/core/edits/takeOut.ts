/** Takes the agent's change out of a file that the user has changed since, if the two do not meet. */
import { Buffer } from 'node:buffer';
import { diff3Merge } from 'node-diff3';

export interface ThreeTexts {
  /** Before the agent's change. */
  old: Uint8Array;
  /** After it. */
  agents: Uint8Array;
  now: Uint8Array;
}

/** Larger ones are not worth the wait: line by line the merge takes time by the square. */
const mostBytes = 2 << 20;

/** By whole lines and byte by byte, whatever the encoding; `undefined` where the changes meet. */
export function takeOut({ old, agents, now }: ThreeTexts): Uint8Array | undefined {
  if ([old, agents, now].some((bytes) => bytes.length > mostBytes || bytes.includes(0))) return undefined;
  const merged: string[] = [];
  for (const part of diff3Merge(linesOf(now), linesOf(agents), linesOf(old), { excludeFalseConflicts: true })) {
    if (part.ok === undefined) return undefined;
    merged.push(...part.ok);
  }
  return Buffer.from(merged.join(''), 'latin1');
}

/** With their line ends. */
function linesOf(bytes: Uint8Array): string[] {
  return Buffer.from(bytes)
    .toString('latin1')
    .split(/(?<=\n)/);
}
