import { formatCost } from '../../protocol/money.js';
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { SessionSummary } from '../../protocol/sidebar.js';
import type { PageState } from '../items.js';
import { usePage } from '../pageContext.js';
import { Icon } from './icon.js';

export function SessionList({ state }: { state: PageState }): VNode {
  const { dispatch } = usePage();
  const [filter, setFilter] = useState('');
  const close = (): void => dispatch({ type: 'show', view: 'chat' });
  const found = (state.sessions ?? []).filter((session) => session.title.toLowerCase().includes(filter.toLowerCase()));
  return (
    <section
      class="sessions"
      aria-label="Sessions"
      onKeyDown={(event) => {
        if (event.key === 'Escape') close();
      }}
    >
      <input
        class="session-filter"
        type="search"
        placeholder="Search sessions"
        aria-label="Search sessions"
        onInput={(event) => setFilter(event.currentTarget.value)}
      />
      {state.sessions === undefined ? <p class="quiet">Reading the sessions…</p> : null}
      {state.sessions?.length === 0 ? <p class="quiet">No sessions yet.</p> : null}
      {state.sessions !== undefined && state.sessions.length > 0 && found.length === 0 ? (
        <p class="quiet">No session has that in its title.</p>
      ) : null}
      <ul class="plain-list">
        {found.map((session) => (
          <SessionRow key={session.id} session={session} isOpen={session.id === state.sidebar.session} />
        ))}
      </ul>
    </section>
  );
}

function SessionRow({ session, isOpen }: { session: SessionSummary; isOpen: boolean }): VNode {
  const { post, dispatch } = usePage();
  const open = (): void => {
    if (!isOpen) post({ type: 'open_session', session: session.id });
    dispatch({ type: 'show', view: 'chat' });
  };
  return (
    <li>
      <button type="button" class="session-row" aria-current={isOpen ? 'true' : undefined} onClick={open}>
        <Icon name="comment-discussion" />
        <span class="session-title">{session.title}</span>
        <span class="session-facts">
          {formatWhen(session.at)} · {formatCost(session.cost)}
        </span>
      </button>
    </li>
  );
}

function formatWhen(at: string): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return at;
  const isToday = date.toDateString() === new Date().toDateString();
  return isToday
    ? date.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' })
    : date.toLocaleDateString(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
}
