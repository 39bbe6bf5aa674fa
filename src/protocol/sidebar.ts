/** What the sidebar page and the extension say to each other. The page is not trusted: see `core` for the checks. */
import type { SendQuestion } from './destination.js';
import type { InputWait } from './inputWait.js';
import type { Cost, Money } from './money.js';
import type { PriceTag } from './priceTag.js';
import type { AgentEvent, ApprovalDecision, ApprovalMode, ThinkingLevel } from './events.js';

export interface ModelChoice {
  id: string;
  label: string;
  /** For instance "$0.15 in · $0.003 cached · $0.60 out per 1M, off-peak". */
  detail: string;
}

export interface SessionSummary {
  id: string;
  title: string;
  /** ISO 8601, UTC. */
  at: string;
  cost: Cost;
}

/** Whether this workspace may be sent to a host. `id` is random and made by the host, as an approval's is. */
export interface WaitingSendQuestion extends SendQuestion {
  id: string;
}

/** A command that the agent has left running in the background. */
export interface BackgroundCommand {
  id: string;
  command: string;
  /** TCP ports on which it listens. */
  ports: number[];
  waits?: InputWait;
}

/** A message that was sent while a turn runs. */
export interface QueuedMessage {
  id: string;
  text: string;
  /** It goes into the running turn before its next request, and is not a turn of its own. */
  steers: boolean;
}

/** Which model answers: the host with a key, the rehearsal, or nothing yet. */
export type KeyState = 'missing' | 'checking' | 'accepted' | 'rejected' | 'rehearsal';

export interface SidebarState {
  keyState: KeyState;
  /** A sentence about the key: the balance, or what went wrong. */
  keyDetail?: string;
  model: string;
  models: ModelChoice[];
  thinking: ThinkingLevel;
  approve: ApprovalMode;
  /** Why the mode `auto` is not available, in a sentence or two. */
  noAuto?: string;
  session: string | undefined;
  running: boolean;
  /** In the order in which they were started. */
  commands: BackgroundCommand[];
  /** In the order in which they are sent. */
  queue?: QueuedMessage[];
  /** Waits for an answer, whatever work asked it. */
  sendQuestion?: WaitingSendQuestion;
  /** The workspace is trusted and has a folder; otherwise a sentence that says what is missing. */
  blocked?: string;
  /** What is missing is trust, which the user can give. */
  untrusted?: true;
}

/** What the message in the box will cost when it is sent, or a sentence why that is not known. */
export type SendEstimate = { tag: PriceTag; caps: CapLeft[] } | { why: string };

/** One of the user's caps, and how much of it is left. */
export interface CapLeft {
  of: 'request' | 'turn' | 'session' | 'day';
  cap: Money;
  left: Money;
}

export type ToPage =
  /** First answer to `ready`: the state and the whole transcript, in the order it happened. */
  | { type: 'open'; state: SidebarState; transcript: TranscriptEntry[]; draft: string }
  | { type: 'state'; state: SidebarState }
  /** A batch of events of the running turn, at most one batch per animation frame. */
  | { type: 'events'; events: AgentEvent[] }
  | { type: 'sessions'; sessions: SessionSummary[] }
  /** Of the draft as it was told last; also after a turn and whenever something changes that the price depends on. */
  | { type: 'estimate'; estimate: SendEstimate }
  /** The question text put into the message box, for instance by a command. */
  | { type: 'prefill'; text: string }
  | { type: 'focus' };

/** One thing that the page shows again after a reload; `user` is a message the user sent. */
export type TranscriptEntry = { type: 'user'; text: string } | { type: 'event'; event: AgentEvent };

export type ToHost =
  | { type: 'ready' }
  /** While a turn runs the message waits for its end. */
  | { type: 'send'; text: string }
  | { type: 'unqueue'; id: string }
  /** Into the running turn; where none runs, as the next one. */
  | { type: 'send_queued'; id: string }
  | { type: 'stop' }
  /** Has the conversation summed up, to make room. */
  | { type: 'compact' }
  /** What is in the box, once it has stayed so for a moment: kept, and priced. */
  | { type: 'draft'; text: string }
  | { type: 'decide'; approval: string; decision: ApprovalDecision }
  | { type: 'answer_send'; question: string; agreed: boolean }
  | { type: 'set_model'; model: string }
  | { type: 'set_thinking'; thinking: ThinkingLevel }
  | { type: 'set_approve'; approve: ApprovalMode }
  | { type: 'new_session' }
  | { type: 'list_sessions' }
  | { type: 'open_session'; session: string }
  | { type: 'enter_key' }
  | { type: 'check_key' }
  | { type: 'rehearse' }
  /** `setting`: shows only this one, with its whole name. */
  | { type: 'open_settings'; setting?: string }
  | { type: 'manage_trust' }
  /** Opens a workspace file; the host checks the path. */
  | { type: 'open_file'; path: string; line?: number }
  /** Opens the native diff of one edit of a turn: before and after. */
  | { type: 'open_diff'; call: string }
  | { type: 'undo_turn'; checkpoint: string }
  /** Ends a command in the background, or one that waits for input; shows its terminal. */
  | { type: 'stop_command'; id: string }
  | { type: 'show_command'; id: string }
  /** One line for a command that waits for input, by the wait's id; or the end of its input. */
  | { type: 'answer_command'; wait: string; text: string }
  | { type: 'end_input'; wait: string }
  | { type: 'open_url'; url: string };
