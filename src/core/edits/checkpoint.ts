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
  return title.startsWith('Undo: ') ? title.replace('Undo: ', 'Redo: ') : title.replace('Redo: ', 'Undo: ');
}

/** The open set of pre-images of one turn. */
export interface Checkpoint {
  readonly id: string;
  /** Old bytes, mode and path are on disk, fsynced, when this resolves. Once a path; later calls do nothing. */
  before(path: string): Promise<void>;
  /** What the file is now, so that a later change by the user can be told. */
  after(path: string): Promise<void>;
  changedByCommand(paths: string[]): Promise<void>;
  /** Paths recorded so far, relative, sorted. */
  readonly paths: readonly string[];
  close(): Promise<void>;
}

export interface RestorePlan {
  checkpoint: CheckpointInfo;
  /** What a restore will do, relative paths. `touched`: the user changed it since; it is left unless asked for. */
  files: { path: string; action: 'write back' | 'delete' | 'unchanged'; touched: boolean }[];
  changedByCommands: string[];
}

export interface Journal {
  begin(about: { session: string; title: string; restores?: string }): Promise<Checkpoint>;
  /** Opens a checkpoint again that a former process left in mid-turn. Throws for an unknown id. */
  reopen(id: string): Promise<Checkpoint>;
  /** Newest first; checkpoints without paths are left out. */
  list(): Promise<CheckpointInfo[]>;
  plan(id: string): Promise<RestorePlan>;
  /** What a file was before a checkpoint's turn, `missing` if it did not exist; `undefined` if that is not kept. */
  readBefore(id: string, path: string): Promise<Uint8Array | 'missing' | undefined>;
  /** Carries a plan out under a checkpoint of its own; answers with the paths written or deleted. */
  restore(plan: RestorePlan, alsoTouched: boolean): Promise<{ checkpoint: string; paths: string[]; left: string[] }>;
}
