/** The parts of the extension in one window, made by hand, each from the ones before it. */
import { join } from 'node:path';
import * as vscode from 'vscode';
import { BaleenError, messageOf } from '../core/errors.js';
import { readUsage } from '../core/usage/report.js';
import { createClock } from '../node/clock.js';
import type { AgentEvent } from '../protocol/events.js';
import type { ToHost } from '../protocol/sidebar.js';
import { createApprovals, type Approvals } from './approvals.js';
import { createAutoMode } from './autoMode.js';
import { createBackgroundCommands, type BackgroundCommands } from './backgroundCommands.js';
import { createChat, type Chat } from './chat.js';
import { createChatView, type ChatView } from './chatView.js';
import { createConnection, type Connection } from './connection.js';
import { createDiagnosticsWatch } from './diagnosticsWatch.js';
import { createOpenDocuments } from './documents.js';
import { createEngine, type Engine } from './engine.js';
import { createEstimates } from './estimates.js';
import { createExplorerTokens } from './explorerTokens.js';
import { watchFolders } from './folderWatch.js';
import { whyBlocked } from './gate.js';
import { createMessageHandler } from './handlers.js';
import { createKeys, type Keys } from './keys.js';
import { createLane } from './lane.js';
import { createLanguage } from './language.js';
import { withPick } from './modelChoices.js';
import { parsePick, type ModelPick } from './modelPick.js';
import type { EditorLog } from './log.js';
import { readPackFacts } from './packFacts.js';
import { createPackMap, packOptions, type PackMap } from './packMap.js';
import { createPackWatch, type PackWatch } from './packWatch.js';
import { createProposals } from './proposals.js';
import { createRehearsalThread } from './rehearsalThread.js';
import { createReview, type Review } from './review.js';
import { createReviewRunner } from './reviewRunner.js';
import { createSendQuestions, type SendQuestions } from './sendQuestions.js';
import { readSettings } from './settings.js';
import { readSidebarState } from './sidebarState.js';
import { createSitesTree, type SitesTree } from './sitesTree.js';
import { createSnapshotProposals } from './snapshotProposals.js';
import { createPackStatus } from './statusBar.js';
import { createUsageView, type UsageView } from './usage.js';
import { describeUndo, undoCheckpoint } from './undo.js';
import { windowRoots } from './windowFolders.js';
import { plural } from '../core/wording.js';

export interface Parts extends vscode.Disposable {
  keys: Keys;
  connection: Connection;
  approvals: Approvals;
  questions: SendQuestions;
  engine: Engine;
  chat: Chat;
  view: ChatView;
  tree: SitesTree;
  review: Review;
  packMap: PackMap;
  usage: UsageView;
  watch: PackWatch;
  commands: BackgroundCommands;
  /** Does what a message of the page asks for. */
  receive: (message: ToHost) => Promise<void>;
  /** Undoes a checkpoint, or the last turn. */
  undo: (checkpoint?: string) => Promise<void>;
  /** Switching begins a new session: what the stand-in said is not for the model. */
  rehearse: (on: boolean) => Promise<void>;
  /** Settings, folders or trust have changed. */
  refresh: () => void;
  /** Gives the page everything anew. */
  openPage: () => void;
}

const draftMemory = 'draft';

