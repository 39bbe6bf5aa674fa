import { diffArrays } from 'diff';

/** One line of a text: `text` without, `end` the line end itself (empty for a last line without one). */
export interface Line {
  text: string;
  end: string;
  /** Offset of the first character. */
  start: number;
}

/** Of texts that differ in more lines than this nobody finds out which of them stay. */
export const mostEdits = 2000;

export type LineEnd = '\n' | '\r\n';

/** A final line end does not begin another line; an empty text has none. */
export function splitLines(text: string): Line[] {
  const lines: Line[] = [];
  let start = 0;
  while (start < text.length) {
    const feed = text.indexOf('\n', start);
    if (feed === -1) {
      lines.push({ text: text.slice(start), end: '', start });
      break;
    }
    const isPair = feed > start && text[feed - 1] === '\r';
    lines.push({ text: text.slice(start, isPair ? feed - 1 : feed), end: isPair ? '\r\n' : '\n', start });
    start = feed + 1;
  }
  return lines;
}

export function toLineFeeds(text: string): string {
  return text.includes('\r\n') ? text.replaceAll('\r\n', '\n') : text;
}

/** The style of most lines; `\n` for a text without any line end. */
export function mainLineEnd(text: string): LineEnd {
  const pairs = text.split('\r\n').length - 1;
  const feeds = text.split('\n').length - 1 - pairs;
  return pairs > feeds ? '\r\n' : '\n';
}

export function hasMixedLineEnds(text: string): boolean {
  return text.includes('\r\n') && /(?<!\r)\n/.test(text);
}

/**
 * Gives a replacement the line ends of the region that it replaces. In a region of mixed style every line that stays
 * keeps its own, and a new one takes that of the line before it.
 */
export function fitLineEnds(region: string, replacement: string, around: LineEnd): string {
  const old = splitLines(region).filter(({ end }) => end !== '');
  const styles = new Set(old.map(({ end }) => end));
  if (styles.size < 2) {
    const style = old[0]?.end ?? around;
    return style === '\n' ? replacement : replacement.replaceAll('\n', style);
  }
  const oldLines = splitLines(region);
  const newLines = splitLines(replacement);
  const parts = diffArrays(
    oldLines.map(({ text }) => text),
    newLines.map(({ text }) => text),
    { maxEditLength: mostEdits },
  ) ?? [
    { count: oldLines.length, added: false, removed: true },
    { count: newLines.length, added: true, removed: false },
  ];
  let oldAt = 0;
  let newAt = 0;
  let style = oldLines[0]?.end ?? around;
  let fitted = '';
  for (const part of parts) {
    for (let index = 0; index < part.count; index++) {
      if (!part.added) style = oldLines[oldAt++]?.end || style;
      if (part.removed) continue;
      const line = newLines[newAt++];
      if (line !== undefined) fitted += line.text + (line.end === '' ? '' : style);
    }
  }
  return fitted;
}
