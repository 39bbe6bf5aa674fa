/**
 * What is known of contents that were read before, so that equal bytes are neither searched for secrets, counted nor
 * outlined again. It goes by the hash of the bytes and not by a file's time: a pack reads its files anyway, and a hash
 * cannot be wrong. Holds no text of a file but its outlines, which are views.
 */
import { Buffer } from 'node:buffer';
import { join } from 'node:path';
import type { Files } from '../host.js';
import type { Brief, BriefStore } from './briefs.js';
import { ownKeyPlaceholder } from '../view/ownKeys.js';
import { hashOf } from './frames.js';

/** Of a text whose view is the text itself. */
export interface Counts {
  contentTokens: number;
  framedTokens: number;
}

export interface PackCache extends BriefStore {
  /** Whether bytes of this hash are known to have a view that is their text. */
  isPlain: (sha256: string) => boolean;
  counts(sha256: string): Counts | undefined;
  addCounts(sha256: string, counts: Counts): void;
  /** Writes what is new, if anything is; damage and full disks cost time later, and nothing else. */
  save(files: Files): Promise<void>;
}

/** More than these are not kept; what was used last stays. */
const mostCounts = 150_000;
const mostBriefChars = 16 * 1024 * 1024;

type StoredCounts = [sha256: string, contentTokens: number, framedTokens: number];
type StoredBrief = [key: string, form: Brief['form'], text: string];

interface Stored {
  version: string;
  counts: StoredCounts[];
  briefs: StoredBrief[];
}

function pathOf(stateFolder: string): string {
  return join(stateFolder, 'cache', 'contents.json');
}

/**
 * The cache of a state folder; an empty one if there is none, or if it is damaged or of another `version`. Processes may
 * share a folder: each writes the whole file anew, and the last one wins.
 */
export async function loadPackCache(files: Files, stateFolder: string, version: string): Promise<PackCache> {
  const stored = await readStored(files, pathOf(stateFolder)).catch(() => undefined);
  return createPackCache(stateFolder, stored?.version === version ? stored : { version, counts: [], briefs: [] });
}

async function readStored(files: Files, path: string): Promise<Stored | undefined> {
  if ((await files.lstat(path)) === undefined) return undefined;
  const bytes = Buffer.from(await files.read(path));
  const feed = bytes.indexOf(0x0a);
  const body = bytes.subarray(feed + 1);
  return bytes.toString('latin1', 0, feed) === hashOf(body) ? (JSON.parse(body.toString('utf8')) as Stored) : undefined;
}

function createPackCache(stateFolder: string, { version, counts, briefs }: Stored): PackCache {
  const countsOf = new Map(
    counts.map(([sha256, contentTokens, framedTokens]) => [sha256, { contentTokens, framedTokens }]),
  );
  const briefOf = new Map(briefs.map(([key, form, text]): [string, Brief] => [key, { form, text }]));
  let isChanged = false;
  return {
    isPlain: (sha256) => countsOf.has(sha256),
    counts: (sha256) => use(countsOf, sha256),
    addCounts(sha256, given) {
      countsOf.set(sha256, given);
      isChanged = true;
    },
    brief: (key) => use(briefOf, key),
    addBrief(key, brief) {
      briefOf.set(key, brief);
      isChanged = true;
    },
    async save(files) {
      if (!isChanged) return;
      isChanged = false;
      const stored: Stored = { version, counts: lastCounts(countsOf), briefs: lastBriefs(briefOf) };
      const body = Buffer.from(JSON.stringify(stored));
      const path = pathOf(stateFolder);
      await files.makeFolder(join(stateFolder, 'cache'));
      await files.replace(path, Buffer.concat([Buffer.from(`${hashOf(body)}\n`), body]), 0o600);
    },
  };
}

/** What was used last stands last. */
function use<T>(map: Map<string, T>, key: string): T | undefined {
  const value = map.get(key);
  if (value !== undefined) {
    map.delete(key);
    map.set(key, value);
  }
  return value;
}

function lastCounts(counts: ReadonlyMap<string, Counts>): StoredCounts[] {
  const all = [...counts].map(([sha256, one]): StoredCounts => [sha256, one.contentTokens, one.framedTokens]);
  return all.slice(-mostCounts);
}

function lastBriefs(briefs: ReadonlyMap<string, Brief>): StoredBrief[] {
  const kept: StoredBrief[] = [];
  let room = mostBriefChars;
  for (const [key, { form, text }] of [...briefs].reverse()) {
    // It would be another one for another key, and the key must not be written down to tell.
    if (text.includes(ownKeyPlaceholder)) continue;
    room -= text.length;
    if (room < 0) break;
    kept.push([key, form, text]);
  }
  return kept.reverse();
}
