/** Writes the records of one checkpoint. Whoever calls holds the journal's lock. */
import { BaleenError } from '../errors.js';
import { resolveInside, type Place } from '../repository/pathGate.js';
import { inBatches } from './batches.js';
import type { BufferText, Original } from './checkpoint.js';
import { keepBlob, keepText, readState } from './fileStates.js';
import { lookAtFolders } from './folders.js';
import type { JournalParts } from './journalParts.js';
import {
  appendRecords,
  blobFolder,
  recordsFolder,
  type BufferState,
  type FileState,
  type JournalRecord,
} from './journalRecords.js';

export interface CheckpointWriter {
  readonly id: string;
  /** What is recorded so far; `byCommand` for those that only commands changed. */
  readonly recorded: ReadonlyMap<string, { byCommand: boolean }>;
  readonly isBegun: boolean;
  before(path: string, planned?: Uint8Array | 'missing'): Promise<void>;
  /** In one write. */
  after(...paths: string[]): Promise<void>;
  beforeBuffer(path: string, from: BufferText, to: BufferText): Promise<void>;
  afterBuffer(path: string): Promise<void>;
  changedByCommand(paths: readonly string[], originals: readonly Original[]): Promise<void>;
  /** Several changes at once, in one write; from here on they can be finished. */
  plan(changes: readonly PlannedChange[]): Promise<void>;
  append(...entries: JournalRecord[]): Promise<void>;
  /** Whatever was changed under a new checkpoint has been put back: it is as if it had never been. */
  giveUp(): Promise<void>;
}

export interface PlannedChange {
  place: Place;
  from: { state: FileState; bytes?: Uint8Array };
  to: { state: FileState; bytes?: Uint8Array };
  /** What stands there is half of the plan before. */
  resumes?: true;
}

export type About = { session: string; title: string; restores?: string };

