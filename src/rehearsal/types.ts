/** A request and a reply as both wires mean them, seen from the server's side. */

export type ServerMessage =
  | { role: 'system' | 'user'; text: string }
  | { role: 'assistant'; reasoning: string; text: string; calls: ServerCall[] }
  | { role: 'tool'; call: string; text: string };

export interface ServerCall {
  id: string;
  name: string;
  arguments: string;
}

export interface ServerRequest {
  wire: 'openai' | 'anthropic';
  model: string;
  thinking: boolean;
  effort: string | undefined;
  maxTokens: number | undefined;
  userId: string | undefined;
  tools: { name: string; description: string; schema: unknown }[];
  messages: ServerMessage[];
}

export interface ServerUsage {
  cacheHitTokens: number;
  cacheMissTokens: number;
  outputTokens: number;
  reasoningTokens: number;
}

export interface ServerReply {
  reasoning: string;
  text: string;
  calls: ServerCall[];
  stopReason: 'stop' | 'tool_calls' | 'length';
  /** Counted by the server when absent. */
  usage?: ServerUsage;
}
