/** What the rehearsal reads out of the tools' plain answers. The only place that knows their wording. */
import type { ToolUse } from './readTurn.js';

export interface SearchHits {
  hits: { path: string; line: number; text: string }[];
  /** Hits that the tool counted but did not show. */
  leftOut: number;
  /** The call did not search: bad arguments, or a refusal; the tool's own sentence. */
  trouble: string | undefined;
}

export type EditEnd = 'changed' | 'refused' | 'failed';

/** A first line with the counts, then `path:line: text` for each hit; context rows are passed over. */
export function readSearchHits(use: ToolUse): SearchHits {
  const result = use.result ?? '';
  const hits = result.split('\n').flatMap((row) => {
    const match = /^(.+?):(\d+): ?(.*)$/.exec(row);
    return match === null ? [] : [{ path: match[1]!, line: Number(match[2]), text: match[3]! }];
  });
  const leftOut = Number(/^\((\d+) more hits not shown/m.exec(result)?.[1] ?? 0);
  return { hits, leftOut, trouble: /^\d+ hits? in /.test(result) ? undefined : firstLine(result) };
}

export function readEditEnd(use: ToolUse): EditEnd {
  const result = use.result ?? '';
  if (/^(?:Edited|Created|Replaced) /.test(result)) return 'changed';
  return /^(?:Not done|The user said no|Plan mode|Refused)/.test(result) ? 'refused' : 'failed';
}

/** The command did not run because an edit before it in the same reply failed. */
export function isHeldBack(use: ToolUse): boolean {
  return /^Not run: an edit/.test(use.result ?? '');
}

/** What stands in a result for the user; the advice to a model that follows is left out. */
export function firstSentence(text: string): string {
  return /^.*?[.!?](?= [A-Z]|$)/.exec(firstLine(text))?.[0] ?? firstLine(text);
}

export function firstLine(text: string): string {
  return text.split('\n', 1)[0]!.slice(0, 300);
}
