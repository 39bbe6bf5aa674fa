import type { ToolDetails } from '../../protocol/events.js';
import { decodePath, encodePath, encodeView } from '../view/codec.js';
import type { Decided, ToolResult } from './tool.js';

/** `text` has to be a view already. The summary is its first line unless given. */
export function succeed(text: string, summary?: string, details?: ToolDetails): ToolResult {
  return makeResult(text, false, summary, details);
}

export function fail(text: string, summary?: string, details?: ToolDetails): ToolResult {
  return makeResult(text, true, summary, details);
}

function makeResult(text: string, failed: boolean, summary?: string, details?: ToolDetails): ToolResult {
  const first = summary ?? text.split('\n', 1)[0]!.slice(0, 200);
  return { text, failed, summary: first, ...(details === undefined ? {} : { details }) };
}

/** Not even tried: the path gate or another rule forbids it. */
export function decideRefused(sentence: string): Decided {
  const text = sentence.startsWith('Refused') ? sentence : `Refused: ${sentence}`;
  return { kind: 'decided', refused: true, result: fail(encodeView(text).view) };
}

/** `shows`: files of which the sentence shows text. */
export function decideFailed(view: string, shows?: readonly string[]): Decided {
  const result = fail(view);
  return { kind: 'decided', refused: false, result: shows === undefined ? result : { ...result, shows } };
}

/** A path for a title or an answer, on one line whatever it contains. */
export function showPath(path: string): string {
  return encodePath(decodePath(path));
}
