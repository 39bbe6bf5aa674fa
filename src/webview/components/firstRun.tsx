import type { VNode } from 'preact';
import type { SidebarState } from '../../protocol/sidebar.js';
import { usePage } from '../pageContext.js';
import { Icon } from './icon.js';

/** What stands in the way of the first message, and the two ways on. */
export function FirstRun({ state }: { state: SidebarState }): VNode | null {
  const { post } = usePage();
  if (state.blocked !== undefined) {
    return (
      <section class="card welcome" aria-label="Baleen cannot start here">
        <div class="card-head">
          <Icon name="info" />
          <span>{state.blocked}</span>
        </div>
        {state.untrusted === true ? (
          <button type="button" class="button wide" onClick={() => post({ type: 'manage_trust' })}>
            <Icon name="shield" /> Manage Workspace Trust
          </button>
        ) : null}
      </section>
    );
  }
  if (state.keyState === 'checking') {
    return (
      <div class="line status-line" role="status">
        <Icon name="loading" spin />
        <span class="line-text">Checking the key…</span>
      </div>
    );
  }
  if (state.keyState === 'missing') return <MissingKey />;
  if (state.keyState === 'rejected') return <RejectedKey detail={state.keyDetail} />;
  return null;
}

function MissingKey(): VNode {
  const { post } = usePage();
  return (
    <section class="card welcome" aria-label="Set up Baleen">
      <h2>Two ways to begin</h2>
      <p>
        <strong>With a DeepSeek API key.</strong> Baleen sends this repository, without its secrets, to DeepSeek V4. The
        key is kept by the editor and goes to that host only.
      </p>
      <button type="button" class="button wide" onClick={() => post({ type: 'enter_key' })}>
        <Icon name="key" /> Enter API key…
      </button>
      <p>
        <strong>Without a key.</strong> In a rehearsal a small stand-in takes the model's place. It understands a
        handful of requests, such as renaming a name everywhere, and really uses the tools on your files. Nothing is
        sent anywhere.
      </p>
      <button type="button" class="button secondary wide" onClick={() => post({ type: 'rehearse' })}>
        <Icon name="play" /> Try a rehearsal without a key
      </button>
    </section>
  );
}

function RejectedKey({ detail }: { detail: string | undefined }): VNode {
  const { post } = usePage();
  return (
    <section class="card welcome" role="alert" aria-label="The API key was rejected">
      <div class="card-head bad">
        <Icon name="error" />
        <span>The API key was rejected</span>
      </div>
      <p>{detail ?? 'The host did not accept the key.'}</p>
      <div class="answers">
        <button type="button" class="button" onClick={() => post({ type: 'enter_key' })}>
          Enter API key…
        </button>
        <button type="button" class="button secondary" onClick={() => post({ type: 'check_key' })}>
          Check again
        </button>
        <button type="button" class="button secondary" onClick={() => post({ type: 'rehearse' })}>
          Try a rehearsal without a key
        </button>
      </div>
    </section>
  );
}
