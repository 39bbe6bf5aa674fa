/** Activation: makes the parts by hand, once, and registers what VS Code shows of them. Nothing heavy happens here. */
import * as vscode from 'vscode';
import { BaleenError, messageOf } from '../core/errors.js';
import type { AgentEvent } from '../protocol/events.js';
import { createRehearsalFetch } from '../rehearsal/rehearsalFetch.js';
import { createApprovals } from './approvals.js';
import { createChat } from './chat.js';
import { chatViewId, createChatView } from './chatView.js';
import { registerCommands, type CommandTable } from './commandTable.js';
import { createConnection, type Connection } from './connection.js';
import { registerBeforeTexts } from './diffs.js';
import { createOpenDocuments } from './documents.js';
import { createEngine, type Engine } from './engine.js';
import { whyBlocked, workspaceFolder } from './gate.js';
import { createMessageHandler } from './handlers.js';
import { createKeys, type Keys } from './keys.js';
import { createLane } from './lane.js';
import { createLog, type EditorLog } from './log.js';
import { refactorRepository } from './refactor.js';
import { createReview } from './review.js';
import { createReviewRunner } from './reviewRunner.js';
import { readSettings } from './settings.js';
import { readSidebarState } from './sidebarState.js';
import { createSitesTree } from './sitesTree.js';
import { createPackStatus } from './statusBar.js';
import { createTerminalCommands, type TerminalCommands } from './terminal.js';
import type { TestApi } from './testApi.js';
import { describeUndo, undoCheckpoint } from './undo.js';

const draftMemory = 'draft';

let running: { engine: Engine } | undefined;

/** Answers with an object for the integration tests when they are what started the extension host. */
export async function activate(context: vscode.ExtensionContext): Promise<TestApi | undefined> {
  const log = createLog();
  context.subscriptions.push(log);
  try {
    return await start(context, log);
  } catch (error) {
    // VS Code itself says nothing to the user when an extension fails here.
    log.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
    void vscode.window.showErrorMessage(`Baleen could not start: ${messageOf(error)}`);
    throw error;
  }
}

export async function deactivate(): Promise<void> {
  await running?.engine.dispose();
  running = undefined;
}

async function start(context: vscode.ExtensionContext, log: EditorLog): Promise<TestApi | undefined> {
  const { extensionUri, workspaceState: memory, subscriptions } = context;
  const keys = createKeys(context.secrets);
  const status = createPackStatus();
  const connection: Connection = createConnection({
    ...{ keys, log, memory, rehearsalFetch: createRehearsalFetch(), settings: readSettings },
    onChange: () => showState(),
  });
  const lane = createLane(readSettings, () => connection.isRehearsal());
  const noteEvent = (event: AgentEvent): void => {
    status.note(event);
    lane.note(event);
  };
  const approvals = createApprovals(() => view.show());
  let terminals: TerminalCommands | undefined;
  const engine = createEngine({
    ...{ extensionUri, log, approver: approvals, documents: createOpenDocuments() },
    send: (input, init) => connection.fetch(input, init),
    wrapCommands(commands) {
      terminals?.dispose();
      return (terminals = createTerminalCommands(commands));
    },
  });
  running = { engine };
  const chat = createChat({
    ...{ engine, connection, log, memory },
    onEvent(event) {
      view.postEvent(event);
      noteEvent(event);
    },
    onReplaced: () => openPage(),
    onState: () => showState(),
  });
  const showState = (): void => {
    status.update({ rehearsal: connection.isRehearsal(), running: chat.isRunning(), blocked: whyBlocked() });
    view.post({ type: 'state', state: readSidebarState(chat, connection) });
  };
  const openPage = (): void => {
    const draft = memory.get(draftMemory, '');
    view.post({ type: 'open', state: readSidebarState(chat, connection), transcript: chat.transcript.entries, draft });
  };
  const undo = async (id?: string): Promise<void> => {
    if (chat.isRunning()) throw new BaleenError('A turn is running. Stop it first, then undo it.', 'bad_usage');
    const { parts } = await engine.open();
    const undone = await undoCheckpoint(parts.journal, id);
    if (undone === undefined) return;
    chat.tell({ type: 'restored', paths: undone.paths, reason: describeUndo(undone) });
    void vscode.window.showInformationMessage(`Baleen: ${describeUndo(undone)}`, 'Redo').then((answer) => {
      if (answer === 'Redo') void vscode.commands.executeCommand('baleen.undoTurn', undone.checkpoint);
    });
  };
  const rehearse = async (on: boolean): Promise<void> => {
    if (connection.isRehearsal() === on) return;
    await chat.stop();
    await connection.setRehearsal(on);
    await chat.newSession();
  };
  const handle = createMessageHandler({
    ...{ chat, connection, approvals, engine, log, undo, open: openPage },
    post: (message) => view.post(message),
    draft: { set: (text) => void memory.update(draftMemory, text) },
    rehearse: () => rehearse(true),
  });
  const view = createChatView({ extensionUri, log, onMessage: (message) => void handle(message) });
  const tree = createSitesTree(() => workspaceFolder()?.uri.fsPath);
  const review = createReview({
    ...{ lane, memory, log },
    runner: createReviewRunner({ engine, connection, log, onEvent: noteEvent }),
    async ask(text) {
      await view.reveal();
      view.post({ type: 'prefill', text });
    },
  });

  const table: CommandTable = {
    openChat: { run: () => view.reveal(), evenBlocked: true },
    showLog: { run: () => log.show(), evenBlocked: true },
    newSession: { run: () => chat.newSession() },
    stop: { run: () => chat.stop() },
    undoTurn: { run: (id) => undo(typeof id === 'string' ? id : undefined) },
    setKey: { run: () => connection.enterKey() },
    removeKey: { run: () => connection.removeKey() },
    rehearse: {
      run: async () => {
        await rehearse(true);
        await view.reveal();
      },
    },
    endRehearsal: { run: () => rehearse(false) },
    refactor: {
      run: (rule) =>
        refactorRepository({ engine, connection, chat, tree }, typeof rule === 'string' ? rule : undefined),
    },
    applySites: { run: () => tree.apply() },
    cancelSites: { run: () => tree.cancel() },
    ...review.commands,
  };
  const refresh = (): void => {
    void connection.refresh();
    review.refresh();
  };
  subscriptions.push(
    ...[status, tree, review, registerBeforeTexts(engine), ...registerCommands(table, log)],
    vscode.window.registerWebviewViewProvider(chatViewId, view),
    vscode.workspace.onDidGrantWorkspaceTrust(() => {
      openPage();
      refresh();
    }),
    vscode.workspace.onDidChangeWorkspaceFolders(refresh),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('baleen')) refresh();
    }),
    { dispose: () => void terminals?.dispose() },
  );
  await takeKeyFile(keys);
  refresh();
  log.info('Baleen is ready.');
  if (context.extensionMode !== vscode.ExtensionMode.Test) return undefined;
  return { chat, connection, engine, keys, receive: handle, approvals, tree, review };
}

/** `npm start` hands a key over in a file that only we read and that is gone afterwards. */
async function takeKeyFile(keys: Keys): Promise<void> {
  const path = process.env['BALEEN_KEY_FILE'];
  const { baseUrl } = readSettings();
  if (path !== undefined && path !== '' && URL.canParse(baseUrl)) await keys.takeFile(path, new URL(baseUrl).origin);
}
