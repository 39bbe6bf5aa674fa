/** The whole output of a command on disk, in segments: the first two and the last two are kept. */
import type { FileHandle } from 'node:fs/promises';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../core/errors.js';
import type { OutputPart } from '../core/host.js';

export const segmentBytes = 4 * 1024 * 1024;
/** From the start. As many are kept from the end. */
const keptSegments = 2;

const mostLogs = 64;
const mostLogBytes = 256 * 1024 * 1024;
const longestAgeMs = 7 * 24 * 60 * 60 * 1000;

export interface OutputLog {
  add(text: string): void;
  /** Bytes that are not written yet. */
  waiting(): number;
  /** Resolves when everything that was added is written, or could not be. */
  written(): Promise<void>;
  /** Bytes that were added. */
  total(): number;
  /** Why there is no whole log. */
  trouble(): string | undefined;
  close(): Promise<void>;
}

/** What cannot be written is no failure of the command: its head and tail are in memory. */
export function createOutputLog(folder: string): OutputLog {
  let chain: Promise<void> = mkdir(folder, { recursive: true, mode: 0o700 }).then(() => undefined);
  let waiting = 0;
  let total = 0;
  let trouble: string | undefined;
  let file: FileHandle | undefined;
  let written = 0;
  chain = chain.catch((error: unknown) => {
    trouble = messageOf(error);
  });

  const nextSegment = async (): Promise<void> => {
    await file?.close();
    const index = written / segmentBytes;
    file = await open(join(folder, String(index)), 'wx', 0o600);
    const gone = index - keptSegments;
    if (gone >= keptSegments) await rm(join(folder, String(gone)), { force: true });
  };
  const write = async (bytes: Buffer): Promise<void> => {
    for (let at = 0; at < bytes.length;) {
      if (written % segmentBytes === 0) await nextSegment();
      const part = bytes.subarray(at, at + segmentBytes - (written % segmentBytes));
      // writeFile goes on after a short write, and fails where a disk is full.
      await file!.writeFile(part);
      written += part.length;
      at += part.length;
    }
  };
  return {
    add(text) {
      const bytes = Buffer.from(text);
      total += bytes.length;
      if (trouble !== undefined || bytes.length === 0) return;
      waiting += bytes.length;
      chain = chain
        .then(() => (trouble === undefined ? write(bytes) : undefined))
        .catch((error: unknown) => {
          trouble = messageOf(error);
        })
        .finally(() => {
          waiting -= bytes.length;
        });
    },
    waiting: () => waiting,
    written: () => chain,
    total: () => total,
    trouble: () => trouble,
    async close() {
      await chain;
      await file?.close().catch(() => undefined);
      file = undefined;
    },
  };
}

/**
 * At most `mostBytes` from a byte on, cut between characters and, where more follows, after a line. Bytes that are not
 * kept are passed over: `from` of the answer is where it really begins. `undefined` if there is no such log.
 */
export async function readOutputLog(folder: string, from: number, mostBytes: number): Promise<OutputPart | undefined> {
  const segments = await listSegments(folder);
  const last = segments.at(-1);
  if (last === undefined) return undefined;
  const total = last.start + last.size;
  const first = segments.find(({ start, size }) => from < start + size);
  if (first === undefined) return { text: '', from: total, to: total, total };
  let at = Math.max(from, first.start);
  const start = at;
  const parts: Buffer[] = [];
  for (const segment of segments) {
    // Behind a gap nothing is read on.
    if (segment.start + segment.size <= at || segment.start > at) continue;
    const want = Math.min(mostBytes - (at - start), segment.start + segment.size - at);
    if (want <= 0) break;
    const bytes = await readBytes(join(folder, String(segment.index)), at - segment.start, want);
    parts.push(bytes);
    at += bytes.length;
  }
  const bytes = Buffer.concat(parts);
  const begin = start === 0 ? 0 : skipContinuation(bytes);
  const end = at === total ? bytes.length : endOfPart(bytes, begin);
  return { text: bytes.toString('utf8', begin, end), from: start + begin, to: start + end, total };
}

async function listSegments(folder: string): Promise<{ index: number; start: number; size: number }[]> {
  const names = await readdir(folder).catch(() => []);
  const indexes = names.filter((name) => /^\d+$/.test(name)).map(Number);
  const sizes = await Promise.all(
    indexes.map(async (index) => (await stat(join(folder, String(index))).catch(() => undefined))?.size ?? 0),
  );
  return indexes
    .map((index, at) => ({ index, start: index * segmentBytes, size: sizes[at]! }))
    .sort((a, b) => a.index - b.index);
}

async function readBytes(path: string, start: number, length: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const bytes = Buffer.alloc(length);
    const { bytesRead } = await file.read(bytes, 0, length, start);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function skipContinuation(bytes: Buffer): number {
  let start = 0;
  while (start < Math.min(3, bytes.length) && (bytes[start]! & 0xc0) === 0x80) start++;
  return start;
}

function endOfPart(bytes: Buffer, begin: number): number {
  const line = bytes.lastIndexOf(0x0a);
  if (line >= begin) return line + 1;
  let end = bytes.length;
  while (end > begin && (bytes[end - 1]! & 0xc0) === 0x80) end--;
  // The character that begins before the cut may be whole; it is read again with the next part.
  return end - 1 > begin ? end - 1 : bytes.length;
}

/** Takes away the logs that are too old, and the oldest of those that are too many or too large. */
export async function cleanOutputLogs(folder: string, now: number): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const logs = await Promise.all(names.map((name) => measureLog(join(folder, name))));
  let bytes = 0;
  for (const [at, log] of logs.sort((a, b) => b.changedAt - a.changedAt).entries()) {
    bytes += log.bytes;
    const isKept = at < mostLogs && bytes <= mostLogBytes && now - log.changedAt < longestAgeMs;
    if (!isKept) await rm(log.folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

async function measureLog(folder: string): Promise<{ folder: string; bytes: number; changedAt: number }> {
  let changedAt = (await stat(folder).catch(() => undefined))?.mtimeMs ?? 0;
  let bytes = 0;
  for (const name of await readdir(folder).catch(() => [])) {
    const found = await stat(join(folder, name)).catch(() => undefined);
    bytes += found?.size ?? 0;
    changedAt = Math.max(changedAt, found?.mtimeMs ?? 0);
  }
  return { folder, bytes, changedAt };
}
