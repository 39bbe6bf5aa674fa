/** Several files at once, all of them or none. Whoever calls holds the journal's lock. */
import { dirname } from 'node:path';
import { BaleenError, messageOf } from '../errors.js';
import type { StagedFile } from '../host.js';
import { resolveInside, type Place } from '../repository/pathGate.js';
import type { CheckpointWriter, PlannedChange } from './checkpointWriter.js';
import { alone } from './alone.js';
import { inPool } from './pool.js';
import { isEqual, keepBlob, readState } from './fileStates.js';
import { foldersTo, lookAtFolders, removeEmptied, setFolderModes } from './folders.js';
import { rememberFolders } from './folderMemory.js';
import type { JournalParts } from './journalParts.js';
import type { FileState } from './journalRecords.js';
import { describeLeft, isStopped, stopped, throwIfStopped, type Progress } from './progress.js';
import { putBack, type NotBack } from './putBack.js';
import { stageState } from './stageState.js';

/**
 * What is to stand at a path, and what was seen there when that was decided: nothing else is ever replaced. The bytes of
 * both are in the journal and not in memory, since there may be thousands.
 */
export interface Target extends PlannedChange {
  /** Of the folders on the way to it, outermost first, where they have to be made again. */
  folderModes?: readonly number[];
}

/** The bytes of `to` are in the journal already; those of `now` are when this resolves. */
export async function makeTarget(
  parts: JournalParts,
  path: string,
  now: { state: FileState; bytes?: Uint8Array } | undefined,
  to: FileState,
): Promise<Target> {
  const place = await passWriteGate(parts, path);
  const { state: from, bytes } = now ?? (await readState(parts.files, place));
  if (bytes !== undefined && from.kind === 'file') await keepBlob(parts, bytes, from.sha256);
  return { place, from, to };
}

/** Throws a sentence where a file cannot be written at this very path. */
export async function passWriteGate({ files, roots }: JournalParts, path: string): Promise<Place> {
  const place = await resolveInside(files, roots, path, 'write');
  if ('refused' in place) throw new BaleenError(place.refused, 'refused');
  if (place.relative !== path) throw new BaleenError(`${path} leads somewhere else now.`, 'refused');
  return place;
}

/**
 * Plans all changes in the journal, writes all new bytes beside their files, and only then lets them take their places.
 * If any of it fails, or is stopped, what was changed is put back, and a sentence is thrown. A crash in the middle leaves
 * a plan that the next start finishes.
 */
export async function applyTargets(
  parts: JournalParts,
  writer: CheckpointWriter,
  targets: readonly Target[],
  progress: Progress,
): Promise<void> {
  try {
    await writer.plan(targets);
  } catch (error) {
    await writer.giveUp().catch(() => undefined);
    throw new BaleenError(`Nothing was changed: ${messageOf(error)}`);
  }
  const missing = await findMissing(rememberFolders(parts), targets);
  try {
    await carryOut(parts, targets, progress);
  } catch (error) {
    await removeEmptied(parts, missing.folders);
    if (!(error instanceof CarriedBack)) throw error;
    const { cause, left, stuck } = error;
    if (stuck.length > 0) throw notPutBack(cause, stuck, progress);
    await writer.giveUp(left).catch(() => undefined);
    if (isStopped(progress)) throw stopped(left);
    throw new BaleenError(
      `Nothing was changed, because one of the files could not be: ${messageOf(cause)}${describeLeft(left)}`,
    );
  }
  await setFolderModes(parts, missing.modes);
  await writer.done(targets);
}

/** The folders that will be made, and what modes those had that are known. */
async function findMissing(
  parts: JournalParts,
  targets: readonly Target[],
): Promise<{ folders: string[]; modes: Map<string, number> }> {
  const folders = new Set<string>();
  const modes = new Map<string, number>();
  const made = targets.filter(({ from, to }) => from.kind === 'missing' && to.kind === 'file');
  await inPool(made, async ({ place, folderModes = [] }) => {
    const { missing } = await lookAtFolders(parts, place.relative);
    for (const folder of missing) folders.add(folder);
    foldersTo(place.relative).forEach((folder, index) => {
      const mode = folderModes[index];
      if (mode !== undefined && missing.includes(folder)) modes.set(folder, mode);
    });
  });
  return { folders: [...folders], modes };
}

/** It failed with `cause`, and whatever could be put back was. */
class CarriedBack extends Error implements NotBack {
  readonly left: string[];
  readonly stuck: string[];
  constructor(cause: unknown, { left, stuck }: NotBack) {
    super(messageOf(cause), { cause });
    this.left = left;
    this.stuck = stuck;
  }
}

async function carryOut(parts: JournalParts, targets: readonly Target[], progress: Progress): Promise<void> {
  const staged = new Map<Target, StagedFile>();
  const begun: Target[] = [];
  const done = new Set<Target>();
  const each = (of: readonly Target[], work: (target: Target) => Promise<unknown>): Promise<unknown> =>
    inPool(of, async (target) => {
      throwIfStopped(progress);
      await work(target);
      progress.step();
    });
  const change = (target: Target, work: () => Promise<void>): Promise<void> =>
    alone(parts, target.place.absolute, async () => {
      begun.push(target);
      await work();
      done.add(target);
    });
  try {
    const written = targets.filter(({ to }) => to.kind === 'file');
    await each(written, async (target) => staged.set(target, await stage(parts, target)));
    await each(targets, (target) => expectFrom(parts, target));
    await each(written, async (target) => {
      await change(target, () => staged.get(target)!.commit());
      staged.delete(target);
    });
    await each(
      targets.filter(({ to }) => to.kind === 'missing'),
      (target) =>
        change(target, async () => {
          await expectFrom(parts, target);
          await parts.files.remove(target.place.absolute, target.place.inside);
        }),
    );
    await syncFoldersOf(parts, written);
  } catch (error) {
    for (const file of staged.values()) await file.drop().catch(() => undefined);
    const notBack = await putBack(parts, begun.reverse(), done);
    await syncFoldersOf(parts, begun).catch((trouble: unknown) => {
      parts.log.warn(`What was put back may not be on disk for good yet: ${messageOf(trouble)}`);
    });
    throw new CarriedBack(error, notBack);
  }
}

async function stage(parts: JournalParts, { place, from, to }: Target): Promise<StagedFile> {
  // Where a file stands, so does its folder.
  if (from.kind === 'missing') await parts.files.makeFolder(dirname(place.absolute), 0o777, place.inside);
  return stageState(parts, place, to);
}

async function expectFrom({ files }: JournalParts, { place, from }: Target): Promise<void> {
  if (isEqual((await readState(files, place)).state, from)) return;
  throw new BaleenError(`${place.relative} was changed by another program meanwhile.`);
}

/** Once a folder, however many files took their places in it. */
async function syncFoldersOf({ files }: JournalParts, targets: readonly Target[]): Promise<void> {
  const folders = new Map(targets.map(({ place }) => [dirname(place.absolute), place.inside]));
  await inPool([...folders], ([folder, inside]) => files.syncFolder(folder, inside));
}

function notPutBack(cause: unknown, stuck: readonly string[], progress: Progress): BaleenError {
  const why = isStopped(progress) ? '' : `, because a file could not be written (${messageOf(cause)})`;
  return new BaleenError(
    `Stopped in the middle${why}, and these could not be put back: ${stuck.join(', ')}. What they were is kept in the journal: make it possible to write them, then undo again.`,
    isStopped(progress) ? 'cancelled' : 'failed',
  );
}
