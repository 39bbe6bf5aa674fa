import type { VNode } from 'preact';
import type { UserItem } from '../items.js';

export function UserMessage({ item }: { item: UserItem }): VNode {
  return (
    <div class="user-message" role="article" aria-label="You">
      {item.text}
    </div>
  );
}
