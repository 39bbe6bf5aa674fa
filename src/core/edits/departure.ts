/** A file that is deleted or moved: gated at both ends, journaled first, and only if it still is what was looked at. */
import { dirname } from 'node:path';
import { messageOf } from '../errors.js';
import { resolveInside, type Place } from '../repository/pathGate.js';
import { spellingsOf } from '../repository/roots.js';
import { isSecretName } from '../repository/secretFiles.js';
import type { ToolContext } from '../tools/tool.js';
import { isSame, noteChanged } from './workspaceEdit.js';

const mostKeptBytes = 20 * 1024 * 1024;

export interface Departing extends Place {
  bytes: Uint8Array;
  /** Absent where the file is no text. */
  view?: string;
}

export type Opened<T> = { ok: true; place: T } | { ok: false; refused: boolean; sentence: string };

/** Gates the path and reads the file; a sentence if it has to stay where it is. */
export async function openForDeparture({ host, roots, turn }: ToolContext, path: string): Promise<Opened<Departing>> {
  const place = await resolveInside(host.files, roots, path, 'write');
  if ('refused' in place) return { ok: false, refused: true, sentence: place.refused };
  const { relative, absolute, inside } = place;
  const stat = await host.files.lstat(absolute);
  if (stat === undefined) return { ok: false, refused: false, sentence: `${relative} does not exist.` };
  if (host.documents.unsaved(absolute) !== undefined) return { ok: false, refused: true, sentence: unsaved(relative) };
  if (stat.size > mostKeptBytes) {
    const sentence = `${relative} has ${stat.size} bytes; above ${mostKeptBytes} no old bytes are kept, so it was left.`;
    return { ok: false, refused: false, sentence };
  }
  const bytes = await host.files.read(absolute, mostKeptBytes, inside);
  const opened = await turn.packer.openFile(relative, { bytes });
  if (spellingsOf(roots, relative).some(isSecretName) || (opened.ok && opened.isSecret)) {
    return { ok: false, refused: true, sentence: `${relative} holds secrets, so only the user changes it.` };
  }
  return { ok: true, place: { ...place, bytes, ...(opened.ok ? { view: opened.file.view } : {}) } };
}

/** Gates the new name of a file. Nothing may stand there, unless it is the file itself under another spelling. */
export async function openDestination(
  { host, roots }: ToolContext,
  source: Departing,
  path: string,
): Promise<Opened<Place>> {
  const place = await resolveInside(host.files, roots, path, 'write');
  if ('refused' in place) return { ok: false, refused: true, sentence: place.refused };
  const { relative, absolute } = place;
  if (absolute === source.absolute)
    return { ok: false, refused: false, sentence: `${relative} is where the file is already.` };
  if (host.documents.unsaved(absolute) !== undefined) return { ok: false, refused: true, sentence: unsaved(relative) };
  if (await isFree(host.files, source, place)) return { ok: true, place };
  return { ok: false, refused: false, sentence: `${relative} exists already, and no file is moved over another.` };
}

function unsaved(relative: string): string {
  return `${relative} has unsaved changes in the editor; ask the user to save or discard them first.`;
}

/** Free too is the file's own name in other letters, on a disk that does not tell them apart. */
async function isFree(files: ToolContext['host']['files'], source: Departing, { absolute }: Place): Promise<boolean> {
  const there = await files.lstat(absolute);
  if (there === undefined) return true;
  const own = await files.lstat(source.absolute);
  if (own?.identity !== there.identity) return false;
  const name = absolute.slice(dirname(absolute).length + 1);
  return !(await files.list(dirname(absolute))).includes(name);
}

export type Departed = { ok: true } | { ok: false; sentence: string };

export async function deleteFile(context: ToolContext, source: Departing): Promise<Departed> {
  const ends: Planned[] = [{ ...source, planned: 'missing' }];
  const departed = await depart(context, source, ends, () => context.host.files.remove(source.absolute, source.inside));
  if (departed.ok) await noteChanged(context, [source.relative]);
  return departed;
}

export async function moveFile(context: ToolContext, source: Departing, destination: Place): Promise<Departed> {
  const { files } = context.host;
  const ends: Planned[] = [
    { ...source, planned: 'missing' },
    { ...destination, planned: source.bytes },
  ];
  const departed = await depart(context, source, ends, async () => {
    await files.makeFolder(dirname(destination.absolute), 0o777, destination.inside);
    await files.move(source.absolute, destination.absolute, { from: source.inside, to: destination.inside });
  });
  if (departed.ok) await noteChanged(context, [source.relative, destination.relative]);
  return departed;
}

/** A name, and what is to stand there. */
type Planned = Place & { planned: Uint8Array | 'missing' };

/** Every name is gated again and in the journal before the file is looked at for the last time. */
async function depart(
  context: ToolContext,
  source: Departing,
  places: readonly Planned[],
  work: () => Promise<void>,
): Promise<Departed> {
  const trouble = await findTrouble(context, source, places);
  if (trouble !== undefined) return { ok: false, sentence: trouble };
  return context.turn.checkpoint.alone(source.absolute, async () => {
    const typed = places.some(({ absolute }) => context.host.documents.unsaved(absolute) !== undefined);
    if (typed || !(await isSame(context, source))) {
      const sentence = `${source.relative} has changed since it was looked at; nothing was done. Try again if it is still to go.`;
      return { ok: false, sentence };
    }
    await work();
    return { ok: true };
  });
}

async function findTrouble(
  context: ToolContext,
  source: Departing,
  places: readonly Planned[],
): Promise<string | undefined> {
  const { host, roots, turn, signal } = context;
  signal.throwIfAborted();
  for (const { relative } of places) {
    const place = await resolveInside(host.files, roots, relative, 'write');
    if ('refused' in place) return place.refused;
    if (place.relative !== relative) return `${relative} leads somewhere else now; nothing was done.`;
  }
  try {
    for (const { relative, planned } of places) await turn.checkpoint.before(relative, planned);
  } catch (error) {
    return `What stands at ${source.relative} could not be kept (${messageOf(error)}), so nothing was done.`;
  }
  return undefined;
}
