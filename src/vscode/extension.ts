/** Activation: makes the parts and registers what VS Code shows of them. Nothing heavy happens here. */
import * as vscode from 'vscode';
import { nameRule } from '../core/commands/gate.js';
import { BaleenError, messageOf } from '../core/errors.js';
import { askForModel } from './askForModel.js';
import type { Chat } from './chat.js';
import { chatViewId } from './chatView.js';
import { registerCommands, type CommandTable } from './commandTable.js';
import { registerBeforeTexts } from './diffs.js';
import type { Engine } from './engine.js';
import { isUntrusted } from './gate.js';
import type { Keys } from './keys.js';
import { createLog, type EditorLog } from './log.js';
import { sameAsChat } from './modelPick.js';
import { createParts, type Parts } from './parts.js';
import { offerRecovery } from './recovery.js';
import { refactorRepository } from './refactor.js';
import { readSettings } from './settings.js';
import type { TestApi } from './testApi.js';

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
  const parts = createParts(context, log);
  const { view, engine, refresh, openPage } = parts;
  running = { engine };
  context.subscriptions.push(
    parts,
    registerBeforeTexts(engine),
    ...registerCommands(createCommandTable(parts, log), log),
    vscode.window.registerWebviewViewProvider(chatViewId, view),
    vscode.workspace.onDidGrantWorkspaceTrust(() => {
      openPage();
      refresh();
      void offerRecovery(log);
    }),
    vscode.workspace.onDidChangeWorkspaceFolders(refresh),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('baleen')) refresh();
    }),
  );
  await takeKeyFile(parts.keys);
  refresh();
  void offerRecovery(log);
  if (!isUntrusted()) log.info('Baleen is ready.');
  return context.extensionMode === vscode.ExtensionMode.Test ? parts : undefined;
}

function createCommandTable(parts: Parts, log: EditorLog): CommandTable {
  const { chat, connection, view, tree, review, packMap, usage, undo, rehearse } = parts;
  return {
    openChat: { run: () => view.reveal(), evenBlocked: true },
    showUsage: { run: () => usage.show(), evenBlocked: true },
    showPackMap: { run: () => packMap.show(), evenBlocked: true },
    showLog: { run: () => log.show(), evenBlocked: true },
    newSession: { run: () => chat.newSession() },
    chooseModel: {
      run: async () => {
        const chosen = await askForModel('Baleen: the model of this session', readSettings(), { now: chat.pick() });
        if (chosen !== undefined && chosen !== sameAsChat) await chat.choose(chosen);
      },
    },
    newSnapshot: { run: () => beginNewSnapshot(chat) },
    compactConversation: {
      run: async () => {
        if (chat.isRunning()) throw new BaleenError('A turn is running. Stop it first, or let it end.', 'bad_usage');
        await view.reveal();
        await chat.compact();
      },
    },
    stop: { run: () => chat.stop() },
    undoTurn: { run: (id) => undo(typeof id === 'string' ? id : undefined) },
    setKey: { run: () => connection.enterKey() },
    forgetHosts: { run: () => forgetHosts(parts.engine) },
    forgetCommands: { run: () => forgetCommands(parts.engine) },
    removeKey: { run: () => connection.removeKey() },
    rehearse: {
      run: async () => {
        await rehearse(true);
        await view.reveal();
      },
    },
    endRehearsal: { run: () => rehearse(false) },
    refactor: { run: (rule) => refactorRepository(parts, typeof rule === 'string' ? rule : undefined) },
    applySites: { run: () => tree.apply() },
    cancelSites: { run: () => tree.cancel() },
    ...review.commands,
  };
}

/** Nothing is read or sent yet: the session's first message makes the snapshot and says what it costs. */
async function beginNewSnapshot(chat: Chat): Promise<void> {
  if (chat.isRunning()) throw new BaleenError('A turn is running. Stop it first, or let it end.', 'bad_usage');
  await chat.newSession({ renew: true });
  void vscode.window.showInformationMessage(
    'Baleen: the next message begins a new session with a new snapshot, which is read in full once. Older sessions keep theirs.',
  );
}

async function forgetHosts(engine: Engine): Promise<void> {
  const { parts } = await engine.open();
  const origins = await parts.agreements.forget();
  const text =
    origins.length === 0
      ? 'this workspace has not been sent anywhere, so there is nothing to forget.'
      : `this workspace may no longer be sent to ${origins.join(', ')}. The next message asks again; what was sent before stays there.`;
  void vscode.window.showInformationMessage(`Baleen: ${text}`);
}

async function forgetCommands(engine: Engine): Promise<void> {
  const { parts } = await engine.open();
  const commands = (await parts.allowedCommands.forget()).map(nameRule);
  const text =
    commands.length === 0
      ? 'no command was allowed for good in this workspace, so there is nothing to forget.'
      : `these commands ask again in this workspace: ${commands.join(', ')}. What the settings allow still runs.`;
  void vscode.window.showInformationMessage(`Baleen: ${text}`);
}

/** `npm start` hands a key over in a file that only we read and that is gone afterwards. */
async function takeKeyFile(keys: Keys): Promise<void> {
  const path = process.env['BALEEN_KEY_FILE'];
  const { baseUrl } = readSettings();
  if (path !== undefined && path !== '' && URL.canParse(baseUrl)) await keys.takeFile(path, new URL(baseUrl).origin);
}
