/** Several files at once, all of them or none. Whoever calls holds the journal's lock. */
import { dirname } from 'node:path';
import { BaleenError, messageOf } from '../errors.js';
import type { StagedFile } from '../host.js';
import { resolveInside, type Place } from '../repository/pathGate.js';
import type { CheckpointWriter, PlannedChange } from './checkpointWriter.js';
import { alone } from './alone.js';
import { inBatches } from './batches.js';
import { isEqual, readState } from './fileStates.js';
import { foldersTo, lookAtFolders, removeEmptied, setFolderModes } from './folders.js';
import type { JournalParts } from './journalParts.js';
import { hashBytes } from './journalRecords.js';

/** What is to stand at a path. */
export interface Target {
  path: string;
  to: { kind: 'missing' } | { kind: 'file'; bytes: Uint8Array; mode: number };
  /** What stands there is half of the plan before. */
  resumes?: true;
  /** Of the folders on the way to it, outermost first, where they have to be made again. */
  folderModes?: readonly number[];
}

/**
 * Plans all changes in the journal, writes all new bytes beside their files, and only then lets them take their places.
 * If any of it fails, what was changed is put back, and a sentence is thrown. A crash in the middle leaves a plan that
 * the next start finishes.
 */
export async function applyTargets(
  parts: JournalParts,
  writer: CheckpointWriter,
  targets: readonly Target[],
): Promise<void> {
  const changes: PlannedChange[] = [];
  try {
    changes.push(...(await inBatches(targets, (target) => prepare(parts, target))));
    await writer.plan(changes);
  } catch (error) {
    await writer.giveUp().catch(() => undefined);
    throw new BaleenError(`Nothing was changed: ${messageOf(error)}`);
  }
  const missing = await findMissing(parts, targets);
  try {
    await carryOut(parts, changes);
  } catch (error) {
    await removeEmptied(parts, missing.folders);
    if (error instanceof NotPutBack) throw error;
    await writer.giveUp().catch(() => undefined);
    throw new BaleenError(`Nothing was changed, because one of the files could not be: ${messageOf(error)}`);
  }
  await setFolderModes(parts, missing.modes);
  await writer.after(...changes.map(({ place }) => place.relative));
}

/** The folders that will be made, and what modes those had that are known. */
async function findMissing(
  parts: JournalParts,
  targets: readonly Target[],
): Promise<{ folders: string[]; modes: Map<string, number> }> {
  const folders = new Set<string>();
  const modes = new Map<string, number>();
  for (const { path, to, folderModes = [] } of targets) {
    if (to.kind === 'missing') continue;
    const { missing } = await lookAtFolders(parts, path);
    for (const folder of missing) folders.add(folder);
    foldersTo(path).forEach((folder, index) => {
      const mode = folderModes[index];
      if (mode !== undefined && missing.includes(folder)) modes.set(folder, mode);
    });
  }
  return { folders: [...folders], modes };
}

class NotPutBack extends BaleenError {}

async function prepare(parts: JournalParts, { path, to, resumes }: Target): Promise<PlannedChange> {
  const place = await passWriteGate(parts, path);
  const from = await readState(parts.files, place);
  const change = { place, from, ...(resumes === undefined ? {} : { resumes }) };
  if (to.kind === 'missing') return { ...change, to: { state: to } };
  const { bytes, mode } = to;
  return { ...change, to: { state: { kind: 'file', sha256: hashBytes(bytes), mode }, bytes } };
}

/** Throws a sentence where a file cannot be written at this very path. */
export async function passWriteGate({ files, roots }: JournalParts, path: string): Promise<Place> {
  const place = await resolveInside(files, roots, path, 'write');
  if ('refused' in place) throw new BaleenError(place.refused, 'refused');
  if (place.relative !== path) throw new BaleenError(`${path} leads somewhere else now.`, 'refused');
  return place;
}

async function carryOut(parts: JournalParts, changes: readonly PlannedChange[]): Promise<void> {
  const staged = new Map<PlannedChange, StagedFile>();
  const done: PlannedChange[] = [];
  try {
    const written = changes.filter(({ to }) => to.bytes !== undefined);
    await inBatches(written, async (change) => staged.set(change, await stage(parts, change, 'to')));
    await inBatches(changes, (change) => expectFrom(parts, change));
    await inBatches([...staged], async ([change, file]) => {
      await alone(parts, change.place.absolute, () => file.commit());
      staged.delete(change);
      done.push(change);
    });
    for (const change of changes.filter(({ to }) => to.bytes === undefined)) {
      const { absolute, inside } = change.place;
      await alone(parts, absolute, async () => {
        await expectFrom(parts, change);
        await parts.files.remove(absolute, inside);
      });
      done.push(change);
    }
  } catch (error) {
    for (const file of staged.values()) await file.drop().catch(() => undefined);
    await putBack(parts, done.reverse(), error);
    throw error;
  }
}

async function stage(parts: JournalParts, change: PlannedChange, side: 'from' | 'to'): Promise<StagedFile> {
  const { absolute, inside } = change.place;
  const { state, bytes } = change[side];
  await parts.files.makeFolder(dirname(absolute), 0o777, inside);
  return parts.files.stage(absolute, bytes!, state.kind === 'file' ? state.mode : 0o644, inside);
}

async function expectFrom({ files }: JournalParts, { place, from }: PlannedChange): Promise<void> {
  if (isEqual((await readState(files, place)).state, from.state)) return;
  throw new BaleenError(`${place.relative} was changed by another program meanwhile.`);
}

async function putBack(parts: JournalParts, done: readonly PlannedChange[], cause: unknown): Promise<void> {
  const stuck: string[] = [];
  for (const change of done) {
    const { absolute, relative, inside } = change.place;
    try {
      if (change.from.bytes === undefined) await parts.files.remove(absolute, inside);
      else await (await stage(parts, change, 'from')).commit();
    } catch (error) {
      parts.log.error(`${relative} could not be put back: ${messageOf(error)}`);
      stuck.push(relative);
    }
  }
  if (stuck.length === 0) return;
  throw new NotPutBack(
    `Stopped in the middle, because a file could not be written (${messageOf(cause)}), and these could not be put back: ${stuck.join(', ')}. What they were is kept in the journal: make it possible to write them, then undo again.`,
  );
}
