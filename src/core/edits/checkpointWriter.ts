/** Writes the records of one checkpoint. Whoever calls holds the journal's lock. */
import { BaleenError } from '../errors.js';
import { resolveInside, type Place } from '../repository/pathGate.js';
import { inPool } from './pool.js';
import type { BufferText, Original } from './checkpoint.js';
import { keepBlob, keepText, readState } from './fileStates.js';
import { rememberFolders } from './folderMemory.js';
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
  after(path: string): Promise<void>;
  beforeBuffer(path: string, from: BufferText, to: BufferText): Promise<void>;
  afterBuffer(path: string): Promise<void>;
  changedByCommand(paths: readonly string[], originals: readonly Original[]): Promise<void>;
  /** Several changes at once, in one write; from here on they can be finished. The bytes of both sides are kept already. */
  plan(changes: readonly PlannedChange[]): Promise<void>;
  /** They stand as planned: what somebody has made of one since is not taken for ours. */
  done(changes: readonly PlannedChange[]): Promise<void>;
  append(...entries: JournalRecord[]): Promise<void>;
  /**
   * Whatever was changed under a new checkpoint has been put back: it is as if it had never been. But for `left`, of which
   * the old bytes are kept, since somebody else's stand there now.
   */
  giveUp(left?: readonly string[]): Promise<void>;
}

export interface PlannedChange {
  place: Place;
  from: FileState;
  to: FileState;
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
  const appendAll = async (entries: readonly JournalRecord[]): Promise<void> => {
    if (entries.length === 0) return;
    const at = new Date(clock.now()).toISOString();
    const begin: JournalRecord = { type: 'begin', version: 1, id, at, owner: owner.name, ...about };
    // A turn that changes nothing leaves nothing behind.
    if (!isBegun) await files.makeFolder(recordsFolder(stateFolder), 0o700);
    await appendRecords(parts, id, isBegun ? entries : [begin, ...entries]);
    isBegun = true;
  };
  const append = (...entries: JournalRecord[]): Promise<void> => appendAll(entries);
  const takeBefore = async (
    path: string,
    state: FileState,
    byCommand: boolean,
    looking = parts,
  ): Promise<JournalRecord[]> => {
    const already = recorded.get(path);
    if (already !== undefined && !(already.byCommand && !byCommand)) return [];
    const folders = await lookAtFolders(looking, path);
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
    async giveUp(left = []) {
      if (known === undefined && isBegun) await append({ type: 'end', ...(left.length > 0 ? {} : { void: true }) });
    },
    async before(path, planned) {
      const place = await passGate(parts, path);
      if (planned === undefined && recorded.get(place.relative)?.byCommand === false) return;
      await refuseSecondName(parts, place, recorded);
      const from = await keepState(parts, place);
      const entries = await takeBefore(place.relative, from, false);
      if (planned !== undefined) {
        const to = await keepPlanned(parts, planned, from);
        entries.push({ type: 'planned', path: place.relative, from, to });
      }
      await appendAll(entries);
      note(entries);
    },
    async after(path) {
      const place = await passGate(parts, path);
      const state = await keepState(parts, place);
      await append({ type: 'after', path: place.relative, state });
    },
    async beforeBuffer(path, from, to) {
      const place = await passGate(parts, path);
      const disk = await keepState(parts, place);
      const mode = disk.kind === 'file' ? disk.mode : 0o644;
      const entries = await takeBefore(place.relative, disk, false);
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
        entries.push({ type: 'after', path, state: await keepState(parts, place) });
      }
      await append({ type: 'command', paths: [...paths].sort() }, ...entries);
      note(entries);
    },
    async plan(changes) {
      const looking = rememberFolders(parts);
      const entries = await inPool(changes, async ({ place, from, to, resumes }): Promise<JournalRecord[]> => {
        const path = place.relative;
        const planned = { type: 'planned', path, from, to } as const;
        const before = await takeBefore(path, from, false, looking);
        return [...before, resumes === undefined ? planned : { ...planned, resumes }];
      });
      await appendAll([...entries.flat(), { type: 'ready' }]);
      note(entries.flat());
    },
    async done(changes) {
      const entries = await inPool(changes, async ({ place, to }): Promise<JournalRecord> => {
        // What mode it has there is the file system's to say.
        const stat = to.kind === 'missing' ? undefined : await files.lstat(place.absolute);
        const state = stat?.kind === 'file' && to.kind === 'file' ? { ...to, mode: stat.mode & 0o7777 } : to;
        return { type: 'after', path: place.relative, state };
      });
      await appendAll(entries);
    },
  };
}

/** The folder that the lock stands in, and the blobs. */
export async function makeJournalFolder({ files, stateFolder }: JournalParts): Promise<void> {
  await files.makeFolder(blobFolder(stateFolder), 0o700);
}

/** What stands there, its bytes kept. */
async function keepState(parts: JournalParts, place: Place): Promise<FileState> {
  const { state, bytes } = await readState(parts.files, place);
  if (bytes !== undefined && state.kind === 'file') await keepBlob(parts, bytes, state.sha256);
  return state;
}

async function passGate({ files, roots }: JournalParts, path: string): Promise<Place> {
  const place = await resolveInside(files, roots, path, 'read');
  if ('refused' in place) throw new BaleenError(place.refused, 'refused');
  return place;
}

/**
 * The bytes under a second name are not those from before the turn: an undo would bring back the one or the other, by
 * chance.
 */
async function refuseSecondName(
  { files, roots }: JournalParts,
  { absolute, relative }: Place,
  recorded: CheckpointWriter['recorded'],
): Promise<void> {
  const stat = await files.lstat(absolute);
  if (stat === undefined || stat.links < 2) return;
  for (const path of recorded.keys()) {
    const other = path === relative ? undefined : await resolveInside(files, roots, path, 'read');
    if (other === undefined || 'refused' in other) continue;
    if ((await files.lstat(other.absolute))?.identity === stat.identity)
      throw new BaleenError(`it is the same file as ${path}, which this turn has changed: change it by that name`);
  }
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
