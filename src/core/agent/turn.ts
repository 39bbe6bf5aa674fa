import type { ApprovalMode } from '../../protocol/events.js';
import type { Checkpoint } from '../edits/checkpoint.js';
import type { ChangeKind } from '../pack/frames.js';
import type { Packer } from '../pack/packer.js';
import type { BulkGuard } from './bulkGuard.js';

/** A finding or site as the model reported it, before any check against the disk. */
export interface ReportedFinding {
  path: string;
  quote: string;
  severity: 'error' | 'warning' | 'info';
  category: string;
  message: string;
  fix?: string;
  callers: { path: string; quote: string }[];
}

/** A file with the text that was written; where the editor has it unsaved, its buffer is asked about. */
export interface EditedText {
  absolute: string;
  relative: string;
  text: string;
}

/** What the tools of one running turn share: made when the turn is opened, and written by them. */
export interface Turn {
  session: string;
  /** The first line of what the user asked for; empty in a turn that is continued after a restart. */
  request: string;
  mode: ApprovalMode;
  checkpoint: Checkpoint;
  packer: Packer;
  commandTimeoutMs: number;
  /** Relative paths that edits of this turn changed. */
  changed: Set<string>;
  changedByCommands: Set<string>;
  /** How files have changed that the model has not seen since, by workspace path. */
  untold: Map<string, ChangeKind>;
  /** SHA-256 of the bytes that the model was shown last, by workspace path. */
  shown: Map<string, string>;
  /** Commands of this turn, in the order in which they ended. */
  ran: { command: string; exitCode: number | null }[];
  bulk: BulkGuard;
  /** More edits stand behind the running call in the same reply. */
  editsFollow: boolean;
  /** Written by this reply, and nobody was asked yet what is wrong with it; by workspace path. */
  unchecked: Map<string, EditedText>;
  /** An edit of the present reply failed: a later command of the same reply does not run. */
  editFailedInReply: boolean;
  reported: ReportedFinding[];
  /** `report_findings` was called at least once, perhaps with an empty list. */
  hasReport: boolean;
}
