/** The heavy work of a workspace, done in one long-lived worker: the pack, the change log, counts, search, bodies, edits. */
import type { EventOf } from '../../protocol/events.js';
import type {
  FileCounts,
  PackExplanation,
  PackPlan,
  PackReport,
  PackSelection,
  PackSummary,
  PackTable,
  WithheldReason,
} from '../../protocol/pack.js';
import type { Original } from '../edits/checkpoint.js';
import type { EditWork } from '../edits/editWork.js';
import type { Roots } from '../repository/roots.js';
import type { ChangeKind } from './frames.js';
import type { Prompt } from '../tokens/template.js';

export interface PackOptions {
  roots: Roots;
  /** Folder of this workspace's state (section "State" of the architecture page); made if missing. */
  stateFolder: string;
  /** Tokens that the whole pack message may have. */
  budgetTokens: number;
  selection: PackSelection;
  /** The user's own keys, which no text of the workspace may show; those given last, if absent. */
  ownKeys?: readonly string[];
  /** Files that are open, as workspace paths: where a new pack cannot hold everything, what is near to them goes first. */
  near?: readonly string[];
  /** The snapshot that a session began with, by its SHA-256, instead of the newest. */
  pinned?: string;
  /** A new snapshot is wanted although the stored one could stay. */
  renew?: boolean;
}

/** One entry of the append-only change log. Its `text` never changes again. */
export interface ChangeEntry {
  /** 1, 2, 3 … since the snapshot. */
  number: number;
  path: string;
  kind: ChangeKind;
  /** With `renamed`: the path before. */
  from?: string;
  /** The message text, frame included, already a view. */
  text: string;
  tokens: number;
  /** The session and tool call that made the change; absent for the user, git and commands. */
  session?: string;
  call?: string;
}

/** A place in the change log: behind this many entries, which this hash stands for. */
export interface LogPlace {
  number: number;
  chain: string;
}

/** Where to look, if not everywhere; with `session` and `call` the entries say whose edit it was. */
export interface Look {
  paths: readonly string[];
  session?: string;
  call?: string;
}

export interface PackState {
  /** Its files stay where the pack is: see `table` and `report`. */
  report: PackSummary;
  counts: FileCounts;
  entries: ChangeEntry[];
  /** Behind the last entry. */
  end: LogPlace;
  /** The snapshot came from disk, so that its bytes may still be cached by the host. */
  reused: boolean;
  /** The log has grown so that a new snapshot may be worth its price. */
  proposesRenewal: boolean;
  /** Why a stored snapshot or log gave way to another, where one did. */
  cacheBreak?: string;
  /** Sessions whose snapshots had to go: they can be read but not continued. */
  evicted?: string[];
}

/** What came to the log behind a place. */
export interface LogTail {
  entries: ChangeEntry[];
  end: LogPlace;
  logTokens: number;
  proposesRenewal: boolean;
}

/** Text of an editor's buffer that is not on disk. */
export interface UnsavedText {
  /** Relative to the workspace folder, with `/`. */
  path: string;
  text: string;
}

/** How a buffer differs from what the model knows of its file, as a frame; already a view. */
export interface UnsavedFrame {
  path: string;
  text: string;
}

export interface SearchQuery {
  /** RE2 syntax (linear time), or literal text. */
  pattern: string;
  literal: boolean;
  caseSensitive: boolean;
  wholeWord: boolean;
  /** Path filters in .gitignore syntax; empty means every file. */
  include: string[];
  contextLines: number;
  maxHits: number;
}

export interface SearchHit {
  path: string;
  /** 1-based. */
  line: number;
  /** The line as a view, without its line end, cut at 400 characters. */
  text: string;
  before: string[];
  after: string[];
}

export interface SearchResult {
  hits: SearchHit[];
  /** Hits and files in all, `hits` included. */
  totalHits: number;
  totalFiles: number;
}

/** Which files of a fresh listing are asked for. What is left out does not narrow. */
export interface ListQuery {
  /** No others are looked at, which is quick. */
  paths?: readonly string[];
  /** With its slash at the end; empty means the whole workspace. */
  folder?: string;
  /** In .gitignore syntax. */
  glob?: string;
  /** At most so many entries; the number of all is told. */
  most?: number;
}

export interface ListedEntry {
  /** Relative to the workspace folder, with `/`. */
  path: string;
  bytes: number;
  /** Why it has no view. */
  withheld?: WithheldReason;
}

/** The user does not want anybody to read such a file, or nobody should. */
export type HiddenReason = 'secret file' | 'excluded';

export interface HiddenFile {
  path: string;
  why: HiddenReason;
}

