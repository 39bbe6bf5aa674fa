/** The one place where bytes of files change (`departure.ts` takes files away): journal, stale guard, write, change log. */
import { Buffer } from 'node:buffer';
import { dirname } from 'node:path';
import { FileChanged, messageOf } from '../errors.js';
import type { ReloadWatch } from '../host.js';
import { resolveInside } from '../repository/pathGate.js';
import { spellingsOf } from '../repository/roots.js';
import { isSecretName } from '../repository/secretFiles.js';
import type { ToolContext } from '../tools/tool.js';
import { decodeView } from '../view/codec.js';
import { writeBuffer } from './bufferEdit.js';
import type { NewContent } from './editWork.js';
import { hasMixedLineEnds } from './lines.js';
import type { TextFile } from './textFile.js';

/** What a change is made from: the file on disk, or the editor's buffer where that has unsaved changes. */
export interface EditSource {
  absolute: string;
  relative: string;
  /** The folder of its root. */
  inside: string;
  /** `undefined` for a file that does not exist. */
  bytes: Uint8Array | undefined;
  mtimeMs: number;
  file: TextFile;
  /** Names that the bytes on disk have; 1 for a file that does not exist. */
  links: number;
  buffer?: { text: string; version: number };
}

/** What the program can take apart, match and put together again without holding up an editor. */
const maxEditedBytes = 2 * 1024 * 1024;

/** Gates the path and opens the file; a sentence if it cannot be edited as text. */
export async function openForEdit(
  context: ToolContext,
  path: string,
): Promise<{ ok: true; source: EditSource } | { ok: false; refused: boolean; sentence: string }> {
  const { host, roots, turn } = context;
  const place = await resolveInside(host.files, roots, path, 'write');
  if ('refused' in place) return { ok: false, refused: true, sentence: place.refused };
  if (host.documents.isUnsavedNotebook(place.absolute)) {
    const sentence = `${place.relative} is open as a notebook and has unsaved changes, which an edit of the file would lose; ask the user to save it first.`;
    return { ok: false, refused: false, sentence };
  }
  const buffer = host.documents.unsaved(place.absolute);
  const stat = await host.files.lstat(place.absolute);
  if (stat !== undefined && stat.size > maxEditedBytes) {
    const sentence = `${place.relative} has ${stat.size} bytes; files above ${maxEditedBytes} are not edited.`;
    return { ok: false, refused: false, sentence };
  }
  const { links, mtimeMs } = stat ?? { links: 1, mtimeMs: 0 };
  const bytes = stat === undefined ? undefined : await host.files.read(place.absolute, maxEditedBytes, place.inside);
  const opened = await turn.packer.openFile(place.relative, { bytes: bytes ?? new Uint8Array() });
  if (!opened.ok) return { ok: false, refused: false, sentence: `${place.relative}: ${opened.sentence}.` };
  // An answer shows text of the file, if only the nearest to a hunk that failed.
  const isSecret = spellingsOf(roots, place.relative).some(isSecretName) || opened.isSecret;
  if (bytes !== undefined && isSecret) {
    const sentence = `${place.relative} holds secrets, so only the user changes it.`;
    return { ok: false, refused: true, sentence };
  }
  if (buffer === undefined) return { ok: true, source: { ...place, links, bytes, mtimeMs, file: opened.file } };
  if (hasMixedLineEnds(opened.file.view)) {
    const sentence = `${place.relative} has unsaved changes and mixed line ends, which the editor would unify; ask the user to save it first.`;
    return { ok: false, refused: false, sentence };
  }
  const { encoding, bom } = opened.file;
  const typed = await turn.packer.openFile(place.relative, { text: buffer.text, encoding, bom });
  if (!typed.ok) return { ok: false, refused: false, sentence: `${place.relative}: ${typed.sentence}.` };
  return { ok: true, source: { ...place, links, bytes, mtimeMs, buffer, file: typed.file } };
}

/** `note`: what the model has to know of it, in whole sentences. */
export type Written = { ok: true; note?: string } | { ok: false; sentence: string };

const unsavedNote =
  'The user has unsaved changes in this file: the editor shows the new text, but it is not saved, so commands still see the old one.';
const mergedNote = 'It was merged with what the user typed meanwhile.';