export function createParts(context: vscode.ExtensionContext, log: EditorLog): Parts {
  const { extensionUri, workspaceState: memory } = context;
  const status = createPackStatus();
  const watch = createPackWatch(readSettings);
  const keys = createKeys(context.secrets);
  const rehearsal = createRehearsalThread(join(extensionUri.fsPath, 'dist', 'rehearsal.cjs'));
  const connection: Connection = createConnection({
    ...{ keys, log, memory, rehearsalFetch: rehearsal.fetch, settings: readSettings },
    onChange: () => showState(),
  });
  const lane = createLane(() => connection.isRehearsal());
  const reviewPick = (): ModelPick => parsePick(readSettings().models.review, chat.pick());
  const noteEvent = (event: AgentEvent, pick: ModelPick): void => {
    lane.note(event, withPick(readSettings(), pick));
    if (event.type === 'turn_end') usage.refresh();
    snapshotProposals.note(event);
  };
  const approvals = createApprovals(() => view.show());
  const questions = createSendQuestions({ onAsk: () => view.show(), onChange: () => showState() });
  const proposals = createProposals();
  const snapshotProposals = createSnapshotProposals();
  const commands = createBackgroundCommands(() => showState());
  const diagnosticsWatch = createDiagnosticsWatch();
  const engine = createEngine({
    ...{ extensionUri, log, approver: approvals, consent: questions, documents: createOpenDocuments() },
    language: createLanguage(createClock(), diagnosticsWatch),
    send: (input, init) => connection.fetch(input, init),
    warn: (text) => chat.tell({ type: 'notice', level: 'warning', text }),
    isSandboxOn: () => readSettings().sandbox,
    wrapPacker: (packer) => watch.wrap(packer),
    wrapCommands: (inner) => commands.wrap(inner),
  });
  const chat = createChat({
    ...{ engine, connection, log, memory },
    onEvent(event) {
      view.postEvent(event);
      noteEvent(event, chat.pick());
      if (event.type === 'pack_ready') runner.noteSnapshot(event.snapshot);
    },
    onReplaced: () => openPage(),
    onState() {
      showState();
      // What was missing may have been installed meanwhile.
      if (autoMode.whyNot() !== undefined) void autoMode.look();
    },
  });
  const showPack = (): void => {
    const seen = watch.view();
    const rehearsal = connection.isRehearsal();
    const pack = seen && {
      ...{ tokens: seen.summary.tokens, counts: seen.counts },
      facts: readPackFacts(seen, readSettings(), rehearsal),
    };
    const blocked = whyBlocked();
    status.update({ rehearsal, running: chat.isRunning(), blocked, ...(pack === undefined ? {} : { pack }) });
  };
  const estimates = createEstimates({
    ...{ engine, connection, chat, watch, log },
    post: (estimate) => view.post({ type: 'estimate', estimate }),
  });
  watch.onChange(() => {
    showPack();
    estimates.refresh();
  });
  const autoMode = createAutoMode(extensionUri, () => showState());
  const sources = { chat, connection, questions, commands: commands.list, autoMode };
  const showState = (): void => {
    showPack();
    view.post({ type: 'state', state: readSidebarState(sources) });
    estimates.refresh();
  };
  const openPage = (): void => {
    const draft = memory.get(draftMemory, '');
    const state = readSidebarState(sources);
    view.post({ type: 'open', state, transcript: chat.transcript.entries, draft });
    estimates.note(draft);
    void autoMode.look();
  };
  const undo = (checkpoint?: string): Promise<void> => undoTurn(engine, chat, checkpoint);
  const rehearse = (on: boolean): Promise<void> => switchRehearsal(connection, chat, on);
  const receive = createMessageHandler({
    ...{ chat, connection, approvals, questions, proposals, engine, log, undo, commands, autoMode, open: openPage },
    post: (message) => view.post(message),
    setDraft(text) {
      void memory.update(draftMemory, text);
      estimates.note(text);
    },
    rehearse: () => rehearse(true),
  });
  const view = createChatView({ extensionUri, log, onMessage: (message) => void receive(message) });
  const tree = createSitesTree(windowRoots);
  const onReviewEvent = (event: AgentEvent): void => noteEvent(event, reviewPick());
  const runner = createReviewRunner({ engine, connection, log, pick: reviewPick, onEvent: onReviewEvent });
  const ask = async (text: string): Promise<void> => {
    await view.reveal();
    view.post({ type: 'prefill', text });
  };
  const review = createReview({
    isWarm: () => lane.isWarm(withPick(readSettings(), reviewPick())),
    pick: reviewPick,
    memory,
    log,
    runner,
    ask,
  });
  const folders = watchFolders({ engine, chat, stopReview: () => runner.stop() });
  const packMap = createPackMap({
    ...{ extensionUri, log, engine, watch, settings: readSettings },
    isRehearsal: () => connection.isRehearsal(),
    isRunning: () => chat.isRunning(),
  });
  const usage = createUsageView({
    ...{ extensionUri, log },
    async readReport(days) {
      const { parts } = await engine.open();
      return readUsage(parts.ledger, days, parts.host.clock.now());
    },
    account: () => ({ keyDetail: connection.keyDetail(), canAsk: canAskForBalance(connection) }),
    checkKey: () => connection.check(),
  });
  const explorerTokens = createExplorerTokens({
    watch,
    isOn: () => readSettings().explorerTokens && whyBlocked() === undefined,
    pack: () => packQuietly(engine, log),
  });
  const refresh = (): void => {
    void connection.refresh();
    // Before the page is there nobody asks.
    if (autoMode.hasLooked()) void autoMode.look();
    review.refresh();
    packMap.refresh();
    usage.refresh();
    explorerTokens.refresh();
  };
  return {
    ...{ keys, connection, approvals, questions, engine, chat, view, tree, review },
    ...{ receive, undo, rehearse, refresh, openPage, packMap, usage, watch, commands },
    dispose() {
      const shown = [status, watch, packMap, usage, explorerTokens, tree, review, proposals];
      for (const one of [...shown, folders, rehearsal, commands, diagnosticsWatch]) one.dispose();
    },
  };
}

function canAskForBalance(connection: Connection): boolean {
  return /accepted|rejected/.test(connection.keyState());
}

/** For what shows the pack and is not worth a message when there is none. */
async function packQuietly(engine: Engine, log: EditorLog): Promise<void> {
  try {
    const { parts } = await engine.open();
    await parts.packer.open(packOptions(parts, readSettings()), () => undefined, new AbortController().signal);
  } catch (error) {
    log.warn(`The folder was not packed for the explorer: ${messageOf(error)}`);
  }
}

async function undoTurn(engine: Engine, chat: Chat, id?: string): Promise<void> {
  if (chat.isRunning()) throw new BaleenError('A turn is running. Stop it first, then undo it.', 'bad_usage');
  const { parts } = await engine.open();
  const undone = await undoCheckpoint(parts.journal, id);
  if (undone === undefined) return;
  const { paths, left, redone } = undone;
  const reason = describeUndo(undone);
  const whole = left.length > 0 ? {} : { undone: undone.undone, ...(redone === undefined ? {} : { redone }) };
  chat.tell({ type: 'restored', paths, reason, ...whole });
  const text = `Baleen: ${plural(paths.length, 'file')} restored: ${reason}`;
  void vscode.window.showInformationMessage(text, 'Redo').then((answer) => {
    if (answer === 'Redo') void vscode.commands.executeCommand('baleen.undoTurn', undone.checkpoint);
  });
}

async function switchRehearsal(connection: Connection, chat: Chat, on: boolean): Promise<void> {
  if (connection.isRehearsal() === on) return;
  await chat.stop();
  await connection.setRehearsal(on);
  await chat.newSession();
}
