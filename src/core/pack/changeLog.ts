import { Buffer } from 'node:buffer';
import { join } from 'node:path';
import type { PackReport } from '../../protocol/pack.js';
import type { Files } from '../host.js';
import { hashOf } from './frames.js';
import type { KnownFile } from './known.js';
import type { ChangeEntry } from './packer.js';

/** One line of the log: the message entry, and what is known of the file from then on (`null`: it is gone). */
export interface LogRecord {
  entry: ChangeEntry;
  after: KnownFile | null;
}

export interface ReadLog {
  records: LogRecord[];
  /** Bytes of the file that hold whole records. */
  length: number;
  /** A record that is whole by its form and wrong by its checksum, or out of order; the rest was not read. */
  damage?: string;
}

export function logPath(stateFolder: string, report: PackReport): string {
  // Two budgets can give two packs of one tree, so that the mark alone would not do.
  return join(stateFolder, 'log', `${report.snapshot}-${report.sha256.slice(0, 16)}.jsonl`);
}

export function encodeRecord(record: LogRecord): string {
  const body = JSON.stringify(record);
  return `{"sha256":"${hashOf(body)}","record":${body}}\n`;
}

const bodyStart = '{"sha256":"","record":'.length + 64;

function decodeRecord(line: string): LogRecord | undefined {
  const body = line.slice(bodyStart, -1);
  if (!line.startsWith('{"sha256":"') || line.slice(11, 75) !== hashOf(body)) return undefined;
  return JSON.parse(body) as LogRecord;
}

/**
 * All whole records from `start` on, which must be the end of one. A last line without its line feed is an append that
 * was cut short, before anybody was told of it: it is left out and is no damage.
 */
export async function readLog(files: Files, path: string, start = 0, firstNumber = 1): Promise<ReadLog> {
  const stat = await files.lstat(path);
  if (stat === undefined) {
    return start === 0 ? { records: [], length: 0 } : { records: [], length: 0, damage: 'the change log is gone' };
  }
  if (stat.size === start) return { records: [], length: start };
  const bytes = Buffer.from(await files.read(path));
  if (bytes.length < start) return { records: [], length: bytes.length, damage: 'the change log was cut' };
  const records: LogRecord[] = [];
  let at = start;
  for (let end = bytes.indexOf(0x0a, at); end >= 0; end = bytes.indexOf(0x0a, at)) {
    const record = decodeRecord(bytes.toString('utf8', at, end));
    const number = firstNumber + records.length;
    if (record?.entry.number !== number)
      return { records, length: at, damage: `record ${number} of the change log is damaged` };
    records.push(record);
    at = end + 1;
  }
  return { records, length: at };
}

/** Appends records after `length` whole bytes. The caller holds the lock. Answers with the new length. */
export async function appendRecords(
  files: Files,
  path: string,
  length: number,
  records: readonly LogRecord[],
): Promise<number> {
  const bytes = Buffer.from(records.map(encodeRecord).join(''));
  const stat = await files.lstat(path);
  // What follows the last whole record is the start of one that never came to be.
  if (stat !== undefined && stat.size > length) await cutLog(files, path, length);
  await files.append(path, bytes);
  return length + bytes.length;
}

/** Keeps the first `length` bytes. */
export async function cutLog(files: Files, path: string, length: number): Promise<void> {
  const bytes = await files.read(path);
  await files.replace(path, bytes.subarray(0, length), 0o600);
}