export interface Listing {
  /** In path order, withheld ones included. */
  files: ListedEntry[];
  /** `files` included. */
  total: number;
}

export type PackProgress = (event: EventOf<'progress'>) => void;

export interface Packer extends EditWork {
  /** The frozen snapshot, made if there is none that is whole, and the change log brought up to the disk. */
  open(options: PackOptions, onProgress: PackProgress, signal: AbortSignal): Promise<PackState>;
  /** A pack of the present tree. The state folder lends it its cache, and no more. */
  fresh(options: PackOptions, onProgress: PackProgress, signal: AbortSignal): Promise<PackReport>;
  /**
   * Appends entries for what changed on disk since the last entry, to the log of every snapshot in use, and answers with
   * the new ones of the newest, in path order. With `look`, only its paths are looked at, by a caller that knows that
   * nothing else has changed; entries with a session and a call are that session's own edits. With `selection`, files are
   * chosen so from now on: a pack that shows one which is excluded now stops. A look that is aborted appends nothing.
   */
  sync(look?: Look, selection?: PackSelection, signal?: AbortSignal): Promise<ChangeEntry[]>;
  /**
   * What came to the log of this pack behind a place. Throws a sentence where the session that was there cannot go on:
   * the snapshot is gone or may not leave any more, the log is another one, or has no room left.
   */
  entries(packSha256: string, after: LogPlace): Promise<LogTail>;
  /**
   * Before each request: heeds files with rules that were saved since the last look, and answers with what that look
   * appended, as `sync` does. Throws a sentence where the session cannot go on: its snapshot may not leave any more, or
   * a file of which its messages show text is hidden now (`shown`: all those files).
   */
  beforeSend(packSha256: string, shown: readonly string[], signal?: AbortSignal): Promise<ChangeEntry[]>;
  /** Has the snapshot kept for a session, as long as there is room. */
  pin(packSha256: string, session: string): Promise<void>;
  /** How buffers differ from what pack and log tell. Those of files that are withheld or not listed are left out. */
  unsaved(packSha256: string, documents: readonly UnsavedText[]): Promise<UnsavedFrame[]>;
  /**
   * What the pack that was made or opened last would be under another budget, as exact as if it had been made. Outlines
   * that are not known yet are made for it.
   */
  plan(budgetTokens: number, onProgress: PackProgress, signal: AbortSignal): Promise<PackPlan>;
  /** Why a file stands as it does in the pack that was made or opened last. */
  explain(path: string, onProgress: PackProgress, signal: AbortSignal): Promise<PackExplanation>;
  /** The message of the pack that was made or opened last, in UTF-8, in memory of its own. */
  packText(): Promise<Uint8Array<ArrayBuffer>>;
  /** The open snapshot's files one by one; large for a large repository. */
  report(): Promise<PackReport>;
  /** The same as columns, for whoever shows all files at once. */
  table(): Promise<PackTable>;
  /** What a fresh listing gives. */
  list(query: ListQuery, signal?: AbortSignal): Promise<Listing>;
  /** The first of these files that is hidden, whether it is on disk or not, and whether git lists it or not. */
  findHidden(paths: readonly string[], signal?: AbortSignal): Promise<HiddenFile | undefined>;
  /** Whether the view of a file on disk has placeholders, or there is none; git need not list it. */
  holdsSecrets(path: string, signal?: AbortSignal): Promise<boolean>;
  /** Hidden files that git tracks, so that its history holds their text; by what pack and log know. */
  hiddenInGit(signal?: AbortSignal): Promise<string[]>;
  search(query: SearchQuery, signal: AbortSignal): Promise<SearchResult>;
  /** Notes how the files look now; the number stands for it. */
  scan(signal?: AbortSignal): Promise<number>;
  /** Paths that look otherwise than they did at a scan, sorted. The scan is forgotten. */
  changedSince(scan: number): Promise<string[]>;
  /**
   * What files held before, of which `changedSince` told last: of those alone whose bytes pack and log tell exactly. To be
   * asked before the next `sync`.
   */
  originals(paths: readonly string[]): Promise<Original[]>;
  /** Tokens of a whole request by V4's template; exact for its texts. Pack messages are those of snapshots in use. */
  countPrompt(prompt: Prompt): Promise<number>;
  /** Replaces pack markers in a request body by the pack's escaped text; refuses bodies in which a known secret stands. */
  assembleBody(body: string, secrets: string[]): Promise<Uint8Array>;
  dispose(): Promise<void>;
}

/** What stands in a message in place of the pack until the HTTP boundary; no view can contain it unescaped. */
export function packMarker(sha256: string): string {
  return `\u27e6pack:${sha256}\u27e7`;
}
