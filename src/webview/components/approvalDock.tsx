import type { VNode } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { ApprovalDecision, ApprovalSubject } from '../../protocol/events.js';
import { readDiff } from '../diffText.js';
import { formatCount } from '../format.js';
import { hasMarks, markInvisible } from '../invisible.js';
import type { ApprovalItem } from '../items.js';
import { usePage } from '../pageContext.js';
import { DiffCounts, DiffView } from './diffView.js';
import { useGuard } from './guard.js';
import { Icon } from './icon.js';
import { MarkedText } from './markedText.js';
import { PathLink } from './pathLink.js';

/** Stands outside the scrolling transcript, so that nothing streamed can move it or be drawn over it. */
export function ApprovalDock({ waiting }: { waiting: readonly ApprovalItem[] }): VNode | null {
  const item = waiting.find((one) => one.sent === undefined) ?? waiting[0];
  const card = useRef<HTMLElement>(null);
  useFocusAfterAnswer(card, item?.request.id);
  if (!item) return null;
  return <ApprovalCard key={item.request.id} item={item} count={waiting.length} card={card} />;
}

/**
 * The focus goes with the buttons of an answered question: the next one gets it, else the message box. Not a button of
 * the next one, which an Enter meant for the last could press.
 */
function useFocusAfterAnswer(card: { current: HTMLElement | null }, id: string | undefined): void {
  const { dispatch } = usePage();
  const last = useRef(id);
  useLayoutEffect(() => {
    const wasAnswered = last.current !== undefined && last.current !== id;
    last.current = id;
    if (!wasAnswered || (document.activeElement !== null && document.activeElement !== document.body)) return;
    if (!document.hasFocus()) return;
    if (id === undefined) dispatch({ type: 'focus' });
    else card.current?.focus();
  }, [id]);
}

interface ApprovalCardProps {
  item: ApprovalItem;
  count: number;
  card: { current: HTMLElement | null };
}

function ApprovalCard({ item, count, card }: ApprovalCardProps): VNode {
  const { post } = usePage();
  const { subject, reason, call } = item.request;
  const titleId = `approval-${item.key}`;
  return (
    <section class="approval" aria-labelledby={titleId} ref={card} tabIndex={-1}>
      <div class="approval-head">
        <Icon name="shield" />
        <h2 id={titleId}>{titleOf(subject)}</h2>
        {count > 1 ? <span class="approval-count">1 of {count}</span> : null}
      </div>
      {/* The warning below says the same of a protected file. */}
      {subject.kind === 'edit' && subject.protectedBy !== undefined ? null : <p class="approval-reason">{reason}</p>}
      <Subject subject={subject} />
      {subject.kind === 'edit' ? (
        <button type="button" class="text-button" onClick={() => post({ type: 'open_diff', call })}>
          Open diff
        </button>
      ) : null}
      <Answers item={item} />
    </section>
  );
}

function titleOf(subject: ApprovalSubject): string {
  if (subject.kind === 'command') return 'Run this command?';
  return subject.kind === 'edit' ? 'Make this edit?' : `Edit these ${formatCount(subject.files.length, 'file')}?`;
}

function Subject({ subject }: { subject: ApprovalSubject }): VNode {
  if (subject.kind === 'command') return <CommandSubject command={subject.command} cwd={subject.cwd} />;
  const files = subject.kind === 'edit' ? [subject] : subject.files;
  return (
    <>
      {files.map((file) => (
        <FileSubject key={file.path} {...file} />
      ))}
    </>
  );
}

function FileSubject({ path, diff, protectedBy }: { path: string; diff: string; protectedBy?: string }): VNode {
  const { added, removed } = readDiff(diff);
  return (
    <>
      <div class="tool-facts">
        <PathLink path={path} /> <DiffCounts added={added} removed={removed} />
      </div>
      {protectedBy === undefined ? null : (
        <p class="approval-warning">
          <Icon name="warning" /> Protected: {protectedBy}
        </p>
      )}
      <DiffView diff={diff} all />
    </>
  );
}

function CommandSubject({ command, cwd }: { command: string; cwd: string }): VNode {
  const lines = command.split('\n').length;
  return (
    <>
      <pre class="command-text" tabIndex={0} aria-label="Command">
        <MarkedText text={command} foreign />
      </pre>
      <div class="approval-where">
        in {cwd === '' || cwd === '.' ? 'the workspace folder' : <code>{cwd}</code>}
        {lines > 1 ? ` · ${formatCount(lines, 'line')}` : ''}
        {command.length > 400 ? ` · ${formatCount(command.length, 'character')}, scroll to read all` : ''}
      </div>
      {hasMarks(markInvisible(command)) ? (
        <p class="approval-warning">
          <Icon name="warning" /> This command holds characters that are not visible. They are spelled out above.
        </p>
      ) : null}
    </>
  );
}

function Answers({ item }: { item: ApprovalItem }): VNode {
  const { post, dispatch } = usePage();
  const { isOff, answerOnce } = useGuard(item.sent !== undefined);
  const decide = (decision: ApprovalDecision): void =>
    answerOnce(() => {
      post({ type: 'decide', approval: item.request.id, decision });
      dispatch({ type: 'decided', approval: item.request.id, decision });
    });
  return (
    <div class="answers">
      <button type="button" class="button" aria-disabled={isOff} onClick={() => decide('approved')}>
        Approve
      </button>
      {item.request.subject.kind === 'command' ? (
        <button
          type="button"
          class="button secondary"
          aria-disabled={isOff}
          title="Exactly this command runs without asking until the session ends"
          onClick={() => decide('approved_for_session')}
        >
          Approve for this session
        </button>
      ) : null}
      <button type="button" class="button secondary" aria-disabled={isOff} onClick={() => decide('rejected')}>
        Reject
      </button>
    </div>
  );
}
