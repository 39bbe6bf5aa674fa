import { addCost, formatCost, free } from '../protocol/money.js';
import type { AgentEvent, AgentEventType, ApprovalDecision, EventOf, Outcome } from '../protocol/events.js';
import { describeWait, type InputWait } from '../protocol/inputWait.js';
import type { AnswerItem, Item, PageState, ReasoningItem, ToolItem, TurnPrice } from './items.js';

/** Characters of live output that the page keeps of one tool call. */
export const outputTailChars = 32_000;

const unpricedTurn: TurnPrice = { tag: undefined, firstCost: undefined, cost: free, requests: 0, ended: false };

type Handler<T extends AgentEventType> = (state: PageState, event: EventOf<T>, nowMs: number | undefined) => PageState;

const handlers: { [T in AgentEventType]: Handler<T> } = {
  start: (state, event) => ({ ...state, rehearsal: event.rehearsal }),
  progress: (state, event) => ({ ...state, progress: event }),
  // The editor asks beside the chat, where an answer can be given.
  resnapshot_proposed: (state) => state,
  primed: (state) => state,
  pack_ready: (state, event) => append({ ...state, progress: undefined }, { kind: 'pack', pack: event }),
  turn_start: startTurn,
  price_tag: (state, event) => ({ ...state, turnPrice: { ...(state.turnPrice ?? unpricedTurn), tag: event.tag } }),
  // Of the turn that runs: the next one begins with a message of its own.
  steered: (state, event) => append(settle(state), { kind: 'user', text: event.text, turn: 0 }),
  step_start: (state, _event, nowMs) => ({ ...settle(state, nowMs), stepFirstKey: state.nextKey, progress: undefined }),
  reasoning_delta: addReasoning,
  text_delta: addText,
  step_retry: retryStep,
  waiting: (state, event) => ({ ...state, waiting: event }),
  tool_call_start: (state, event, nowMs) =>
    append(settle(state, nowMs), {
      kind: 'tool',
      call: event.call,
      tool: event.tool,
      title: event.title,
      ...(event.path === undefined ? {} : { path: event.path }),
      status: 'running',
      output: '',
      outputCutChars: 0,
      summary: '',
    }),
  tool_call_output: (state, event) => updateTool(state, event.call, (tool) => addOutput(tool, event.text)),
  input_wait: (state, { call, wait }) => ({
    ...updateTool(state, call, (tool) => withWait(tool, wait)),
    ...(wait === undefined ? {} : { announcement: `${describeWait(wait)}: ${wait.question}` }),
  }),
  tool_call_end: (state, event) =>
    updateTool(state, event.call, (tool) => ({
      ...withWait(tool, undefined),
      status: event.status,
      summary: event.summary,
      ...(event.details === undefined ? {} : { details: event.details }),
    })),
  approval_request: (state, event, nowMs) => ({
    ...append(settle(state, nowMs), { kind: 'approval', request: event.approval }),
    announcement: `Baleen asks for approval: ${event.approval.reason}`,
  }),
  approval_end: (state, event) => endApproval(state, event.id, event.decision),
  step_end: endStep,
  compaction_start: (state, event, nowMs) =>
    append({ ...settle(state, nowMs), stepFirstKey: state.nextKey }, { kind: 'compaction', start: event }),
  compaction_end: endCompaction,
  sites: (state, event) => append(settle(state), { kind: 'sites', rule: event.rule, sites: event.sites }),
  findings: (state, event) =>
    append(settle(state), {
      kind: 'findings',
      findings: event.findings,
      dropped: event.dropped,
      state: event.state,
    }),
  verify_start: (state, event) => append(settle(state), { kind: 'verify', command: event.command, round: event.round }),
  verify_end: endVerify,
  restored: (state, event) =>
    append(markUndone(state, event), { kind: 'restored', paths: event.paths, reason: event.reason }),
  cache_break: (state, event) =>
    append(state, {
      kind: 'notice',
      level: 'warning',
      text: `The cached prefix could not be used again, so the next input is billed in full${event.price === undefined ? '' : ` (${formatCost(event.price)})`}: ${event.reason}`,
    }),
  notice: (state, event) => ({
    ...append(state, {
      kind: 'notice',
      level: event.level,
      text: event.text,
      ...(event.action === undefined ? {} : { action: event.action }),
    }),
    announcement: event.text,
  }),
  turn_end: (state, event) => ({
    ...append(closeTurn(state), { kind: 'turn_end', end: event, undone: false }),
    turnPrice: { ...(state.turnPrice ?? unpricedTurn), cost: event.cost, ended: true },
    announcement: outcomeTexts[event.outcome],
  }),
};

