/**
 * The verified transaction: sites, edits, the user's own verify commands, repair, and all of it or nothing. What the
 * model says about the world is checked: sites on disk, edits by the disk afterwards, tests by their exit codes.
 */
import { chooseFiles } from '../edits/checkpoint.js';
import type { NoticeAction, Outcome, Site } from '../../protocol/events.js';
import { isEdit } from '../agent/toolCalls.js';
import type { ToolCall } from '../model/types.js';
import { refactorEditsText, refactorRepairText, refactorSitesText } from '../prompt/workflowTexts.js';
import { createTextReader } from '../review/workspaceTexts.js';
import type { Session } from '../session/session.js';
import { beginTurn, type OpenTurn, type SendResult, type TurnResult } from '../session/turns.js';
import { decodePath } from '../view/codec.js';
import { checkSites, findLeftSites } from './sites.js';
import { runVerify, type RedVerify } from './verify.js';
import { nameSome } from '../wording.js';

export interface RefactorRequest {
  session: Session;
  rule: string;
  /** Shell lines that the user has named or allowed; all must end with exit code 0. */
  verify: readonly string[];
  /** Where a verify command is named here: the rest of a sentence, and the way there if there is one to click. */
  nameVerify?: { where: string; action: NoticeAction };
  /** Which of the sites on disk to change; `undefined` gives up. Not asked for a dry run. */
  choose: (sites: readonly Site[]) => Promise<readonly Site[] | undefined>;
  /** Repairs after a red verify. Default 3. */
  maxRounds?: number;
  /** Leaves the edits in place although verifying failed. */
  keepOnFail?: boolean;
  /** Only the sites. */
  dryRun?: boolean;
}

export interface RefactorResult extends TurnResult {
  sites: Site[];
  /** Chosen sites whose text stands unchanged on disk. */
  left: Site[];
  restored: boolean;
}

const defaultRounds = 3;
const mostNamed = 20;
const readers: ReadonlySet<string> = new Set([
  'find_references',
  'get_diagnostics',
  'list_files',
  'read_file',
  'search_files',
]);

/** Everything under one turn and one checkpoint; ends with `turn_end` in every case but a thrown fault of the program. */
export async function runRefactor(request: RefactorRequest, signal: AbortSignal): Promise<RefactorResult> {
  const { session, rule } = request;
  const turn = await beginTurn(session, `Refactor: ${rule}`);
  const end = async (outcome: Outcome, about: Partial<RefactorResult> = {}): Promise<RefactorResult> => {
    return { sites: [], left: [], restored: false, ...about, ...(await turn.end(outcome)) };
  };
  const found = await findSites(request, turn, signal);
  if (found.outcome !== 'done') return end(found.outcome);
  const { sites } = found;
  if (request.dryRun === true) return end('done', { sites });
  const chosen = await chooseSites(request, sites);
  if (chosen === undefined) return end('cancelled', { sites });
  if (chosen.length === 0) {
    session.emit({ type: 'notice', level: 'info', text: 'No site was chosen, so nothing was changed.' });
    return end('done', { sites });
  }
  const before = await rememberTexts(session, chosen);
  const outcome = await editAndVerify(request, turn, chosen, signal);
  if (outcome !== 'done' && outcome !== 'refused' && request.keepOnFail !== true) {
    const restored = await restoreAll(session, turn, outcome);
    return end(outcome, { sites, left: [...chosen], restored });
  }
  const left = await findLeftSites(chosen, before, readerOf(session));
  stateResult(session, turn, chosen, left);
  return end(outcome, { sites, left });
}

async function findSites(
  { session, rule }: RefactorRequest,
  turn: OpenTurn,
  signal: AbortSignal,
): Promise<{ outcome: Outcome; sites: Site[] }> {
  const sent = await turn.send(
    { kind: 'refactor-sites', request: refactorSitesText(rule), refuse: refuseChanges, endsOnReport: true },
    signal,
  );
  if (sent.outcome !== 'done') return { outcome: sent.outcome, sites: [] };
  if (!sent.hasReport) {
    const text =
      'The model reported no list of sites, so nothing was changed. Say the rule in other words, or use the chat.';
    session.emit({ type: 'notice', level: 'error', text });
    return { outcome: 'failed', sites: [] };
  }
  const sites = await checkSites(sent.reported, readerOf(session));
  session.emit({ type: 'sites', rule, sites });
  return { outcome: 'done', sites };
}

/** Only what is on disk can be chosen, whoever chooses. */
async function chooseSites({ choose }: RefactorRequest, sites: readonly Site[]): Promise<Site[] | undefined> {
  const onDisk = sites.filter((site) => site.onDisk);
  if (onDisk.length === 0) return [];
  const chosen = await choose(onDisk);
  if (chosen === undefined) return undefined;
  const ids = new Set(chosen.map((site) => site.id));
  return onDisk.filter((site) => ids.has(site.id));
}

