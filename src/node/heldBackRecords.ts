/** What is held back and not decided yet, as it stands on disk: a question may wait when its window or program ends. */
import { readdir, readFile, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { parseHeldBackRecord, type HeldBackRecord } from '../core/heldBackRecord.js';
import { createNodeFiles } from './files.js';
import { owner } from './owner.js';

type Told = Omit<HeldBackRecord, 'owner'>;

const longestCommand = 500;

/** Beside the folder that keeps the files, whose names may be any. */
export function recordOf(folder: string): string {
  return `${folder}.json`;
}

export async function writeRecord(folder: string, { command, paths }: Told): Promise<void> {
  const record = { owner: owner.name, command: command.slice(0, longestCommand), paths };
  await createNodeFiles().replace(recordOf(folder), Buffer.from(`${JSON.stringify(record)}\n`, 'utf8'), 0o600);
}

/** It is decided: from now on what is still kept grows old. */
export async function removeRecord(folder: string): Promise<void> {
  const now = new Date();
  await utimes(folder, now, now).catch(() => undefined);
  await rm(recordOf(folder), { force: true });
}

/** Those that no living process asks about, with the folder of each. What cannot be read offers nothing. */
export async function readRecords(parent: string): Promise<(Told & { folder: string })[]> {
  const names = (await readdir(parent).catch((): string[] => [])).filter((name) => name.endsWith('.json')).sort();
  const read = names.map(async (name) => {
    try {
      const { owner: asking, ...record } = parseHeldBackRecord(await readFile(join(parent, name), 'utf8'));
      return owner.isAlive(asking) ? [] : [{ ...record, folder: join(parent, name.slice(0, -'.json'.length)) }];
    } catch {
      return [];
    }
  });
  return (await Promise.all(read)).flat();
}
