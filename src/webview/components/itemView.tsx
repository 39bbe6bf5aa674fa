import type { ComponentType, VNode } from 'preact';
import type { Item, ItemKind, ItemOf } from '../items.js';
import { memo } from '../memo.js';
import { Answer } from './answer.js';
import { ApprovalLine } from './approvalLine.js';
import { CompactionCard } from './compactionCard.js';
import { FindingsList } from './findingsList.js';
import { Notice } from './notice.js';
import { PackLine } from './packLine.js';
import { Reasoning } from './reasoning.js';
import { RestoredLine } from './restoredLine.js';
import { SitesList } from './sitesList.js';
import { ToolCard } from './toolCard.js';
import { TurnEnd } from './turnEnd.js';
import { UserMessage } from './userMessage.js';
import { VerifyCard } from './verifyCard.js';

const views: { [K in ItemKind]: ComponentType<{ item: ItemOf<K> }> } = {
  user: UserMessage,
  answer: Answer,
  reasoning: Reasoning,
  tool: ToolCard,
  approval: ApprovalLine,
  pack: PackLine,
  notice: Notice,
  compaction: CompactionCard,
  sites: SitesList,
  findings: FindingsList,
  verify: VerifyCard,
  restored: RestoredLine,
  turn_end: TurnEnd,
};

/** An item never changes in place, so an item that is the same object needs no drawing. */
export const ItemView = memo(function ItemView({ item }: { item: Item }): VNode {
  const View = views[item.kind] as ComponentType<{ item: Item }>;
  return (
    <div class={`item item-${item.kind}`}>
      <View item={item} />
    </div>
  );
});
