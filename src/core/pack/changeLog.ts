import { Buffer } from 'node:buffer';
import { join } from 'node:path';
import type { PackReport } from '../../protocol/pack.js';
import type { Files } from '../host.js';
import { hashOf } from './frames.js';
import type { KnownFile } from './known.js';
import type { ChangeEntry, LogPlace } from './packer.js';

/** One line of the log: the message entry, and what is known of the file from then on (`null`: it is gone). */
export interface LogRecord {
  entry: ChangeEntry;
  after: KnownFile | null;
}

/** A place in the log's file: whole records up to there, and how many bytes they take. */
export interface LogEnd extends LogPlace {
  length: number;
}

export interface ReadLog {
  records: LogRecord[];
  /** Behind the last whole record. */
  end: LogEnd;
  /** What is wrong with the rest, which was not read. */
  damage?: string;
}

/** Each record is hashed with the one before it, and the first with the pack: none can be swapped, left out or taken over. */
export function logStart(report: PackReport): LogEnd {
  return { number: 0, chain: report.sha256, length: 0 };
}

export function logPath(stateFolder: string, report: PackReport): string {
  // Two budgets can give two packs of one tree, so that the mark alone would not do.
  return join(stateFolder, 'log', `${report.snapshot}-${report.sha256.slice(0, 16)}.jsonl`);
}

/** The place behind one more record. */
export function placeAfter({ number, chain }: LogPlace, record: LogRecord): LogPlace {
  return { number: number + 1, chain: chainOf(chain, JSON.stringify(record)) };
}

function chainOf(before: string, body: string): string {
  return hashOf(`${before}\n${body}`);
}

const hashStart = '{"sha256":"'.length;
const bodyStart = '{"sha256":"","record":'.length + 64;

function decodeRecord(line: string, before: LogPlace): { record: LogRecord; after: LogPlace } | undefined {
  const body = line.slice(bodyStart, -1);
  const chain = chainOf(before.chain, body);
  if (line.slice(hashStart, hashStart + 64) !== chain || line !== lineOf(chain, body)) return undefined;
  const record = JSON.parse(body) as LogRecord;
  return { record, after: { number: before.number + 1, chain } };
}

function lineOf(chain: string, body: string): string {
  return `{"sha256":"${chain}","record":${body}}`;
}

/**
 * All whole records behind `from`. A last line without its line feed is an append that was cut short, before anybody was
 * told of it: it is left out and is no damage.
 */
export async function readLog(files: Files, path: string, from: LogEnd): Promise<ReadLog> {
  const stat = await files.lstat(path);
  const size = stat?.size ?? 0;
  if (size === from.length) return { records: [], end: from };
  if (size < from.length) {
    return { records: [], end: from, damage: stat === undefined ? 'the change log is gone' : 'the change log was cut' };
  }
  const bytes = Buffer.from(await files.read(path));
  const records: LogRecord[] = [];
  let at: LogEnd = from;
  for (let feed = bytes.indexOf(0x0a, at.length); feed >= 0; feed = bytes.indexOf(0x0a, at.length)) {
    const decoded = decodeRecord(bytes.toString('utf8', at.length, feed), at);
    if (decoded?.record.entry.number !== at.number + 1) {
      return { records, end: at, damage: `record ${at.number + 1} of the change log is damaged` };
    }
    records.push(decoded.record);
    at = { ...decoded.after, length: feed + 1 };
  }
  return { records, end: at };
}

/** Appends records behind `end`. The caller holds the lock. Answers with the new end. */
export async function appendRecords(
  files: Files,
  path: string,
  end: LogEnd,
  records: readonly LogRecord[],
): Promise<LogEnd> {
  const lines: string[] = [];
  let place: LogPlace = end;
  for (const record of records) {
    place = placeAfter(place, record);
    lines.push(`${lineOf(place.chain, JSON.stringify(record))}\n`);
  }
  const bytes = Buffer.from(lines.join(''));
  // What follows the last whole record is the start of one that never came to be.
  if (((await files.lstat(path))?.size ?? 0) > end.length) await cutLog(files, path, end.length);
  await files.append(path, bytes);
  return { ...place, length: end.length + bytes.length };
}

/** Keeps the first `length` bytes. */
export async function cutLog(files: Files, path: string, length: number): Promise<void> {
  const bytes = await files.read(path);
  await files.replace(path, bytes.subarray(0, length), 0o600);
}
