import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ReasoningItem } from '../items.js';
import { spellBidirectional } from '../invisible.js';
import { Fold } from './fold.js';

/** While it streams, only the end is drawn. */
const liveTailChars = 6_000;

export function Reasoning({ item }: { item: ReasoningItem }): VNode {
  return (
    <Fold class={`reasoning${item.live ? ' live' : ''}`} head={<ReasoningHead item={item} />}>
      {() => (
        <div class="reasoning-text">{spellBidirectional(item.live ? item.text.slice(-liveTailChars) : item.text)}</div>
      )}
    </Fold>
  );
}

function ReasoningHead({ item }: { item: ReasoningItem }): VNode {
  const seconds = useSeconds(item);
  if (item.live) return <span class="shimmer">{seconds === undefined ? 'Reasoning…' : `Reasoning… ${seconds} s`}</span>;
  if (seconds === undefined) return <span>Reasoned</span>;
  return <span>{seconds === 0 ? 'Reasoned for less than 1 s' : `Reasoned for ${seconds} s`}</span>;
}

function useSeconds(item: ReasoningItem): number | undefined {
  const [nowMs, setNowMs] = useState(performance.now());
  useEffect(() => {
    if (!item.live) return undefined;
    const timer = setInterval(() => setNowMs(performance.now()), 1000);
    return () => clearInterval(timer);
  }, [item.live]);
  if (item.durationMs !== undefined) return Math.round(item.durationMs / 1000);
  if (item.startedMs === undefined || !item.live) return undefined;
  return Math.max(0, Math.round((nowMs - item.startedMs) / 1000));
}
