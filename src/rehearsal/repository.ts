/** The repository as a request carries it: the pack, and the changes told since, oldest first. */
import { changeFoot, parseChange, parsePack } from '../core/pack/frames.js';
import { applyChange } from '../core/pack/rebuild.js';
import { parseReviewed, type ReviewedChange } from '../core/review/reviewedFrames.js';
import { encodePath } from '../core/view/codec.js';
import { readHunks, type DiffHunk } from './diffs.js';

export interface Repository {
  /** View of each file whose text is told, by its path as the frames spell it. */
  files: Map<string, string>;
  /** Files that are named without their text. */
  listed: Set<string>;
  /** Names of the folders, where there are several. */
  roots: string[];
}

export function readRepository(userTexts: readonly string[]): Repository {
  const files = new Map<string, string>();
  const listed = new Set<string>();
  let roots: string[] = [];
  for (const text of userTexts) {
    if (text.startsWith('<baleen-pack ')) {
      for (const [path, view] of parsePack(text)) files.set(encodePath(path), view);
      readListed(text, listed);
    }
    for (const entry of findEntries(text)) applyEntry(files, entry);
    roots = readRoots(text) ?? roots;
  }
  return { files, listed, roots };
}

/** From the surroundings, in the first turn's message. */
function readRoots(text: string): string[] | undefined {
  const start = text.lastIndexOf('\n<baleen-context name="surroundings">\n');
  if (start < 0) return undefined;
  const names = /^workspace folders: (.*); paths begin with one of these names$/m.exec(text.slice(start))?.[1];
  return names?.split(', ');
}

/** No view holds a frame's tag unescaped, so that the tags alone tell where an entry begins and ends. */
function findEntries(text: string): string[] {
  const entries: string[] = [];
  for (let start = text.indexOf('<baleen-change '); start >= 0; start = text.indexOf('<baleen-change ', start)) {
    const foot = text.indexOf(changeFoot, start);
    if (foot < 0) break;
    entries.push(text.slice(start, foot + changeFoot.length));
    start = foot + changeFoot.length;
  }
  return entries;
}

/** An entry that does not fit leaves the file as it was: a rehearsal has to go on. */
function applyEntry(files: Map<string, string>, entry: string): void {
  try {
    const change = parseChange(entry);
    const path = encodePath(change.path);
    const before = encodePath(change.from ?? change.path);
    const view = applyChange(files.get(before), entry);
    if (before !== path) files.delete(before);
    if (view === undefined) files.delete(path);
    else files.set(path, view);
  } catch {
    return;
  }
}

function readListed(text: string, listed: Set<string>): void {
  for (const name of ['listed', 'withheld']) {
    const start = text.lastIndexOf(`<baleen-${name} `);
    const end = text.indexOf(`</baleen-${name}>`, start);
    if (start < 0 || end < 0) continue;
    for (const match of text.slice(start, end).matchAll(/^"([^"\n]*)" \d/gm)) listed.add(match[1]!);
  }
}

/** One change to review, with its lines. */
export interface Change extends ReviewedChange {
  hunks: DiffHunk[];
}

export function readChanges(text: string): Change[] {
  return parseReviewed(text).map((change) => ({ ...change, hunks: readHunks(change.diff) }));
}
