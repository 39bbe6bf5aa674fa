/** Unsaved text of editors that the agent changed: where it is now, and the way back in the editor. */
import { BaleenError, messageOf } from '../errors.js';
import { resolveInside, type Place } from '../repository/pathGate.js';
import { decodeBytes, encodeText } from '../view/encoding.js';
import type { BufferText } from './checkpoint.js';
import type { CheckpointWriter } from './checkpointWriter.js';
import { isEqual, readBlob, readState, readTextBlob } from './fileStates.js';
import type { JournalParts } from './journalParts.js';
import { hashBytes, type BufferState, type FileState } from './journalRecords.js';
import type { Lineage, RecordedFile } from './journalState.js';
import { mainLineEnd, toLineFeeds } from './lines.js';
import { mergeTexts } from './merge.js';
import { areSameLines } from './seenText.js';

export type BufferLineage = Lineage<BufferState>;

export interface OpenText {
  text: string;
  version: number;
}

/** Where a file stands: on disk, and in an editor where it has unsaved changes. */
export interface Sides {
  place: Place;
  now: { state: FileState; bytes?: Uint8Array };
  /** What the agent did on disk, if only by an unsaved text that was saved since. */
  disk?: Lineage<FileState>;
  open?: OpenText;
  /** What it changed in an editor is neither there nor on disk: closed without saving, or lost with a window. */
  isLost: boolean;
}

/** `undefined` where a link or a folder stands now: the user has made something else of the path. */
export async function lookAtSides(parts: JournalParts, path: string, file: RecordedFile): Promise<Sides | undefined> {
  const place = await resolveInside(parts.files, parts.roots, path, 'read');
  if ('refused' in place) return undefined;
  const now = await readState(parts.files, place);
  const open = parts.documents.unsaved(place.absolute);
  const saved = file.buffer === undefined ? undefined : savedLineage(file.buffer, now.state);
  const disk = diskLineage(file, now.state, saved, open !== undefined);
  const isNeverSaved = saved !== undefined && !saved.stands && isEqual(now.state, file.after ?? file.before);
  const isLost = isNeverSaved && open === undefined;
  return { place, now, isLost, ...(disk === undefined ? {} : { disk }), ...(open === undefined ? {} : { open }) };
}

/** What stands on both sides, by a hash. */
export function hashOfSides(sides: Sides | undefined): string {
  const seen = sides === undefined ? 'none' : JSON.stringify([sides.now.state, sides.open?.text ?? null]);
  return hashBytes(new TextEncoder().encode(seen));
}

interface SavedLineage extends Lineage<FileState> {
  /** One of its texts is on disk. */
  stands: boolean;
}

/** The mode is the file's own, whatever it is now. */
function savedLineage({ before, after, open, isMixed }: BufferLineage, now: FileState): SavedLineage {
  const mode = now.kind === 'file' ? now.mode : 0o644;
  const onDisk = ({ saved }: BufferState): FileState => (saved.kind === 'file' ? { ...saved, mode } : saved);
  const lineage: Lineage<FileState> = {
    before: onDisk(before),
    ...(after === undefined ? {} : { after: onDisk(after) }),
    ...(open === undefined ? {} : { open: { from: onDisk(open.from), to: onDisk(open.to) } }),
    ...(isMixed === undefined ? {} : { isMixed }),
  };
  const all = [lineage.before, lineage.after, lineage.open?.from, lineage.open?.to];
  return { ...lineage, stands: all.some((one) => one !== undefined && isEqual(one, now)) };
}

function diskLineage(
  file: RecordedFile,
  now: FileState,
  saved: SavedLineage | undefined,
  isUnsaved: boolean,
): Lineage<FileState> | undefined {
  if (saved === undefined || saved.stands) return saved ?? file;
  if (file.after !== undefined || file.open !== undefined) return file;
  return isUnsaved || isEqual(now, file.before) ? undefined : saved;
}