/** `refused`: everything is green, but an edit was not allowed. */
async function editAndVerify(
  request: RefactorRequest,
  turn: OpenTurn,
  chosen: readonly Site[],
  signal: AbortSignal,
): Promise<Outcome> {
  const { session, rule, verify } = request;
  const files = [...new Set(chosen.map(({ path }) => path))];
  const list = chosen.map(({ path, quote }) => ({ path, quote: decodePath(quote) }));
  const edits = await turn.send(
    {
      kind: 'refactor-edits',
      request: refactorEditsText(rule, list),
      refuse: refuseCommands,
      files: files.length,
      chosen: files,
    },
    signal,
  );
  if (edits.outcome !== 'done' && edits.outcome !== 'refused') return edits.outcome;
  if (turn.changed.size === 0) return edits.outcome;
  if (verify.length === 0) {
    const { where, action } = request.nameVerify ?? { where: '' };
    const text = `There is no verify command, so nothing checked the result. Name one${where} to have it checked and undone when it fails.`;
    session.emit({ type: 'notice', level: 'warning', text, ...(action === undefined ? {} : { action }) });
    return edits.outcome;
  }
  const verified = await verifyAndRepair(request, turn, signal);
  return verified === 'done' ? edits.outcome : verified;
}

async function verifyAndRepair(request: RefactorRequest, turn: OpenTurn, signal: AbortSignal): Promise<Outcome> {
  const { session, verify } = request;
  const rounds = request.maxRounds ?? defaultRounds;
  for (let round = 1; ; round++) {
    const red = await runVerify(session, turn, verify, round, signal);
    if (signal.aborted) return 'cancelled';
    if (red === undefined) return 'done';
    if (round > rounds) return 'verification_failed';
    const repair = await askForRepair(session, turn, red, { round, rounds }, signal);
    if (repair.outcome !== 'done' && repair.outcome !== 'refused') return repair.outcome;
    // Without an edit the next run would end the same way.
    if (!repair.edited) return 'verification_failed';
  }
}

async function askForRepair(
  session: Session,
  turn: OpenTurn,
  red: RedVerify,
  { round, rounds }: { round: number; rounds: number },
  signal: AbortSignal,
): Promise<SendResult & { edited: boolean }> {
  const known = session.conversation.messages.length;
  const sent = await turn.send(
    {
      kind: 'refactor-repair',
      request: refactorRepairText(red.command, red.exitCode, round, rounds),
      last: red.report,
      refuse: refuseCommands,
    },
    signal,
  );
  const edited = session.conversation.messages
    .slice(known)
    .some((message) => message.role === 'tool' && isEdit(message) && !message.failed);
  return { ...sent, edited };
}

/** Puts every file back as it was before the turn. What the user touched meanwhile is left to the user. */
async function restoreAll({ parts, emit }: Session, turn: OpenTurn, outcome: Outcome): Promise<boolean> {
  if (turn.checkpoint.paths.length === 0) return false;
  const plan = await parts.journal.plan(turn.checkpoint.id);
  const { paths, left } = await parts.journal.restore(plan, chooseFiles(plan));
  turn.noteRestored(paths);
  const reason =
    outcome === 'verification_failed' ? 'A verify command stayed red.' : 'The refactoring did not come to its end.';
  emit({ type: 'restored', paths, reason: `${reason} What it had changed was put back.` });
  if (left.length > 0) {
    const text = `These files were changed by somebody else meanwhile and were left as they are: ${nameSome(left, mostNamed)}.`;
    emit({ type: 'notice', level: 'warning', text });
  }
  return left.length === 0;
}

/** The program's own statement, whatever the model says it did. */
function stateResult({ emit }: Session, turn: OpenTurn, chosen: readonly Site[], left: readonly Site[]): void {
  const sites = new Set(chosen.map((site) => site.path));
  const beside = [...turn.changed].filter((path) => !sites.has(path)).sort();
  const done = `${chosen.length - left.length} of ${chosen.length} chosen sites were changed, in ${turn.changed.size} files.`;
  const rest = left.map(({ path, place }) => `${path}:${place?.startLine ?? 1}`);
  const parts = [done];
  if (left.length > 0) parts.push(`Left as they were: ${nameSome(rest, mostNamed)}.`);
  if (beside.length > 0) parts.push(`Changed beside the sites: ${nameSome(beside, mostNamed)}.`);
  emit({ type: 'notice', level: left.length > 0 ? 'warning' : 'info', text: parts.join(' ') });
}

/** The texts of the chosen sites' files before any edit. */
async function rememberTexts(session: Session, chosen: readonly Site[]): Promise<ReturnType<typeof createTextReader>> {
  const reader = readerOf(session);
  for (const { path } of chosen) await reader(path);
  return reader;
}

function readerOf({ parts }: Session): ReturnType<typeof createTextReader> {
  return createTextReader(parts.host.files, parts.roots);
}

function refuseChanges({ name }: ToolCall): string | undefined {
  if (name === 'report_findings' || readers.has(name)) return undefined;
  return `Refused: this step only lists the sites; ${name} is not executed yet. Call report_findings with all of them.`;
}

function refuseCommands(call: ToolCall): string | undefined {
  const { name } = call;
  if (isEdit(call) || readers.has(name)) return undefined;
  return `Refused: ${name} is not executed here. The verify commands are run for you after your edits.`;
}
