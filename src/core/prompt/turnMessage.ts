/**
 * The last user message of a request: what came since the session's last turn, the surroundings (once),
 * and the request itself. Begins with `<` and ends with a letter, so that token counts of messages add
 * up whatever the template puts between them.
 */
import { encodeView } from '../view/codec.js';

/** Which instructions stand in the message; the tools and the system text are the same for all. */
export type TurnKind =
  | 'chat'
  | 'steer'
  | 'ask'
  | 'run'
  | 'refactor-sites'
  | 'refactor-edits'
  | 'refactor-repair'
  | 'review'
  | 'review-reminder';

export interface TurnText {
  kind: TurnKind;
  /** Text of log entries that this session has not seen, oldest first. */
  changes: readonly string[];
  /** Frames of buffers that are not saved; already views. */
  unsaved?: readonly string[];
  /** Workspace facts and the like; already views. */
  context: readonly { name: string; text: string }[];
  /** The user's words, or the workflow's instructions with them. */
  request: string;
  /** Text that has to stand last in the message, for instance the diffs to review; already views. */
  last?: string;
}

const unsavedHead = `<baleen-context name="unsaved">
The user's editor holds changes of these files that are not saved. Each is told against the file's text as it is on disk and told above, and takes the place of what an earlier message said of it; body="same" means that there are none any more. Commands and search_files see the disk; edit_file changes the editor's text.`;

const turnHead = '<baleen-turn kind="';

export function isTurnMessage(text: string): boolean {
  return text.startsWith(turnHead);
}

/** `request` is raw text and becomes a view here; everything else already is one. */
export function renderTurnMessage(turn: TurnText): string {
  const parts = [`${turnHead}${turn.kind}">`];
  parts.push(...turn.changes);
  const unsaved = turn.unsaved ?? [];
  if (unsaved.length > 0) parts.push(unsavedHead, ...unsaved, '</baleen-context>');
  for (const { name, text } of turn.context) parts.push(`<baleen-context name="${name}">`, text, '</baleen-context>');
  parts.push('<baleen-request>', encodeView(turn.request).view, '</baleen-request>');
  if (turn.last !== undefined) parts.push(turn.last);
  parts.push('</baleen-turn>', 'End of turn');
  return parts.join('\n');
}
