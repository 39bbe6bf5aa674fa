import type { VNode } from 'preact';
import { Icon } from '../../components/icon.js';
import type { Post } from '../post.js';
import type { UsagePageState } from '../state.js';
import { UsageScreen } from './usageScreen.js';

export function UsagePage({ state: { known, trouble }, post }: { state: UsagePageState; post: Post }): VNode {
  if (known !== undefined) return <UsageScreen {...known} trouble={trouble?.sentence} post={post} />;
  return (
    <main class="waiting">
      <h1 class="tab-title">Usage</h1>
      {trouble === undefined ? (
        <p role="status">Reading what was used…</p>
      ) : (
        <p role="alert">
          <Icon name="warning" /> {trouble.sentence}
        </p>
      )}
      {trouble?.untrusted === true && (
        <button type="button" class="button" onClick={() => post({ type: 'manage_trust' })}>
          Manage workspace trust
        </button>
      )}
      {trouble?.untrusted === false && (
        <button type="button" class="button secondary" onClick={() => post({ type: 'refresh' })}>
          Try again
        </button>
      )}
    </main>
  );
}
