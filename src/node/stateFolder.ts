/** Where Baleen keeps what it knows of a workspace: one place for the editor and the command line. */
import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { BaleenError, messageOf } from '../core/errors.js';
import type { Files } from '../core/host.js';
import { keyOf, type Roots } from '../core/repository/roots.js';
import { randomHex } from './randomHex.js';

/** The platform's folder for state; `XDG_STATE_HOME` counts on Linux. */
export function stateBaseFolder(env: Record<string, string | undefined>, platform: string): string {
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'baleen');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'baleen');
  const xdg = env.XDG_STATE_HOME;
  return join(xdg === undefined || xdg === '' ? join(homedir(), '.local', 'state') : xdg, 'baleen');
}

/** What is kept names files by workspace path, so that other folders, or other names of them, have another state. */
export function workspaceStateFolder(base: string, roots: Roots): string {
  return join(base, createHash('sha256').update(keyOf(roots)).digest('hex').slice(0, 16));
}

/** What all workspaces of this person used. */
export function usageFolder(base: string): string {
  return join(base, 'usage');
}

/** A random name that is the same in every request of this person, because it partitions the prefix cache. */
export async function readUserId(files: Files, base: string): Promise<string> {
  await files.makeFolder(base, 0o700).catch((error: unknown) => {
    throw new BaleenError(
      `Baleen keeps its journal in ${base}, which cannot be made (${messageOf(error)}), so nothing was done. Make room for it, or set XDG_STATE_HOME to a folder that can be written.`,
    );
  });
  const path = join(base, 'user_id');
  return files.withLock(`${path}.lock`, async () => {
    const known =
      (await files.lstat(path)) === undefined
        ? ''
        : Buffer.from(await files.read(path, 4096))
            .toString('utf8')
            .trim();
    if (/^[0-9a-f]{32}$/.test(known)) return known;
    const fresh = randomHex(32);
    await files.replace(path, Buffer.from(`${fresh}\n`), 0o600);
    return fresh;
  });
}
