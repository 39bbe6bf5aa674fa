/** The journal of pre-images: what every change of ours is written down in before it happens. */

export interface CheckpointInfo {
  id: string;
  session: string;
  title: string;
  /** ISO 8601, UTC. */
  at: string;
  paths: string[];
  changedByCommands: string[];
  /** A restore is a checkpoint too; this is the one it undid. */
  restores?: string;
  restored: boolean;
}

/** A restore is told by what it takes back, however often it has gone back and forth. */
export function titleOfRestore({ title, restores }: Pick<CheckpointInfo, 'title' | 'restores'>): string {
  if (restores === undefined) return `Undo: ${title}`;
  return isUndo({ title, restores }) ? title.replace('Undo: ', 'Redo: ') : title.replace('Redo: ', 'Undo: ');
}

/** A restore that took a turn's changes back, and not one that brought them again. */
export function isUndo({ title, restores }: Pick<CheckpointInfo, 'title' | 'restores'>): boolean {
  return restores !== undefined && title.startsWith('Undo: ');
}

/** What a file held before a command that changed it ran; the mode with it. */
export interface Original {
  path: string;
  bytes: Uint8Array;
  mode: number;
}

/** Unsaved text of an editor, and the bytes that the file would have if it were saved. */
export interface BufferText {
  text: string;
  saved: Uint8Array;
}

/** The open set of pre-images of one turn. */
export interface Checkpoint {
  readonly id: string;
  /**
   * Old bytes, mode and path are on disk, fsynced, when this resolves; of a turn's changes to one path the first counts.
   * With `planned`, the new bytes (or that the file will be gone) are kept too, so that after a crash the change can be
   * finished. Both ends of a move are told so, each by itself.
   */
  before(path: string, planned?: Uint8Array | 'missing'): Promise<void>;
  /** What the file is now, so that a later change by the user can be told. */
  after(path: string): Promise<void>;
  /** The same for unsaved text, before each try: both texts, and what is on disk below them, are kept when it resolves. */
  beforeBuffer(path: string, from: BufferText, to: BufferText): Promise<void>;
  /** The editor has taken the change. */
  afterBuffer(path: string): Promise<void>;
  /** Runs the last look at a file and its change while no other process of ours changes it, in whatever workspace. */
  alone<T>(absolute: string, work: () => Promise<T>): Promise<T>;
  /** `originals`: of those whose old bytes are known. */
  changedByCommand(paths: readonly string[], originals?: readonly Original[]): Promise<void>;
  /** Paths recorded so far, relative, sorted; without those that only commands changed. */
  readonly paths: readonly string[];
  /** The turn is over. What is never closed, and whose process is gone, was interrupted. */
  close(): Promise<void>;
}

export interface PlannedFile {
  path: string;
  action: 'write back' | 'delete' | 'unchanged';
  /** It is not as the agent left it: the user, or something else, has changed it since. Left unless asked for. */
  touched: boolean;
  /** It changed while a command of the agent's ran, by whomever. Left unless asked for. */
  byCommand: boolean;
  /** The agent's change alone can be taken out of a touched file: the rest of it would stay. */
  canTakeOut: boolean;
  /** It is brought back, or also, in the editor that has it open unsaved; it stays unsaved. */
  inEditor?: true;
  /** Why it cannot be brought back at all. */
  trouble?: string;
  /** What stood there, on disk and in an editor, by a hash: the answer is about nothing else. */
  seen: string;
}

/** What a restore would do; relative paths. */
export interface RestorePlan {
  checkpoint: CheckpointInfo;
  files: PlannedFile[];
  /** Changed while commands ran, and their old bytes are not known: named, and left. */
  changedByCommands: string[];
}

/** `take out`: only the agent's change is, by a merge without conflict. */
export interface RestoreChoice {
  path: string;
  how: 'bring back' | 'take out';
}

/** Of what can be brought back, what nobody has to be asked for, and whatever of the rest is wanted too. */
export function chooseFiles(
  { files }: RestorePlan,
  also: { touched?: boolean; byCommand?: boolean } = {},
): RestoreChoice[] {
  return files
    .filter((file) => file.action !== 'unchanged' && file.trouble === undefined)
    .filter((file) => (also.touched === true || !file.touched) && (also.byCommand === true || !file.byCommand))
    .map(({ path }) => ({ path, how: 'bring back' }));
}

/** A turn in whose middle its process ended, and what stands of it. */
export interface Interrupted {
  checkpoint: CheckpointInfo;
  files: InterruptedFile[];
}

export interface InterruptedFile {
  path: string;
  /**
   * `half written` is certain; `other` is what the user may have changed since. `lost` is unsaved text that no editor
   * has any more: to finish or to undo it is to show it again.
   */
  stands: 'changed' | 'as before' | 'half written' | 'other' | 'lost';
  /** The planned bytes are kept and do not stand there yet. */
  canFinish: boolean;
  canUndo: boolean;
  /** As in `PlannedFile`. */
  seen: string;
}

export interface Settlement {
  path: string;
  how: 'finish' | 'undo';
}

/** Text that was in an editor, not saved, and is nowhere any more. */
export interface LostText {
  path: string;
  text: string;
}

/** Whoever asked for many files sees how far it is, in per cent, and may stop it: then nothing has been changed. */
export interface Watching {
  signal?: AbortSignal;
  onProgress?: (percent: number) => void;
}

export interface Restored {
  checkpoint: string;
  /** Written, deleted, or changed in the editor. */
  paths: string[];
  /** Not chosen. */
  left: string[];
  /** What the user had typed before the turn, where the agent's change went with a text that was never saved. */
  lost: LostText[];
}

export interface Settled {
  paths: string[];
  /** As it was finished or undone: whoever asked for it is to show it. */
  lost: LostText[];
  /** Changed since they were offered, and so not touched: they are offered again, as they stand now. */
  again: InterruptedFile[];
}

export interface Journal {
  begin(about: { session: string; title: string }): Promise<Checkpoint>;
  /** Opens a checkpoint again that a former process left in mid-turn. Throws for an unknown id. */
  reopen(id: string): Promise<Checkpoint>;
  /** Newest first; checkpoints without paths are left out. */
  list(): Promise<CheckpointInfo[]>;
  plan(id: string): Promise<RestorePlan>;
  /** What a file was before a checkpoint's turn, `missing` if it did not exist; `undefined` if that is not kept. */
  readBefore(id: string, path: string): Promise<Uint8Array | 'missing' | undefined>;
  /**
   * Carries the chosen part of a plan out under a checkpoint of its own: all of it, or nothing, in which case it throws
   * a sentence; so it does where a file was touched after the plan was shown.
   */
  restore(plan: RestorePlan, chosen: readonly RestoreChoice[], watching?: Watching): Promise<Restored>;
  /** Turns that a crash interrupted, newest first. A restore that one interrupted is finished on the way; tells of which. */
  recover(): Promise<{ finished: string[]; interrupted: Interrupted[] }>;
  /**
   * Finishes or undoes files of an interrupted turn, all or nothing; those not named are left. It is over then, but for
   * files that were changed since they were offered.
   */
  settle(offered: Interrupted, settlements: readonly Settlement[], watching?: Watching): Promise<Settled>;
}