export const outcomeTexts: Record<Outcome, string> = {
  done: 'Done',
  failed: 'Failed',
  bad_usage: 'Could not start',
  verification_failed: 'Verification failed',
  cap_reached: 'Stopped at a cap',
  refused: 'Done, but something was refused',
  overflow: 'Stopped: the context is full',
  api_refused: 'The API refused the request',
  findings: 'Done, with findings',
  cancelled: 'Stopped',
};

/** Pure: the page after one event. `nowMs` is undefined when the event is replayed. */
export function applyEvent(state: PageState, event: AgentEvent, nowMs: number | undefined): PageState {
  // An unknown event, from an extension newer than the page, changes nothing.
  if (!Object.hasOwn(handlers, event.type)) return state;
  const handle = handlers[event.type] as Handler<AgentEventType>;
  return handle(state, event, nowMs);
}

/** Nothing streams, runs or waits any more. */
export function closeTurn(state: PageState): PageState {
  const settled = settle(state);
  const items = settled.items.map((item): Item => {
    if (item.kind === 'approval' && item.result === undefined) return { ...item, result: 'unanswered' };
    if (item.kind === 'compaction' && item.end === undefined) return { ...item, end: 'unended' };
    if (item.kind === 'tool' && item.status === 'running') return { ...withWait(item, undefined), status: 'cancelled' };
    return item;
  });
  return { ...settled, items, progress: undefined, waiting: undefined, sidebar: { ...state.sidebar, running: false } };
}

type Unkeyed<T> = T extends { key: number } ? Omit<T, 'key'> : never;

function append(state: PageState, item: Unkeyed<Item>): PageState {
  const items = [...state.items, { ...item, key: state.nextKey }];
  return { ...state, items, nextKey: state.nextKey + 1 };
}

/** Closes the answer or the reasoning that is being streamed, which is always the last item of its kind. */
function settle(state: PageState, nowMs?: number): PageState {
  if (!state.items.some(isLive)) return { ...state, waiting: undefined };
  const items = state.items.map((item): Item => {
    if (item.kind === 'answer' && item.live) return { ...item, live: false };
    if (item.kind === 'reasoning' && item.live) return endReasoning(item, nowMs);
    return item;
  });
  return { ...state, items, waiting: undefined };
}

function isLive(item: Item): boolean {
  return (item.kind === 'answer' || item.kind === 'reasoning') && item.live;
}

function endReasoning(item: ReasoningItem, nowMs: number | undefined): ReasoningItem {
  if (item.startedMs === undefined || nowMs === undefined) return { ...item, live: false };
  return { ...item, live: false, durationMs: nowMs - item.startedMs };
}

function startTurn(state: PageState, event: EventOf<'turn_start'>): PageState {
  const running = { ...state, turnPrice: unpricedTurn, sidebar: { ...state.sidebar, running: true } };
  const last = findLastUser(state.items);
  if (last !== -1 && (state.items[last] as { turn?: number }).turn === undefined) {
    const items = state.items.map((item, i) =>
      i === last && item.kind === 'user' ? { ...item, turn: event.turn } : item,
    );
    return { ...running, items };
  }
  return append(running, { kind: 'user', text: event.message, turn: event.turn });
}

function markUndone(state: PageState, { undone, redone }: EventOf<'restored'>): PageState {
  const items = state.items.map((item): Item => {
    if (item.kind !== 'turn_end' || item.end.checkpoint === undefined) return item;
    if (item.end.checkpoint === undone) return { ...item, undone: true };
    return item.end.checkpoint === redone ? { ...item, undone: false } : item;
  });
  return { ...state, items };
}

function findLastUser(items: readonly Item[]): number {
  return items.findLastIndex((item) => item.kind === 'user');
}

function addReasoning(state: PageState, event: EventOf<'reasoning_delta'>, nowMs: number | undefined): PageState {
  const last = state.items.at(-1);
  if (last?.kind === 'reasoning' && last.live) return replaceLast(state, { ...last, text: last.text + event.text });
  return append(settle(state, nowMs), {
    kind: 'reasoning',
    text: event.text,
    live: true,
    ...(nowMs === undefined ? {} : { startedMs: nowMs }),
  });
}