/** `known`: what a former process recorded; without it the checkpoint is a new one. */
export function createWriter(
  parts: JournalParts,
  id: string,
  about: About,
  known?: ReadonlyMap<string, { byCommand: boolean }>,
): CheckpointWriter {
  const { files, stateFolder, clock, owner } = parts;
  const recorded = new Map(known);
  let isBegun = known !== undefined;
  const append = async (...entries: JournalRecord[]): Promise<void> => {
    if (entries.length === 0) return;
    const at = new Date(clock.now()).toISOString();
    const begin: JournalRecord = { type: 'begin', version: 1, id, at, owner: owner.name, ...about };
    // A turn that changes nothing leaves nothing behind.
    if (!isBegun) await files.makeFolder(recordsFolder(stateFolder), 0o700);
    await appendRecords(parts, id, isBegun ? entries : [begin, ...entries]);
    isBegun = true;
  };
  const takeBefore = async (path: string, state: FileState, byCommand: boolean): Promise<JournalRecord[]> => {
    const already = recorded.get(path);
    if (already !== undefined && !(already.byCommand && !byCommand)) return [];
    const folders = await lookAtFolders(parts, path);
    const newFolders = state.kind === 'missing' ? folders.missing : [];
    return [
      { type: 'before', path, state, newFolders, folderModes: folders.modes, ...(byCommand ? { byCommand } : {}) },
    ];
  };
  const note = (entries: readonly JournalRecord[]): void => {
    for (const entry of entries)
      if (entry.type === 'before') recorded.set(entry.path, { byCommand: entry.byCommand === true });
  };
  return {
    id,
    recorded,
    get isBegun() {
      return isBegun;
    },
    append,
    giveUp: async () => (known === undefined && isBegun ? append({ type: 'end', void: true }) : undefined),
    async before(path, planned) {
      const place = await passGate(parts, path);
      if (planned === undefined && recorded.get(place.relative)?.byCommand === false) return;
      const from = await readState(files, place);
      if (from.bytes !== undefined) await keepBlob(parts, from.bytes);
      const entries = await takeBefore(place.relative, from.state, false);
      if (planned !== undefined) {
        const to = await keepPlanned(parts, planned, from.state);
        entries.push({ type: 'planned', path: place.relative, from: from.state, to });
      }
      await append(...entries);
      note(entries);
    },
    async after(...paths) {
      const entries = await inBatches(paths, async (path): Promise<JournalRecord> => {
        const place = await passGate(parts, path);
        const { state, bytes } = await readState(files, place);
        if (bytes !== undefined) await keepBlob(parts, bytes);
        return { type: 'after', path: place.relative, state };
      });
      await append(...entries);
    },
    async beforeBuffer(path, from, to) {
      const place = await passGate(parts, path);
      const disk = await readState(files, place);
      if (disk.bytes !== undefined) await keepBlob(parts, disk.bytes);
      const mode = disk.state.kind === 'file' ? disk.state.mode : 0o644;
      const entries = await takeBefore(place.relative, disk.state, false);
      const states = { from: await keepBuffer(parts, from, mode), to: await keepBuffer(parts, to, mode) };
      await append(...entries, { type: 'bufferPlanned', path: place.relative, ...states });
      note(entries);
    },
    afterBuffer: (path) => append({ type: 'bufferAfter', path }),
    async changedByCommand(paths, originals) {
      const entries: JournalRecord[] = [];
      const known = new Map(originals.map((original) => [original.path, original]));
      for (const path of paths) {
        const place = await passGate(parts, path).catch(() => undefined);
        const already = recorded.get(path);
        const original = already === undefined ? known.get(path) : undefined;
        // Of what the agent itself has changed, whoever ran the command knows whose the new text is.
        if (place?.relative !== path || (original === undefined && already?.byCommand !== true)) continue;
        if (original !== undefined) {
          const state: FileState = {
            kind: 'file',
            sha256: await keepBlob(parts, original.bytes),
            mode: original.mode,
          };
          entries.push(...(await takeBefore(path, state, true)));
        }
        const { state, bytes } = await readState(files, place);
        if (bytes !== undefined) await keepBlob(parts, bytes);
        entries.push({ type: 'after', path, state });
      }
      await append({ type: 'command', paths: [...paths].sort() }, ...entries);
      note(entries);
    },
    async plan(changes) {
      const entries: JournalRecord[] = [];
      const kept = changes.flatMap(({ from, to }) => [from.bytes, to.bytes]).filter((bytes) => bytes !== undefined);
      await inBatches(kept, (bytes) => keepBlob(parts, bytes));
      for (const { place, from, to, resumes } of changes) {
        const path = place.relative;
        entries.push(...(await takeBefore(path, from.state, false)));
        const planned = { type: 'planned', path, from: from.state, to: to.state } as const;
        entries.push(resumes === undefined ? planned : { ...planned, resumes });
      }
      await append(...entries, { type: 'ready' });
      note(entries);
    },
  };
}

/** The folder that the lock stands in, and the blobs. */
export async function makeJournalFolder({ files, stateFolder }: JournalParts): Promise<void> {
  await files.makeFolder(blobFolder(stateFolder), 0o700);
}

async function passGate({ files, roots }: JournalParts, path: string): Promise<Place> {
  const place = await resolveInside(files, roots, path, 'read');
  if ('refused' in place) throw new BaleenError(place.refused, 'refused');
  return place;
}

/** A file that exists keeps its mode; what mode a new one gets is seen when it is there. */
async function keepPlanned(parts: JournalParts, planned: Uint8Array | 'missing', from: FileState): Promise<FileState> {
  if (planned === 'missing') return { kind: 'missing' };
  return { kind: 'file', sha256: await keepBlob(parts, planned), mode: from.kind === 'file' ? from.mode : 0o644 };
}

async function keepBuffer(parts: JournalParts, { text, saved }: BufferText, mode: number): Promise<BufferState> {
  const sha256 = await keepBlob(parts, saved);
  return { text: await keepText(parts, text), saved: { kind: 'file', sha256, mode } };
}
