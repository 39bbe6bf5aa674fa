import type { VNode } from 'preact';
import { formatCount, formatShare, formatTokens } from '../format.js';
import type { PackItem } from '../items.js';
import { Icon } from './icon.js';

export function PackLine({ item }: { item: PackItem }): VNode {
  const { pack } = item;
  const facts = [
    formatCount(pack.files, 'file'),
    `${formatTokens(pack.tokens)} tokens (${formatShare(pack.tokens / Math.max(1, pack.windowTokens))} of the window)`,
  ];
  if (pack.outlined > 0) facts.push(formatCount(pack.outlined, 'outline'));
  if (pack.changes > 0) facts.push(formatCount(pack.changes, 'later change'));
  if (pack.listed > 0) facts.push(`${pack.listed} only listed`);
  if (pack.withheld > 0) facts.push(`${pack.withheld} withheld`);
  return (
    <div class="line" title={`Snapshot ${pack.snapshot}, budget ${formatTokens(pack.budget)} tokens`}>
      <Icon name="package" />
      <span class="line-text">
        {pack.reused ? 'Pack used again: ' : 'Packed '}
        {facts.join(' · ')}
      </span>
    </div>
  );
}
