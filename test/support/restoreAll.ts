import { chooseFiles, type Journal, type Restored } from '../../src/core/edits/checkpoint.js';

/** What an undo brings back without asking; with `also`, what it asks for as well. */
export async function restoreAll(
  journal: Journal,
  id: string,
  also: { touched?: boolean; byCommand?: boolean } = {},
): Promise<Restored> {
  const plan = await journal.plan(id);
  return journal.restore(plan, chooseFiles(plan, also));
}
