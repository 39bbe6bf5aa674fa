/** The journal's files: one a checkpoint, one record a line, each with its own checksum, only ever appended to. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import * as z from 'zod';
import type { Files, Log } from '../host.js';
import { plural } from '../wording.js';

const state = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('file'), sha256: z.string().regex(/^[0-9a-f]{64}$/), mode: z.number().int() }),
  z.strictObject({ kind: z.literal('missing') }),
]);

/** What stood at a path: bytes by their hash and permission bits, or nothing. */
export type FileState = z.infer<typeof state>;

/** Unsaved text of an editor: by its hash in UTF-8, and as the file that saving makes of it. */
const bufferState = z.strictObject({ text: z.string().regex(/^[0-9a-f]{64}$/), saved: state });

export type BufferState = z.infer<typeof bufferState>;

const record = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('begin'),
    version: z.literal(1),
    id: z.string(),
    session: z.string(),
    title: z.string(),
    at: z.string(),
    /** The process that works under it. */
    owner: z.string(),
    restores: z.string().optional(),
  }),
  /** Another process goes on with it. */
  z.strictObject({ type: z.literal('reopened'), owner: z.string() }),
  z.strictObject({
    type: z.literal('before'),
    path: z.string(),
    state,
    /** Folders, relative, outermost first, that did not exist before either. */
    newFolders: z.array(z.string()),
    /** Of the folders on the way to it that existed, outermost first. */
    folderModes: z.array(z.number().int()).optional(),
    /** It changed while a command ran; its old bytes were known all the same. */
    byCommand: z.literal(true).optional(),
  }),
  /** The file is about to be changed from what it is now; the bytes of both are kept. Closed by the next `after`. */
  z.strictObject({
    type: z.literal('planned'),
    path: z.string(),
    from: state,
    to: state,
    /** What stood there was half of the plan before. */
    resumes: z.literal(true).optional(),
  }),
  /** Everything that a restore is going to change has been planned: from here on it can be finished. */
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({ type: z.literal('after'), path: z.string(), state }),
  /** The unsaved text of an editor is about to be changed; closed by the next `bufferAfter`, or tried again. */
  z.strictObject({ type: z.literal('bufferPlanned'), path: z.string(), from: bufferState, to: bufferState }),
  z.strictObject({ type: z.literal('bufferAfter'), path: z.string() }),
  /** Changed while a command ran, by whomever. */
  z.strictObject({ type: z.literal('command'), paths: z.array(z.string()) }),
  z.strictObject({ type: z.literal('restored'), by: z.string() }),
  /** Of an interrupted turn: what is to become of these was said, and done. */
  z.strictObject({ type: z.literal('settled'), paths: z.array(z.string()) }),
  /** Nobody works under it any more. `void`: whatever it had changed was put back at once. */
  z.strictObject({ type: z.literal('end'), void: z.literal(true).optional() }),
]);

export type JournalRecord = z.infer<typeof record>;

/** The records of one checkpoint that are whole, in order. */
export interface CheckpointFile {
  id: string;
  records: JournalRecord[];
  /** Some line is neither whole nor the torn end of a killed process. */
  isDamaged: boolean;
}

interface Place {
  files: Files;
  stateFolder: string;
}

export function recordsFolder(stateFolder: string): string {
  return join(stateFolder, 'journal', 'checkpoints');
}

export function blobFolder(stateFolder: string): string {
  return join(stateFolder, 'journal', 'blobs');
}

export function blobPath(stateFolder: string, sha256: string): string {
  return join(blobFolder(stateFolder), sha256.slice(0, 2), sha256);
}

export function recordsPath(stateFolder: string, id: string): string {
  return join(recordsFolder(stateFolder), `${id}.jsonl`);
}

/** What the journal, its restores and its clean-up hold while they look and write: other processes do the same. */
export function lockPath(stateFolder: string): string {
  return join(stateFolder, 'journal', 'lock');
}

export function hashBytes(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** In one write, so that a crash leaves a beginning of them. */
export async function appendRecords(
  { files, stateFolder }: Place,
  id: string,
  records: readonly JournalRecord[],
): Promise<void> {
  await files.append(recordsPath(stateFolder, id), new TextEncoder().encode(records.map(toLine).join('')));
}

/** Begins with a line feed too, so that a record after one that was cut by a crash stands on a line of its own. */
function toLine(entry: JournalRecord): string {
  const json = JSON.stringify(entry);
  return `\n${checksumOf(json)} ${json}\n`;
}

function checksumOf(json: string): string {
  return hashBytes(new TextEncoder().encode(json)).slice(0, 16);
}

/** Ids of all checkpoints on disk, oldest first. */
export async function listIds({ files, stateFolder }: Place): Promise<string[]> {
  const folder = recordsFolder(stateFolder);
  if ((await files.lstat(folder))?.kind !== 'directory') return [];
  const ids = (await files.list(folder)).flatMap((name) => /^([0-9a-z]+-[0-9a-f]+)\.jsonl$/.exec(name)?.[1] ?? []);
  return ids.sort((a, b) => stampOf(a) - stampOf(b) || (a < b ? -1 : 1));
}

/** When a checkpoint was begun, in milliseconds since 1970; no two of one process have the same. */
export function stampOf(id: string): number {
  return Number.parseInt(id.slice(0, id.indexOf('-')), 36);
}

/** `undefined` if there is no such checkpoint. Damaged lines are left where they are and reported. */
export async function readCheckpoint(place: Place & { log: Log }, id: string): Promise<CheckpointFile | undefined> {
  const path = recordsPath(place.stateFolder, id);
  if ((await place.files.lstat(path))?.kind !== 'file') return undefined;
  const lines = new TextDecoder().decode(await place.files.read(path)).split('\n');
  const records: JournalRecord[] = [];
  let damaged = 0;
  lines.forEach((line, index) => {
    if (line === '') return;
    const parsed = parseLine(line);
    if (parsed !== undefined) records.push(parsed);
    else if (!isTornEnd(lines, index)) damaged++;
  });
  if (damaged > 0) {
    place.log.warn(
      `${plural(damaged, 'damaged line')} of the journal ${path} were passed over; the others are used, and nothing was deleted.`,
    );
  }
  return { id, records, isDamaged: damaged > 0 || records[0]?.type !== 'begin' };
}

/** Half a line at the end, or right before the next whole record, is what a killed process leaves: nothing followed it. */
function isTornEnd(lines: readonly string[], index: number): boolean {
  if (!/^[0-9a-f]{1,16}(?: |$)/.test(lines[index]!)) return false;
  const next = lines[index + 1];
  return next === undefined || parseLine(next) !== undefined;
}

function parseLine(line: string): JournalRecord | undefined {
  const json = line.slice(17);
  if (line.slice(0, 17) !== `${checksumOf(json)} `) return undefined;
  try {
    return record.parse(JSON.parse(json));
  } catch {
    // A record of a later version is as good as damaged for this one.
    return undefined;
  }
}
