import { isWithheldKind } from '../repository/withholding.js';
import type { ToolContext } from './tool.js';

/** A sentence if a file is kept from the model: ignored, secret, or nothing that can be read as text. */
export async function findReadTrouble(context: ToolContext, relative: string): Promise<string | undefined> {
  const { files } = await context.turn.packer.list({ paths: [relative] }, context.signal);
  const entry = files.find(({ path }) => path === relative);
  if (entry === undefined) return `${relative} is left out by the ignore rules, so it is not read.`;
  const why = entry.withheld;
  // What no reader misses in the pack may still be asked for, and a large file is read in parts.
  if (why === undefined || why === 'too large' || isWithheldKind(why)) return undefined;
  if (why === 'excluded') return describeExcluded(relative);
  if (why === 'secret file') return `${relative} holds secrets, which stay on the user's machine.`;
  return `${relative} is withheld (${why}), so it is not read as text.`;
}

/** The same for a file that is moved: what is no text stays what it is under another name. */
export async function findMoveTrouble(context: ToolContext, relative: string): Promise<string | undefined> {
  const { files } = await context.turn.packer.list({ paths: [relative] }, context.signal);
  const entry = files.find(({ path }) => path === relative);
  if (entry === undefined) return `${relative} is left out by the ignore rules, so it is not moved into view.`;
  const isHidden = entry.withheld === 'excluded' || entry.withheld === 'secret file';
  return isHidden ? `${relative} is withheld (${entry.withheld}), so only the user moves it.` : undefined;
}

/** A sentence if the user has taken the file out of everything that the model sees, also where git ignores it. */
export async function findExcluded(context: ToolContext, relative: string): Promise<string | undefined> {
  const hidden = await context.turn.packer.findHidden([relative], context.signal);
  return hidden?.why === 'excluded' ? describeExcluded(relative) : undefined;
}

function describeExcluded(relative: string): string {
  return `${relative} is excluded by the user, so it is neither read nor changed.`;
}
