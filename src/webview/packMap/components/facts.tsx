import { formatCost } from '../../../protocol/money.js';
import type { VNode } from 'preact';
import type { PackMapFacts } from '../../../protocol/packMap.js';
import { Fact } from '../../components/fact.js';
import { Icon } from '../../components/icon.js';
import { formatCount, formatShare, formatTokens } from '../../format.js';
import type { MapModel } from '../model.js';
import type { Post } from '../post.js';

/** The pack in five figures; the exact ones stand below the rounded. */
export function Facts({ model, facts, post }: { model: MapModel; facts: PackMapFacts; post: Post }): VNode {
  const { pack, files } = model;
  const whole = files.states.filter((state) => state === 0).length;
  const left = files.paths.length - whole;
  const { modelLabel, windowTokens, price, changes, logTokens } = facts;
  return (
    <header class="head">
      <h1 class="tab-title">Pack map</h1>
      <dl class="facts">
        <Fact name="Pack" value={`${formatTokens(pack.tokens)} tokens`} detail={`${exact(pack.tokens)} exactly`} />
        <Fact
          name="Window"
          value={formatShare(pack.tokens / Math.max(1, windowTokens))}
          detail={`of ${formatTokens(windowTokens)} tokens`}
        />
        <Fact
          name="Files"
          value={exact(whole)}
          detail={left === 0 ? 'all of them whole' : `whole, ${exact(left)} not`}
        />
        <Fact
          name={`First send, ${modelLabel.replace('DeepSeek ', '')}`}
          value={formatCost(price.first)}
          detail={`then ${formatCost(price.further)} each`}
        />
        <Fact name="Since the snapshot" value={formatCount(changes, 'change')} detail={`${exact(logTokens)} tokens`} />
      </dl>
      {facts.rehearsal && <p class="quiet">A rehearsal answers instead of the model; nothing leaves this machine.</p>}
      {facts.stale !== undefined && (
        <p class="stale" role="status">
          <Icon name="info" />
          <span>{facts.stale}</span>
          <button type="button" class="button small secondary" onClick={() => post({ type: 'pack' })}>
            Pack now
          </button>
        </p>
      )}
    </header>
  );
}

function exact(value: number): string {
  return value.toLocaleString('en-US');
}
