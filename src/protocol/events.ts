/**
 * What the core tells the world while it works: one vocabulary for the sidebar, the command line's
 * `--json`, the session log and the tests. Every event is plain JSON and never changes its meaning.
 */

import type { InputWait } from './inputWait.js';
import type { Cost } from './money.js';
import type { Root } from './pack.js';
import type { PriceTag } from './priceTag.js';

export type Workflow = 'chat' | 'ask' | 'run' | 'refactor' | 'review';
export type ThinkingLevel = 'off' | 'low' | 'high' | 'max';
export type WireName = 'openai' | 'anthropic';
/**
 * plan: nothing changes. ask: every edit and command asks. auto-edit: edits run, commands ask. auto: both run, commands
 * in the sandbox, without which they ask.
 */
export type ApprovalMode = 'plan' | 'ask' | 'auto-edit' | 'auto';

/** Token counts of one or more requests. The two input counts are disjoint; output includes reasoning. */
export interface Usage {
  cacheHitTokens: number;
  cacheMissTokens: number;
  outputTokens: number;
  reasoningTokens: number;
}

/** How a turn ended. The command line maps each to an exit code. */
export type Outcome =
  | 'done'
  | 'failed'
  | 'bad_usage'
  | 'verification_failed'
  | 'cap_reached'
  | 'refused'
  | 'overflow'
  | 'api_refused'
  | 'findings'
  | 'cancelled';

/** Why a step (one model request) ended. */
export type StopReason = 'stop' | 'length' | 'tool_calls' | 'aborted' | 'error';

export type Severity = 'error' | 'warning' | 'info';

/** A place in the workspace, already checked against the disk. Lines are 1-based, columns 0-based UTF-16. */
export interface Place {
  path: string;
  startLine: number;
  startColumn: number;
  endLine: number;
  endColumn: number;
}

/** One remark of a review whose verbatim quote was found on disk. */
export interface Finding {
  /** Stable over line moves: a hash of path, quote and category. */
  id: string;
  path: string;
  quote: string;
  place: Place;
  severity: Severity;
  category: string;
  message: string;
  /** Text that may replace the quote. */
  fix?: string;
  /** Callers elsewhere that the change breaks; only those found on disk. */
  callers: { path: string; quote: string; place: Place }[];
}

/** One place that a refactoring has to change; `onDisk` is the program's own check of the model's claim. */
export interface Site {
  id: string;
  path: string;
  quote: string;
  reason: string;
  onDisk: boolean;
  place?: Place;
}

/** What a tool call shows on the screen; the text for the model stands in the session log. */
export type ToolDetails =
  | { kind: 'text'; text: string }
  | {
      kind: 'edit';
      path: string;
      diff: string;
      added: number;
      removed: number;
      created: boolean;
      deleted?: true;
      /** `path` is where the file is now. */
      movedFrom?: string;
    }
  /** Of many files at once; those that were not written stand without a diff. */
  | { kind: 'edits'; files: { path: string; diff: string; added: number; removed: number }[] }
  | {
      kind: 'command';
      command: string;
      exitCode: number | null;
      durationMs: number;
      timedOut: boolean;
      /** Files that the command changed, as a bounded scan saw them. */
      changed: string[];
      /** It, or what it started, goes on; `ports` are those that were open then. */
      background?: { id: string; ports: number[] };
    }
  | { kind: 'findings'; count: number };

/** One command of a shell line, as it was judged. */
export interface CommandPart {
  text: string;
  verdict: 'allowed' | 'asks' | 'denied';
  /** What makes it ask, as the end of a sentence that begins with "it". */
  why?: string;
}

/** What a longer yes would keep: these commands and no others for good, or this text until the session ends. */
export type CommandMemory = { kind: 'always'; commands: string[] } | { kind: 'session' };

export interface ProposedEdit {
  path: string;
  diff: string;
  protectedBy?: string;
  deleted?: true;
  /** Where the file would be. */
  movedTo?: string;
  /** What the new text would bring about that its diff does not say aloud, in sentences. */
  warnings?: string[];
  /** The added lines, without their sign, that the warnings speak of. */
  named?: string[];
}

export type ApprovalSubject =
  | {
      kind: 'command';
      command: string;
      cwd: string;
      /** Where the line could be read; those that make it ask come first if there are many. */
      parts?: CommandPart[];
      /** How many parts `parts` leaves out. */
      furtherParts?: number;
      /** Absent: only this once. */
      memory?: CommandMemory;
    }
  /** Text for the input of the background command `id`, which runs `command`. */
  | { kind: 'input'; id: string; command: string; text: string }
  | ({ kind: 'edit' } & ProposedEdit)
  /** Many files in one turn, asked about once where each alone would not ask. */
  | { kind: 'bulk'; deleted: string[]; changed: string[] }
  /** Many files, one yes to all of it. `isHeldBack`: a command has made them, and they were taken out of the workspace. */
  | { kind: 'edits'; files: ProposedEdit[]; isHeldBack?: true };

/** A waiting question. `id` is random and made by the host, so that a page cannot invent an answer. */
export interface ApprovalRequest {
  id: string;
  call: string;
  subject: ApprovalSubject;
  /** Why it asks, in a sentence. */
  reason: string;
}

/** `approved_always` and `approved_for_session` are taken as far as the question's `memory` offered them. */
export type ApprovalDecision = 'approved' | 'approved_for_session' | 'approved_always' | 'rejected';

export interface NoticeAction {
  /** What the button does in an editor. `retry` sends the last message again, `continue` asks for the rest of the answer. */
  kind: 'set_key' | 'open_settings' | 'retry' | 'continue' | 'open_url' | 'new_session' | 'compact';
  label: string;
  url?: string;
  /** With `open_settings`: the whole name of the one that is meant. */
  setting?: string;
}

