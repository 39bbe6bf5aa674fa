import type { VNode } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { ApprovalDecision, ApprovalSubject, CommandPart, ProposedEdit } from '../../protocol/events.js';
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
  const answers = useAnswers(item);
  /** Enter that is meant for no button is a no. */
  const rejectByEnter = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && event.target === event.currentTarget) answers.decide('rejected');
  };
  return (
    <section class="approval" aria-labelledby={titleId} ref={card} tabIndex={-1} onKeyDown={rejectByEnter}>
      <div class="approval-head">
        <Icon name="shield" />
        <h2 id={titleId}>{questionOf(subject)}</h2>
        {count > 1 ? <span class="approval-count">1 of {count}</span> : null}
      </div>
      {/* The warning below says the same of a protected file. */}
      {subject.kind === 'edit' && subject.protectedBy !== undefined ? null : (
        <p class="approval-reason">
          <MarkedText text={reason} foreign />
        </p>
      )}
      <Subject subject={subject} />
      {subject.kind === 'edit' && subject.diff !== '' ? (
        <button type="button" class="text-button" onClick={() => post({ type: 'open_diff', call })}>
          Open diff
        </button>
      ) : null}
      <Answers subject={subject} {...answers} />
    </section>
  );
}

function questionOf(subject: ApprovalSubject): string {
  if (subject.kind === 'command') return 'Run this command?';
  if (subject.kind === 'input') return 'Type this into a running command?';
  if (subject.kind === 'bulk') return 'Change all of these files?';
  if (subject.kind === 'edits') {
    const files = formatCount(subject.files.length, 'file');
    if (subject.isHeldBack !== true) return `Edit these ${files}?`;
    return subject.files.length === 1 ? 'Put this file back?' : `Put these ${files} back?`;
  }
  if (subject.deleted) return 'Delete this file?';
  return subject.movedTo === undefined ? 'Make this edit?' : 'Move this file?';
}

function Subject({ subject }: { subject: ApprovalSubject }): VNode {
  if (subject.kind === 'command') return <CommandSubject subject={subject} />;
  if (subject.kind === 'bulk') return <BulkSubject deleted={subject.deleted} changed={subject.changed} />;
  if (subject.kind === 'input') return <InputSubject command={subject.command} text={subject.text} />;
  const files = subject.kind === 'edit' ? [subject] : subject.files;
  return (
    <>
      {files.map((file) => (
        <FileSubject key={file.path} {...file} />
      ))}
    </>
  );
}

function FileSubject({ path, diff, protectedBy, movedTo, warnings, named }: ProposedEdit): VNode {
  const { added, removed } = readDiff(diff);
  return (
    <>
      <div class="tool-facts">
        <PathLink path={path} />
        {movedTo === undefined ? null : (
          <>
            {' to '}
            <code>
              <MarkedText text={movedTo} />
            </code>
          </>
        )}{' '}
        {diff === '' ? null : <DiffCounts added={added} removed={removed} />}
      </div>
      {protectedBy === undefined ? null : (
        <p class="approval-warning">
          <Icon name="warning" /> Protected: {protectedBy}
        </p>
      )}
      {warnings?.map((warning, i) => (
        <p key={i} class="approval-warning">
          <Icon name="warning" /> <MarkedText text={warning} />
        </p>
      ))}
      {diff === '' ? null : <DiffView diff={diff} named={named} all />}
    </>
  );
}

function BulkSubject({ deleted, changed }: { deleted: readonly string[]; changed: readonly string[] }): VNode {
  return (
    <ul class="edit-list" tabIndex={0} aria-label="Files">
      {deleted.map((path) => (
        <li key={`deleted ${path}`}>
          Delete <PathLink path={path} />
        </li>
      ))}
      {changed.map((path) => (
        <li key={`changed ${path}`}>
          <PathLink path={path} />
        </li>
      ))}
    </ul>
  );
}

function InputSubject({ command, text }: { command: string; text: string }): VNode {
  return (
    <>
      <WholeText text={text} label="Text to type" />
      <div class="approval-where">
        into{' '}
        <code>
          <MarkedText text={command} foreign />
        </code>
      </div>
      <InvisibleWarning text={text} what="text" />
    </>
  );
}

function WholeText({ text, label }: { text: string; label: string }): VNode {
  return (
    <pre class="command-text" tabIndex={0} aria-label={label}>
      <MarkedText text={text} foreign />
    </pre>
  );
}