/** Writes what `changeFile` answered, if the source is still what the change was made from. */
export async function applyFileEdit(context: ToolContext, source: EditSource, change: NewContent): Promise<Written> {
  const { host, turn } = context;
  const { relative } = source;
  context.signal.throwIfAborted();
  const place = await resolveInside(host.files, context.roots, relative, 'write');
  if ('refused' in place) return { ok: false, sentence: place.refused };
  if (place.relative !== relative)
    return { ok: false, sentence: `${relative} leads somewhere else now; nothing was written.` };
  try {
    // What stays in the editor's buffer changes nothing on disk.
    await turn.checkpoint.before(relative, source.buffer === undefined ? change.bytes : undefined);
  } catch (error) {
    const sentence = `The old content of ${relative} could not be kept (${messageOf(error)}), so nothing was written.`;
    return { ok: false, sentence };
  }
  if (host.documents.isUnsavedNotebook(source.absolute)) return { ok: false, sentence: staleSentence(relative) };
  if (source.buffer !== undefined) return changeBuffer(context, source, change.text);
  if (!(await isSame(context, source))) return { ok: false, sentence: staleSentence(relative) };
  return host.documents.unsaved(source.absolute) === undefined
    ? writeDisk(context, source, change)
    : changeBuffer(context, source, change.text);
}

function staleSentence(relative: string): string {
  return `${relative} has changed since it was read for this edit; nothing was written. Try again: it is matched against what is there now.`;
}

function textOf({ file }: EditSource): string {
  return decodeView(file.view, file.secrets);
}

async function changeBuffer(context: ToolContext, source: EditSource, text: string): Promise<Written> {
  const { relative } = source;
  const written = await writeBuffer(context, source, { base: textOf(source), text }, staleSentence(relative));
  if (!written.ok) return written;
  context.turn.changed.add(relative);
  return { ok: true, note: written.merged ? `${unsavedNote} ${mergedNote}` : unsavedNote };
}

async function writeDisk(context: ToolContext, source: EditSource, change: NewContent): Promise<Written> {
  const watch = context.host.documents.watchReload(source.absolute, change.text);
  try {
    const written = await replaceBytes(context, source, change.bytes);
    return written.ok ? await followTyping(context, source, change, watch) : written;
  } finally {
    watch.dispose();
  }
}

async function replaceBytes(context: ToolContext, source: EditSource, bytes: Uint8Array): Promise<Written> {
  const { host } = context;
  const { absolute, relative, inside } = source;
  if (source.bytes === undefined) await host.files.makeFolder(dirname(absolute), 0o777, inside);
  try {
    await context.turn.checkpoint.alone(absolute, () =>
      host.files.replace(absolute, bytes, undefined, inside, source.bytes),
    );
  } catch (error) {
    if (error instanceof FileChanged) return { ok: false, sentence: staleSentence(relative) };
    throw error;
  }
  await noteChanged(context, [relative]);
  return { ok: true };
}

/**
 * Where the user began to type before the document showed the new text, the edit is made in the buffer instead: a save
 * over bytes that the editor has not seen would be a conflict, which stops saving by itself, too.
 */
async function followTyping(
  context: ToolContext,
  source: EditSource,
  { bytes, text }: { bytes: Uint8Array; text: string },
  watch: ReloadWatch,
): Promise<Written> {
  if (!(await watch.isTypedOver(context.signal))) return { ok: true };
  await putBack(context, source, bytes);
  const written = await writeBuffer(context, source, { base: textOf(source), text }, staleSentence(source.relative));
  return written.ok ? { ok: true, note: `${unsavedNote} ${mergedNote}` } : written;
}

/** Unless somebody has written over the new bytes already, the disk is again what the editor knows, to the time. */
async function putBack(context: ToolContext, source: EditSource, written: Uint8Array): Promise<void> {
  const { host, turn } = context;
  const { absolute, relative, inside, bytes, mtimeMs } = source;
  if (bytes === undefined) return;
  await turn.checkpoint.before(relative, bytes);
  try {
    await turn.checkpoint.alone(absolute, async () => {
      await host.files.replace(absolute, bytes, undefined, inside, written);
      await host.files.setTime(absolute, mtimeMs, inside);
    });
  } catch (error) {
    if (!(error instanceof FileChanged)) throw error;
  }
  await noteChanged(context, [relative]);
}

/** After bytes of these files have changed: for undo, the end of the turn, and the change log. */
export async function noteChanged({ host, turn, call }: ToolContext, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    turn.changed.add(path);
    await turn.checkpoint.after(path);
  }
  try {
    await turn.packer.sync({ session: turn.session, call, paths });
  } catch (error) {
    // The bytes are written; the log catches up at the next request.
    host.log.warn(`The change log could not take ${paths.join(', ')} yet: ${messageOf(error)}`);
  }
}

/** The disk holds what the change was made from. */
export async function isSame(
  context: ToolContext,
  { absolute, bytes, inside }: Pick<EditSource, 'absolute' | 'bytes' | 'inside'>,
): Promise<boolean> {
  const stat = await context.host.files.lstat(absolute);
  if (stat === undefined || bytes === undefined) return stat === undefined && bytes === undefined;
  return (
    stat.size === bytes.length &&
    Buffer.compare(await context.host.files.read(absolute, undefined, inside), bytes) === 0
  );
}
