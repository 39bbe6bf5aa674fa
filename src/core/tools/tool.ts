import type * as z from 'zod';
import type { ApprovalSubject, ToolDetails } from '../../protocol/events.js';
import type { InputWait } from '../../protocol/inputWait.js';
import type { CommandResult, HeldBack, Host, SandboxLevel } from '../host.js';
import type { Roots } from '../repository/roots.js';
import type { Turn } from '../agent/turn.js';

/** What every tool call works with. */
export interface ToolContext {
  host: Host;
  roots: Roots;
  turn: Turn;
  /** Id of the running call. */
  call: string;
  signal: AbortSignal;
  /** Live output of the running call. */
  output: (text: string) => void;
  /** The command of the running call waits for input, or does so no longer. */
  inputWait: (wait: InputWait | undefined) => void;
}

/** Twice an answer: `text` for the model, already a view; `summary` and `details` for the eye. */
export interface ToolResult {
  /** It says what no equal call before could have said: to ask again was no repetition. */
  isNews?: true;
  text: string;
  failed: boolean;
  summary: string;
  details?: ToolDetails;
  /** Workspace paths of the files of which `text` shows text. */
  shows?: readonly string[];
  /** A command that failed since the sandbox, at this level, stood in its way. */
  stoppedAt?: SandboxLevel;
  /** The user has not been asked about it yet. */
  heldBack?: HeldBack;
}

/**
 * Either ready to run, perhaps after an approval, or already decided (bad arguments, a refused path). Without a
 * `subject` the call only reads; a `reason` asks even where the mode alone would not.
 */
export type Prepared =
  | { kind: 'ready'; subject?: ApprovalSubject; reason?: string; run: (sandbox?: SandboxLevel) => Promise<ToolResult> }
  | Decided;

export interface Decided {
  kind: 'decided';
  refused: boolean;
  result: ToolResult;
}

export interface Tool<Arguments = unknown> {
  name: string;
  description: string;
  arguments: z.ZodType<Arguments>;
  /** Calls of one step that only read run side by side. */
  readsOnly: boolean;
  /** What the card shows, for instance "Edit src/a.ts". */
  title: (args: Arguments) => { title: string; path?: string };
  /** Gates paths and works out what an approval must show. Writes nothing and starts nothing. */
  prepare: (args: Arguments, context: ToolContext) => Promise<Prepared>;
}

export type { CommandResult };
