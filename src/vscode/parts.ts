/** The parts of the extension in one window, made by hand, each from the ones before it. */
import { join } from 'node:path';
import type * as vscode from 'vscode';
import { createClock } from '../node/clock.js';
import type { AgentEvent } from '../protocol/events.js';
import type { ToHost } from '../protocol/sidebar.js';
import { createApprovals, type Approvals } from './approvals.js';
import { createAutoMode } from './autoMode.js';
import { createBackgroundCommands, type BackgroundCommands } from './backgroundCommands.js';
import { createChat, type Chat } from './chat.js';
import type { ChatView } from './chatView.js';
import { createConnection, type Connection } from './connection.js';
import { createDiagnosticsWatch } from './diagnosticsWatch.js';
import { createOpenDocuments } from './documents.js';
import { createEngine, type Engine } from './engine.js';
import { createExplorerTokens } from './explorerTokens.js';
import { watchFolders } from './folderWatch.js';
import { createMessageHandler } from './handlers.js';
import { createKeys, type Keys } from './keys.js';
import { createLane } from './lane.js';
import { createLanguage } from './language.js';
import { withPick } from './modelChoices.js';
import { parsePick, type ModelPick } from './modelPick.js';
import type { EditorLog } from './log.js';
import { createPackMap, type PackMap } from './packMap.js';
import { createPackWatch, type PackWatch } from './packWatch.js';
import { createProposals } from './proposals.js';
import { createRehearsalThread } from './rehearsalThread.js';
import { createReview, type Review } from './review.js';
import { createReviewRunner } from './reviewRunner.js';
import { createSendQuestions, type SendQuestions } from './sendQuestions.js';
import { readSettings } from './settings.js';
import { createSidebar } from './sidebar.js';
import { createSitesTree, type SitesTree } from './sitesTree.js';
import { createSnapshotProposals } from './snapshotProposals.js';
import { createPackStatus } from './statusBar.js';
import { createUsageView, type UsageView } from './usage.js';
import { undoTurn } from './undo.js';
import { windowRoots } from './windowFolders.js';

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

export function createParts(context: vscode.ExtensionContext, log: EditorLog): Parts {
  const { extensionUri, workspaceState: memory } = context;
  const watch = createPackWatch(readSettings);
  const keys = createKeys(context.secrets);
  const rehearsal = createRehearsalThread(join(extensionUri.fsPath, 'dist', 'rehearsal.cjs'));
  const connection: Connection = createConnection({
    ...{ keys, log, memory, rehearsalFetch: rehearsal.fetch, settings: readSettings },
    onChange: () => showState(),
  });
  const lane = createLane(() => connection.isRehearsal());
  const approvals = createApprovals(() => sidebar.view.show());
  const questions = createSendQuestions({ onAsk: () => sidebar.view.show(), onChange: () => showState() });
  const proposals = createProposals();
  const snapshotProposals = createSnapshotProposals();
  const commands = createBackgroundCommands(() => showState());
  const autoMode = createAutoMode(extensionUri, () => showState());
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
  const reviewPick = (): ModelPick => parsePick(readSettings().models.review, chat.pick());
  /** Of the chat or of a review. */
  const noteEvent = (event: AgentEvent, pick: ModelPick): void => {
    lane.note(event, withPick(readSettings(), pick));
    if (event.type === 'turn_end') usage.refresh();
    snapshotProposals.note(event);
  };
  const chat = createChat({
    ...{ engine, connection, log, memory },
    onEvent(event) {
      sidebar.view.postEvent(event);
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
  const status = createPackStatus({ watch, chat, connection });
  const sidebar = createSidebar({
    ...{ extensionUri, log, memory, engine, connection, chat, watch, questions, autoMode, commands: commands.list },
    onMessage: (message) => void receive(message),
  });
  const showState = (): void => {
    status.refresh();
    sidebar.showState();
  };
  const openPage = (): void => {
    sidebar.openPage();
    void autoMode.look();
  };
  const undo = (checkpoint?: string): Promise<void> => undoTurn(engine, chat, checkpoint);
  const rehearse = (on: boolean): Promise<void> => switchRehearsal(connection, chat, on);
  const receive = createMessageHandler({
    ...{ chat, connection, approvals, questions, proposals, engine, log, undo, commands, autoMode, open: openPage },
    post: (message) => sidebar.view.post(message),
    setDraft: (text) => sidebar.setDraft(text),
    rehearse: () => rehearse(true),
  });
  const tree = createSitesTree(windowRoots);
  const onReviewEvent = (event: AgentEvent): void => noteEvent(event, reviewPick());
  const runner = createReviewRunner({ engine, connection, log, pick: reviewPick, onEvent: onReviewEvent });
  const review = createReview({
    ...{ runner, pick: reviewPick, memory, log },
    isWarm: () => lane.isWarm(withPick(readSettings(), reviewPick())),
    ask: (text) => sidebar.ask(text),
  });
  const folders = watchFolders({ engine, chat, stopReview: () => runner.stop() });
  const packMap = createPackMap({
    ...{ extensionUri, log, engine, watch, settings: readSettings },
    isRehearsal: () => connection.isRehearsal(),
    isRunning: () => chat.isRunning(),
  });
  const usage = createUsageView({ extensionUri, log, engine, connection });
  const explorerTokens = createExplorerTokens({ watch, engine, log });
  const refresh = (): void => {
    void connection.refresh();
    // Before the page is there nobody asks.
    if (autoMode.hasLooked()) void autoMode.look();
    for (const shown of [review, packMap, usage, explorerTokens]) shown.refresh();
  };
  return {
    ...{ keys, connection, approvals, questions, engine, chat, view: sidebar.view, tree, review },
    ...{ receive, undo, rehearse, refresh, openPage, packMap, usage, watch, commands },
    dispose() {
      const shown = [status, watch, packMap, usage, explorerTokens, tree, review, proposals];
      for (const one of [...shown, folders, rehearsal, commands, diagnosticsWatch]) one.dispose();
    },
  };
}

async function switchRehearsal(connection: Connection, chat: Chat, on: boolean): Promise<void> {
  if (connection.isRehearsal() === on) return;
  await chat.stop();
  await connection.setRehearsal(on);
  await chat.newSession();
}
