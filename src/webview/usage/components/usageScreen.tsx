import type { VNode } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { UsageReport } from '../../../protocol/usage.js';
import { mostUsageDays, type UsageAccount } from '../../../protocol/usagePage.js';
import { Icon } from '../../components/icon.js';
import { Segments } from '../../components/segments.js';
import { formatCount } from '../../format.js';
import type { Post } from '../post.js';
import { cutReport, type Range } from '../range.js';
import { currenciesOf, formatAmounts } from '../../../protocol/usageSums.js';
import { modelTable } from '../tables.js';
import { SeriesPatterns } from './bars.js';
import { DataTable } from './dataTable.js';
import { HitPlot } from './hitPlot.js';
import { LatencyPlot } from './latencyPlot.js';
import { CostPlot, SavedPlot } from './moneyPlots.js';
import { Totals } from './totals.js';

export interface UsageScreenProps {
  report: UsageReport;
  account: UsageAccount;
  /** Why it could not be read again. */
  trouble: string | undefined;
  post: Post;
}

const ranges = [7, 30, mostUsageDays].map((value) => ({ value, label: `${value} days` }));

export function UsageScreen({ report, account, trouble, post }: UsageScreenProps): VNode {
  const [count, setCount] = useState(30);
  const range = useMemo(() => cutReport(report, count), [report, count]);
  return (
    <main class="usage">
      <SeriesPatterns />
      <header class="usage-head">
        <div class="usage-bar">
          <h1 class="tab-title">Usage</h1>
          <span class="quiet">of all folders, windows and command lines</span>
          <Segments label="Range" choices={ranges} chosen={count} onChoose={setCount} />
          <button
            type="button"
            class="icon-button"
            title="Read again"
            aria-label="Read again"
            onClick={() => post({ type: 'refresh' })}
          >
            <Icon name="refresh" />
          </button>
          <Account account={account} post={post} />
        </div>
        {trouble !== undefined && (
          <p class="usage-note" role="alert">
            <Icon name="warning" /> <span>{trouble}</span>
          </p>
        )}
        {report.damaged > 0 && (
          <p class="usage-note" role="status">
            <Icon name="warning" />
            <span>
              {formatCount(report.damaged, 'line')} of the ledger could not be read and {isOrAre(report.damaged)} in no
              sum here. They stay on disk as they are.
            </span>
          </p>
        )}
      </header>
      {range.groups.length === 0 ? (
        <Nothing report={report} count={count} />
      ) : (
        <Plots key={count} range={range} post={post} />
      )}
    </main>
  );
}

const itsOrTheir = (count: number): string => (count === 1 ? 'its' : 'their');
const isOrAre = (count: number): string => (count === 1 ? 'is' : 'are');

function Account({ account: { keyDetail, canAsk }, post }: { account: UsageAccount; post: Post }): VNode {
  return (
    <p class="usage-account quiet">
      <span role="status">{keyDetail ?? ''}</span>
      {canAsk && (
        <button type="button" class="text-button" onClick={() => post({ type: 'check_key' })}>
          Ask for the balance
        </button>
      )}
    </p>
  );
}

function Nothing({ report, count }: { report: UsageReport; count: number }): VNode {
  const sentence =
    report.groups.length === 0
      ? 'Nothing has been sent yet. After the first message its tokens, its cost and what the cache saved stand here.'
      : `Nothing was sent in the last ${count} days. A longer range has more.`;
  return (
    <p class="usage-nothing" role="status">
      {sentence}
    </p>
  );
}

function Plots({ range, post }: { range: Range; post: Post }): VNode {
  const [current, setCurrent] = useState<number | undefined>(undefined);
  const hands = { current, onCurrent: setCurrent, post };
  const paid = currenciesOf(range.total);
  const isOnly = paid.length === 1;
  const models = useMemo(() => modelTable(range), [range]);
  return (
    <>
      <Totals range={range} />
      {range.total.unsettled > 0 && (
        <p class="usage-note">
          <Icon name="info" />
          <span>
            {formatCount(range.total.unsettled, 'request')} ended without telling {itsOrTheir(range.total.unsettled)}{' '}
            usage and may be billed, at most {formatAmounts(range.total.atMost, { unpriced: 1 })} in all.{' '}
            {range.total.unsettled === 1 ? 'It is' : 'They are'} in no sum here.
          </span>
        </p>
      )}
      <div class="plots">
        {paid.map((currency) => (
          <CostPlot key={currency} {...{ range, currency, isOnly }} {...hands} />
        ))}
        <HitPlot range={range} {...hands} />
        {paid.map((currency) => (
          <SavedPlot key={currency} {...{ range, currency, isOnly }} {...hands} />
        ))}
        {range.latencies.length > 0 && <LatencyPlot range={range} {...hands} />}
        <section class="model-section" aria-label="By model and host">
          <h2>By model and host</h2>
          <DataTable table={models} post={post} />
        </section>
      </div>
    </>
  );
}
