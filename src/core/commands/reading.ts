/** Whether a command only reads, and only what it may read without a yes. */
import { posix } from 'node:path';
import { resolveFolderInside } from '../repository/pathGate.js';
import { asFolder } from '../repository/roots.js';
import { commandsIn, nameOf } from './programs.js';
import { findPathTrouble, findRevisionTrouble, type Surroundings } from './reach.js';
import { findReader, readArguments } from './readers.js';
import type { ReadLine } from './readTree.js';

/** `trouble`: why it asks although it is a reader, as the end of a sentence that begins with "it". */
export interface Reading {
  /** The words that name the reader. */
  name: string[];
  trouble: string | undefined;
}

/** `undefined` for a program that is not in the table of readers. */
export async function judgeReading(
  words: readonly string[],
  folder: string,
  around: Surroundings,
): Promise<Reading | undefined> {
  const found = findReader(words);
  if (found === undefined) return undefined;
  const { reader, name, args } = found;
  const use = readArguments(reader, args);
  if ('trouble' in use) return { name, trouble: `has an option or operand that is not judged: ${use.trouble}` };
  // Deeper inside, plain files of the repository can be a repository of their own, whose settings run programs.
  if (name[0] === 'git' && !around.roots.some((root) => asFolder(root) === folder)) {
    return { name, trouble: 'runs git in a folder inside the workspace' };
  }
  const showsText = reader.tellsOnlyAbout !== true;
  for (const revision of use.revisions) {
    const trouble = await findRevisionTrouble(revision, folder, around);
    if (trouble !== undefined) return { name, trouble };
  }
  for (const path of use.paths) {
    const trouble = await findPathTrouble(path, folder, around, showsText);
    if (trouble !== undefined) return { name, trouble };
  }
  return { name, trouble: undefined };
}

export const foreignGit = 'runs git where plain files make the folder a repository, whose settings can run programs';

/** Git runs in a folder that has no `.git` of its own and looks like one itself, whatever a rule says of the words. */
export async function findForeignGit(
  { parts }: ReadLine,
  cwd: string,
  { files, roots }: Surroundings,
): Promise<boolean> {
  const runsGit = parts.some(({ words }) => commandsIn(words).some(([name]) => nameOf(name ?? '') === 'git'));
  if (!runsGit) return false;
  const folder = await resolveFolderInside(files, roots, cwd);
  if ('refused' in folder) return true;
  const has = async (name: string): Promise<boolean> =>
    (await files.lstat(posix.join(folder.absolute, name))) !== undefined;
  return !(await has('.git')) && (await has('HEAD'));
}
