import type { VNode } from 'preact';
import { Fact } from '../../components/fact.js';
import { formatCount, formatDuration, formatTokens } from '../../format.js';
import { exact, formatPercent } from '../format.js';
import { median, type Range } from '../range.js';
import { hitRateOf, formatAmounts } from '../../../protocol/usageSums.js';

/** The range in six figures. */
export function Totals({ range }: { range: Range }): VNode {
  const { total, latencies } = range;
  const { usage, requests, failed, unpriced } = total;
  const input = usage.cacheHitTokens + usage.cacheMissTokens;
  const middle = median(latencies.map(({ firstTokenMs }) => firstTokenMs));
  return (
    <dl class="facts">
      <Fact
        name="Cost"
        value={formatAmounts(total.cost, total)}
        detail={unpriced > 0 ? `${formatCount(unpriced, 'request')} not priced` : `last ${range.days.length} days`}
      />
      <Fact name="Saved by the cache" value={formatAmounts(total.saved, { unpriced: 0 })} detail="against full price" />
      <Fact
        name="Hit rate"
        value={formatPercent(hitRateOf(usage))}
        detail={`${formatTokens(usage.cacheMissTokens)} tokens new`}
      />
      <Fact name="Input" value={formatTokens(input)} detail={`${exact(input)} tokens`} />
      <Fact
        name="Output"
        value={formatTokens(usage.outputTokens)}
        detail={`${formatTokens(usage.reasoningTokens)} of it reasoning`}
      />
      <Fact
        name="Requests"
        value={exact(requests)}
        detail={failed === 0 ? 'none failed' : `${exact(failed)} of them failed`}
      />
      <Fact
        name="First token"
        value={middle === undefined ? '–' : formatDuration(middle)}
        detail={middle === undefined ? 'not measured' : 'median'}
      />
    </dl>
  );
}