function InvisibleWarning({ text, what }: { text: string; what: string }): VNode | null {
  if (!hasMarks(markInvisible(text))) return null;
  return (
    <p class="approval-warning">
      <Icon name="warning" /> This {what} holds characters that are not visible. They are spelled out above.
    </p>
  );
}

type CommandQuestion = Extract<ApprovalSubject, { kind: 'command' }>;

function CommandSubject({ subject }: { subject: CommandQuestion }): VNode {
  const { command, cwd, parts = [], furtherParts, memory } = subject;
  const lines = command.split('\n').length;
  const segments = markInvisible(command);
  const shownLength = segments.reduce((sum, { text }) => sum + text.length, 0);
  return (
    <>
      <WholeText text={command} label="Command" />
      <div class="approval-where">
        in {cwd === '' || cwd === '.' ? 'the workspace folder' : <code>{cwd}</code>}
        {lines > 1 ? ` · ${formatCount(lines, 'line')}` : ''}
        {shownLength > 400 ? ` · ${formatCount(command.length, 'character')}, scroll to read all` : ''}
      </div>
      <InvisibleWarning text={command} what="command" />
      {parts.length > 1 ? <PartsList parts={parts} further={furtherParts ?? 0} /> : null}
      {memory?.kind === 'always' ? (
        <p class="approval-kept">
          “Always allow these” keeps, for this workspace: <CommandNames names={memory.commands} />
        </p>
      ) : null}
    </>
  );
}

function CommandNames({ names }: { names: readonly string[] }): VNode {
  return (
    <>
      {names.map((name, i) => (
        <span key={name}>
          {i === 0 ? '' : ', '}
          <code>
            <MarkedText text={name} foreign />
          </code>
        </span>
      ))}
    </>
  );
}

const partLooks: Record<CommandPart['verdict'], { icon: string; text: string }> = {
  allowed: { icon: 'check', text: 'allowed' },
  asks: { icon: 'question', text: 'asks' },
  denied: { icon: 'circle-slash', text: 'denied' },
};

/** What a line is made of, so that a part that asks is not overlooked among those that are allowed. */
function PartsList({ parts, further }: { parts: readonly CommandPart[]; further: number }): VNode {
  return (
    <ul class="command-parts" aria-label="Its parts">
      {parts.map(({ text, verdict, why }, i) => (
        <li key={i} class={`part-${verdict}`}>
          <Icon name={partLooks[verdict].icon} />
          <span>
            <code>
              <MarkedText text={text} foreign />
            </code>
            <span class="part-why">
              {partLooks[verdict].text}
              {why === undefined ? null : <MarkedText text={`: it ${why}`} foreign />}
            </span>
          </span>
        </li>
      ))}
      {further > 0 ? <li class="part-further">and {formatCount(further, 'further part')}</li> : null}
    </ul>
  );
}

interface AnswerState {
  isOff: boolean;
  decide: (decision: ApprovalDecision) => void;
}

function useAnswers(item: ApprovalItem): AnswerState {
  const { post, dispatch } = usePage();
  const { isOff, answerOnce } = useGuard(item.sent !== undefined);
  const decide = (decision: ApprovalDecision): void =>
    answerOnce(() => {
      post({ type: 'decide', approval: item.request.id, decision });
      dispatch({ type: 'decided', approval: item.request.id, decision });
    });
  return { isOff, decide };
}

function Answers({ subject, isOff, decide }: AnswerState & { subject: ApprovalSubject }): VNode {
  const memory = subject.kind === 'command' ? subject.memory : undefined;
  const button = (decision: ApprovalDecision, label: string, title?: string): VNode => (
    <button
      type="button"
      class={decision === 'rejected' ? 'button' : 'button secondary'}
      aria-disabled={isOff}
      title={title}
      onClick={() => decide(decision)}
    >
      {label}
    </button>
  );
  return (
    <div class="answers">
      {button('approved', subject.kind === 'command' ? 'Allow once' : 'Approve')}
      {memory?.kind === 'always'
        ? button('approved_always', 'Always allow these', `Without asking from now on: ${memory.commands.join(', ')}`)
        : null}
      {memory?.kind === 'session'
        ? button(
            'approved_for_session',
            'Allow for this session',
            'Exactly this text runs without asking until the session ends',
          )
        : null}
      {button('rejected', 'Reject')}
    </div>
  );
}
