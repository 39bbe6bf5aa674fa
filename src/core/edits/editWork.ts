/** The heavy half of edits: whole texts are opened, changed, compared and merged. Nothing is read or written here. */
import { createPacer } from '../pack/ports.js';
import { isSecretContent } from '../repository/secretFiles.js';
import { decodeView, encodePath } from '../view/codec.js';
import type { Encoding } from '../view/encoding.js';
import { startEditing, type HunkResult } from './apply.js';
import { findConcerns, type Concern } from './concerns.js';
import { describeChange, type DiffTexts } from './diffText.js';
import type { Hunk } from './hunks.js';
import { mainLineEnd, splitLines, toLineFeeds } from './lines.js';
import { findRemarkOfLoss, findShrinking } from './loss.js';
import { mergeTexts, type Merged } from './merge.js';
import { findNotebookTrouble, isNotebookName } from './notebook.js';
import { closeBytes, openBytes, openText, toViewForm, type Outcome, type TextFile } from './textFile.js';

/** Of a file, or of an editor's buffer that will be saved in this encoding. */
export type Content = { bytes: Uint8Array } | { text: string; encoding: Encoding; bom: boolean };

export type OpenedFile = Outcome<{ file: TextFile; isSecret: boolean }>;

/** What is to become of a file's view. */
export type Wish =
  | { kind: 'hunks'; hunks: readonly Hunk[] }
  /** As a model writes a whole file: line feeds only, and perhaps without the last. */
  | { kind: 'content'; content: string; isNew: boolean }
  | { kind: 'view'; view: string };

export interface NewContent {
  bytes: Uint8Array;
  text: string;
}

/** A change that can be written. */
export interface Change {
  to: NewContent;
  /** How many the new text has. */
  lines: number;
  diff: DiffTexts;
  concerns: readonly Concern[];
  /** Sentences. `remark`: the new text says itself that a part of it is missing. */
  loss: { remark: string | undefined; shrinking: string | undefined };
  results: readonly HunkResult[];
}

export type Changed =
  | { kind: 'changed'; change: Change }
  /** It is so already, or no hunk fits. */
  | { kind: 'unchanged'; results: readonly HunkResult[] }
  /** The file cannot become that. */
  | { kind: 'impossible'; sentence: string };

/** `path` is the workspace path of the file, of which only the name is looked at. */
export interface EditWork {
  openFile(path: string, content: Content): Promise<OpenedFile>;
  changeFile(path: string, file: TextFile, wish: Wish, signal?: AbortSignal): Promise<Changed>;
  mergeTexts(base: string, ours: string, theirs: string): Promise<Merged>;
}

export const editWork: EditWork = {
  async openFile(path, content) {
    const opened = 'bytes' in content ? openBytes(content.bytes) : openBuffer(content);
    if (!opened.ok) return opened;
    const { file } = opened;
    return { ok: true, file, isSecret: isSecretContent(path, decodeView(file.view, file.secrets)) };
  },
  async changeFile(path, file, wish, signal) {
    if (wish.kind === 'view') return close(path, file, wish.view, []);
    if (wish.kind === 'content') {
      const content = toViewForm(wish.content);
      const view = wish.isNew ? content : fitContent(file.view, content);
      return !wish.isNew && view === file.view ? { kind: 'unchanged', results: [] } : close(path, file, view, []);
    }
    const { view, results } = await applyHunks(file.view, wish.hunks, signal);
    return results.some(({ ok }) => ok) ? close(path, file, view, results) : { kind: 'unchanged', results };
  },
  mergeTexts: async (base, ours, theirs) => mergeTexts(base, ours, theirs),
};

function openBuffer({ text, encoding, bom }: Exclude<Content, { bytes: unknown }>): { ok: true; file: TextFile } {
  return { ok: true, file: openText(text, encoding, bom) };
}

async function applyHunks(
  before: string,
  hunks: readonly Hunk[],
  signal: AbortSignal | undefined,
): Promise<{ view: string; results: HunkResult[] }> {
  const editing = startEditing(before);
  const pace = createPacer(signal);
  const results: HunkResult[] = [];
  for (const hunk of hunks) {
    await pace();
    results.push(editing.apply(hunk));
  }
  return { view: editing.view(), results };
}

/** Line ends and a final line end as the file has them: a model writes plain line feeds and often forgets the last. */
function fitContent(old: string, content: string): string {
  let text = toLineFeeds(content);
  if (old.endsWith('\n') && text !== '' && !text.endsWith('\n')) text += '\n';
  return mainLineEnd(old) === '\n' ? text : text.replaceAll('\n', '\r\n');
}

function close(path: string, file: TextFile, view: string, results: readonly HunkResult[]): Changed {
  const closed = closeBytes(file, view);
  if (!closed.ok) return { kind: 'impossible', sentence: closed.sentence };
  const { bytes, text } = closed;
  const trouble = isNotebookName(path) ? findNotebookTrouble(text) : undefined;
  if (trouble !== undefined) return { kind: 'impossible', sentence: `${trouble}, so nothing was changed` };
  const before = file.view;
  const change = {
    to: { bytes, text },
    lines: splitLines(view).length,
    diff: describeChange(encodePath(path), before, view),
    concerns: findConcerns(path, before, view),
    loss: { remark: findRemarkOfLoss(before, view), shrinking: findShrinking(before, view) },
    results,
  };
  return { kind: 'changed', change };
}
