/** Activation: makes the parts by hand, once, and registers what VS Code shows of them. Nothing heavy happens here. */
import * as vscode from 'vscode';
import { messageOf } from '../core/errors.js';
import { createRehearsalFetch } from '../rehearsal/rehearsalFetch.js';
import { createApprovals } from './approvals.js';
import { createChat } from './chat.js';
import { chatViewId, createChatView } from './chatView.js';
import { registerCommands, type CommandTable } from './commandTable.js';
import { createConnection, type Connection } from './connection.js';
import { registerBeforeTexts } from './diffs.js';
import { createOpenDocuments } from './documents.js';
import { createEngine, type Engine } from './engine.js';
import { whyBlocked } from './gate.js';
import { createMessageHandler } from './handlers.js';
import { createKeys } from './keys.js';
import { createLog, type EditorLog } from './log.js';
import { readSettings } from './settings.js';
import { readSidebarState } from './sidebarState.js';
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
  const approvals = createApprovals(() => view.show());
  let terminals: TerminalCommands | undefined;
  const engine = createEngine({
    ...{ extensionUri, log, approver: approvals, documents: createOpenDocuments() },
    send: (input, init) => connection.fetch(input, init),
    wrapCommands: (commands) => (terminals = createTerminalCommands(commands)),
  });
  running = { engine };
  const chat = createChat({
    ...{ engine, connection, log, memory },
    onEvent(event) {
      view.postEvent(event);
      status.note(event);
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
    if (chat.isRunning()) throw new Error('A turn is running. Stop it first, then undo it.');
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
  };
  subscriptions.push(
    status,
    registerBeforeTexts(engine),
    vscode.window.registerWebviewViewProvider(chatViewId, view),
    vscode.workspace.onDidGrantWorkspaceTrust(openPage),
    vscode.workspace.onDidChangeWorkspaceFolders(showState),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('baleen')) void connection.refresh();
    }),
    { dispose: () => terminals?.dispose() },
    ...registerCommands(table, log),
  );
  await takeKeyFile(connection, keys);
  log.info('Baleen is ready.');
  if (context.extensionMode !== vscode.ExtensionMode.Test) return undefined;
  return { chat, connection, engine, keys, receive: (message) => handle(message), approvals };
}

/** `npm start` hands a key over in a file that only we read and that is gone afterwards. */
async function takeKeyFile(connection: Connection, keys: ReturnType<typeof createKeys>): Promise<void> {
  const path = process.env['BALEEN_KEY_FILE'];
  if (path !== undefined && path !== '') await keys.takeFile(path, new URL(readSettings().baseUrl).origin);
  await connection.refresh();
}
