/** The way back of a change of several files that failed, or was stopped, in the middle. */
import { dirname } from 'node:path';
import { messageOf } from '../errors.js';
import { resolveInside } from '../repository/pathGate.js';
import { alone } from './alone.js';
import type { PlannedChange } from './checkpointWriter.js';
import { isEqual, readState } from './fileStates.js';
import { isHalfOfPlan } from './halfWritten.js';
import type { JournalParts } from './journalParts.js';
import { stageState } from './stageState.js';

/** Workspace paths of what does not stand as before. */
export interface NotBack {
  /** Somebody else has changed it since it was: that is not ours to take back. */
  left: string[];
  /** It could not be written. */
  stuck: string[];
}

/** `done`: what surely stood as planned; what else was begun may have failed before or after its bytes stood there. */
export async function putBack<Change extends PlannedChange>(
  parts: JournalParts,
  begun: readonly Change[],
  done: ReadonlySet<Change>,
): Promise<NotBack> {
  const notBack: NotBack = { left: [], stuck: [] };
  for (const change of begun) {
    const { absolute, relative } = change.place;
    try {
      const isBack = await alone(parts, absolute, () => putOneBack(parts, change));
      if (!isBack && done.has(change)) notBack.left.push(relative);
    } catch (error) {
      parts.log.error(`${relative} could not be put back: ${messageOf(error)}`);
      notBack.stuck.push(relative);
    }
  }
  return notBack;
}

/** `false` where somebody else's bytes stand. */
async function putOneBack(parts: JournalParts, change: PlannedChange): Promise<boolean> {
  const { place, from, to } = change;
  const stands = await lookAt(parts, change);
  if (stands !== 'ours') return stands === 'before';
  if (from.kind === 'missing') {
    await parts.files.remove(place.absolute, place.inside);
    return true;
  }
  // The folder may have gone with its last file.
  if (to.kind === 'missing') await parts.files.makeFolder(dirname(place.absolute), 0o777, place.inside);
  const staged = await stageState(parts, place, from);
  if ((await lookAt(parts, change)) === 'ours') {
    await staged.commit();
    return true;
  }
  await staged.drop();
  return false;
}

async function lookAt(parts: JournalParts, { place, from, to }: PlannedChange): Promise<'before' | 'ours' | 'other'> {
  const now = await resolveInside(parts.files, parts.roots, place.relative, 'read');
  // A link or a folder is somebody's, wherever on the way it stands.
  if ('refused' in now || now.absolute !== place.absolute) return 'other';
  const { state, bytes } = await readState(parts.files, place);
  if (isEqual(state, from)) return 'before';
  // What mode it has there is the file system's to say.
  const isPlanned = state.kind === 'file' && to.kind === 'file' ? state.sha256 === to.sha256 : state.kind === to.kind;
  return isPlanned || (await isHalfOfPlan(parts, { from, to }, bytes)) ? 'ours' : 'other';
}
