import { formatCost } from '../../../protocol/money.js';
import type { VNode } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { PackMapFacts } from '../../../protocol/packMap.js';
import { MarkedText } from '../../components/markedText.js';
import { formatCount, formatShare } from '../../format.js';
import type { MapModel } from '../model.js';
import { differenceOf, type Difference, type Plan } from '../standing.js';
import type { MapPageState } from '../state.js';
import type { Post } from '../post.js';

export interface BudgetPanelProps {
  model: MapModel;
  facts: PackMapFacts;
  answer: MapPageState['answer'];
  post: Post;
  plan: Plan | undefined;
  /** The budget that the slider asks about; `undefined`: the pack's own. */
  onAsk: (budget: number | undefined) => void;
  onFolder: (path: string) => void;
}

/** What the slider reaches: from a small pack to everything that there is, or that the window leaves. */
interface Range {
  least: number;
  most: number;
  step: number;
}

const leastBudget = 1000;
const listedFolders = 40;

export function BudgetPanel(props: BudgetPanelProps): VNode {
  const { model, facts, answer, plan } = props;
  const { pack } = model;
  const range = useMemo(() => rangeOf(model), [model]);
  const present = Math.min(pack.budget, range.most);
  const [value, setValue] = useState(present);
  const ask = useAsker(props);
  useEffect(() => setValue(present), [model]);
  const choose = (next: number): void => {
    setValue(next);
    const isPresent = next === present;
    props.onAsk(isPresent ? undefined : next);
    if (!isPresent) ask(next >= range.most ? pack.mostTokens : next);
  };
  const isEverything = value >= range.most;
  const words = isEverything ? 'Everything that fits' : formatCount(value, 'token');
  const trouble = answer !== undefined && 'sentence' in answer && value !== present ? answer.sentence : undefined;
  const difference = useMemo(() => (plan === undefined ? undefined : differenceOf(model, plan)), [model, plan]);
  const canUse = plan !== undefined && trouble === undefined && value !== present;
  return (
    <section class="budget" aria-label="Budget">
      <div class="budget-line">
        <label for="budget">Budget</label>
        <input
          id="budget"
          type="range"
          min={range.least}
          max={range.most}
          step={range.step}
          value={value}
          aria-valuetext={words}
          style={{ '--at': `${(100 * (value - range.least)) / (range.most - range.least)}%` }}
          onInput={(event) => choose(Number(event.currentTarget.value))}
        />
        <output for="budget">{words}</output>
        <span class="budget-buttons">
          <button
            type="button"
            class="button"
            aria-disabled={!canUse}
            onClick={() => {
              if (canUse) props.post({ type: 'use_budget', budget: isEverything ? null : value });
            }}
          >
            Use This Budget
          </button>
          <button
            type="button"
            class="button secondary"
            aria-disabled={isEverything}
            onClick={() => {
              if (!isEverything) choose(range.most);
            }}
          >
            Everything That Fits
          </button>
        </span>
      </div>
      {trouble !== undefined && (
        <p class="trouble" role="alert">
          {trouble}
        </p>
      )}
      <Outcome {...{ plan, model, facts, difference }} />
      {difference !== undefined && difference.leaving.length > 0 && (
        <LeavingList difference={difference} onFolder={props.onFolder} />
      )}
    </section>
  );
}

function rangeOf({ files, pack, packed }: MapModel): Range {
  const everything = files.whole.slice(0, packed).reduce((sum, tokens) => sum + tokens, pack.frameTokens);
  const rough = everything / 200;
  const size = 10 ** Math.floor(Math.log10(Math.max(10, rough)));
  const step = size * (rough / size > 5 ? 5 : rough / size > 2 ? 2 : 1);
  const least = Math.max(leastBudget, step);
  // Counted from the least, as the slider does.
  const steps = Math.max(1, Math.ceil((Math.min(everything, pack.mostTokens) - least) / step));
  return { least, step, most: least + steps * step };
}

/** One question is under way at a time; while it is, only the newest of the later ones is kept. */
function useAsker({ answer, post }: Pick<BudgetPanelProps, 'answer' | 'post'>): (budget: number) => void {
  const asking = useRef<{ last: number; open: boolean; next: number | undefined }>({
    last: 0,
    open: false,
    next: undefined,
  });
  const ask = (budget: number): void => {
    const { current } = asking;
    if (current.open) {
      current.next = budget;
      return;
    }
    current.open = true;
    post({ type: 'plan', request: ++current.last, budget });
  };
  useEffect(() => {
    const { current } = asking;
    if (answer?.request !== current.last) return;
    current.open = false;
    const { next } = current;
    current.next = undefined;
    if (next !== undefined) ask(next);
  }, [answer]);
  return ask;
}

interface OutcomeProps {
  plan: Plan | undefined;
  model: MapModel;
  facts: PackMapFacts;
  difference: Difference | undefined;
}

function Outcome({ plan, model, facts, difference }: OutcomeProps): VNode {
  const tokens = plan?.packTokens ?? model.pack.tokens;
  const { first, further } = plan?.price ?? facts.price;
  const parts = [
    formatCount(tokens, 'token'),
    `${formatShare(tokens / Math.max(1, facts.windowTokens))} of the window`,
    `first send ${formatCost(first)}`,
    `each further ${formatCost(further)}`,
  ];
  return (
    <p class="budget-outcome" role="status">
      {parts.map((part) => (
        <span key={part}>{part}</span>
      ))}
      {difference !== undefined && <span class="strong">{describeDifference(difference)}</span>}
    </p>
  );
}

function describeDifference({ leavingFiles, leavingTokens, outlined, coming }: Difference): string {
  const parts: string[] = [];
  if (leavingFiles > 0) parts.push(`${formatCount(leavingFiles, 'file')} ${leavingFiles === 1 ? 'falls' : 'fall'} out`);
  if (outlined > 0) parts.push(`${outlined.toLocaleString('en-US')} become outlines`);
  if (coming > 0) parts.push(`${coming.toLocaleString('en-US')} gain`);
  if (parts.length === 0) return 'nothing falls out';
  return leavingTokens > 0 ? `${parts.join(', ')} (${formatCount(leavingTokens, 'token')} less)` : parts.join(', ');
}

function LeavingList({ difference, onFolder }: { difference: Difference; onFolder: (path: string) => void }): VNode {
  const { leaving } = difference;
  const rest = leaving.slice(listedFolders);
  const restFiles = rest.reduce((sum, { files }) => sum + files, 0);
  return (
    <ul class="leaving plain-list" aria-label="What falls out, by folder">
      {leaving.slice(0, listedFolders).map(({ folder, files, tokens }) => (
        <li key={folder}>
          <button type="button" class="text-button" onClick={() => onFolder(folder)}>
            {folder === '' ? 'top folder' : <MarkedText text={folder} />}
          </button>
          <span class="quiet">
            {formatCount(files, 'file')} · {tokens.toLocaleString('en-US')}
          </span>
        </li>
      ))}
      {rest.length > 0 && (
        <li class="quiet">
          and {formatCount(restFiles, 'file')} in {formatCount(rest.length, 'more folder')}
        </li>
      )}
    </ul>
  );
}
