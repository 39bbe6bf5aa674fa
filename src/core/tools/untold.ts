/** Files that are not as the model knows them: its picture of them is older than the last change. */
import { hashBytes } from '../edits/journalRecords.js';
import type { ToolContext } from './tool.js';

/** Whether to replace all of a file that the model may not know as it is. */
export type Replacing = { kind: 'free' } | { kind: 'ask'; reason: string } | { kind: 'refuse'; sentence: string };

/**
 * Brings the change log up to the file: what comes to it thereby is what nobody has told the model yet. It is remembered
 * in the turn, since the log takes it only once.
 */
export async function judgeReplacing(
  { turn }: ToolContext,
  path: string,
  bytes: Uint8Array | undefined,
): Promise<Replacing> {
  if (bytes !== undefined && turn.shown.get(path) === hashBytes(bytes)) return { kind: 'free' };
  const entries = await turn.packer.sync({ paths: [path] });
  for (const entry of entries) if (entry.path === path || entry.from === path) turn.untold.set(path, entry.kind);
  switch (turn.untold.get(path)) {
    case 'changed':
    case 'renamed': {
      const sentence = `${path} has changed since you last saw it, so it was not replaced as a whole. Read it first, or change a part of it with edit_file.`;
      return { kind: 'refuse', sentence };
    }
    case 'created':
      return {
        kind: 'ask',
        reason: `${path} was made after the model last looked, so it does not know what it replaces.`,
      };
    case 'deleted':
      return {
        kind: 'ask',
        reason: `${path} was deleted or renamed after the model last looked; this would make it anew.`,
      };
    case 'mode':
    case undefined:
      return { kind: 'free' };
  }
}

/** The model has been shown the file, at least a part of it, as it is with these bytes. */
export function noteShown({ turn }: ToolContext, path: string, bytes: Uint8Array): void {
  turn.shown.set(path, hashBytes(bytes));
}
