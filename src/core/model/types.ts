/** The conversation as it is stored, the request made of it, and what comes back. Neither wire shows here. */
import type { StopReason, ThinkingLevel, Usage, WireName } from '../../protocol/events.js';
import type { ServedModel } from './catalogue.js';
import type { CatalogueHost } from './hosts.js';
import type { BoundaryLimits } from './networkLimits.js';
import type { PrefixChange, PrefixMemory } from './prefixMemory.js';
import type { Cost, Currency } from '../../protocol/money.js';
import type { Purpose } from '../../protocol/usage.js';
import type { Caps } from '../usage/caps.js';

/** One tool call of the model. `arguments` stays the raw JSON text, byte for byte, until a tool parses it. */
export interface ToolCall {
  id: string;
  name: string;
  arguments: string;
}

/** `text` of a pack message is not here: it stays in the worker, under its SHA-256, and is spliced in at the boundary. */
export type Message = TextMessage | { role: 'user'; packSha256: string } | AssistantMessage | ToolMessage;

/** Stored beside a text and never sent: a text of a file that is hidden later must not leave again. */
interface Showing {
  /** Workspace paths of files of which it shows text that stands neither in the pack nor in the change log. */
  shows?: readonly string[];
}

export interface TextMessage extends Showing {
  role: 'user';
  text: string;
}

export interface ToolMessage extends Showing {
  role: 'tool';
  call: string;
  name: string;
  text: string;
  failed: boolean;
}

/** `reasoning` is never blank: a reply without any gets `noReasoning` when it arrives, and keeps it for ever. */
export interface AssistantMessage {
  role: 'assistant';
  reasoning: string;
  text: string;
  calls: ToolCall[];
}

/** The stored stand-in for reasoning that the model did not give (DeepSeek refuses a blank one). */
export const noReasoning = '[this reply came without reasoning]';

export interface ToolSpec {
  name: string;
  description: string;
  /** JSON Schema, in the order in which it is sent. */
  schema: Record<string, unknown>;
}

export interface ModelRequest {
  model: ServedModel;
  host: CatalogueHost;
  wire: WireName;
  /** Without a trailing slash; overrides the host's. */
  baseUrl: string;
  apiKey: string;
  /** Origin that the key was entered for, the only one it is sent to; the base URL's when absent. */
  keyOrigin?: string;
  thinking: ThinkingLevel;
  maxTokens: number;
  system: string;
  tools: readonly ToolSpec[];
  messages: readonly Message[];
  /** Constant for one person: it partitions the prefix cache. */
  userId: string;
  /** Clocks that the user set; the defaults elsewhere. */
  limits?: Partial<BoundaryLimits>;
  /** What this session sent before, and in which cache lane it sends now. */
  prefix?: { memory: PrefixMemory; lane: string };
  account: Account;
}

/** Who asks, and what may be spent on it: for the ledger and the caps. Nothing of it goes over the wire. */
export interface Account {
  purpose: Purpose;
  session: string;
  turn: number;
  /** Our own count of the input, and the most that the service may count. */
  countedTokens: number;
  mostTokens: number;
  /** How many of the messages are pack and change log, and their count as a prompt; absent where there is no pack. */
  base?: { messages: number; tokens: number };
  /** In which costs are told and caps are meant. */
  currency: Currency;
  caps: Caps;
  /** Of a primer: the most that the input of the request behind it may have; a cap has to leave room for both. */
  ahead?: number;
  /** A cold pack may be made a stored unit first. */
  primer: boolean;
  /** A stand-in answers: nothing is counted. */
  rehearsal: boolean;
}

export type FailureKind =
  | 'key'
  | 'balance'
  | 'moderation'
  | 'overflow'
  | 'bad_request'
  | 'reasoning_missing'
  | 'rate_limit'
  | 'server'
  | 'network'
  | 'tls'
  | 'stalled'
  | 'cut'
  | 'malformed'
  | 'empty'
  | 'looping'
  | 'not_the_api'
  | 'secret'
  /** A cap did not allow the request. */
  | 'cap';

export interface Failure {
  kind: FailureKind;
  /** One plain sentence for the user; server text is redacted. */
  message: string;
  retryable: boolean;
  status?: number;
  retryAfterMs?: number;
  requestId?: string;
  /** Nothing reached the model, so that nothing is billed. */
  unbilled?: boolean;
  /** From an overflow answer: tokens in the messages and tokens asked for the completion. */
  overflow?: { windowTokens: number; messageTokens: number; completionTokens: number };
}

/** The stream of one request. It never throws: it ends with exactly one `done` or `failed`. */
export type ModelEvent =
  | { type: 'reasoning'; text: string }
  | { type: 'text'; text: string }
  | { type: 'call'; id: string; name: string }
  /** Before the request leaves: it does not begin with what was sent before. */
  | ({ type: 'prefix_changed' } & PrefixChange)
  | { type: 'waiting'; reason: 'queued' | 'silent' | 'prefix'; seconds: number }
  /** A primer went ahead of this request. */
  | { type: 'primed'; usage: Usage; cost: Cost }
  /** For the user: money, or the cache. */
  | { type: 'notice'; level: 'info' | 'warning'; text: string }
  | {
      type: 'done';
      message: AssistantMessage;
      stopReason: Exclude<StopReason, 'aborted' | 'error'>;
      usage: Usage;
      /** By the rates that held when it was sent, as the ledger has it; the metered client tells it. */
      cost?: Cost;
      /** The model that the server says answered, for the log. */
      model: string;
      /** The provider's own word for the end, before it is mapped; absent where the stream ended without one. */
      rawFinish?: string;
      /** Of the service's build, where it names one: a model's behaviour changes behind its name. */
      fingerprint?: string;
      /** The answer's own id, inside the stream. */
      responseId?: string;
      /** The request's id in a header (`x-ds-trace-id`): what the service's support asks for. */
      requestId?: string;
    }
  | { type: 'failed'; failure: Failure }
  | { type: 'aborted' };

export interface ModelClient {
  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelEvent>;
}
