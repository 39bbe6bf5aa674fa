import { noUsage, type AgentEvent, type ApprovalDecision, type EventOf } from '../protocol/events.js';
import type { SendEstimate, SessionSummary, SidebarState, ToPage, TranscriptEntry } from '../protocol/sidebar.js';
import { applyEvent, closeTurn } from './applyEvent.js';
import type { Item, PageState } from './items.js';

/** Everything that changes the page. `nowMs` is the page's clock; the reducer itself has none. */
export type Action =
  | { type: 'open'; state: SidebarState; transcript: TranscriptEntry[]; draft: string }
  | { type: 'state'; state: SidebarState }
  | { type: 'events'; events: AgentEvent[]; nowMs: number }
  | { type: 'sessions'; sessions: SessionSummary[] }
  | { type: 'estimate'; estimate: SendEstimate }
  | { type: 'prefill'; text: string }
  | { type: 'focus' }
  /** Read out to people who do not see the page. */
  | { type: 'announce'; text: string }
  | { type: 'sent'; text: string }
  | { type: 'decided'; approval: string; decision: ApprovalDecision }
  | { type: 'show'; view: PageState['view'] };

export const initialState: PageState = {
  opened: false,
  sidebar: {
    keyState: 'checking',
    model: '',
    models: [],
    thinking: 'high',
    approve: 'ask',
    session: undefined,
    running: false,
    commands: [],
  },
  items: [],
  nextKey: 1,
  stepFirstKey: 0,
  meter: undefined,
  turnPrice: undefined,
  estimate: undefined,
  progress: undefined,
  waiting: undefined,
  rehearsal: false,
  view: 'chat',
  sessions: undefined,
  prefill: { text: '', revision: 0, focus: false },
  announcement: '',
};

type Handlers = { [T in Action['type']]: (state: PageState, action: Extract<Action, { type: T }>) => PageState };

const handlers: Handlers = {
  open: (state, action) => {
    const empty: PageState = { ...initialState, opened: true, sidebar: action.state, nextKey: state.nextKey };
    let opened = action.transcript.reduce(replayEntry, empty);
    if (!action.state.running) opened = closeTurn(opened);
    return {
      ...opened,
      sidebar: action.state,
      sessions: state.sessions,
      estimate: state.estimate,
      prefill: { text: action.draft, revision: state.prefill.revision + 1, focus: false },
    };
  },
  state: (state, action) => {
    const next = { ...state, sidebar: action.state };
    return state.sidebar.running && !action.state.running ? closeTurn(next) : next;
  },
  events: (state, action) => action.events.reduce((s, event) => applyEvent(s, event, action.nowMs), state),
  sessions: (state, action) => ({ ...state, sessions: action.sessions }),
  estimate: (state, action) => ({ ...state, estimate: action.estimate }),
  prefill: (state, action) => ({
    ...state,
    view: 'chat',
    prefill: { text: action.text, revision: state.prefill.revision + 1, focus: true },
  }),
  focus: (state) => ({ ...state, view: 'chat', prefill: { ...state.prefill, focus: true } }),
  announce: (state, action) => ({ ...state, announcement: action.text }),
  // Taken as running at once, so that a second Enter cannot start a second turn; the host's next state decides.
  // What is sent while a turn runs is queued, and comes with that state.
  sent: (state, action) =>
    state.sidebar.running ? state : appendUser({ ...state, sidebar: { ...state.sidebar, running: true } }, action.text),
  decided: (state, action) =>
    replaceItems(state, (item) =>
      item.kind === 'approval' && item.request.id === action.approval && item.sent === undefined
        ? { ...item, sent: action.decision }
        : item,
    ),
  show: (state, action) => ({ ...state, view: action.view }),
};

export function reducePage(state: PageState, action: Action): PageState {
  // An unknown type, from an extension newer than the page, changes nothing.
  if (!Object.hasOwn(handlers, action.type)) return state;
  const handle = handlers[action.type] as (state: PageState, action: Action) => PageState;
  return handle(state, action);
}

export function toAction(message: ToPage, nowMs: number): Action {
  return message.type === 'events' ? { ...message, nowMs } : message;
}

function replayEntry(state: PageState, entry: TranscriptEntry): PageState {
  return entry.type === 'user' ? appendUser(state, entry.text) : applyEvent(state, entry.event, undefined);
}

function appendUser(state: PageState, text: string): PageState {
  const items: Item[] = [...state.items, { kind: 'user', key: state.nextKey, text }];
  return { ...state, items, nextKey: state.nextKey + 1 };
}

function replaceItems(state: PageState, replace: (item: Item) => Item): PageState {
  return { ...state, items: state.items.map(replace) };
}

/** The approvals that wait for an answer, oldest first. */
export function listWaitingApprovals(items: readonly Item[]): Extract<Item, { kind: 'approval' }>[] {
  return items.filter((item) => item.kind === 'approval').filter((item) => item.result === undefined);
}

/** Share of the input of the last step that came from the cache, 0 to 1; undefined before any input. */
export function computeCacheShare(usage: EventOf<'step_end'>['usage'] = noUsage): number | undefined {
  const input = usage.cacheHitTokens + usage.cacheMissTokens;
  return input === 0 ? undefined : usage.cacheHitTokens / input;
}
