/** Server-sent events out of bytes, by the WHATWG rules: BOM, CR, LF and CRLF, comments, data over several lines. */

export type SseItem =
  | { kind: 'comment' }
  | { kind: 'data'; event: string | undefined; data: string }
  /** A line with a field name that no event stream has, for instance of an HTML page. */
  | { kind: 'stray'; line: string };

export class SseLimitError extends Error {
  override readonly name = 'SseLimitError';
}

export class SseEncodingError extends Error {
  override readonly name = 'SseEncodingError';
}

export interface SseParser {
  /** Throws `SseLimitError` for a line that is too long, `SseEncodingError` for bytes that are not UTF-8. */
  push(bytes: Uint8Array): SseItem[];
  /** What the end of the stream completes: an event that lacks only its blank line. */
  end(): SseItem[];
}

const knownFields = new Set(['data', 'event', 'id', 'retry']);

/** Joins pieces into lines. A CR at the end of a piece may be the first half of a CRLF. */
function createLineSplitter(maxLineChars: number): { push(text: string): string[]; rest(): string } {
  let parts: string[] = [];
  let pendingChars = 0;
  let skipLineFeed = false;
  const take = (last: string): string => {
    const line = parts.length === 0 ? last : parts.join('') + last;
    parts = [];
    pendingChars = 0;
    return line;
  };
  return {
    push(text) {
      const lines: string[] = [];
      let start = 0;
      if (skipLineFeed && text.length > 0) {
        if (text[0] === '\n') start = 1;
        skipLineFeed = false;
      }
      const lineEnd = /\r\n|\r|\n/g;
      lineEnd.lastIndex = start;
      for (let match = lineEnd.exec(text); match !== null; match = lineEnd.exec(text)) {
        lines.push(take(text.slice(start, match.index)));
        start = lineEnd.lastIndex;
        skipLineFeed = match[0] === '\r' && start === text.length;
      }
      if (start < text.length) {
        parts.push(text.slice(start));
        pendingChars += text.length - start;
        if (pendingChars > maxLineChars) throw new SseLimitError(`a line of more than ${maxLineChars} characters`);
      }
      return lines;
    },
    rest: () => take(''),
  };
}

export function createSseParser(maxLineChars: number): SseParser {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const splitter = createLineSplitter(maxLineChars);
  let data: string[] = [];
  let event: string | undefined;

  const dispatch = (): SseItem[] => {
    const items: SseItem[] = data.length === 0 ? [] : [{ kind: 'data', event, data: data.join('\n') }];
    data = [];
    event = undefined;
    return items;
  };
  const readLine = (line: string): SseItem[] => {
    if (line === '') return dispatch();
    if (line.startsWith(':')) return [{ kind: 'comment' }];
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    if (!knownFields.has(field)) return [{ kind: 'stray', line }];
    const raw = colon === -1 ? '' : line.slice(colon + 1);
    const value = raw.startsWith(' ') ? raw.slice(1) : raw;
    if (field === 'data') data.push(value);
    if (field === 'event') event = value;
    return [];
  };
  const decode = (bytes: Uint8Array): string => {
    try {
      return decoder.decode(bytes, { stream: true });
    } catch {
      throw new SseEncodingError('bytes that are not UTF-8');
    }
  };

  return {
    push: (bytes) => splitter.push(decode(bytes)).flatMap(readLine),
    end: () => [...readLine(splitter.rest()), ...dispatch()],
  };
}
