/** Frozen text that may not leave any more: of files that are hidden now, or known only now to hold a secret. */
import type { WithheldReason } from '../../protocol/pack.js';
import type { Files } from '../host.js';
import type { ListedFile, NameJudge, RepositoryPorts } from '../repository/listing.js';
import { absoluteOf, type Roots } from '../repository/roots.js';
import { isJudgedByContent } from '../repository/secretFiles.js';
import { listWorkspace, type SelectedWorkspace } from '../repository/workspaceListing.js';
import { placeholdersOf } from '../view/codec.js';
import type { FileChange } from './changes.js';
import type { FileReading } from './fileReading.js';
import { hashOf } from './frames.js';
import type { KnownFile } from './known.js';
import type { OpenPack } from './openPack.js';
import type { HiddenFile, HiddenReason } from './packer.js';
import type { FileReader } from './reader.js';

export interface Taint {
  path: string;
  /** The rest of a sentence that begins with the path. */
  why: string;
}

/** The user does not want anybody to read the file, or nobody should. */
export function isHidden(why: WithheldReason | undefined): why is HiddenReason {
  return why === 'secret file' || why === 'excluded';
}

export function taintOf({ path, why }: HiddenFile): Taint {
  return { path, why: `is withheld now (${why})` };
}

/** The first of these files that is hidden, whether it is on disk or not, and whether git lists it or not. */
export async function findHidden(
  ports: RepositoryPorts,
  reader: FileReader,
  workspace: SelectedWorkspace,
  paths: readonly string[],
  signal?: AbortSignal,
): Promise<HiddenFile | undefined> {
  if (paths.length === 0) return undefined;
  const { files, judge } = await listWorkspace(ports, workspace, signal, paths);
  const listed = new Map(files.map((file) => [file.path, file]));
  for (const path of paths) {
    const file = listed.get(path);
    // Nothing else hides a file by its text, so that no other is read.
    const isRead = file !== undefined && isJudgedByContent(path);
    const why = isRead ? await reader.classify(workspace.roots, file) : (file?.withheld ?? judge(path, 0));
    if (isHidden(why)) return { path, why };
  }
  return undefined;
}

/** Whether a file on disk has something in it that stands as a placeholder in its view, or has no view. */
export async function holdsSecrets(files: Files, reader: FileReader, roots: Roots, path: string): Promise<boolean> {
  const stat = await files.lstat(absoluteOf(roots, path));
  if (stat?.kind !== 'file') return true;
  const reading = await reader.read(roots, { path, stat, isWanted: true });
  return reading?.kind !== 'text' || placeholdersOf(reading.view).length > 0;
}

/** A file that is on disk. What the user hides now, or what is known now to be secret, must not leave again. */
export function findTaint(open: OpenPack, { path, told, now }: FileChange): Taint | undefined {
  const reading = now?.reading;
  if (reading?.kind === 'withheld') {
    return isHidden(reading.why) && open.hasShown(path) ? taintOf({ path, why: reading.why }) : undefined;
  }
  if (reading === undefined || told === undefined) return undefined;
  const isShown = reading.secrets.some((value) => told.includes(value) && !reading.view.includes(value));
  return isShown ? { path, why: 'holds a secret that was not known as one before' } : undefined;
}

/** A file that is gone: its text still stands in the frozen bytes, and a pattern of today may hide its name. */
export function findGoneTaint(open: OpenPack, gone: Iterable<string>, judge: NameJudge): Taint | undefined {
  for (const path of gone) {
    const why = judge(path, 0);
    if (isHidden(why) && open.hasShown(path)) return taintOf({ path, why });
  }
  return undefined;
}

/** A file that was here before, by what was known of it. */
export interface GoneFile {
  path: string;
  before: KnownFile;
}

/**
 * A file that is hidden now and has the content of one that is gone and was shown: it was moved there. Only files of
 * equal size are read, and nothing but their hash is kept.
 */
export async function findMoveTaint(
  { files, open, gone }: { files: Files; open: OpenPack; gone: readonly GoneFile[] },
  file: ListedFile,
  reading: FileReading,
): Promise<Taint | undefined> {
  if (reading.kind !== 'withheld' || !isHidden(reading.why) || file.stat.size === 0) return undefined;
  const alike = gone.filter(({ path, before }) => before.size === file.stat.size && open.hasShown(path));
  if (alike.length === 0) return undefined;
  const sha256 = reading.sha256 === '' ? await hashFile(files, open, file) : reading.sha256;
  const from = alike.find(({ before }) => before.sha256 === sha256);
  if (from === undefined) return undefined;
  return { path: file.path, why: `(${from.path} before) is withheld now (${reading.why})` };
}

async function hashFile(files: Files, { roots }: OpenPack, { path, stat }: ListedFile): Promise<string | undefined> {
  return files.read(absoluteOf(roots, path), stat.size).then(hashOf, () => undefined);
}
