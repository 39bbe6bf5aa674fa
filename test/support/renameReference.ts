/** What a right rename gives, computed without any of Baleen's code. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstatSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What git would list of a working tree, tracked or not, less what it ignores; sorted by bytes. */
export function listGitFiles(folder: string): string[] {
  const args = ['-C', folder, 'ls-files', '-co', '--exclude-standard', '-z'];
  const paths = execFileSync('git', args, { encoding: 'utf8', maxBuffer: 2 ** 28 })
    .split('\0')
    .filter(Boolean);
  const present = [...new Set(paths)].filter((path) => lstatSync(join(folder, path), { throwIfNoEntry: false }));
  return present.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

/**
 * Replaces a word in every listed regular file without a NUL byte; a word ends where no [A-Za-z0-9_] follows.
 * Every other byte, the mode and the file's name stay.
 * @returns the changed paths
 */
export function renameByScript(folder: string, from: string, to: string, except: readonly string[] = []): string[] {
  const word = new RegExp(`(?<![A-Za-z0-9_])${from}(?![A-Za-z0-9_])`, 'g');
  const changed: string[] = [];
  for (const path of listGitFiles(folder)) {
    if (except.includes(path) || !lstatSync(join(folder, path)).isFile()) continue;
    const before = readFileSync(join(folder, path));
    if (before.includes(0)) continue;
    // In Latin-1 each byte is one character, so this works on bytes.
    const after = Buffer.from(before.toString('latin1').replaceAll(word, to), 'latin1');
    if (after.equals(before)) continue;
    writeFileSync(join(folder, path), after);
    changed.push(path);
  }
  return changed;
}

/** SHA-256 over path, kind, permission bits and bytes of everything that git lists. */
export function hashTree(folder: string): string {
  const hash = createHash('sha256');
  for (const path of listGitFiles(folder)) {
    const stat = lstatSync(join(folder, path));
    const bytes = stat.isSymbolicLink()
      ? Buffer.from(readlinkSync(join(folder, path)))
      : readFileSync(join(folder, path));
    const mode = stat.isSymbolicLink() ? 'link' : (stat.mode & 0o777).toString(8);
    hash.update(`${path}\0${mode}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest('hex');
}
