import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

/** A folder for a PATH on which there is no sandbox, and little else. */
export function makeBareBin(folder: string): string {
  mkdirSync(folder, { recursive: true });
  for (const name of ['node', 'git', 'sh', 'bash', 'touch']) {
    symlinkSync(
      execFileSync('sh', ['-c', `command -v ${name}`])
        .toString()
        .trim(),
      join(folder, name),
    );
  }
  return folder;
}
