import type { VNode } from 'preact';
import type { ApprovalSubject } from '../../protocol/events.js';
import type { ApprovalItem } from '../items.js';
import { Icon } from './icon.js';
import { MarkedText } from './markedText.js';

const results: Record<NonNullable<ApprovalItem['result']>, { icon: string; text: string }> = {
  approved: { icon: 'check', text: 'You approved' },
  approved_for_session: { icon: 'check', text: 'You approved for this session' },
  rejected: { icon: 'close', text: 'You rejected' },
  unanswered: { icon: 'circle-slash', text: 'Not answered' },
};

/** What became of a question, where it was asked. One that waits is shown above the message box only. */
export function ApprovalLine({ item }: { item: ApprovalItem }): VNode | null {
  const { subject } = item.request;
  if (item.result === undefined) return null;
  const result = results[item.result];
  const what = describeSubject(subject);
  return (
    <div class="line approval-line">
      <Icon name={result.icon} />
      <span class="line-text">
        {result.text}:{' '}
        <code title={what}>
          <MarkedText text={what.length > 120 ? `${what.slice(0, 120)}…` : what} />
        </code>
      </span>
    </div>
  );
}

function describeSubject(subject: ApprovalSubject): string {
  switch (subject.kind) {
    case 'command':
      return subject.command;
    case 'edit':
      return subject.path;
    case 'edits':
      return subject.files.map(({ path }) => path).join(', ');
  }
}
