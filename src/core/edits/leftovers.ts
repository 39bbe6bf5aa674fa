/** Empty files that a sandbox puts where nothing is, so that nothing can be made there, and that a killed one leaves. */
import { join } from 'node:path';
import * as z from 'zod';
import { messageOf } from '../errors.js';
import { absoluteOf, rootOf } from '../repository/roots.js';
import type { JournalParts } from './journalParts.js';

const noted = z.strictObject({ owner: z.string(), paths: z.array(z.string()) });

export interface Leftovers {
  /**
   * Before a sandbox runs: workspace paths at which it may leave something, a folder with `/` at its end. Those that
   * exist are the user's and are not noted. On disk when this resolves; answers with the note's id.
   */
  note(paths: readonly string[]): Promise<string>;
  /** After it has run. */
  clear(id: string): Promise<void>;
  /** At the start: removes what processes left that are gone. Never throws: it is only tidying. */
  tidy(): Promise<void>;
}

export type LeftoversParts = Pick<JournalParts, 'files' | 'roots' | 'stateFolder' | 'randomHex' | 'owner' | 'log'>;

export function createLeftovers(parts: LeftoversParts): Leftovers {
  const { files, roots, stateFolder, owner, log } = parts;
  const folder = join(stateFolder, 'leftovers');
  const pathOf = (id: string): string => join(folder, `${id}.json`);
  const removeAll = async (paths: readonly string[]): Promise<void> => {
    for (const path of paths)
      if (await removeLeftover(parts, path)) log.info(`${path}, left by a sandbox, was removed.`);
  };
  const tidyOne = async (name: string): Promise<void> => {
    const id = /^([0-9a-f]{16})\.json$/.exec(name)?.[1];
    if (id === undefined) return;
    const text = Buffer.from(await files.read(pathOf(id))).toString('utf8');
    const parsed = noted.parse(JSON.parse(text));
    if (owner.isAlive(parsed.owner)) return;
    await removeAll(parsed.paths);
    await files.remove(pathOf(id));
  };
  return {
    async note(paths) {
      const missing: string[] = [];
      for (const path of paths) {
        if ((await files.lstat(absoluteOf(roots, path.replace(/\/$/, '')))) === undefined) missing.push(path);
      }
      const id = parts.randomHex(16);
      await files.makeFolder(folder);
      await files.replace(pathOf(id), Buffer.from(JSON.stringify({ owner: owner.name, paths: missing })), 0o600);
      return id;
    },
    async clear(id) {
      const { paths } = noted.parse(JSON.parse(Buffer.from(await files.read(pathOf(id))).toString('utf8')));
      await removeAll(paths);
      await files.remove(pathOf(id));
    },
    async tidy() {
      try {
        if ((await files.lstat(folder))?.kind !== 'directory') return;
        for (const name of await files.list(folder)) {
          await tidyOne(name).catch((error: unknown) => {
            log.warn(`What a sandbox may have left could not be looked for (${name}): ${messageOf(error)}`);
          });
        }
      } catch (error) {
        log.warn(`What a sandbox may have left could not be looked for: ${messageOf(error)}`);
      }
    },
  };
}

/** Only what looks exactly as a sandbox leaves it: an empty read-only file, or an empty folder. */
async function removeLeftover({ files, roots }: LeftoversParts, path: string): Promise<boolean> {
  const isFolder = path.endsWith('/');
  const absolute = absoluteOf(roots, isFolder ? path.slice(0, -1) : path);
  const stat = await files.lstat(absolute);
  if (isFolder) return stat?.kind === 'directory' && (await files.removeEmptyFolder(absolute));
  if (stat?.kind !== 'file' || stat.size !== 0 || (stat.mode & 0o777) !== 0o444) return false;
  await files.remove(absolute, rootOf(roots, path)?.folder);
  return true;
}
