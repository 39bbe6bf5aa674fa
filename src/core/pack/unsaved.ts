/** Text of editor buffers that is not on disk, told against what the model knows of the file. */
import { comparePaths } from '../repository/paths.js';
import { isSecretContent } from '../repository/secretFiles.js';
import { listWorkspace } from '../repository/workspaceListing.js';
import { encodeView } from '../view/codec.js';
import { hideOwnKeys } from '../view/ownKeys.js';
import { renderUnsaved } from './frames.js';
import { diffViews } from './hunks.js';
import type { MetSecrets } from './metSecrets.js';
import type { OpenPack } from './openPack.js';
import type { UnsavedFrame, UnsavedText } from './packer.js';
import type { PackPorts } from './ports.js';
import type { FileReader } from './reader.js';

/** What buffers may take of a message; beyond it they are named only. */
const mostFrameTokens = 8_000;
const mostTokens = 24_000;

export interface UnsavedParts {
  ports: PackPorts;
  reader: FileReader;
  met: MetSecrets;
}

/** In path order. A buffer of a file that is ignored, withheld or not there is nobody's to read. */
export async function tellUnsaved(
  { ports, reader, met }: UnsavedParts,
  open: OpenPack,
  documents: readonly UnsavedText[],
): Promise<UnsavedFrame[]> {
  const texts = new Map(documents.map(({ path, text }) => [path, text]));
  const frames: UnsavedFrame[] = [];
  let left = mostTokens;
  const { files } = await listWorkspace(ports, open, undefined, [...texts.keys()]);
  for (const file of files.sort((a, b) => comparePaths(a.path, b.path))) {
    const { path } = file;
    const text = texts.get(path);
    if (text === undefined || (await reader.classify(open.roots, file)) !== undefined) continue;
    if (isSecretContent(path, text)) continue;
    const { view: shown, distinctive } = encodeView(text);
    const view = hideOwnKeys(shown, ports.ownKeys?.() ?? []);
    const told = open.toldView(path);
    if (view === told) continue;
    met.add(distinctive);
    const hunks = told === undefined ? undefined : diffViews(told, view);
    const isDiff = hunks !== undefined && hunks.length < view.length;
    const whole = renderUnsaved(isDiff ? { path, body: 'diff', text: hunks } : { path, body: 'full', text: view });
    const tokens = ports.counter.countText(whole);
    const fits = tokens <= Math.min(mostFrameTokens, left);
    if (fits) left -= tokens;
    frames.push({ path, text: fits ? whole : renderUnsaved({ path, body: 'none', text: '' }) });
  }
  return frames;
}
