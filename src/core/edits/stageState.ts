import { BaleenError } from '../errors.js';
import type { StagedFile } from '../host.js';
import type { Place } from '../repository/pathGate.js';
import { readBlob } from './fileStates.js';
import type { JournalParts } from './journalParts.js';
import type { FileState } from './journalRecords.js';

/** Writes what a file was, or is to be, beside it, from the bytes that the journal keeps. Its folder exists. */
export async function stageState(
  parts: JournalParts,
  { absolute, relative, inside }: Place,
  state: FileState,
): Promise<StagedFile> {
  const bytes = state.kind === 'file' ? await readBlob(parts, state.sha256) : undefined;
  if (state.kind === 'missing' || bytes === undefined)
    throw new BaleenError(`what ${relative} was is missing from the journal, or damaged.`);
  return parts.files.stage(absolute, bytes, state.mode, inside);
}
