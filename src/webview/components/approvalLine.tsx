import type { VNode } from 'preact';
import type { ApprovalSubject } from '../../protocol/events.js';
import { formatCount } from '../format.js';
import type { ApprovalItem } from '../items.js';
import { Icon } from './icon.js';
import { MarkedText } from './markedText.js';

const results: Record<NonNullable<ApprovalItem['result']>, { icon: string; text: string }> = {
  approved: { icon: 'check', text: 'You approved' },
  approved_for_session: { icon: 'check', text: 'You approved for this session' },
  approved_always: { icon: 'check', text: 'You allowed for this workspace' },
  rejected: { icon: 'close', text: 'You rejected' },
  unanswered: { icon: 'circle-slash', text: 'Not answered' },
};

function nameSubject(subject: ApprovalSubject): string {
  if (subject.kind === 'command') return subject.command;
  if (subject.kind === 'input') return subject.text;
  if (subject.kind === 'edits') return subject.files.map(({ path }) => path).join(', ');
  if (subject.kind === 'bulk') return formatCount(subject.deleted.length + subject.changed.length, 'file');
  return subject.movedTo === undefined ? subject.path : `${subject.path} to ${subject.movedTo}`;
}

/** What became of a question, where it was asked. One that waits is shown above the message box only. */
export function ApprovalLine({ item }: { item: ApprovalItem }): VNode | null {
  const { subject } = item.request;
  if (item.result === undefined) return null;
  const result = results[item.result];
  const what = nameSubject(subject);
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
