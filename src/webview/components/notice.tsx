import type { VNode } from 'preact';
import type { NoticeAction } from '../../protocol/events.js';
import type { NoticeItem } from '../items.js';
import { usePage, type PageHands } from '../pageContext.js';
import { Icon } from './icon.js';

const actions: Record<NoticeAction['kind'], (page: PageHands, action: NoticeAction) => void> = {
  set_key: (page) => page.post({ type: 'enter_key' }),
  open_settings: (page, { setting }) =>
    page.post({ type: 'open_settings', ...(setting === undefined ? {} : { setting }) }),
  open_url: (page, action) => {
    if (action.url !== undefined) page.post({ type: 'open_url', url: action.url });
  },
  new_session: (page) => page.post({ type: 'new_session' }),
  compact: (page) => page.post({ type: 'compact' }),
  continue: (page) => page.send('Continue where you stopped.'),
  retry: (page) => {
    const text = page.readLastMessage();
    if (text === undefined) page.post({ type: 'check_key' });
    else page.send(text);
  },
};

export function Notice({ item }: { item: NoticeItem }): VNode {
  const page = usePage();
  const { action } = item;
  return (
    <div class={`notice notice-${item.level}`} role={item.level === 'error' ? 'alert' : undefined}>
      <Icon name={item.level} />
      <span class="line-text">{item.text}</span>
      {action ? (
        <button type="button" class="button secondary small" onClick={() => actions[action.kind](page, action)}>
          {action.label}
        </button>
      ) : null}
    </div>
  );
}
