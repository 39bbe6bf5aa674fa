import type { FileStat } from '../host.js';
import type { FileRights } from '../repository/listing.js';
import type { LogRecord } from './changeLog.js';
import type { FileReading } from './fileReading.js';
import { changeFoot, hashOf, renderChange, type ChangeFrame } from './frames.js';
import { diffViews } from './hunks.js';
import { isExecutable, type KnownFile } from './known.js';
import type { TokenCounter } from './ports.js';

/** An entry above this would push the conversation out of the window; the file is named only. */
const mostEntryTokens = 24_000;

/** A file that the budget keeps out of view stays out of it when it changes, unless it has become this small. */
const mostUnseenTokens = 2_000;

/** How a text was told so far, and what it would take now, in UTF-16 units. */
export interface TextChange {
  /** Diffs since the text last stood whole. */
  diffs: number;
  /** Entries that told this file, of every kind. */
  changes: number;
  diffLength: number;
  wholeLength: number;
}

/** Whether a text is told whole although a diff would be shorter. */
export type WholeRule = (change: TextChange) => boolean;

/**
 * A chain of diffs is hard to follow, so that a text stands whole again from time to time, but only where that costs
 * little: `docs/decisions.md` has the figures.
 */
export const tellWhole: WholeRule = ({ diffs, diffLength, wholeLength }) => diffs >= 2 && wholeLength <= 3 * diffLength;

export interface FileChange {
  path: string;
  /** The path before, if the file was renamed; what was known and told is then of that one. */
  from?: string;
  before: KnownFile | undefined;
  /** The view that the model knows, if any. */
  told: string | undefined;
  /** `undefined`: the file is gone. */
  now: { stat: FileStat; rights: FileRights; reading: FileReading; checkedAtMs: number } | undefined;
  diffs: number;
  changes: number;
}

export interface EntryContext {
  number: number;
  /** The snapshot's mark. */
  mark: string;
  counter: TokenCounter;
  rule: WholeRule;
  /** Where no text finds room in the log any more, files are named only. */
  textTokens: number;
  origin: { session: string; call: string } | undefined;
}

/** The record for one change, or `undefined` if what is told already is still true. */
export function recordChange(change: FileChange, context: EntryContext): LogRecord | undefined {
  const { path, from, now } = change;
  const after = now === undefined ? null : knownAfter(path, now);
  const chosen = frameOf(change, after, context);
  if (chosen === undefined) return undefined;
  const { frame, text, tokens } = fitEntry(chosen, change, context);
  if (after !== null && frame.listedBytes !== undefined) after.as = 'listed';
  const entry = {
    number: context.number,
    path,
    kind: frame.kind,
    ...(from === undefined ? {} : { from }),
    text,
    tokens,
  };
  return { entry: { ...entry, ...context.origin }, after };
}

function fitEntry(
  frame: ChangeFrame,
  { before, told, now }: FileChange,
  { counter, textTokens }: EntryContext,
): { frame: ChangeFrame; text: string; tokens: number } {
  const text = renderChange(frame);
  const tokens = counter.countText(text);
  const isUnseen = before !== undefined && before.as !== 'withheld' && told === undefined;
  const most = Math.min(textTokens, isUnseen ? mostUnseenTokens : mostEntryTokens);
  if (frame.body === 'none' || now === undefined || tokens <= most) {
    return { frame, text, tokens };
  }
  const named: ChangeFrame = { ...frame, body: 'none', text: '', listedBytes: now.stat.size };
  const line = renderChange(named);
  return { frame: named, text: line, tokens: counter.countText(line) };
}

export function knownAfter(path: string, now: NonNullable<FileChange['now']>): KnownFile {
  const { stat, rights, reading, checkedAtMs } = now;
  const { size, mtimeMs, mode, identity } = stat;
  const known: KnownFile = {
    path,
    ...rights,
    sha256: reading.sha256,
    size,
    mtimeMs,
    mode,
    identity,
    checkedAtMs,
    as: 'full',
    secrets: 0,
  };
  return reading.kind === 'text'
    ? { ...known, secrets: reading.secrets.length }
    : { ...known, as: 'withheld', why: reading.why };
}

function frameOf(change: FileChange, after: KnownFile | null, context: EntryContext): ChangeFrame | undefined {
  const { path, from, before, told, now } = change;
  const mark = hashOf(`${context.mark}\0${context.number}\0${path}\0${after?.sha256 ?? ''}`).slice(0, 16);
  const empty = { number: context.number, path, mark, body: 'none', text: '' } as const;
  if (now === undefined || after === null) return before === undefined ? undefined : { ...empty, kind: 'deleted' };
  const modeChanged = before !== undefined && isExecutable(before.mode) !== isExecutable(now.stat.mode);
  const mode = modeChanged || (before === undefined && isExecutable(now.stat.mode)) ? octal(now.stat.mode) : undefined;
  const base = { ...empty, ...(from === undefined ? {} : { from }), ...(mode === undefined ? {} : { mode }) };
  const kind = from !== undefined ? 'renamed' : before === undefined ? 'created' : 'changed';
  if (now.reading.kind === 'withheld') {
    if (told !== undefined) return { ...empty, kind: 'deleted', withheld: now.reading.why };
    if (kind === 'changed' && !modeChanged && isSameWithheld(before, after)) return undefined;
    return { ...base, kind, withheld: now.reading.why };
  }
  if (before !== undefined && before.as !== 'withheld' && before.sha256 === after.sha256) {
    after.as = before.as;
    if (from !== undefined) return { ...base, kind };
    return modeChanged ? { ...base, kind: 'mode' } : undefined;
  }
  const body = chooseBody({ ...base, kind }, change, now.reading.view, context);
  return body ?? { ...base, kind, listedBytes: now.stat.size };
}

function isSameWithheld(before: KnownFile | undefined, after: KnownFile): boolean {
  if (before?.why !== after.why) return false;
  // What is not read (vendored, lock files, secrets …) changes by the hundred, and nothing of it is told anyway.
  return after.sha256 === '' || (before?.sha256 === after.sha256 && before.size === after.size);
}

/** The shorter of diff and whole view, or the whole one by the rule. Nothing if neither is short enough. */
function chooseBody(
  frame: ChangeFrame,
  { told, diffs, changes }: FileChange,
  view: string,
  { counter, rule }: EntryContext,
): ChangeFrame | undefined {
  const whole: ChangeFrame = { ...frame, body: 'full', text: view };
  const hunks = told === undefined ? undefined : diffViews(told, view);
  if (hunks === undefined) return fits(whole, counter) ? whole : undefined;
  const diff: ChangeFrame = { ...frame, body: 'diff', text: hunks };
  const lengths = { diffLength: hunks.length, wholeLength: view.length };
  const isWhole = hunks.length >= view.length || rule({ diffs, changes, ...lengths });
  return (isWhole ? [whole, diff] : [diff, whole]).find((one) => fits(one, counter));
}

function fits(frame: ChangeFrame, counter: TokenCounter): boolean {
  const length = frame.text.length + changeFoot.length;
  // No token is longer than a hundred characters or so, and none shorter than a byte.
  return length * 4 < mostEntryTokens || counter.countText(frame.text) <= mostEntryTokens;
}

function octal(mode: number): string {
  return (mode & 0o777).toString(8);
}