/** What a long work is at. */
export type ProgressPhase = 'list' | 'read' | 'count' | 'rank' | 'outline' | 'render' | 'save';

export type AgentEvent =
  | {
      type: 'start';
      version: 1;
      session: string;
      workflow: Workflow;
      model: string;
      thinking: ThinkingLevel;
      wire: WireName;
      host: string;
      approve: ApprovalMode;
      rehearsal: boolean;
      root: string;
      /** The folders of a workspace that has several; `root` is the first. */
      roots?: Root[];
      /** ISO 8601, UTC. */
      at: string;
    }
  | { type: 'progress'; phase: ProgressPhase; done: number; total: number }
  | {
      type: 'pack_ready';
      /** Whole. */
      files: number;
      outlined: number;
      tokens: number;
      budget: number;
      windowTokens: number;
      withheld: number;
      listed: number;
      changes: number;
      snapshot: string;
      reused: boolean;
    }
  /** The change log has grown so that a new snapshot may be worth its price. Nothing happens unless the user asks for it. */
  | {
      type: 'resnapshot_proposed';
      logTokens: number;
      packTokens: number;
      /** The input of the first request over a new snapshot, which finds nothing in the cache. */
      renewCost: Cost;
      /** What each request pays for carrying the log, while it is in the cache. */
      carryCost: Cost;
    }
  | { type: 'turn_start'; turn: number; message: string }
  /** What the first request of this turn, and the primer before it, will cost; `turn_end` has what the turn did cost. */
  | { type: 'price_tag'; turn: number; tag: PriceTag }
  /** A request of one token went ahead, so that the pack is in the prefix cache; `turn_end` has its usage in the sum. */
  | { type: 'primed'; usage: Usage; cost: Cost }
  /** A message of the user's went into the running turn. */
  | { type: 'steered'; text: string }
  | { type: 'step_start'; step: number }
  | { type: 'reasoning_delta'; text: string }
  | { type: 'text_delta'; text: string }
  /** The partial output of this step is void: a retry replaces it. */
  | { type: 'step_retry'; step: number; reason: string; waitMs: number }
  /** `prefix`: a primer, or another request of ours, is having the pack read into the prefix cache. */
  | { type: 'waiting'; reason: 'queued' | 'silent' | 'prefix'; seconds: number }
  | { type: 'tool_call_start'; call: string; tool: string; title: string; path?: string }
  | { type: 'tool_call_output'; call: string; text: string }
  /** The command of this call waits for input; without `wait` it does so no longer. */
  | { type: 'input_wait'; call: string; wait?: InputWait }
  | {
      type: 'tool_call_end';
      call: string;
      status: 'done' | 'failed' | 'refused' | 'cancelled';
      summary: string;
      details?: ToolDetails;
    }
  | { type: 'approval_request'; approval: ApprovalRequest }
  | { type: 'approval_end'; id: string; decision: ApprovalDecision }
  | {
      type: 'step_end';
      step: number;
      stopReason: StopReason;
      usage: Usage;
      cost: Cost;
      contextTokens: number;
      windowTokens: number;
      /** Our own count of the request; the service billed `cacheHitTokens` and `cacheMissTokens` of the usage. */
      countedTokens: number;
    }
  /** The model is asked for a summary of the conversation. `full`: the next request would not fit. */
  | { type: 'compaction_start'; reason: 'asked' | 'full'; tag: PriceTag }
  /**
   * From here on the model reads another conversation over the same pack; log and transcript keep the one before.
   * `without_model`: no summary could be had, and the oldest part is left out. `not_done`: everything is as it was.
   */
  | {
      type: 'compaction_end';
      how: 'summary' | 'without_model' | 'not_done';
      summary?: string;
      /** Of the prompt. */
      beforeTokens: number;
      afterTokens: number;
      usage: Usage;
      cost: Cost;
    }
  | { type: 'sites'; rule: string; sites: Site[] }
  | { type: 'findings'; findings: Finding[]; dropped: number; state: 'clean' | 'findings' | 'no_result' }
  | { type: 'verify_start'; command: string; round: number }
  | { type: 'verify_end'; command: string; round: number; exitCode: number | null; durationMs: number; output: string }
  /** `undone`: all of this checkpoint was taken back; `redone`: the changes of this one are there again. */
  | { type: 'restored'; paths: string[]; reason: string; undone?: string; redone?: string }
  /** `price`: what reading the prompt anew costs. */
  | { type: 'cache_break'; reason: string; firstDifferingByte?: number; price?: Cost }
  | { type: 'notice'; level: 'info' | 'warning' | 'error'; text: string; action?: NoticeAction }
  | {
      type: 'turn_end';
      turn: number;
      outcome: Outcome;
      usage: Usage;
      cost: Cost;
      /** By how much the service's count was above ours in the last request, below it where negative; 0 in a rehearsal. */
      driftTokens: number;
      changed: string[];
      /** Files written by commands, not by edits: undo lists them and leaves them alone. */
      changedByCommands: string[];
      /** The checkpoint that `undo` restores, if anything was changed. */
      checkpoint?: string;
      durationMs: number;
    };

export type AgentEventType = AgentEvent['type'];
export type EventOf<T extends AgentEventType> = Extract<AgentEvent, { type: T }>;
export type Emit = (event: AgentEvent) => void;

export const noUsage: Usage = { cacheHitTokens: 0, cacheMissTokens: 0, outputTokens: 0, reasoningTokens: 0 };

export function addUsage(a: Usage, b: Usage): Usage {
  return {
    cacheHitTokens: a.cacheHitTokens + b.cacheHitTokens,
    cacheMissTokens: a.cacheMissTokens + b.cacheMissTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    reasoningTokens: a.reasoningTokens + b.reasoningTokens,
  };
}
