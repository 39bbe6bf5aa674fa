import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import type { Files } from '../host.js';

/**
 * While one process of ours looks at a file for the last time and changes it, no other one does. Beside the workspaces'
 * states, since a folder and one inside it are two workspaces with the same files.
 */
export async function alone<T>(
  { files, stateFolder }: { files: Files; stateFolder: string },
  absolute: string,
  work: () => Promise<T>,
): Promise<T> {
  const folder = join(dirname(stateFolder), 'changing');
  await files.makeFolder(folder, 0o700);
  const name = createHash('sha256').update(absolute).digest('hex').slice(0, 32);
  return files.withLock(join(folder, name), work);
}
