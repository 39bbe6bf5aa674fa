import type { VNode } from 'preact';
import { Icon } from '../../components/icon.js';
import type { MapStatus } from '../state.js';
import type { Post } from '../post.js';

const phases: Record<string, string> = {
  list: 'Listing the files',
  read: 'Reading and counting the files',
  count: 'Counting tokens',
  rank: 'Ranking the files',
  outline: 'Outlining the files',
  render: 'Fitting the pack to the budget',
  save: 'Storing the snapshot',
};

/** The whole page while there is no pack to show. */
export function Waiting({ status, post }: { status: MapStatus; post: Post }): VNode {
  return (
    <main class="waiting">
      <h1 class="tab-title">Pack map</h1>
      {status.kind === 'blocked' ? (
        <>
          <p role="alert">{status.sentence}</p>
          {status.untrusted && (
            <button type="button" class="button" onClick={() => post({ type: 'manage_trust' })}>
              Manage workspace trust
            </button>
          )}
        </>
      ) : status.kind === 'resting' ? (
        <p role="status">
          Nothing has been read since the window was loaded. The pack is opened when this tab is shown.
        </p>
      ) : (
        <Progress status={status} post={post} />
      )}
    </main>
  );
}

/** Above the map while another pack is made, or when that did not work. */
export function PackingLine({ status, post }: { status: MapStatus; post: Post }): VNode {
  return (
    <div class="packing-line">
      <Progress status={status} post={post} />
    </div>
  );
}

function Progress({ status, post }: { status: MapStatus; post: Post }): VNode {
  if (status.kind === 'failed') {
    return (
      <>
        <p role="alert">
          <Icon name="warning" /> {status.sentence}
        </p>
        <button type="button" class="button secondary" onClick={() => post({ type: 'pack' })}>
          Pack now
        </button>
      </>
    );
  }
  const { phase, done, total } = status.kind === 'packing' ? status : { phase: 'list', done: 0, total: 0 };
  const words = phases[phase] ?? 'Packing';
  const counted = total > 1 ? ` · ${done.toLocaleString('en-US')} of ${total.toLocaleString('en-US')}` : '';
  return (
    <>
      <p role="status">
        {words}
        <span class="quiet" aria-hidden="true">
          {counted}
        </span>
      </p>
      <progress aria-label={words} {...(total > 1 ? { value: done, max: total } : {})} />
      <button type="button" class="button secondary" onClick={() => post({ type: 'cancel' })}>
        Cancel
      </button>
    </>
  );
}