function addText(state: PageState, event: EventOf<'text_delta'>, nowMs: number | undefined): PageState {
  const last = state.items.at(-1);
  if (last?.kind === 'answer' && last.live) return replaceLast(state, { ...last, text: last.text + event.text });
  return append(settle(state, nowMs), { kind: 'answer', text: event.text, live: true });
}

function replaceLast(state: PageState, item: AnswerItem | ReasoningItem): PageState {
  return { ...state, items: [...state.items.slice(0, -1), item], waiting: undefined };
}

/** Only the partial output goes: a tool call that has ended did happen and stays. */
function retryStep(state: PageState, event: EventOf<'step_retry'>): PageState {
  const items = state.items.filter((item) => item.key < state.stepFirstKey || !isPartial(item));
  const wait = event.waitMs >= 1000 ? ` in ${Math.round(event.waitMs / 1000)} s` : '';
  return append(
    { ...state, items, waiting: undefined },
    { kind: 'notice', level: 'info', text: `Trying again${wait}: ${event.reason}` },
  );
}

function isPartial(item: Item): boolean {
  return item.kind === 'answer' || item.kind === 'reasoning' || (item.kind === 'tool' && item.status === 'running');
}

function updateTool(state: PageState, call: string, update: (tool: ToolItem) => ToolItem): PageState {
  const at = state.items.findLastIndex((item) => item.kind === 'tool' && item.call === call);
  const items = state.items.map((item, i) => (i === at && item.kind === 'tool' ? update(item) : item));
  return { ...state, items };
}

function withWait({ wait: _, ...tool }: ToolItem, wait: InputWait | undefined): ToolItem {
  return wait === undefined ? tool : { ...tool, wait };
}

function addOutput(tool: ToolItem, text: string): ToolItem {
  const whole = tool.output + text;
  const cut = Math.max(0, whole.length - outputTailChars);
  return { ...tool, output: whole.slice(cut), outputCutChars: tool.outputCutChars + cut };
}

function endApproval(state: PageState, id: string, decision: ApprovalDecision): PageState {
  const items = state.items.map((item): Item =>
    item.kind === 'approval' && item.request.id === id ? { ...item, result: decision } : item,
  );
  return { ...state, items };
}

function endStep(state: PageState, event: EventOf<'step_end'>, nowMs: number | undefined): PageState {
  const price = state.turnPrice ?? unpricedTurn;
  const next: PageState = {
    ...settle(state, nowMs),
    turnPrice: {
      ...price,
      firstCost: price.firstCost ?? event.cost,
      cost: addCost(price.cost, event.cost),
      requests: price.requests + 1,
    },
    meter: {
      contextTokens: event.contextTokens,
      windowTokens: event.windowTokens,
      stepCost: event.cost,
      stepUsage: event.usage,
      countedTokens: state.rehearsal ? 0 : event.countedTokens,
      sessionCost: addCost(state.meter?.sessionCost ?? free, event.cost),
    },
  };
  if (event.stopReason !== 'length') return next;
  return append(next, {
    kind: 'notice',
    level: 'warning',
    text: 'The answer was cut at the output limit. Ask it to go on.',
  });
}

function endCompaction(state: PageState, event: EventOf<'compaction_end'>): PageState {
  const at = state.items.findLastIndex((item) => item.kind === 'compaction');
  const items = state.items.map((item, i) => (i === at && item.kind === 'compaction' ? { ...item, end: event } : item));
  const { meter } = state;
  const sessionCost = addCost(meter?.sessionCost ?? free, event.cost);
  const contextTokens = event.how === 'not_done' ? meter?.contextTokens : event.afterTokens;
  return {
    ...state,
    items,
    waiting: undefined,
    meter: meter && { ...meter, sessionCost, contextTokens: contextTokens ?? meter.contextTokens },
    announcement: event.how === 'not_done' ? 'The conversation was not compacted.' : 'The conversation was compacted.',
  };
}

function endVerify(state: PageState, event: EventOf<'verify_end'>): PageState {
  const at = state.items.findLastIndex(
    (item) => item.kind === 'verify' && item.command === event.command && item.round === event.round,
  );
  const end = { exitCode: event.exitCode, durationMs: event.durationMs, output: event.output };
  if (at === -1) return append(state, { kind: 'verify', command: event.command, round: event.round, end });
  const items = state.items.map((item, i): Item => (i === at && item.kind === 'verify' ? { ...item, end } : item));
  return { ...state, items };
}
