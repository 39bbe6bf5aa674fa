/** The journal's file: one record a line, each with its own checksum, only ever appended to. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import * as z from 'zod';
import type { Files, Log } from '../host.js';

const state = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('file'), sha256: z.string().regex(/^[0-9a-f]{64}$/), mode: z.number().int() }),
  z.strictObject({ kind: z.literal('missing') }),
]);

/** What stood at a path: bytes by their hash and permission bits, or nothing. */
export type FileState = z.infer<typeof state>;

const record = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('begin'),
    version: z.literal(1),
    id: z.string(),
    session: z.string(),
    title: z.string(),
    at: z.string(),
    restores: z.string().optional(),
  }),
  z.strictObject({
    type: z.literal('before'),
    id: z.string(),
    path: z.string(),
    state,
    /** Folders, relative, outermost first, that did not exist before either. */
    newFolders: z.array(z.string()),
  }),
  z.strictObject({ type: z.literal('after'), id: z.string(), path: z.string(), state }),
  z.strictObject({ type: z.literal('command'), id: z.string(), paths: z.array(z.string()) }),
  z.strictObject({ type: z.literal('restored'), id: z.string(), by: z.string() }),
]);

export type JournalRecord = z.infer<typeof record>;

export function recordsPath(stateFolder: string): string {
  return join(stateFolder, 'journal', 'records.jsonl');
}

export function blobPath(stateFolder: string, sha256: string): string {
  return join(stateFolder, 'journal', 'blobs', sha256.slice(0, 2), sha256);
}

export function hashBytes(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Begins with a line feed too, so that a record after one that was cut by a crash stands on a line of its own. */
export function toLine(entry: JournalRecord): Uint8Array {
  const json = JSON.stringify(entry);
  return new TextEncoder().encode(`\n${checksumOf(json)} ${json}\n`);
}

function checksumOf(json: string): string {
  return hashBytes(new TextEncoder().encode(json)).slice(0, 16);
}

/** Every record that is whole, in order. Damaged lines are left where they are and reported once. */
export async function readRecords(files: Files, stateFolder: string, log: Log): Promise<JournalRecord[]> {
  const path = recordsPath(stateFolder);
  if ((await files.lstat(path)) === undefined) return [];
  const text = new TextDecoder().decode(await files.read(path));
  const records: JournalRecord[] = [];
  let damaged = 0;
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const parsed = parseLine(line);
    if (parsed === undefined) damaged++;
    else records.push(parsed);
  }
  if (damaged > 0) log.warn(`${damaged} damaged lines of the journal ${path} were passed over; the others are used.`);
  return records;
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
