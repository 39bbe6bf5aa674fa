import type { VNode } from 'preact';
import type { QueuedMessage } from '../../protocol/sidebar.js';
import { usePage } from '../pageContext.js';
import { Icon } from './icon.js';

export interface QueueListProps {
  queue: readonly QueuedMessage[];
  running: boolean;
  /** Puts a message back into the box. */
  edit: (text: string) => void;
}

/** What was sent while a turn runs, under the box that it came from. */
export function QueueList({ queue, running, edit }: QueueListProps): VNode | null {
  const { post } = usePage();
  if (queue.length === 0) return null;
  const remove = ({ id }: QueuedMessage): void => post({ type: 'unqueue', id });
  return (
    <section class="queue" aria-label="Queued messages">
      <div class="queue-head">
        {running ? 'Sent when this turn ends' : 'Waiting: the last turn was stopped or did not end well'}
      </div>
      <ul class="plain-list">
        {queue.map((message) => (
          <li key={message.id} class="queue-item">
            <span class="queue-text" title={message.text}>
              {message.text}
            </span>
            {message.steers ? <span class="queue-note">goes in with the next step</span> : null}
            <QueueButton
              icon="edit"
              label="Edit"
              act={() => {
                remove(message);
                edit(message.text);
              }}
            />
            <QueueButton icon="close" label="Remove" act={() => remove(message)} />
            {message.steers ? null : (
              <QueueButton
                icon="arrow-up"
                label={running ? 'Send now, into the running turn' : 'Send now'}
                act={() => post({ type: 'send_queued', id: message.id })}
              />
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function QueueButton({ icon, label, act }: { icon: string; label: string; act: () => void }): VNode {
  return (
    <button type="button" class="icon-button small" title={label} aria-label={label} onClick={act}>
      <Icon name={icon} />
    </button>
  );
}
