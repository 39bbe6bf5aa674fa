import type { Cost } from '../protocol/money.js';
import type {
  ApprovalDecision,
  ApprovalRequest,
  EventOf,
  Finding,
  NoticeAction,
  Site,
  ToolDetails,
  Usage,
} from '../protocol/events.js';
import type { InputWait } from '../protocol/inputWait.js';
import type { PriceTag } from '../protocol/priceTag.js';
import type { SendEstimate, SessionSummary, SidebarState } from '../protocol/sidebar.js';

/** Grows by one for each item of a page's life; the key of its element. */
type Keyed = { key: number };

export type UserItem = Keyed & { kind: 'user'; text: string; turn?: number };
export type AnswerItem = Keyed & { kind: 'answer'; text: string; live: boolean };
export type ReasoningItem = Keyed & {
  kind: 'reasoning';
  text: string;
  live: boolean;
  /** Milliseconds of the page's clock; unknown for what was replayed. */
  startedMs?: number;
  durationMs?: number;
};
export type ToolStatus = 'running' | EventOf<'tool_call_end'>['status'];
export type ToolItem = Keyed & {
  kind: 'tool';
  call: string;
  tool: string;
  title: string;
  path?: string;
  status: ToolStatus;
  /** The last part of what it printed, and how many characters before it were let go. */
  output: string;
  outputCutChars: number;
  summary: string;
  /** Its command waits for input. */
  wait?: InputWait;
  details?: ToolDetails;
};
export type ApprovalItem = Keyed & {
  kind: 'approval';
  request: ApprovalRequest;
  /** What the user clicked, before the host has confirmed it. */
  sent?: ApprovalDecision;
  /** `unanswered`: the turn ended first. */
  result?: ApprovalDecision | 'unanswered';
};
export type PackItem = Keyed & { kind: 'pack'; pack: EventOf<'pack_ready'> };
export type NoticeItem = Keyed & {
  kind: 'notice';
  level: 'info' | 'warning' | 'error';
  text: string;
  action?: NoticeAction;
};
export type CompactionItem = Keyed & {
  kind: 'compaction';
  start: EventOf<'compaction_start'>;
  end?: EventOf<'compaction_end'> | 'unended';
};
export type SitesItem = Keyed & { kind: 'sites'; rule: string; sites: Site[] };
export type FindingsItem = Keyed & {
  kind: 'findings';
  findings: Finding[];
  dropped: number;
  state: EventOf<'findings'>['state'];
};
export type VerifyItem = Keyed & {
  kind: 'verify';
  command: string;
  round: number;
  end?: { exitCode: number | null; durationMs: number; output: string };
};
export type RestoredItem = Keyed & { kind: 'restored'; paths: string[]; reason: string };
export type TurnEndItem = Keyed & { kind: 'turn_end'; end: EventOf<'turn_end'>; undone: boolean };

export type Item =
  | UserItem
  | AnswerItem
  | ReasoningItem
  | ToolItem
  | ApprovalItem
  | PackItem
  | NoticeItem
  | CompactionItem
  | SitesItem
  | FindingsItem
  | VerifyItem
  | RestoredItem
  | TurnEndItem;

export type ItemKind = Item['kind'];
export type ItemOf<K extends ItemKind> = Extract<Item, { kind: K }>;

/** What the line under the message box shows. */
export interface Meter {
  contextTokens: number;
  windowTokens: number;
  stepCost: Cost;
  stepUsage: Usage;
  /** Our own count of the step's input, to be set beside what was billed. 0 where it says nothing. */
  countedTokens: number;
  sessionCost: Cost;
}

/** The newest turn: what was said before it, and what it came to. */
export interface TurnPrice {
  tag: PriceTag | undefined;
  /** Of its first request that was answered. */
  firstCost: Cost | undefined;
  cost: Cost;
  requests: number;
  ended: boolean;
}

export type Progress = EventOf<'progress'>;
export type Waiting = EventOf<'waiting'>;

export interface PageState {
  /** False until the host's first answer. */
  opened: boolean;
  sidebar: SidebarState;
  items: Item[];
  nextKey: number;
  /** Key of the first item of the running step: where a retry cuts. */
  stepFirstKey: number;
  meter: Meter | undefined;
  turnPrice: TurnPrice | undefined;
  /** Absent until the host has said something. */
  estimate: SendEstimate | undefined;
  progress: Progress | undefined;
  waiting: Waiting | undefined;
  rehearsal: boolean;
  view: 'chat' | 'sessions';
  sessions: SessionSummary[] | undefined;
  /** Text for the message box; `revision` grows whenever the box has to take it over. */
  prefill: { text: string; revision: number; focus: boolean };
  /** A sentence for people who do not see the page, read out once. */
  announcement: string;
}
