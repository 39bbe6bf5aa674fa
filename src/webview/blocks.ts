/**
 * Splits Markdown into top-level blocks line by line, in linear time, so that a streamed answer is parsed block by
 * block: all blocks but the last never change when text is appended at the end.
 */

interface Scan {
  blocks: string[];
  start: number;
  fence: { mark: string; length: number } | undefined;
  isList: boolean;
  /** Only blank lines so far. */
  isBlank: boolean;
  afterBlank: boolean;
}

const fenceStart = /^\s*(`{3,}|~{3,})/;
const listItem = /^\s{0,3}(?:[-*+]|\d{1,9}[.)])(?:\s|$)/;

/** The blocks add up to the text. */
export function splitBlocks(text: string): string[] {
  const scan: Scan = { blocks: [], start: 0, fence: undefined, isList: false, isBlank: true, afterBlank: false };
  let at = 0;
  while (at < text.length) {
    const lineEnd = text.indexOf('\n', at);
    const end = lineEnd === -1 ? text.length : lineEnd;
    scanLine(scan, text, at, text.slice(at, Math.min(end, at + 400)));
    at = end + 1;
  }
  if (scan.start < text.length) scan.blocks.push(text.slice(scan.start));
  return scan.blocks;
}

function scanLine(scan: Scan, text: string, at: number, line: string): void {
  if (scan.fence) {
    scan.afterBlank = closesFence(line, scan.fence);
    if (scan.afterBlank) scan.fence = undefined;
    return;
  }
  if (line.trim() === '') {
    scan.afterBlank = true;
    return;
  }
  const isItem = listItem.test(line);
  if (scan.afterBlank && at > scan.start && !/^[ \t]/.test(line) && !(scan.isList && isItem)) {
    scan.blocks.push(text.slice(scan.start, at));
    scan.start = at;
    scan.isBlank = true;
  }
  if (scan.isBlank) scan.isList = isItem;
  scan.isBlank = false;
  scan.fence = readFence(line);
  scan.afterBlank = false;
}

function closesFence(line: string, fence: { mark: string; length: number }): boolean {
  const trimmed = line.trim();
  return trimmed.length >= fence.length && trimmed === fence.mark.repeat(trimmed.length);
}

const longestLineChars = 6_000;
const longestParagraphChars = 8_000;
const longestBlockChars = 100_000;
const deepestNesting = 24;

/**
 * Whether a block is small and flat enough for the Markdown parser, whose time is quadratic in the length of a
 * paragraph and whose stack grows with nesting. What is not tame is shown as plain text.
 */
export function isTame(block: string): boolean {
  if (block.length > longestBlockChars) return false;
  let paragraphChars = 0;
  let fence: Scan['fence'];
  for (const line of block.split('\n')) {
    if (fence) {
      if (closesFence(line.slice(0, 400), fence)) fence = undefined;
      continue;
    }
    fence = readFence(line);
    const isOwnRun = line.trim() === '' || listItem.test(line) || line.startsWith('|');
    paragraphChars = isOwnRun ? line.length : paragraphChars + line.length;
    if (line.length > longestLineChars || paragraphChars > longestParagraphChars) return false;
    if (countNesting(line) > deepestNesting) return false;
  }
  return true;
}

function readFence(line: string): Scan['fence'] {
  const mark = fenceStart.exec(line)?.[1];
  return mark === undefined ? undefined : { mark: mark.charAt(0), length: mark.length };
}

function countNesting(line: string): number {
  let depth = 0;
  let indent = 0;
  for (let i = 0; i < line.length && ' \t-*+>0123456789.)'.includes(line.charAt(i)); i++) {
    const character = line.charAt(i);
    if (character === ' ' || character === '\t') indent += character === '\t' ? 4 : 1;
    else if (character === '>') depth++;
    else if ('-*+.)'.includes(character) && /\s/.test(line.charAt(i + 1))) depth++;
  }
  return depth + Math.floor(indent / 8);
}
