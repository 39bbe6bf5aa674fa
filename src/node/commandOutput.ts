import type { KeptOutput } from '../core/host.js';

const headBytes = 16 * 1024;
const tailBytes = 32 * 1024;

/** After so many characters an OSC or DCS that never ends is given up, so that it cannot hide the rest of the output. */
const longestString = 64 * 1024;

const anyControl = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;
const plainRun = /[^\u0000-\u0008\u000b-\u001f\u007f-\u009f]+/y;

type State = 'text' | 'escape' | 'intermediate' | 'csi' | 'string' | 'string escape';

/**
 * Takes the terminal control sequences (ECMA-48: CSI, OSC, DCS, APC, PM, SOS, 7 and 8 bit) and every control character
 * but tab and line feed out of a stream. A carriage return ends a line. Sequences may be split over chunks.
 */
export function createControlStripper(): (chunk: string) => string {
  let state: State = 'text';
  let stringLength = 0;
  let afterReturn = false;

  const startOf = (code: number): State => {
    switch (code) {
      case 0x5b: // [ CSI
        return 'csi';
      case 0x5d: // ] OSC
      case 0x50: // P DCS
      case 0x58: // X SOS
      case 0x5e: // ^ PM
      case 0x5f: // _ APC
        stringLength = 0;
        return 'string';
      default:
        return code >= 0x20 && code <= 0x2f ? 'intermediate' : 'text';
    }
  };

  const stepText = (code: number): string => {
    if (code === 0x0d) {
      afterReturn = true;
      return '\n';
    }
    if (code === 0x1b) state = 'escape';
    // The 8-bit forms are the second byte of the 7-bit ones plus 0x40.
    else if (code >= 0x80 && code <= 0x9f) state = startOf(code - 0x40);
    return '';
  };

  const stepSequence = (code: number): void => {
    // CAN and SUB end every sequence, ESC begins a new one.
    if (code === 0x18 || code === 0x1a) state = 'text';
    else if (state === 'string') {
      if (code === 0x1b) state = 'string escape';
      else if (code === 0x07 || code === 0x9c || ++stringLength > longestString) state = 'text';
    } else if (state === 'string escape') state = code === 0x5c ? 'text' : startOf(code);
    else if (code === 0x1b) state = 'escape';
    else if (state === 'escape') state = startOf(code);
    else if (state === 'csi') state = code >= 0x40 && code <= 0x7e ? 'text' : 'csi';
    else if (code >= 0x30) state = 'text';
  };

  return (chunk) => {
    if (state === 'text' && !afterReturn && !anyControl.test(chunk)) return chunk;
    let clean = '';
    for (let index = 0; index < chunk.length;) {
      const code = chunk.charCodeAt(index);
      if (state !== 'text') {
        stepSequence(code);
        index++;
        continue;
      }
      if (afterReturn) {
        afterReturn = false;
        if (code === 0x0a) {
          index++;
          continue;
        }
      }
      plainRun.lastIndex = index;
      const run = plainRun.exec(chunk)?.[0];
      if (run === undefined) {
        clean += stepText(code);
        index++;
      } else {
        clean += run;
        index += run.length;
      }
    }
    return clean;
  };
}

export interface OutputKeeper {
  /** Text without control sequences. */
  add(text: string): void;
  kept(): KeptOutput;
}

/** Holds at most 144 KB and one chunk, however much comes. */
export function createOutputKeeper(): OutputKeeper {
  let head = Buffer.alloc(0);
  let tail: Buffer[] = [];
  let tailLength = 0;
  let dropped = 0;
  return {
    add(text) {
      let bytes = Buffer.from(text);
      const room = headBytes - head.length;
      if (room > 0) {
        head = Buffer.concat([head, bytes.subarray(0, room)]);
        bytes = bytes.subarray(room);
      }
      if (bytes.length === 0) return;
      tail.push(bytes);
      tailLength += bytes.length;
      if (tailLength <= tailBytes * 4) return;
      const whole = Buffer.concat(tail);
      const last = Buffer.from(whole.subarray(whole.length - tailBytes));
      dropped += whole.length - last.length;
      tail = [last];
      tailLength = last.length;
    },
    kept() {
      const rest = Buffer.concat(tail);
      const end = rest.subarray(Math.max(0, rest.length - tailBytes));
      const missing = dropped + rest.length - end.length;
      if (missing === 0) return { head: Buffer.concat([head, end]).toString('utf8'), tail: '', omittedBytes: 0 };
      const headEnd = cutBefore(head);
      const tailStart = cutAfter(end);
      const omittedBytes = missing + head.length - headEnd + tailStart;
      return { head: head.toString('utf8', 0, headEnd), tail: end.toString('utf8', tailStart), omittedBytes };
    },
  };
}

const lineFeed = 0x0a;
const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;

/** What credentials are made of. Half of one would not be known for one, so that no cut falls between two of these. */
const isOfWord = (byte: number | undefined): boolean =>
  byte !== undefined && byte < 0x80 && /[A-Za-z0-9+/=_.:@%~-]/.test(String.fromCharCode(byte));

/** Where the head ends: after its last line end, else before a word or a character that it would cut. */
function cutBefore(bytes: Buffer): number {
  const least = bytes.length / 2;
  const lastLine = bytes.lastIndexOf(lineFeed);
  if (lastLine >= least) return lastLine + 1;
  let end = bytes.length - 1;
  while (end >= least && isOfWord(bytes[end - 1])) end--;
  // A longer run is no credential.
  if (end < least) end = bytes.length - 1;
  while (end > 0 && isContinuation(bytes[end])) end--;
  return end;
}

function cutAfter(bytes: Buffer): number {
  const firstLine = bytes.indexOf(lineFeed);
  if (firstLine !== -1 && firstLine < bytes.length / 2) return firstLine + 1;
  let start = 0;
  while (start <= bytes.length / 2 && isOfWord(bytes[start])) start++;
  if (start > bytes.length / 2) start = 0;
  while (isContinuation(bytes[start])) start++;
  return start;
}
