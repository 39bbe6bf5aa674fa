/** A list that a user has made and can take back: a file of the state folder, where no workspace can write it. */
import { dirname } from 'node:path';
import type { Files } from './host.js';

export interface KeptList<T> {
  /** What cannot be read is an empty list. */
  read(): Promise<T[]>;
  /** Answers with the list as it was before. */
  change(make: (list: T[]) => T[]): Promise<T[]>;
}

/** `parse` throws at what is no such list; `name` is that of the list in the file. */
export function createKeptList<T>(
  files: Files,
  path: string,
  name: string,
  parse: (value: unknown) => T[],
): KeptList<T> {
  const read = async (): Promise<T[]> => {
    if ((await files.lstat(path)) === undefined) return [];
    try {
      const stored = JSON.parse(Buffer.from(await files.read(path)).toString('utf8')) as Record<string, unknown>;
      return parse(stored[name]);
    } catch {
      return [];
    }
  };
  return {
    read,
    async change(make) {
      await files.makeFolder(dirname(path), 0o700);
      return files.withLock(`${path}.lock`, async () => {
        const before = await read();
        await files.replace(path, Buffer.from(`${JSON.stringify({ [name]: make(before) })}\n`, 'utf8'), 0o600);
        return before;
      });
    },
  };
}
