import { Buffer } from 'node:buffer';
import type { Brief } from './briefs.js';

/** The beginning of a view in whole lines, as long as the room allows; `undefined` if not even its first line fits. */
export function cutToRoom(
  view: Uint8Array,
  room: number,
  count: (brief: Brief) => number,
): { brief: Brief; tokens: number } | undefined {
  // No token of a text is shorter than a byte, and few are longer than this.
  const near = view.subarray(0, room * mostBytesPerToken);
  const text = Buffer.from(near.buffer, near.byteOffset, near.byteLength).toString('utf8');
  const start = text.search(/[^\r\n]/);
  if (start < 0) return undefined;
  const ends = lineEnds(text, start);
  const briefOf = (lines: number): Brief => ({ form: 'first-lines', text: text.slice(start, ends[lines - 1]) });
  let best: { brief: Brief; tokens: number } | undefined;
  for (let low = 1, high = ends.length; low <= high;) {
    const middle = (low + high) >> 1;
    const brief = briefOf(middle);
    const tokens = count(brief);
    if (tokens <= room) {
      best = { brief, tokens };
      low = middle + 1;
    } else high = middle - 1;
  }
  return best;
}

const mostBytesPerToken = 16;

function lineEnds(text: string, start: number): number[] {
  const ends: number[] = [];
  for (let feed = text.indexOf('\n', start); feed >= 0; feed = text.indexOf('\n', feed + 1)) ends.push(feed + 1);
  return ends;
}
