import type { PrefixTable } from './prefixTable.js';
import { renderTable } from './tables.js';

export function renderPrefixTable({ commits, promptTokens, rows }: PrefixTable): string {
  const reference = rows.find(({ name }) => name === 'repomix order')?.costUsd ?? 0;
  const lines = rows.map(({ name, meanShare, worstShare, contained, costUsd, log }) => [
    name,
    ...[percent(meanShare), percent(worstShare), `${contained} of ${commits}`, `$${costUsd.toFixed(4)}`],
    `1/${(reference / costUsd).toFixed(1)}`,
    log === undefined ? '' : `${log.tokens} in ${log.entries} (${log.whole} whole)`,
  ]);
  const head = `${commits} commits, ${promptTokens.toLocaleString('en-US')} tokens`;
  const columns = ['prefix, mean', 'worst', 'containment', 'input cost', 'of repomix order', 'log tokens'];
  return renderTable([head, ...columns], lines);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
