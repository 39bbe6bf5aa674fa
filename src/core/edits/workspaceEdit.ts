/** The one place where bytes of files change (`departure.ts` takes files away): journal, stale guard, write, change log. */
import { Buffer } from 'node:buffer';
import { dirname } from 'node:path';
import { messageOf } from '../errors.js';
import { resolveInside } from '../repository/pathGate.js';
import { spellingsOf } from '../repository/roots.js';
import { isSecretContent, isSecretName } from '../repository/secretFiles.js';
import type { ToolContext } from '../tools/tool.js';
import { decodeView } from '../view/codec.js';
import { hasMixedLineEnds } from './lines.js';
import { closeBytes, closeText, openBytes, openText, type Outcome, type TextFile } from './textFile.js';

/** What a change is made from: the file on disk, or the editor's buffer where that has unsaved changes. */
export interface EditSource {
  absolute: string;
  relative: string;
  /** The folder of its root. */
  inside: string;
  /** `undefined` for a file that does not exist. */
  bytes: Uint8Array | undefined;
  file: TextFile;
  /** Names that the bytes on disk have; 1 for a file that does not exist. */
  links: number;
  buffer?: { text: string; version: number };
}

export const maxEditedBytes = 20 * 1024 * 1024;

/** Gates the path and opens the file; a sentence if it cannot be edited as text. */
export async function openForEdit(
  context: ToolContext,
  path: string,
): Promise<{ ok: true; source: EditSource } | { ok: false; refused: boolean; sentence: string }> {
  const { host, roots } = context;
  const place = await resolveInside(host.files, roots, path, 'write');
  if ('refused' in place) return { ok: false, refused: true, sentence: place.refused };
  const buffer = host.documents.unsaved(place.absolute);
  const stat = await host.files.lstat(place.absolute);
  if (stat !== undefined && stat.size > maxEditedBytes) {
    const sentence = `${place.relative} has ${stat.size} bytes; files above ${maxEditedBytes} are not edited.`;
    return { ok: false, refused: false, sentence };
  }
  const links = stat?.links ?? 1;
  const bytes = stat === undefined ? undefined : await host.files.read(place.absolute, maxEditedBytes, place.inside);
  const opened = bytes === undefined ? { ok: true as const, file: openText('') } : openBytes(bytes);
  if (!opened.ok) return { ok: false, refused: false, sentence: `${place.relative}: ${opened.sentence}.` };
  const old = decodeView(opened.file.view, opened.file.secrets);
  // An answer shows text of the file, if only the nearest to a hunk that failed.
  const isSecret = spellingsOf(roots, place.relative).some(isSecretName) || isSecretContent(place.relative, old);
  if (bytes !== undefined && isSecret) {
    const sentence = `${place.relative} holds secrets, so only the user changes it.`;
    return { ok: false, refused: true, sentence };
  }
  if (buffer === undefined) return { ok: true, source: { ...place, links, bytes, file: opened.file } };
  if (hasMixedLineEnds(opened.file.view)) {
    const sentence = `${place.relative} has unsaved changes and mixed line ends, which the editor would unify; ask the user to save it first.`;
    return { ok: false, refused: false, sentence };
  }
  const { encoding, bom } = opened.file;
  return { ok: true, source: { ...place, links, bytes, buffer, file: openText(buffer.text, encoding, bom) } };
}

/** The new content of a source, checked as far as it can be without writing. */
export function closeEdit(source: EditSource, view: string): Outcome<{ bytes: Uint8Array; text: string }> {
  const text = closeText(source.file, view);
  if (!text.ok) return text;
  const bytes = closeBytes(source.file, view);
  return bytes.ok ? { ok: true, bytes: bytes.bytes, text: text.text } : bytes;
}

export type Written = { ok: true; unsaved: boolean } | { ok: false; sentence: string };

/** Writes what `closeEdit` answered, if the source is still what the change was made from. */
export async function applyFileEdit(
  context: ToolContext,
  source: EditSource,
  change: { bytes: Uint8Array; text: string },
): Promise<Written> {
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
  return source.buffer === undefined
    ? writeDisk(context, source, change.bytes)
    : writeBuffer(context, source, source.buffer, change.text);
}

function staleSentence(relative: string): string {
  return `${relative} has changed since it was read for this edit; nothing was written. Try again: it is matched against what is there now.`;
}

async function writeDisk(context: ToolContext, source: EditSource, bytes: Uint8Array): Promise<Written> {
  const { host } = context;
  const { absolute, relative, inside } = source;
  if (source.bytes === undefined) await host.files.makeFolder(dirname(absolute), 0o777, inside);
  if (host.documents.unsaved(absolute) !== undefined || !(await isSame(context, source))) {
    return { ok: false, sentence: staleSentence(relative) };
  }
  await host.files.replace(absolute, bytes, undefined, inside, source.bytes);
  await noteChanged(context, [relative]);
  return { ok: true, unsaved: false };
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

async function writeBuffer(
  context: ToolContext,
  { absolute, relative }: EditSource,
  buffer: { version: number },
  text: string,
): Promise<Written> {
  const isReplaced = await context.host.documents.replaceText(absolute, text, buffer.version);
  if (!isReplaced) return { ok: false, sentence: staleSentence(relative) };
  context.turn.changed.add(relative);
  return { ok: true, unsaved: true };
}
