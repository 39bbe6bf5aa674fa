/**
 * The frames around what the model reads. Views cannot contain their tags (the codec escapes them), and each begins with
 * `<` and ends with `>` and a line feed, so that the token counts of neighbours add up exactly.
 */
import { createHash } from 'node:crypto';
import type { WithheldReason } from '../../protocol/pack.js';
import { decodePath, encodePath } from '../view/codec.js';

export const fileFoot = '</baleen-file>\n';
export const packFoot = '</baleen-pack>\nEnd of pack';
export const changeFoot = '</baleen-change>\nEnd of change';

/** Hexadecimal SHA-256. */
export function hashOf(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The mark of a tree: equal trees have equal marks, and no file can hold its own tree's. */
export function markOf(files: readonly { path: string; sha256: string }[]): string {
  const hash = createHash('sha256');
  for (const { path, sha256 } of files) hash.update(`${path}\0${sha256}\n`);
  return hash.digest('hex').slice(0, 16);
}

export function packHead(mark: string, files: number): string {
  return `<baleen-pack mark="${mark}" files="${files}">\n`;
}

export function endsLine(view: string): boolean {
  return view === '' || view.endsWith('\n');
}

export function fileHead(path: string, mark: string, finalNewline: boolean): string {
  return `<baleen-file path="${encodePath(path)}" mark="${mark}"${finalNewline ? '' : ' final-newline="no"'}>\n`;
}

/** What stands for a file that is not whole in the pack. */
export type BriefForm = 'outline' | 'first-lines';

/** A brief ends with a line feed and never begins with one. */
export function briefHead(path: string, mark: string, form: BriefForm, bytes: number): string {
  return `${briefStart(path, mark)}${form}" bytes="${bytes}">\n`;
}

/** What every brief of a file begins with, and nothing else in a pack. */
export function briefStart(path: string, mark: string): string {
  return `<baleen-file path="${encodePath(path)}" mark="${mark}" as="`;
}

export function listedLine(path: string, bytes: number): string {
  return `"${encodePath(path)}" ${bytes} bytes\n`;
}

export function withheldLine(path: string, bytes: number, why: WithheldReason): string {
  return `"${encodePath(path)}" ${bytes} bytes, ${why}\n`;
}

/** Many files of one folder at once. */
export function withheldFolderLine(folder: string, files: number, bytes: number, why: WithheldReason): string {
  return `"${encodePath(folder)}" ${files} files, ${bytes} bytes, ${why}\n`;
}

/** A list of files whose text is not in the pack: `named` by its lines, `unnamed` more found no room. Nothing if there are none. */
export function listSection(
  name: 'listed' | 'withheld',
  lines: readonly string[],
  named: number,
  unnamed: number,
): string {
  const [head, foot] = listFrame(name, named, unnamed);
  return `${head}${lines.join('')}${foot}`;
}

/** What stands before and after the lines of a list. */
export function listFrame(name: 'listed' | 'withheld', named: number, unnamed: number): [head: string, foot: string] {
  if (named + unnamed === 0) return ['', ''];
  const more = unnamed === 0 ? '' : `and ${unnamed} more, not named for want of room\n`;
  return [`<baleen-${name} files="${named + unnamed}">\n`, `${more}</baleen-${name}>\n`];
}

export type ChangeKind = 'created' | 'changed' | 'deleted' | 'renamed' | 'mode';

export interface ChangeFrame {
  number: number;
  kind: ChangeKind;
  path: string;
  /** What the file was called before, if it was renamed: its text is told against that file's. */
  from?: string;
  mark: string;
  /** `diff`: hunks against the view last told. `full`: the whole view. `none`: nothing of the text is told. */
  body: 'diff' | 'full' | 'none';
  text: string;
  /** Permission bits as octal digits, where they changed. */
  mode?: string;
  withheld?: WithheldReason;
  /** The file has grown too large for the log: its text is no longer in view. */
  listedBytes?: number;
}

export function renderChange(frame: ChangeFrame): string {
  const attributes = [
    `number="${frame.number}"`,
    `kind="${frame.kind}"`,
    `path="${encodePath(frame.path)}"`,
    `mark="${frame.mark}"`,
    `body="${frame.body}"`,
  ];
  if (frame.from !== undefined) attributes.push(`from="${encodePath(frame.from)}"`);
  if (frame.mode !== undefined) attributes.push(`mode="${frame.mode}"`);
  if (frame.withheld !== undefined) attributes.push(`withheld="${frame.withheld}"`);
  if (frame.listedBytes !== undefined) attributes.push(`listed-bytes="${frame.listedBytes}"`);
  const ended = endsLine(frame.text);
  if (!ended) attributes.push('final-newline="no"');
  return `<baleen-change ${attributes.join(' ')}>\n${frame.text}${ended ? '' : '\n'}${changeFoot}`;
}

const filePattern =
  /<baleen-file path="([^"]*)" mark="[0-9a-f]{16}"( as="[a-z-]+" bytes="\d+")?( final-newline="no")?>\n/g;
const changePattern =
  /^<baleen-change number="(\d+)" kind="([a-z]+)" path="([^"]*)" mark="[0-9a-f]{16}" body="(diff|full|none)"([^\n>]*)>\n/;

/** The views of a pack by path. A brief is not its file's view, and is passed over. */
export function parsePack(packText: string): Map<string, string> {
  const views = new Map<string, string>();
  filePattern.lastIndex = 0;
  for (let head = filePattern.exec(packText); head !== null; head = filePattern.exec(packText)) {
    const start = head.index + head[0].length;
    const end = packText.indexOf(fileFoot, start);
    if (end < 0) throw new Error('a file frame of the pack has no end');
    if (head[2] === undefined) {
      views.set(decodePath(head[1] ?? ''), packText.slice(start, head[3] === undefined ? end : end - 1));
    }
    filePattern.lastIndex = end + fileFoot.length;
  }
  return views;
}

export interface ParsedChange {
  kind: string;
  path: string;
  from?: string;
  body: ChangeFrame['body'];
  text: string;
  /** The file's text is no longer in view, or never was. */
  outOfView: boolean;
}

export function parseChange(entryText: string): ParsedChange {
  const head = changePattern.exec(entryText);
  if (head === null || !entryText.endsWith(changeFoot)) throw new Error('a change entry has no frame');
  const attributes = head[5] ?? '';
  const end = entryText.length - changeFoot.length - (attributes.includes('final-newline="no"') ? 1 : 0);
  const from = / from="([^"]*)"/.exec(attributes)?.[1];
  return {
    kind: head[2] ?? '',
    path: decodePath(head[3] ?? ''),
    ...(from === undefined ? {} : { from: decodePath(from) }),
    body: head[4] as ChangeFrame['body'],
    text: entryText.slice(head[0].length, end),
    outOfView: attributes.includes('withheld="') || attributes.includes('listed-bytes="'),
  };
}

/** A buffer's text that is not saved; ends without a line feed. `same`: it no longer differs from the file. */
export interface UnsavedChange {
  path: string;
  body: 'diff' | 'full' | 'none' | 'same';
  text: string;
}

export function renderUnsaved({ path, body, text }: UnsavedChange): string {
  const ended = endsLine(text);
  const noNewline = ended ? '' : ' final-newline="no"';
  return `<baleen-unsaved path="${encodePath(path)}" body="${body}"${noNewline}>\n${text}${ended ? '' : '\n'}</baleen-unsaved>`;
}
