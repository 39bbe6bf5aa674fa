import type { VNode } from 'preact';
import type { Item, PageState, Progress, Waiting } from '../items.js';
import { Icon } from './icon.js';

const phases: Record<Progress['phase'], string> = {
  list: 'Listing files',
  read: 'Reading files',
  count: 'Counting tokens',
  rank: 'Ranking the files',
  outline: 'Making outlines',
  render: 'Writing the pack',
  save: 'Saving the pack',
};

/** What goes on right now, while nothing else on the page moves. */
export function StatusLine({ state }: { state: PageState }): VNode | null {
  if (!state.sidebar.running && !state.progress) return null;
  const last = state.items.at(-1);
  if (!state.progress && !state.waiting && isMoving(last)) return null;
  return (
    <div class="line status-line">
      <Icon name="loading" spin />
      <span class="line-text">{describe(state, last)}</span>
      {state.progress && state.progress.total > 0 ? (
        <progress value={state.progress.done} max={state.progress.total} aria-label={phases[state.progress.phase]} />
      ) : null}
    </div>
  );
}

function isMoving(item: Item | undefined): boolean {
  if (item?.kind === 'answer' || item?.kind === 'reasoning') return item.live;
  return item?.kind === 'tool' && item.status === 'running';
}

function describe(state: PageState, last: Item | undefined): string {
  if (state.progress) return describeProgress(state.progress);
  if (state.waiting) return describeWaiting(state.waiting);
  if (last?.kind === 'approval' && last.result === undefined) return 'Waiting for your answer…';
  // The first step after the choice begins behind the list of sites.
  if (last?.kind === 'sites' && state.stepFirstKey <= last.key) return 'Waiting for your choice of sites…';
  if (last?.kind === 'verify' && last.end === undefined) return 'Verifying…';
  return 'Working…';
}

function describeProgress(progress: Progress): string {
  const counts =
    progress.total > 0 ? ` ${progress.done.toLocaleString('en-US')} of ${progress.total.toLocaleString('en-US')}` : '';
  return `${phases[progress.phase]}${counts}…`;
}

function describeWaiting(waiting: Waiting): string {
  if (waiting.reason === 'prefix') return 'The pack is read into the prefix cache first…';
  return waiting.reason === 'queued'
    ? `The request waits in the host's queue, ${waiting.seconds} s so far…`
    : `No answer yet, ${waiting.seconds} s so far…`;
}
