/** The heavy work of a workspace, done in one long-lived worker: the pack, the change log, counts, search, bodies. */
import type { EventOf } from '../../protocol/events.js';
import type { PackPlan, PackReport } from '../../protocol/pack.js';
import type { Prompt } from '../tokens/template.js';

export interface PackOptions {
  /** Absolute, resolved path of the workspace folder. */
  root: string;
  /** Folder of this workspace's state (section "State" of the architecture page); made if missing. */
  stateFolder: string;
  /** Tokens that the whole pack message may have. */
  budgetTokens: number;
}

/** One entry of the append-only change log. Its `text` never changes again. */
export interface ChangeEntry {
  /** 1, 2, 3 … since the snapshot. */
  number: number;
  path: string;
  kind: 'created' | 'changed' | 'deleted' | 'mode';
  /** The message text, frame included, already a view. */
  text: string;
  tokens: number;
  /** The session and tool call that made the change; absent for the user, git and commands. */
  session?: string;
  call?: string;
}

export interface PackState {
  report: PackReport;
  entries: ChangeEntry[];
  /** The snapshot came from disk, so that its bytes may still be cached by the host. */
  reused: boolean;
  /** Set when a stored snapshot or log was damaged and had to be made anew. */
  cacheBreak?: string;
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

/** One file as the workspace scan sees it, to tell what a command wrote. */
export type WorkspaceScan = ReadonlyMap<string, string>;

export type PackProgress = (event: EventOf<'progress'>) => void;

export interface Packer {
  /** The frozen snapshot, made if there is none that is whole, and the change log brought up to the disk. */
  open(options: PackOptions, onProgress: PackProgress, signal: AbortSignal): Promise<PackState>;
  /** A pack of the present tree that is neither read from nor written to the state folder. */
  fresh(
    options: PackOptions,
    onProgress: PackProgress,
    signal: AbortSignal,
  ): Promise<{ report: PackReport; text: string }>;
  /**
   * Appends entries for what changed on disk since the last entry and answers with the new ones, in path order.
   * With `origin`, only its paths are looked at and the entries carry it.
   */
  sync(origin?: { session: string; call: string; paths: string[] }): Promise<ChangeEntry[]>;
  /**
   * Log entries with a number above `after`. Throws a sentence if the open snapshot is not the one of this pack:
   * a session that began with another cannot go on.
   */
  entries(packSha256: string, after: number): Promise<ChangeEntry[]>;
  /** What a pack of the open snapshot's tree would hold under another budget. Throws a sentence if not even its lists fit. */
  plan(budgetTokens: number, signal: AbortSignal): Promise<PackPlan>;
  /** The text of the open snapshot's pack message. */
  packText(): Promise<string>;
  /** Paths that a fresh listing gives, relative with `/`, in path order, withheld ones included. With `only`, no others. */
  list(only?: readonly string[]): Promise<{ path: string; bytes: number; withheld?: string }[]>;
  search(query: SearchQuery, signal: AbortSignal): Promise<SearchResult>;
  scan(): Promise<WorkspaceScan>;
  /** Tokens of a whole request by V4's template; exact for its texts. Pack messages are those of the open snapshot. */
  countPrompt(prompt: Prompt): Promise<number>;
  /** Replaces pack markers in a request body by the pack's escaped text; refuses bodies in which a known secret stands. */
  assembleBody(body: string, secrets: string[]): Promise<Uint8Array>;
  dispose(): Promise<void>;
}

/** What stands in a message in place of the pack until the HTTP boundary; no view can contain it unescaped. */
export function packMarker(sha256: string): string {
  return `\u27e6pack:${sha256}\u27e7`;
}
