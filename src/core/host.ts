/** The ports of the core: everything it needs from the program that it runs in (command line or editor). */
import type { Roots } from './repository/roots.js';

/** What `lstat` tells of a path; links are never followed. Sizes in bytes, times in milliseconds. */
export interface FileStat {
  kind: 'file' | 'directory' | 'link' | 'other';
  size: number;
  mtimeMs: number;
  /** Permission bits, for instance 0o755. */
  mode: number;
  links: number;
  /** Device and inode, to notice that a path was swapped. */
  identity: string;
}

/**
 * Files by absolute path. A missing file is `undefined` where the type says so; any other trouble throws. Where
 * `inside` is given, no link between that folder and the file is followed, not even one that appears meanwhile.
 */
export interface Files {
  lstat(path: string): Promise<FileStat | undefined>;
  /** Regular files only, links refused (O_NOFOLLOW). Throws `FileTooLarge` above `maxBytes`. */
  read(path: string, maxBytes?: number, inside?: string): Promise<Uint8Array>;
  /** What a regular file holds from a byte on; empty where it ends before, or is missing. */
  readFrom(path: string, start: number): Promise<Uint8Array>;
  /** Resolves every link of an existing path; `undefined` if it does not exist. */
  realpath(path: string): Promise<string | undefined>;
  /** Names in a folder, sorted by code unit. */
  list(folder: string): Promise<string[]>;
  /**
   * Replaces or creates a file: temp file beside it, written, size checked, fsynced, renamed, folder fsynced.
   * The mode is kept, or `mode` for a new file. Parents must exist. After a failure the old bytes stand.
   */
  replace(path: string, bytes: Uint8Array, mode?: number, inside?: string): Promise<void>;
  /** Removes temp files that `replace` left in a folder when its process was killed; answers with their names. */
  removeDeadTemps(folder: string, inside?: string): Promise<string[]>;
  /** Appends and fsyncs; creates the file with mode 0600. */
  append(path: string, bytes: Uint8Array): Promise<void>;
  setMode(path: string, mode: number, inside?: string): Promise<void>;
  /** A missing file is no failure. */
  remove(path: string, inside?: string): Promise<void>;
  removeEmptyFolder(path: string): Promise<boolean>;
  /** With parents; the mode is 0700, as for all folders of ours, unless given (the umask still applies). */
  makeFolder(path: string, mode?: number, inside?: string): Promise<void>;
  /** Runs `work` while no other process holds the lock at `path`. An abort ends the wait; `work` hears it by itself. */
  withLock<T>(path: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

export interface CommandRequest {
  command: string;
  cwd: string;
  timeoutMs: number;
  /** Raw output as it comes, stdout and stderr in their order of arrival. */
  onOutput: (text: string) => void;
  /** Called once with a function that writes to the process's stdin. */
  onInput?: (write: (text: string) => void) => void;
  /** Absent: `open`, since whoever runs it has a yes. */
  sandbox?: SandboxLevel;
}

export interface CommandResult {
  /** `null` if the process was killed. */
  exitCode: number | null;
  durationMs: number;
  timedOut: boolean;
  cancelled: boolean;
  /** Head and tail of the output without control sequences; `omittedBytes` were left out between them. */
  output: string;
  omittedBytes: number;
  /** Where it ran; absent: outside. */
  sandbox?: SandboxLevel;
}

/**
 * How a command is confined. `closed`, nobody said yes to it: no network, protected files read-only, keys and secrets
 * hidden, nothing written outside the workspace. `open`, somebody did: the network is there and the whole workspace
 * writable, keys stay hidden. `none` is outside the sandbox.
 */
export type SandboxLevel = 'closed' | 'open' | 'none';

export type SandboxStatus = { works: true } | { works: false; why: string };

export interface Sandbox {
  /** Tried out with the first question, by five attempts to get out. `why` is a sentence for the user. */
  status(): Promise<SandboxStatus>;
}

/** Runs a shell line as a process of its own, with a filtered environment; on abort the whole tree dies. */
export interface Commands {
  /** What the shell reads, where it is not the platform's own one: bash, and cmd on Windows. */
  readonly language?: 'bash' | 'powershell' | 'other';
  run(request: CommandRequest, signal: AbortSignal): Promise<CommandResult>;
}

/** git in its hardened form; never in an untrusted workspace. */
export interface Git {
  run(
    cwd: string,
    args: string[],
    signal?: AbortSignal,
  ): Promise<{ exitCode: number; stdout: Uint8Array; stderr: string }>;
  /** Where git looks for the user's excludes while no setting names another file. Absolute. */
  defaultExcludesFile(): string;
}

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface Log {
  info(text: string): void;
  warn(text: string): void;
  error(text: string): void;
}

/** What an editor has open. The command line has none. */
export interface OpenDocuments {
  /** The unsaved text of a document, or `undefined` when it is closed or equal to the disk. */
  unsaved(path: string): { text: string; version: number } | undefined;
  /** Every such document inside the workspace, by its workspace path. */
  listUnsaved(roots: Roots): { path: string; text: string }[];
  /** The workspace paths of all files that stand in a tab, sorted. */
  listOpen(roots: Roots): string[];
  /** Replaces a buffer's whole text, minimal edit, only if `version` still holds; the document stays unsaved. */
  replaceText(path: string, text: string, version: number): Promise<boolean>;
}

export interface Host {
  files: Files;
  commands: Commands;
  sandbox: Sandbox;
  git: Git;
  clock: Clock;
  log: Log;
  documents: OpenDocuments;
  /** `linux`, `darwin`, `win32`. */
  platform: string;
  /** Random hexadecimal digits, for ids. */
  randomHex: (digits: number) => string;
}
