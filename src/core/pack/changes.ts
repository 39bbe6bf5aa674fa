import type { FileStat } from '../host.js';
import type { FileReading } from './fileReading.js';
import { changeFoot, hashOf, renderChange, type ChangeFrame } from './frames.js';
import { diffViews } from './hunks.js';
import { isExecutable, type KnownFile } from './known.js';
import type { LogRecord } from './changeLog.js';
import type { TokenCounter } from './ports.js';

/** From its third change on a file is told whole: chains of small diffs are hard to read. */
const diffsInARow = 2;
/** An entry above this would push the conversation out of the window; the file is named only. */
const mostEntryTokens = 24_000;

export interface FileChange {
  path: string;
  before: KnownFile | undefined;
  /** The view that the model knows, if any. */
  told: string | undefined;
  /** `undefined`: the file is gone. */
  now: { stat: FileStat; reading: FileReading; checkedAtMs: number } | undefined;
  /** How often the log has already told a change of this file. */
  earlier: number;
}

export interface EntryContext {
  number: number;
  /** The snapshot's mark. */
  mark: string;
  counter: TokenCounter;
  origin: { session: string; call: string } | undefined;
}

/** The record for one change, or `undefined` if what is told already is still true. */
export function recordChange(change: FileChange, context: EntryContext): LogRecord | undefined {
  const { path, now } = change;
  const after = now === undefined ? null : knownAfter(path, now);
  const frame = frameOf(change, after, context);
  if (frame === undefined) return undefined;
  if (after !== null && frame.listedBytes !== undefined) after.as = 'listed';
  const text = renderChange(frame);
  const entry = { number: context.number, path, kind: frame.kind, text, tokens: context.counter.countText(text) };
  return { entry: context.origin === undefined ? entry : { ...entry, ...context.origin }, after };
}

export function knownAfter(path: string, now: NonNullable<FileChange['now']>): KnownFile {
  const { stat, reading, checkedAtMs } = now;
  const { size, mtimeMs, mode, identity } = stat;
  const known: KnownFile = {
    path,
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
  const { path, before, told, now, earlier } = change;
  const mark = hashOf(`${context.mark}\0${context.number}\0${path}\0${after?.sha256 ?? ''}`).slice(0, 16);
  const empty = { number: context.number, path, mark, body: 'none', text: '' } as const;
  if (now === undefined || after === null) return before === undefined ? undefined : { ...empty, kind: 'deleted' };
  const modeChanged = before !== undefined && isExecutable(before.mode) !== isExecutable(now.stat.mode);
  const mode = modeChanged || (before === undefined && isExecutable(now.stat.mode)) ? octal(now.stat.mode) : undefined;
  const withMode = mode === undefined ? {} : { mode };
  if (now.reading.kind === 'withheld') {
    if (told !== undefined) return { ...empty, kind: 'deleted', withheld: now.reading.why };
    if (before === undefined) return { ...empty, kind: 'created', withheld: now.reading.why };
    const same = before.sha256 === after.sha256 && before.size === after.size && before.why === after.why;
    // Files that are not read have no hash: their size and time must do.
    if (same && (after.sha256 !== '' || before.mtimeMs === after.mtimeMs) && !modeChanged) return undefined;
    return { ...empty, ...withMode, kind: 'changed', withheld: now.reading.why };
  }
  if (before !== undefined && before.as !== 'withheld' && before.sha256 === after.sha256) {
    after.as = before.as;
    return modeChanged ? { ...empty, ...withMode, kind: 'mode' } : undefined;
  }
  const kind = before === undefined ? 'created' : 'changed';
  const body = chooseBody({ ...empty, ...withMode, kind }, told, now.reading.view, earlier, context.counter);
  return body ?? { ...empty, ...withMode, kind, listedBytes: now.stat.size };
}

/** The shorter of diff and full view; from the third change on the full view. Nothing if neither is short enough. */
function chooseBody(
  frame: ChangeFrame,
  told: string | undefined,
  view: string,
  earlier: number,
  counter: TokenCounter,
): ChangeFrame | undefined {
  const full: ChangeFrame = { ...frame, body: 'full', text: view };
  const hunks = told === undefined ? undefined : diffViews(told, view);
  const diff: ChangeFrame | undefined = hunks === undefined ? undefined : { ...frame, body: 'diff', text: hunks };
  const prefersDiff = diff !== undefined && earlier < diffsInARow && diff.text.length < full.text.length;
  const order = prefersDiff ? [diff, full] : [full, diff];
  return order.find((one) => one !== undefined && fits(one, counter));
}

function fits(frame: ChangeFrame, counter: TokenCounter): boolean {
  const length = frame.text.length + changeFoot.length;
  // No token is longer than a hundred characters or so, and none shorter than a byte.
  return length * 4 < mostEntryTokens || counter.countText(frame.text) <= mostEntryTokens;
}

function octal(mode: number): string {
  return (mode & 0o777).toString(8);
}
