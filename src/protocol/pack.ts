/** What `baleen pack --json` prints, and what the editor shows of a pack. */

/** How a file stands in the pack: whole, by its signatures, or named with its size only. */
export type StandsAs = 'full' | 'outline' | 'listed';

/** Why a file's text is not in the pack. */
export type WithheldReason =
  | 'binary'
  | 'secret file'
  | 'generated'
  | 'minified'
  | 'vendored'
  | 'lock file'
  | 'data'
  | 'excluded'
  | 'unknown encoding'
  | 'too large'
  | 'symbolic link'
  | 'not a regular file'
  | 'submodule or nested repository'
  | 'unreadable';

/** Which files the user wants in the pack or out of it, beside `.baleenignore`. Part of what a snapshot is made for. */
export interface PackSelection {
  /** Patterns in `.gitignore` syntax; a `!pattern` brings a file back that a rule or `.baleenignore` withholds. */
  exclude: readonly string[];
  /** What the user knows `exclude` by; the settings if absent. */
  excludeName?: string;
  /** Secret files that go in all the same, by patterns of their own: nothing else brings one back. */
  includeSecretFiles: readonly string[];
}

export interface PackedFile {
  path: string;
  /** DeepSeek tokens as sent, frame included; these and `frameTokens` add up to `tokens` of the whole. */
  tokens: number;
  /** DeepSeek tokens of the file's view alone. */
  contentTokens: number;
  as: StandsAs;
}

/** One folder of a workspace. */
export interface Root {
  /** What its workspace paths begin with; empty where the workspace is this one folder. */
  name: string;
  /** Absolute and resolved. */
  folder: string;
}

/** A pack by its sums: what is at hand wherever no single file matters. */
export interface PackSummary {
  /** Absolute path of the folder; of several, the first. */
  root: string;
  /** All folders, where they have names. */
  roots?: Root[];
  /** Id of the snapshot: the frame mark, 16 hex digits. */
  snapshot: string;
  /** SHA-256 of the pack message's UTF-8 bytes. */
  sha256: string;
  /** DeepSeek tokens of the whole pack message. */
  tokens: number;
  /** Tokens of the message's own head and foot, lists included. */
  frameTokens: number;
  budget: number;
  tokenizer: 'deepseek';
}

export interface PackReport extends PackSummary {
  files: PackedFile[];
  withheld: { path: string; why: WithheldReason; bytes: number }[];
}

/** How many files of a pack stand so. */
export type FileCounts = Record<StandsAs | 'withheld', number>;

export const standings: readonly StandsAs[] = ['full', 'outline', 'listed'];

/**
 * A report's files as columns. A large repository's go from thread to thread and to a page in a few milliseconds, where
 * an object for each file would block both sides for many.
 */
export interface PackTable {
  /** Of the pack's files in the order of the report, then of what is withheld; each followed by NUL. */
  paths: string;
  /** By row of the pack's files. */
  tokens: Uint32Array<ArrayBuffer>;
  contentTokens: Uint32Array<ArrayBuffer>;
  /** Indexes into `standings`. */
  as: Uint8Array<ArrayBuffer>;
  /** By row of what is withheld, after the pack's files. */
  bytes: Float64Array<ArrayBuffer>;
  /** Indexes into `reasons`. */
  why: Uint8Array<ArrayBuffer>;
  reasons: WithheldReason[];
}

/** What a pack of the same tree would hold under another budget; exact, as if it had been made. */
export interface PackPlan {
  budget: number;
  /** DeepSeek tokens of the whole pack message. */
  tokens: number;
  /** By index of the report's `files`. */
  files: { as: StandsAs; tokens: number }[];
}

/** Why a file stands in the pack as it does, or why it does not. */
export interface PackExplanation {
  path: string;
  as: StandsAs | 'withheld' | 'unknown';
  why?: WithheldReason;
  /** The pattern or rule that withholds it, or that brought it back. */
  rule?: string;
  /** Tokens as it stands, frame included, and what the whole file would take. */
  tokens?: number;
  fullTokens?: number;
  /** Tokens of its outline's frame, where that was made. */
  outlineTokens?: number;
  /** Place among all files, the best being 1; absent where everything fits and nothing is ranked. */
  rank?: number;
  files: number;
  /** How many files use what it defines, and the closest of them. */
  usedBy?: { count: number; closest: string[] };
  /** Commits that changed it, of the last few hundred. */
  commits?: number;
  /** Each between 0 and 1. */
  parts?: { symbols: number; history: number; near: number; first: number };
  /** The same in plain words. */
  sentences: string[];
}
