import { formatCost } from '../../protocol/money.js';
import type { VNode } from 'preact';
import { formatShare, formatTokens } from '../format.js';
import type { Meter } from '../items.js';
import { computeCacheShare } from '../state.js';

/** What the conversation takes of the window, and what it cost. */
export function MeterLine({
  meter,
  keyDetail,
}: {
  meter: Meter | undefined;
  keyDetail: string | undefined;
}): VNode | null {
  if (!meter) return keyDetail === undefined ? null : <div class="meter-line">{keyDetail}</div>;
  const share = meter.windowTokens === 0 ? 0 : Math.min(1, meter.contextTokens / meter.windowTokens);
  const cached = computeCacheShare(meter.stepUsage);
  const usage = meter.stepUsage;
  const drift = describeDrift(meter);
  const detail =
    `Last step: ${formatTokens(usage.cacheHitTokens)} tokens from the cache, ` +
    `${formatTokens(usage.cacheMissTokens)} new, ${formatTokens(usage.outputTokens)} out, ` +
    `of which ${formatTokens(usage.reasoningTokens)} reasoning`;
  return (
    <div class="meter-line" title={keyDetail === undefined ? detail : `${detail}. ${keyDetail}`}>
      <span
        class={`meter${share > 0.85 ? ' full' : ''}`}
        role="meter"
        aria-label="Context used"
        aria-valuemin={0}
        aria-valuemax={meter.windowTokens}
        aria-valuenow={meter.contextTokens}
        aria-valuetext={`${formatTokens(meter.contextTokens)} of ${formatTokens(meter.windowTokens)} tokens, ${formatShare(share)}`}
      >
        <span class="meter-bar" style={{ width: `${Math.max(share * 100, share > 0 ? 3 : 0)}%` }} />
      </span>
      <span>
        {formatTokens(meter.contextTokens)} of {formatTokens(meter.windowTokens)}
      </span>
      {drift === undefined ? null : <span>{drift}</span>}
      {cached === undefined ? null : <span>{formatShare(cached)} cached</span>}
      <span>step {formatCost(meter.stepCost)}</span>
      <span>session {formatCost(meter.sessionCost)}</span>
    </div>
  );
}

/** Nothing where the service counts as we do, or where no count was kept. */
function describeDrift({ stepUsage, countedTokens }: Meter): string | undefined {
  const billed = stepUsage.cacheHitTokens + stepUsage.cacheMissTokens;
  // A session of an earlier version was stored without the count.
  if (!countedTokens || billed === 0 || billed === countedTokens) return undefined;
  return `counted ${countedTokens.toLocaleString('en-US')}, billed ${billed.toLocaleString('en-US')}`;
}
