import { diffArrays } from 'diff';

export interface ChangedSpan {
  /** UTF-16 offsets into the old text. */
  start: number;
  end: number;
  replacement: string;
}

/** Beyond so many changed lines one span does, whatever a cursor between two of them makes of it. */
const mostEdits = 300;

/**
 * The spans that turn one text into the other, in order and apart from each other, so that a cursor between two of them
 * stays where it is.
 */
export function findChangedSpans(before: string, after: string): ChangedSpan[] {
  const whole = findChangedSpan(before, after);
  // Only the lines from the first change to the last are compared.
  const from = whole.start === 0 ? 0 : before.lastIndexOf('\n', whole.start - 1) + 1;
  const feed = before.indexOf('\n', whole.end);
  const kept = feed === -1 ? 0 : before.length - feed - 1;
  const compared = (text: string): string[] => linesOf(text.slice(from, text.length - kept));
  const parts = diffArrays(compared(before), compared(after), { maxEditLength: mostEdits });
  if (parts === undefined) return [whole];
  const spans: ChangedSpan[] = [];
  let at = from;
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index]!;
    const text = part.value.join('');
    if (!part.added && !part.removed) {
      at += text.length;
      continue;
    }
    const next = parts[index + 1];
    const replacement = part.added ? text : next?.added === true ? next.value.join('') : '';
    const gone = part.removed ? text : '';
    if (part.removed && next?.added === true) index++;
    const span = findChangedSpan(gone, replacement);
    spans.push({ ...span, start: at + span.start, end: at + span.end });
    at += gone.length;
  }
  return spans;
}

/** Where an offset of the old text is in the new one. What stands where something is put in stays before it. */
export function followSpans(spans: readonly ChangedSpan[], offset: number): number {
  let shift = 0;
  for (const { start, end, replacement } of spans) {
    if (offset <= start) break;
    if (offset < end) return start + shift + Math.min(offset - start, replacement.length);
    shift += replacement.length - (end - start);
  }
  return offset + shift;
}

/** With their ends. Several times as fast as a split by a pattern. */
function linesOf(text: string): string[] {
  const lines: string[] = [];
  for (let start = 0; start < text.length;) {
    const feed = text.indexOf('\n', start);
    const end = feed === -1 ? text.length : feed + 1;
    lines.push(text.slice(start, end));
    start = end;
  }
  return lines;
}

/**
 * The smallest span that turns one text into the other. It never cuts a surrogate pair or a CR LF, because an
 * editor moves such a position.
 */
export function findChangedSpan(before: string, after: string): ChangedSpan {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  if (isInsidePair(before, start) || isInsidePair(after, start)) start--;
  let tail = 0;
  while (
    tail < most - start &&
    before.charCodeAt(before.length - 1 - tail) === after.charCodeAt(after.length - 1 - tail)
  ) {
    tail++;
  }
  while (tail > 0 && (isInsidePair(before, before.length - tail) || isInsidePair(after, after.length - tail))) tail--;
  return { start, end: before.length - tail, replacement: after.slice(start, after.length - tail) };
}

function isInsidePair(text: string, offset: number): boolean {
  const left = text.charCodeAt(offset - 1);
  const right = text.charCodeAt(offset);
  if (left === 0x0d) return right === 0x0a;
  return left >= 0xd800 && left <= 0xdbff && right >= 0xdc00 && right <= 0xdfff;
}
