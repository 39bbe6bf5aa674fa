/** A review: one turn over the warm prefix that ends with a report, and the report checked against the disk. */
import type { Finding, Outcome, Severity } from '../../protocol/events.js';
import type { ToolCall } from '../model/types.js';
import { reviewReminderText, reviewText } from '../prompt/workflowTexts.js';
import type { Session } from '../session/session.js';
import { beginTurn, type OpenTurn, type SendResult, type TurnResult } from '../session/turns.js';
import type { ChangeToReview } from './changes.js';
import { checkFindings, isAtLeast, type CheckedFindings } from './findings.js';
import { renderReviewed } from './reviewedFrames.js';
import { createTextReader } from './workspaceTexts.js';

export interface ReviewRequest {
  session: Session;
  changes: readonly ChangeToReview[];
  /** What the transcript shows, for instance "Review src/a.ts". */
  title: string;
  /** The turn ends with the outcome `findings` if one is at least so severe. */
  failOn?: Severity;
}

export interface ReviewResult extends TurnResult {
  /** `nothing`: there was no change, so nothing was sent. */
  state: 'clean' | 'findings' | 'no_result' | 'nothing';
  findings: Finding[];
  dropped: number;
}

const mostReads = 3;
const reads: ReadonlySet<string> = new Set([
  'find_references',
  'get_diagnostics',
  'list_files',
  'read_file',
  'search_files',
]);

/** Emits one `findings` event unless there was nothing to review. Only an empty report is clean. */
export async function reviewChanges(request: ReviewRequest, signal: AbortSignal): Promise<ReviewResult> {
  const { session, changes, title } = request;
  const turn = await beginTurn(session, title);
  if (changes.length === 0) {
    session.emit({ type: 'notice', level: 'info', text: 'There is no change to review. Nothing was sent.' });
    return { ...(await turn.end('done')), state: 'nothing', findings: [], dropped: 0 };
  }
  const sent = await askForReport(turn, changes, signal);
  const checked = await checkReport(session, changes, sent);
  const state = stateOf(sent, checked);
  session.emit({ type: 'findings', ...checked, state });
  if (state === 'no_result' && sent.outcome === 'done') {
    const text =
      'The model gave no report, also after a reminder. This is no result: the change may or may not be sound.';
    session.emit({ type: 'notice', level: 'warning', text });
  }
  return { ...(await turn.end(outcomeOf(request, sent, state, checked))), state, ...checked };
}

async function askForReport(
  turn: OpenTurn,
  changes: readonly ChangeToReview[],
  signal: AbortSignal,
): Promise<SendResult> {
  const first = await turn.send(
    {
      kind: 'review',
      request: reviewText(),
      last: renderReviewed(changes),
      shows: changes.map(({ path }) => path),
      refuse: allowReads(mostReads),
      endsOnReport: true,
    },
    signal,
  );
  if (first.hasReport || first.outcome !== 'done') return first;
  return turn.send(
    { kind: 'review-reminder', request: reviewReminderText(), refuse: allowReads(0), endsOnReport: true },
    signal,
  );
}

/** Whatever the model was told or has read: a review changes nothing and starts nothing. */
function allowReads(most: number): (call: ToolCall) => string | undefined {
  let done = 0;
  return ({ name }) => {
    if (name === 'report_findings') return undefined;
    if (!reads.has(name)) return `Refused: a review only reads and reports; ${name} is not executed here.`;
    if (done >= most) return 'Refused: no more reads in this review. Call report_findings now.';
    done++;
    return undefined;
  };
}

async function checkReport(
  { parts }: Session,
  changes: readonly ChangeToReview[],
  sent: SendResult,
): Promise<CheckedFindings> {
  const changed = new Map(changes.map(({ path, changedLines }) => [path, changedLines]));
  return checkFindings(sent.reported, createTextReader(parts.host.files, parts.roots), changed);
}

/** A report of which nothing could be found on disk says nothing, so it is not clean either. */
function stateOf(sent: SendResult, { findings, dropped }: CheckedFindings): 'clean' | 'findings' | 'no_result' {
  if (!sent.hasReport || sent.outcome === 'cancelled') return 'no_result';
  if (findings.length > 0) return 'findings';
  return dropped > 0 ? 'no_result' : 'clean';
}

function outcomeOf(
  { failOn }: ReviewRequest,
  sent: SendResult,
  state: ReviewResult['state'],
  { findings }: CheckedFindings,
): Outcome {
  if (sent.outcome !== 'done') return sent.outcome;
  if (failOn !== undefined && findings.some((finding) => isAtLeast(finding.severity, failOn))) return 'findings';
  return state === 'no_result' ? 'failed' : 'done';
}
