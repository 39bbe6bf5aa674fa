import type { VNode } from 'preact';
import type { Finding } from '../../protocol/events.js';
import { formatCount } from '../format.js';
import type { FindingsItem } from '../items.js';
import { Fold } from './fold.js';
import { Icon } from './icon.js';
import { MarkedText } from './markedText.js';
import { PathLink } from './pathLink.js';

const heads: Record<FindingsItem['state'], (item: FindingsItem) => { icon: string; text: string }> = {
  clean: () => ({ icon: 'pass-filled', text: 'Reviewed: no findings' }),
  findings: (item) => ({ icon: 'checklist', text: formatCount(item.findings.length, 'finding') }),
  no_result: () => ({
    icon: 'question',
    text: 'No result: the model gave no report, which does not mean "no findings"',
  }),
};

export function FindingsList({ item }: { item: FindingsItem }): VNode {
  const head = heads[item.state](item);
  return (
    <section class={`card findings-${item.state}`} aria-label={head.text}>
      <div class="card-head">
        <Icon name={head.icon} />
        <span>{head.text}</span>
      </div>
      <ul class="plain-list">
        {item.findings.map((finding) => (
          <FindingRow key={finding.id} finding={finding} />
        ))}
      </ul>
      {item.dropped > 0 ? (
        <div class="cut-note">
          {formatCount(item.dropped, 'finding')} dropped: what was quoted does not stand in the file.
        </div>
      ) : null}
    </section>
  );
}

function FindingRow({ finding }: { finding: Finding }): VNode {
  const { fix } = finding;
  return (
    <li class="finding">
      <div class={`finding-head severity-${finding.severity}`}>
        <Icon name={finding.severity} />
        <span class="sr-only">{finding.severity}:</span>
        <span class="finding-message">{finding.message}</span>
      </div>
      <div class="tool-facts">
        <PathLink path={finding.path} line={finding.place.startLine} />
        <span class="fact">{finding.category}</span>
      </div>
      <pre class="quote">
        <MarkedText text={finding.quote} />
      </pre>
      {fix === undefined ? null : (
        <Fold head={<span>Proposed fix</span>}>
          {() => (
            <pre class="quote">
              <MarkedText text={fix} />
            </pre>
          )}
        </Fold>
      )}
      {finding.callers.length > 0 ? (
        <div class="tool-facts">
          <span>Breaks</span>
          {finding.callers.map((caller, i) => (
            <PathLink key={i} path={caller.path} line={caller.place.startLine} />
          ))}
        </div>
      ) : null}
    </li>
  );
}