export interface BufferPlan {
  stands: 'as before' | 'as left' | 'other';
  /** The text before the turn; `undefined` if it is missing from the journal. */
  before?: string;
  /** What was planned last, and is not known to have been done. */
  planned?: string;
  /** Without the agent's change, in a text that is `other`. */
  takenOut?: string;
}

/** In the line ends that the editor has now. */
export async function planBuffer(parts: JournalParts, buffer: BufferLineage, { text }: OpenText): Promise<BufferPlan> {
  const fit = (one: string): string => toLineFeeds(one).replaceAll('\n', mainLineEnd(text));
  const read = async (state: BufferState | undefined): Promise<string | undefined> => {
    const kept = state === undefined ? undefined : await readTextBlob(parts, state.text);
    return kept === undefined ? undefined : fit(kept);
  };
  const [before, after, planned] = [await read(buffer.before), await read(buffer.after), await read(buffer.open?.to)];
  const plan = { ...(before === undefined ? {} : { before }), ...(planned === undefined ? {} : { planned }) };
  const isText = (one: string | undefined): boolean => one !== undefined && areSameLines(one, text);
  if (isText(before)) return { ...plan, stands: 'as before' };
  if (buffer.isMixed !== true && (isText(after) || isText(planned))) return { ...plan, stands: 'as left' };
  const left = after ?? planned;
  if (before === undefined || left === undefined || buffer.isMixed === true) return { ...plan, stands: 'other' };
  const merged = mergeTexts(left, text, before);
  return { ...plan, stands: 'other', ...(merged.ok ? { takenOut: merged.text } : {}) };
}

/** What is to stand in an editor. */
export interface BufferTarget {
  place: Place;
  open: OpenText;
  text: string;
  buffer: BufferLineage;
}

/**
 * Changes the texts in the editor, each journaled before. If one was typed in meanwhile, those before it are put back and
 * a sentence is thrown. Answers with what puts all of them back.
 */
export async function applyBuffers(
  parts: JournalParts,
  writer: CheckpointWriter,
  targets: readonly BufferTarget[],
): Promise<() => Promise<void>> {
  const done: BufferTarget[] = [];
  const putBack = async (): Promise<void> => {
    for (const { place, open, text } of done.reverse()) {
      const now = parts.documents.unsaved(place.absolute);
      if (now !== undefined && areSameLines(now.text, text))
        await parts.documents.replaceText(place.absolute, open.text, now.version);
    }
  };
  try {
    for (const target of targets) {
      await applyBuffer(parts, writer, target);
      done.push(target);
    }
  } catch (error) {
    await putBack();
    await writer.giveUp();
    throw new BaleenError(`Nothing was changed: ${messageOf(error)}`);
  }
  return putBack;
}

async function applyBuffer(
  parts: JournalParts,
  writer: CheckpointWriter,
  { place, open, text, buffer }: BufferTarget,
): Promise<void> {
  const saved = (await readBlobOf(parts, buffer.before.saved)) ?? new Uint8Array();
  const decoded = decodeBytes(saved);
  const bufferText = (one: string): BufferText => {
    const bytes = 'undecodable' in decoded ? undefined : encodeText(one, decoded.encoding, decoded.bom);
    return { text: one, saved: bytes ?? new TextEncoder().encode(one) };
  };
  await writer.beforeBuffer(place.relative, bufferText(open.text), bufferText(text));
  if (!(await parts.documents.replaceText(place.absolute, text, open.version)))
    throw new BaleenError(`somebody typed in ${place.relative} meanwhile. Look at it again.`);
  await writer.afterBuffer(place.relative);
}

async function readBlobOf(parts: JournalParts, state: FileState): Promise<Uint8Array | undefined> {
  return state.kind === 'file' ? readBlob(parts, state.sha256) : undefined;
}

/** What stood in the editor before the turn, or what the turn was to make of it. */
export async function readUnsaved(
  parts: JournalParts,
  { buffer }: RecordedFile,
  which: 'before' | 'after' = 'before',
): Promise<string | undefined> {
  const state = which === 'before' ? buffer?.before : (buffer?.open?.to ?? buffer?.after);
  return state === undefined ? undefined : readTextBlob(parts, state.text);
}
