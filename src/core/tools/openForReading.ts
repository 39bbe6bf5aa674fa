import type { TextFile } from '../edits/textFile.js';
import { resolveInside, type Place } from '../repository/pathGate.js';
import { encodePath, encodeView } from '../view/codec.js';
import { findReadTrouble } from './listing.js';
import { decideFailed, decideRefused } from './results.js';
import type { Decided, ToolContext } from './tool.js';

const maxBytes = 20 * 1024 * 1024;

export interface ReadSource extends Place {
  file: TextFile;
  /** The text is the editor's, which is not saved. */
  unsaved: boolean;
  /** Absent where the text is the editor's. */
  bytes?: Uint8Array;
}

export type OpenedForReading = { ok: true; source: ReadSource } | { ok: false; decided: Decided };

/** Gates the path and opens what a reader is to see: the editor's unsaved text, else the file. */
export async function openForReading(context: ToolContext, path: string): Promise<OpenedForReading> {
  const { host, roots, turn } = context;
  const place = await resolveInside(host.files, roots, path, 'read');
  if ('refused' in place) return { ok: false, decided: decideRefused(place.refused) };
  const name = encodePath(place.relative);
  const buffer = host.documents.unsaved(place.absolute);
  const stat = await host.files.lstat(place.absolute);
  if (stat === undefined && buffer === undefined)
    return { ok: false, decided: decideFailed(`${name} does not exist.`) };
  const trouble = await findReadTrouble(context, place.relative);
  if (trouble !== undefined) return { ok: false, decided: decideRefused(trouble) };
  if (buffer !== undefined) {
    const typed = await turn.packer.openFile(place.relative, { text: buffer.text, encoding: 'utf-8', bom: false });
    return typed.ok
      ? { ok: true, source: { ...place, file: typed.file, unsaved: true } }
      : { ok: false, decided: decideFailed(encodeView(`${place.relative}: ${typed.sentence}.`).view) };
  }
  if (stat !== undefined && stat.size > maxBytes) {
    const sentence = `${name} has ${stat.size} bytes; files above ${maxBytes} are not read. Use search_files.`;
    return { ok: false, decided: decideFailed(sentence) };
  }
  const bytes = await host.files.read(place.absolute, maxBytes, place.inside);
  const opened = await turn.packer.openFile(place.relative, { bytes });
  if (opened.ok) return { ok: true, source: { ...place, file: opened.file, unsaved: false, bytes } };
  return { ok: false, decided: decideFailed(encodeView(`${place.relative}: ${opened.sentence}.`).view) };
}
