import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface FilesBelow {
  at: (path: string) => string;
  read: (path: string) => string;
  /** With the folders on the way to it. */
  put: (path: string, text: string) => void;
}

/** The files of a test by their paths below a folder, which may be another one for each test. */
export function filesBelow(root: () => string): FilesBelow {
  const at = (path: string): string => join(root(), path);
  return {
    at,
    read: (path) => readFileSync(at(path), 'utf8'),
    put(path, text) {
      mkdirSync(dirname(at(path)), { recursive: true });
      writeFileSync(at(path), text);
    },
  };
}
