import type { VNode } from 'preact';
import { useMemo, useRef } from 'preact/hooks';
import type { ToHost } from '../../protocol/sidebar.js';
import type { PageState } from '../items.js';
import { PageContext, usePage, type PageHands } from '../pageContext.js';
import { listWaitingApprovals, type Action } from '../state.js';
import { ApprovalDock } from './approvalDock.js';
import { CommandBar } from './commandBar.js';
import { Composer, readObstacle } from './composer.js';
import { EmptyState } from './emptyState.js';
import { FirstRun } from './firstRun.js';
import { Icon } from './icon.js';
import { MeterLine } from './meterLine.js';
import { SendDock } from './sendDock.js';
import { PriceLine } from './priceLine.js';
import { SessionList } from './sessionList.js';
import { Transcript } from './transcript.js';

interface AppProps {
  state: PageState;
  post: (message: ToHost) => void;
  dispatch: (action: Action) => void;
}

export function App({ state, post, dispatch }: AppProps): VNode {
  const hands = useHands(state, post, dispatch);
  const isRehearsal =
    state.sidebar.blocked === undefined && (state.sidebar.keyState === 'rehearsal' || state.rehearsal);
  return (
    <PageContext.Provider value={hands}>
      <div class="page">
        <Bar view={state.view} />
        {isRehearsal ? (
          <div class="rehearsal" role="note">
            <Icon name="beaker" />
            <span>Rehearsal: a small stand-in answers, not DeepSeek V4.</span>
            <button type="button" class="text-button" onClick={() => post({ type: 'enter_key' })}>
              Enter API key…
            </button>
          </div>
        ) : null}
        {state.view === 'sessions' ? <SessionList state={state} /> : <Chat state={state} />}
        <div class="sr-only" role="status" aria-live="polite">
          {state.announcement}
        </div>
      </div>
    </PageContext.Provider>
  );
}

function Chat({ state }: { state: PageState }): VNode {
  const needsSetup =
    state.opened && (state.sidebar.blocked !== undefined || /missing|rejected|checking/.test(state.sidebar.keyState));
  const isEmpty = state.items.length === 0 && !state.progress;
  return (
    <>
      {isEmpty ? (
        <div class="transcript-frame">
          <div class="transcript">
            {state.opened ? (
              <EmptyState show={needsSetup ? 'none' : state.sidebar.keyState === 'rehearsal' ? 'rehearsal' : 'model'} />
            ) : null}
            {needsSetup ? <FirstRun state={state.sidebar} /> : null}
          </div>
        </div>
      ) : (
        <>
          <Transcript state={state} />
          {needsSetup ? (
            <div class="setup-dock">
              <FirstRun state={state.sidebar} />
            </div>
          ) : null}
        </>
      )}
      <CommandBar commands={state.sidebar.commands} />
      <ApprovalDock waiting={listWaitingApprovals(state.items)} />
      <SendDock question={state.sidebar.sendQuestion} />
      <Composer state={state} />
      <PriceLine estimate={state.estimate} turn={state.turnPrice} running={state.sidebar.running} />
      <MeterLine
        meter={state.meter}
        keyDetail={state.sidebar.keyState === 'accepted' ? state.sidebar.keyDetail : undefined}
      />
    </>
  );
}

function Bar({ view }: { view: PageState['view'] }): VNode {
  const { post, dispatch } = usePage();
  const showSessions = (): void => {
    post({ type: 'list_sessions' });
    dispatch({ type: 'show', view: 'sessions' });
  };
  const isList = view === 'sessions';
  return (
    <div class="bar">
      {isList ? (
        <BarButton
          icon="arrow-left"
          label="Back to the conversation"
          act={() => dispatch({ type: 'show', view: 'chat' })}
        />
      ) : null}
      <span class="bar-title">{isList ? 'Sessions' : ''}</span>
      {isList ? null : <BarButton icon="history" label="Sessions" act={showSessions} />}
      <BarButton
        icon="add"
        label="New session"
        act={() => {
          post({ type: 'new_session' });
          dispatch({ type: 'show', view: 'chat' });
        }}
      />
    </div>
  );
}

function BarButton({ icon, label, act }: { icon: string; label: string; act: () => void }): VNode {
  return (
    <button type="button" class="icon-button" title={label} aria-label={label} onClick={act}>
      <Icon name={icon} />
    </button>
  );
}

/** One object for the page's life, so that nothing is drawn again because of it; it reads the newest state. */
function useHands(state: PageState, post: AppProps['post'], dispatch: AppProps['dispatch']): PageHands {
  const now = useRef(state);
  now.current = state;
  const sendOrQueue = (text: string): boolean => {
    if (readObstacle(now.current) !== undefined) return false;
    post({ type: 'send', text });
    dispatch({ type: 'sent', text });
    return true;
  };
  return useMemo<PageHands>(
    () => ({
      post,
      dispatch,
      send: (text) => !now.current.sidebar.running && sendOrQueue(text),
      sendOrQueue,
      prefill: (text) => dispatch({ type: 'prefill', text }),
      readLastMessage: () => now.current.items.findLast((item) => item.kind === 'user')?.text,
    }),
    [post, dispatch],
  );
}
