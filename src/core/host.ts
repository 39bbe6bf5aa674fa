/** The ports of the core: everything it needs from the program that it runs in (command line or editor). */
import type { InputWait } from '../protocol/inputWait.js';
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

/** New bytes that wait beside their file. One of the two is called, once. */
export interface StagedFile {
  /** It has taken its place; for good when `syncFolder` was called for its folder too. */
  commit(): Promise<void>;
  drop(): Promise<void>;
}

/**
 * Files by absolute path. A missing file is `undefined` where the type says so; any other trouble throws. Where
 * `inside` is given, no link between that folder and the file is followed, not even one that appears meanwhile.
 */
export interface Files {
  lstat(path: string): Promise<FileStat | undefined>;
  /** Regular files only, links refused (O_NOFOLLOW). Throws `FileTooLarge` above `maxBytes`. */
  read(path: string, maxBytes?: number, inside?: string): Promise<Uint8Array>;
  /**
   * The same with its permission bits, where `lstat` has just said that a regular file stands, or nothing: then
   * `undefined`.
   */
  readWithMode(path: string, inside?: string): Promise<{ bytes: Uint8Array; mode: number } | undefined>;
  /** What a regular file holds from a byte on; empty where it ends before, or is missing. */
  readFrom(path: string, start: number): Promise<Uint8Array>;
  /** Resolves every link of an existing path; `undefined` if it does not exist. */
  realpath(path: string): Promise<string | undefined>;
  /** Names in a folder, sorted by code unit. */
  list(folder: string): Promise<string[]>;
  /**
   * Replaces or creates a file: temp file beside it, written, size checked, fsynced, the target looked at again,
   * renamed, folder fsynced. The mode is kept, or `mode` for a new file. Parents must exist. After a failure the old
   * bytes stand. With `expected`, only a file that still holds these bytes is replaced;
   * otherwise throws `FileChanged`.
   */
  replace(path: string, bytes: Uint8Array, mode?: number, inside?: string, expected?: Uint8Array): Promise<void>;
  /** The first half of a `replace`: whatever needs room on the disk is done. The mode becomes `mode` in any case. */
  stage(path: string, bytes: Uint8Array, mode: number, inside?: string): Promise<StagedFile>;
  /** Makes the names in a folder last: once for all files that were committed there. */
  syncFolder(folder: string, inside?: string): Promise<void>;
  /**
   * Removes temp files that `replace` left in a folder when its process was killed; answers with their names. With
   * `isOurs`, only those of which it says so.
   */
  removeDeadTemps(folder: string, inside?: string, isOurs?: (bytes: Uint8Array) => Promise<boolean>): Promise<string[]>;
  /** Appends and fsyncs; creates the file with mode 0600. */
  append(path: string, bytes: Uint8Array): Promise<void>;
  setMode(path: string, mode: number, inside?: string): Promise<void>;
  /** When a regular file was last changed, as `lstat` tells it. */
  setTime(path: string, mtimeMs: number, inside?: string): Promise<void>;
  /**
   * Renames a regular file; bytes and mode stay. Throws where the new name is taken, unless it is another spelling of the
   * old one on a disk that does not tell case. Parents must exist.
   */
  move(from: string, to: string, inside?: { from: string; to: string }): Promise<void>;
  /** A missing file is no failure. */
  remove(path: string, inside?: string): Promise<void>;
  removeEmptyFolder(path: string): Promise<boolean>;
  /** To these very bits, whatever the umask. */
  setFolderMode(path: string, mode: number, inside?: string): Promise<void>;
  /** With parents; the mode is 0700, as for all folders of ours, unless given (the umask still applies). */
  makeFolder(path: string, mode?: number, inside?: string): Promise<void>;
  /** Runs `work` while no other process holds the lock at `path`. An abort ends the wait; `work` hears it by itself. */
  withLock<T>(path: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

export interface CommandRequest {
  command: string;
  cwd: string;
  /**
   * Decoded output as it comes, control sequences included, stdout and stderr in their order of arrival; also after
   * `run` has answered, from what goes on in the background.
   */
  onOutput: (text: string) => void;
  /**
   * Called once with a function that writes to the process's stdin what the user has typed, and one that says whether it
   * asks for a password or the like, so that what is typed is not to be seen.
   */
  onInput?: (write: (text: string) => void, asksForSecret: () => boolean) => void;
  /** Called when it begins to wait for input, and with nothing when that is over. Without `onInput` its input is empty. */
  onWait?: (wait: InputWait | undefined) => void;
  /** Absent: `open`, since whoever runs it has a yes. */
  sandbox?: SandboxLevel;
}

/** An output without control sequences: whole in `head`, or its head and tail, between which bytes were left out. */
export interface KeptOutput {
  head: string;
  tail: string;
  omittedBytes: number;
}

export interface CommandResult extends KeptOutput {
  /** Names the command to `find` and `readOutput`. */
  id: string;
  /** Of the shell; `null` if it was killed. */
  exitCode: number | null;
  durationMs: number;
  timedOut: boolean;
  cancelled: boolean;
  /** The user has ended this command alone. */
  stopped?: true;
  /** What it waited for when the time was over. */
  waited?: InputWait;
  /** The user has typed something into it. */
  answered?: true;
  /** The shell has ended, and something that it started goes on in the background. */
  leftRunning: boolean;
  /** Encodings other than UTF-8 that some of the output was read as; `unknown` where nothing could be told. */
  readAs: readonly string[];
  /** Where it ran; absent: outside. */
  sandbox?: SandboxLevel;
  /** What it, or somebody else meanwhile, made of protected names. */
  heldBack?: HeldBack;
}

/** A protected file or folder that was not there before a closed command ran. */
export interface HeldBackName {
  /** Workspace path. */
  path: string;
  absolute: string;
  /** Where it is kept now, outside the workspace; absent where it could not be moved. */
  kept?: string;
  /** Why not. */
  trouble?: string;
}

export interface HeldBack {
  names: readonly HeldBackName[];
  /** Holds all that is kept. */
  folder: string;
  /** Puts back what was kept, where the place is free; answers with the workspace paths of what stands there again. */
  letIn(): Promise<string[]>;
  /** The user's no: what is kept stays where it is, and is not offered again. Until one of the two it is undecided. */
  leave(): Promise<void>;
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

export interface CommandState {
  /** The shell, or something that it started, is alive. */
  running: boolean;
  /** Of the shell: `undefined` while it runs, `null` if it was killed. */
  exitCode: number | null | undefined;
  /** Until now, or until its end. */
  durationMs: number;
  stopped: boolean;
  /** TCP ports on which its processes listen. */
  ports: readonly number[];
  waits?: InputWait;
}

/** A command that this program has started, running or ended. */
export interface Command {
  readonly id: string;
  readonly command: string;
  readonly cwd: string;
  /** As it was seen last. */
  state(): CommandState;
  /** Looks at its processes now. */
  look(): Promise<CommandState>;
  kept: () => KeptOutput;
  readAs: () => readonly string[];
  /** Bytes of the whole output so far. */
  outputBytes(): number;
  /** How far the model has read, as a byte of the whole output. */
  readTo: number;
  /** `false` if it takes no input. A lone Ctrl-D closes the input, a lone Ctrl-C interrupts. */
  write(text: string): boolean;
  /** What is typed now is not to be seen on a screen. */
  asksForSecret: () => boolean;
  /** Ends the whole tree. */
  stop(): Promise<void>;
}

/** A part of an output in UTF-8 without control sequences; `from`, `to` and `total` are bytes of the whole. */
export interface OutputPart {
  text: string;
  from: number;
  to: number;
  total: number;
}

/** Runs shell lines as processes of their own, with a filtered environment. */
export interface Commands {
  /** What the shell reads, where it is not the platform's own one: bash, and cmd on Windows. */
  readonly language?: 'bash' | 'powershell' | 'other';
  /** Answers when the shell has ended, and never rejects; on abort, and after `timeoutMs`, the whole tree dies. */
  run(request: CommandRequest & { timeoutMs: number }, signal: AbortSignal): Promise<CommandResult>;
  /** Starts a command in the background: it lives until it ends, is stopped, or this program ends. */
  start(request: CommandRequest): Promise<Command>;
  find(id: string): Command | undefined;
  /** Writes what the user has typed to the command of this wait; `false` if that is over. */
  answer(wait: string, text: string): boolean;
  /** What runs in the background, in the order in which it was started. */
  background(): readonly Command[];
  /** Also of a command of a former program, for a while; `undefined` if nothing of it is kept. */
  readOutput(id: string, from: number, mostBytes: number): Promise<OutputPart | undefined>;
  /** Told when a background command begins, ends, opens a port, or waits for input. Answers with what takes the listener away. */
  onChange(listener: () => void): () => void;
  /** Told what appeared in a protected place beside a background command, whose output says so too. */
  onHeldBack(listener: (command: string, found: HeldBack) => void): () => void;
  /** Ends every command; nothing is left of any. */
  dispose(): Promise<void>;
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

export interface ReloadWatch {
  /** Waits, for a moment, until the document shows the new text; true if the user has begun to type in the old instead. */
  isTypedOver(signal: AbortSignal): Promise<boolean>;
  dispose(): void;
}

/** What an editor has open. The command line has none. */
export interface OpenDocuments {
  /** The unsaved text of a document, or `undefined` when it is closed or equal to the disk. */
  unsaved(path: string): { text: string; version: number } | undefined;
  /** Every such document inside the workspace, by its workspace path. */
  listUnsaved(roots: Roots): { path: string; text: string }[];
  /** The workspace paths of all files that stand in a tab, sorted. */
  listOpen(roots: Roots): string[];
  /** Replaces a buffer's whole text, minimal edits, only if `version` still holds; the document stays unsaved. */
  replaceText(path: string, text: string, version: number): Promise<boolean>;
  /** The file is open as a notebook with changes that are not on disk. */
  isUnsavedNotebook(path: string): boolean;
  /** `text` is about to be written to the disk under a document without unsaved changes: watches what comes of it. */
  watchReload(path: string, text: string): ReloadWatch;
}

/** A place in a text as editors name it: lines and UTF-16 columns, both from 0; CR LF, LF and CR end a line. */
export interface TextPosition {
  line: number;
  column: number;
}

export interface TextRange {
  start: TextPosition;
  end: TextPosition;
}

/** A file by its absolute path and the text that is asked about: what is known of another text of it is no answer. */
export interface AskedText {
  path: string;
  text: string;
}

export interface Diagnostic {
  severity: 'error' | 'warning' | 'info';
  range: TextRange;
  message: string;
  source?: string;
  code?: string;
}

/** `unknown`: nobody told anything of this text in time. `none`: there is nobody who would. `why` is a clause. */
export type FileDiagnostics =
  { kind: 'known'; diagnostics: Diagnostic[] } | { kind: 'unknown'; why: string } | { kind: 'none'; why: string };

/** `refused`: a language server says that this cannot be done. `none`: there is none that answers. `why` is a clause. */
export type LanguageAnswer<T> = ({ kind: 'answered' } & T) | { kind: 'refused' | 'none'; why: string };

/** What a rename changes in one file: ranges of `text`, if the editor has it open; else of what is on disk. */
export interface RenamedFile {
  path: string;
  text?: string;
  edits: { range: TextRange; text: string }[];
}

/** The language services of an editor; all of it is only asked for and changes nothing. Never in an untrusted workspace. */
export interface Language {
  /** One answer a file, in the order asked, after 2 seconds at the latest. */
  diagnostics(files: readonly AskedText[], signal: AbortSignal): Promise<FileDiagnostics[]>;
  /** Every place that means the same, the declaration too, by absolute path; files outside the workspace included. */
  references(
    file: AskedText,
    word: TextRange,
    signal: AbortSignal,
  ): Promise<LanguageAnswer<{ places: { path: string; range: TextRange }[] }>>;
  /** Refused where the language server would rename something else than this very word. */
  rename(
    file: AskedText,
    word: TextRange,
    newName: string,
    signal: AbortSignal,
  ): Promise<LanguageAnswer<{ files: RenamedFile[] }>>;
}

export interface Host {
  files: Files;
  commands: Commands;
  sandbox: Sandbox;
  git: Git;
  clock: Clock;
  log: Log;
  documents: OpenDocuments;
  language: Language;
  /** `linux`, `darwin`, `win32`. */
  platform: string;
  /** Random hexadecimal digits, for ids. */
  randomHex: (digits: number) => string;
}
