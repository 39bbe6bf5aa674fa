/** Bytes of a process as text: UTF-8, and where they are not, what the machine's language makes likely; never silently. */
import { isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import { decodeBytes } from '../core/view/encoding.js';

export interface OutputDecoder {
  decode(chunk: Uint8Array): string;
  /** What is left of a character that was never finished. */
  end(): string;
  /** Encodings other than UTF-8 that lines were read as, in the order in which they were needed. */
  readAs(): readonly string[];
}

/** Neither UTF-8 nor anything that could be told: what is no ASCII stands as U+FFFD. */
export const unknownEncoding = 'unknown';

const byLanguage: readonly [RegExp, readonly string[]][] = [
  [/^zh[-_](?:tw|hk|mo|hant)/i, ['big5', 'gb18030']],
  [/^zh/i, ['gb18030']],
  [/^ja/i, ['shift_jis', 'euc-jp']],
  [/^ko/i, ['euc-kr']],
  [/^(?:ru|uk|be|bg|sr|mk)/i, ['windows-1251']],
  [/^(?:pl|cs|sk|hu|hr|sl|ro)/i, ['windows-1250']],
  [/^el/i, ['windows-1253']],
  [/^tr/i, ['windows-1254']],
  [/^he/i, ['windows-1255']],
  [/^ar|^fa/i, ['windows-1256']],
  [/^(?:lt|lv|et)/i, ['windows-1257']],
  [/^vi/i, ['windows-1258']],
  [/^th/i, ['windows-874']],
];

/**
 * The encodings to try for what is not UTF-8: the charset that the locale names, else what is usual for its language.
 * Without either it is Western European where it looks like that, by the rule for files.
 */
export function likelyEncodings(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  const charset = /\.([^@]+)/.exec(locale)?.[1]?.replace(/^euc(jp|kr)$/i, 'euc-$1');
  if (charset !== undefined && !/^utf-?8$/i.test(charset) && isKnown(charset)) return [charset.toLowerCase()];
  return byLanguage.find(([language]) => language.test(locale))?.[1] ?? [];
}

function isKnown(label: string): boolean {
  try {
    new TextDecoder(label);
    return true;
  } catch {
    return false;
  }
}

const lineFeed = 0x0a;

/** Each line is judged by itself, since one program of a command may write UTF-8 and the next one not. */
export function createOutputDecoder(likely: readonly string[]): OutputDecoder {
  const used: string[] = [];
  /** The beginning of a character at the end of the last chunk. */
  let held: Uint8Array = new Uint8Array();
  /** Reads the rest of a line whose beginning was not UTF-8. */
  let rest: TextDecoder | undefined;
  let wide: TextDecoder | undefined;
  let isFirst = true;

  const choose = (line: Uint8Array): string => {
    const fitting = likely.find((label) => fits(line, label));
    if (fitting !== undefined) return fitting;
    const file = decodeBytes(line);
    return 'encoding' in file && file.encoding === 'latin1' ? 'latin1' : unknownEncoding;
  };
  /** `isWhole`: ends with the line's end. */
  const readOther = (line: Uint8Array, isWhole: boolean): string => {
    const label = choose(line);
    if (!used.includes(label)) used.push(label);
    const decoder = new TextDecoder(label === unknownEncoding ? 'utf-8' : label);
    if (!isWhole) rest = decoder;
    return decoder.decode(line, { stream: !isWhole });
  };
  const readLine = (line: Uint8Array, isWhole: boolean): string => {
    if (rest !== undefined) {
      const text = rest.decode(line, { stream: !isWhole });
      if (isWhole) rest = undefined;
      return text;
    }
    const cut = isWhole ? line.length : line.length - unfinishedLength(line);
    if (!isUtf8(line.subarray(0, cut))) return readOther(line, isWhole);
    held = line.slice(cut);
    return toText(line.subarray(0, cut));
  };
  const readChunk = (bytes: Uint8Array): string => {
    const cut = bytes.length - unfinishedLength(bytes);
    if (rest === undefined && isUtf8(bytes.subarray(0, cut))) {
      held = bytes.slice(cut);
      return toText(bytes.subarray(0, cut));
    }
    let text = '';
    for (let start = 0; start < bytes.length;) {
      const end = bytes.indexOf(lineFeed, start);
      text += readLine(bytes.subarray(start, end === -1 ? bytes.length : end + 1), end !== -1);
      start = end === -1 ? bytes.length : end + 1;
    }
    return text;
  };
  return {
    decode(chunk) {
      if (isFirst && chunk.length > 1) wide = wideDecoder(chunk, used);
      isFirst = isFirst && chunk.length === 0;
      if (wide !== undefined) return wide.decode(chunk, { stream: true });
      const bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      held = new Uint8Array();
      return readChunk(bytes);
    },
    end() {
      const last = wide ?? rest;
      if (last !== undefined) return last.decode();
      return held.length === 0 ? '' : readOther(held, true);
    },
    readAs: () => used,
  };
}

/** Windows PowerShell and its like write UTF-16, with a mark at the start. */
function wideDecoder([first, second]: Uint8Array, used: string[]): TextDecoder | undefined {
  const label =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : undefined;
  if (label === undefined) return undefined;
  used.push(label);
  return new TextDecoder(label);
}

function fits(line: Uint8Array, label: string): boolean {
  try {
    // A character that a chunk has cut off at its end says nothing against the encoding.
    new TextDecoder(label, { fatal: true }).decode(line, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** Bytes at the end that begin a UTF-8 character and do not finish it. */
function unfinishedLength(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 1;
    return length > back && byte <= 0xf4 ? back : 0;
  }
  return 0;
}

function toText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
