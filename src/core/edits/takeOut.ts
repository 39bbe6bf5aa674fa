/** Takes the agent's change out of a file that the user has changed since, if the two do not meet. */
import { Buffer } from 'node:buffer';
import { mergeLines } from './merge.js';

export interface ThreeTexts {
  /** Before the agent's change. */
  old: Uint8Array;
  /** After it. */
  agents: Uint8Array;
  now: Uint8Array;
}

/** Larger ones are not worth the wait. */
const mostBytes = 2 << 20;

/** By whole lines and byte by byte, whatever the encoding; `undefined` where the changes meet. */
export function takeOut({ old, agents, now }: ThreeTexts): Uint8Array | undefined {
  if ([old, agents, now].some((bytes) => bytes.length > mostBytes || bytes.includes(0))) return undefined;
  const merged = mergeLines({ own: linesOf(now), old: linesOf(agents), other: linesOf(old) });
  return merged.ok ? Buffer.from(merged.lines.join(''), 'latin1') : undefined;
}

/** With their line ends. */
function linesOf(bytes: Uint8Array): string[] {
  return Buffer.from(bytes)
    .toString('latin1')
    .split(/(?<=\n)/);
}
