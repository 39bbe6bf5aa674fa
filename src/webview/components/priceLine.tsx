import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { formatCost, type Cost } from '../../protocol/money.js';
import type { PriceTag } from '../../protocol/priceTag.js';
import type { CapLeft, SendEstimate } from '../../protocol/sidebar.js';
import { formatCount, formatShare } from '../format.js';
import type { TurnPrice } from '../items.js';

export interface PriceLineProps {
  estimate: SendEstimate | undefined;
  turn: TurnPrice | undefined;
  running: boolean;
}

/** Before a message is sent what it will cost, and beside it what the last turn did. Always there, so that nothing jumps. */
export function PriceLine({ estimate, turn, running }: PriceLineProps): VNode {
  const tag = running ? turn?.tag : estimate !== undefined && 'tag' in estimate ? estimate.tag : undefined;
  const why = !running && estimate !== undefined && 'why' in estimate ? estimate.why : '';
  const caps = estimate !== undefined && 'caps' in estimate ? estimate.caps : [];
  return (
    <div class="price-line">
      {tag === undefined ? (
        <span class="price-why">{why}</span>
      ) : (
        <Explained class="price-tag" facts={listFacts(tag, caps)} name="What the price is made of">
          <Tag tag={tag} />
        </Explained>
      )}
      {turn !== undefined && (turn.ended || turn.requests > 0) && (
        <Explained class="price-turn" facts={listTurnFacts(turn)} name="What the turn cost">
          <span>
            {turn.ended ? 'last turn' : 'so far'} {formatCost(turn.cost)}
          </span>
        </Explained>
      )}
    </div>
  );
}

function Tag({ tag }: { tag: PriceTag }): VNode {
  const { tokens, expectedHitTokens, low, expected, high, worst } = tag;
  const [about, from, to] = [expected, low, high].map(formatCost) as [string, string, string];
  if (expected === null) return <span>price not known</span>;
  return (
    <>
      <span>
        about {about}
        {from === to ? '' : ` (${from}–${withoutSign(to)})`},
      </span>{' '}
      <span>
        {formatShare(expectedHitTokens / Math.max(1, tokens))} cached; at most {formatCost(worst)}
      </span>
    </>
  );
}

/** The second of two sums of one currency. */
function withoutSign(sum: string): string {
  return sum.replace(/^[$¥]/, '');
}

type Fact = readonly [name: string, value: string];

const capNames: Record<CapLeft['of'], string> = { request: 'request', turn: 'turn', session: 'session', day: 'day' };

function listFacts(tag: PriceTag, caps: readonly CapLeft[]): Fact[] {
  const exact = (tokens: number): string => formatCount(tokens, 'token');
  const share = formatShare(tag.expectedHitTokens / Math.max(1, tag.tokens));
  const between = (a: Cost, b: Cost): string => `${formatCost(a)} to ${formatCost(b)}`;
  return [
    ['Input', exact(tag.tokens)],
    ['Expected in the cache', `${exact(tag.expectedHitTokens)}, ${share}`],
    ['The input alone', formatCost(tag.input)],
    ...(tag.primer === undefined ? [] : [['Primer ahead of it, included', formatCost(tag.primer)] as const]),
    ['First request, answer included', between(tag.low, tag.high)],
    ['At most: nothing cached, longest answer', formatCost(tag.worst)],
    ...caps.map(
      ({ of, cap, left }) => [`Cap of a ${capNames[of]}`, `${formatCost(left)} of ${formatCost(cap)} left`] as const,
    ),
  ];
}

function listTurnFacts({ tag, firstCost, cost, requests }: TurnPrice): Fact[] {
  return [
    ...(tag === undefined || tag.expected === null
      ? []
      : [['Said before its first request', `${formatCost(tag.low)} to ${formatCost(tag.high)}`] as const]),
    ...(firstCost === undefined ? [] : [['Its first answer cost', formatCost(firstCost)] as const]),
    ['All its answers', `${formatCost(cost)}, ${formatCount(requests, 'answer')}`],
  ];
}

/** A line whose details come up when the pointer or the keyboard is on it; Escape takes them away. */
function Explained(props: { class: string; name: string; facts: Fact[]; children: VNode | VNode[] }): VNode {
  const [isOpen, setOpen] = useState(false);
  const id = `${props.class}-facts`;
  return (
    <span
      class={`explained ${props.class}`}
      onMouseEnter={() => setOpen(true)}
      onMouseLeave={() => setOpen(false)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') setOpen(false);
      }}
    >
      <span
        class="explained-line"
        tabIndex={0}
        role="note"
        aria-describedby={id}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
      >
        {props.children}
      </span>
      <div id={id} class="explained-facts" role="tooltip" aria-label={props.name} hidden={!isOpen}>
        <dl>
          {props.facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </div>
    </span>
  );
}
