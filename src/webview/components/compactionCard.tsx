import type { VNode } from 'preact';
import { formatCost } from '../../protocol/money.js';
import { formatTokens } from '../format.js';
import { spellBidirectional } from '../invisible.js';
import type { CompactionItem } from '../items.js';
import { Fold } from './fold.js';
import { Icon } from './icon.js';

/** What stands above it is not read by the model any more; the summary that it reads instead can be opened. */
export function CompactionCard({ item }: { item: CompactionItem }): VNode {
  const { end } = item;
  const summary = end !== undefined && end !== 'unended' ? end.summary : undefined;
  const head = (
    <>
      <Icon name={end === undefined ? 'loading' : 'fold'} spin={end === undefined} />
      <span>{describe(item)}</span>
    </>
  );
  if (summary === undefined) return <div class="fold-button still">{head}</div>;
  return (
    <Fold class="compaction" head={head}>
      {() => <div class="reasoning-text">{spellBidirectional(summary)}</div>}
    </Fold>
  );
}

function describe({ start, end }: CompactionItem): string {
  if (end === undefined)
    return `Summing up the conversation (${formatCost(start.tag.low)} to ${formatCost(start.tag.high)})…`;
  if (end === 'unended' || end.how === 'not_done') return 'The conversation was not compacted';
  const how = end.how === 'summary' ? 'Conversation compacted' : 'Conversation cut short, without a summary';
  return `${how}: ${formatTokens(end.beforeTokens)} to ${formatTokens(end.afterTokens)} tokens, ${formatCost(end.cost)}`;
}
