/** What each message of the page does. The messages are already checked for their form. */
import * as vscode from 'vscode';
import { messageOf } from '../core/errors.js';
import type { Log } from '../core/host.js';
import { resolveInside } from '../core/repository/pathGate.js';
import { endOfInput } from '../protocol/inputWait.js';
import type { ToHost, ToPage } from '../protocol/sidebar.js';
import type { Approvals } from './approvals.js';
import type { AutoMode } from './autoMode.js';
import type { BackgroundCommands } from './backgroundCommands.js';
import type { Chat } from './chat.js';
import type { Connection } from './connection.js';
import { openEditDiff } from './diffs.js';
import type { Engine } from './engine.js';
import { whyBlocked } from './gate.js';
import type { Proposals } from './proposals.js';
import { listChoices } from './modelChoices.js';
import type { SendQuestions } from './sendQuestions.js';
import { chooseSetting, readSettings } from './settings.js';

type Handlers = { [K in ToHost['type']]: (message: Extract<ToHost, { type: K }>) => void | Promise<void> };

export interface HandlerParts {
  chat: Chat;
  connection: Connection;
  approvals: Approvals;
  questions: SendQuestions;
  proposals: Proposals;
  engine: Engine;
  log: Log;
  post: (message: ToPage) => void;
  /** The whole page anew: state, transcript and draft. */
  open: () => void;
  /** Kept for a reload, and priced. */
  setDraft: (text: string) => void;
  rehearse: () => Promise<void>;
  undo: (checkpoint: string) => Promise<void>;
  commands: BackgroundCommands;
  autoMode: AutoMode;
}

/** Never throws: what goes wrong is said in the chat. */
export function createMessageHandler(parts: HandlerParts): (message: ToHost) => Promise<void> {
  const handlers = createHandlers(parts);
  return async (message) => {
    try {
      const handle = handlers[message.type] as (message: ToHost) => void | Promise<void>;
      await handle(message);
    } catch (error) {
      parts.log.warn(`${message.type}: ${messageOf(error)}`);
      parts.chat.tell({ type: 'notice', level: 'error', text: messageOf(error) });
    }
  };
}

/** Reading the page's own state is always allowed; whatever runs, sends or writes waits for trust. */
const allowedWhileBlocked: ReadonlySet<ToHost['type']> = new Set([
  'ready',
  'draft',
  'stop',
  'stop_command',
  'open_settings',
  'manage_trust',
  'open_url',
]);

function createHandlers(parts: HandlerParts): Handlers {
  const { chat, connection, approvals, questions, proposals, engine } = parts;
  const plain: Handlers = {
    async ready() {
      if (whyBlocked() === undefined) await chat.restore();
      parts.open();
    },
    send: async ({ text }) => {
      parts.setDraft('');
      await chat.send(text);
    },
    unqueue: ({ id }) => void chat.queue.take(chat.sessionId(), id),
    send_queued: ({ id }) => chat.sendQueued(id),
    stop: () => chat.stop(),
    compact: () => chat.compact(),
    draft: ({ text }) => parts.setDraft(text),
    decide: async ({ approval, decision }) => {
      if (!approvals.decide(approval, decision)) parts.log.warn('An answer came to a question that does not wait.');
      await proposals.close(approval);
    },
    answer_send: ({ question, agreed }) => {
      if (!questions.decide(question, agreed)) parts.log.warn('An answer came to a question that does not wait.');
    },
    set_model: async ({ model }) => {
      if (listChoices(readSettings()).some(({ id }) => id === model)) await chat.choose({ model });
    },
    set_thinking: ({ thinking }) => chat.choose({ thinking }),
    set_approve: async ({ approve }) => {
      if (approve === 'auto') await requireSandbox(parts.autoMode);
      await chooseSetting('approve', approve);
    },
    new_session: () => chat.newSession(),
    list_sessions: async () => parts.post({ type: 'sessions', sessions: await chat.sessions() }),
    open_session: ({ session }) => chat.openSession(session),
    enter_key: async () => void (await connection.enterKey()),
    check_key: () => connection.check(),
    rehearse: () => parts.rehearse(),
    open_settings: async ({ setting }) => {
      const query = setting === undefined ? '@ext:baleen.baleen' : `@id:${setting}`;
      await vscode.commands.executeCommand('workbench.action.openSettings', query);
    },
    manage_trust: async () => void (await vscode.commands.executeCommand('workbench.trust.manage')),
    open_file: ({ path, line }) => openFile(engine, path, line),
    open_diff: async ({ call }) => {
      const { parts: workspace } = await engine.open();
      const question = chat.transcript.findQuestion(call);
      if (question !== undefined && approvals.waiting().includes(question.id)) {
        return proposals.open(workspace, question);
      }
      const edit = chat.findEdit(call);
      if (edit === undefined) return;
      if (edit.checkpoint === undefined) return openFile(engine, edit.path, undefined);
      await openEditDiff(workspace.roots, edit.checkpoint, edit.path);
    },
    undo_turn: ({ checkpoint }) => parts.undo(checkpoint),
    stop_command: ({ id }) => parts.commands.stop(id),
    show_command: ({ id }) => parts.commands.show(id),
    answer_command: ({ wait, text }) => typeInto(parts, wait, `${text}\n`),
    end_input: ({ wait }) => typeInto(parts, wait, endOfInput),
    open_url: ({ url }) => openUrl(url),
  };
  return mapBlocked(plain, parts);
}

/** What was typed may be a password: it is kept and shown nowhere. */
function typeInto({ commands, chat }: HandlerParts, wait: string, text: string): void {
  if (commands.answer(wait, text)) return;
  const over = 'Your answer was not typed: the command does not wait for it any more. Its output says how it went on.';
  chat.tell({ type: 'notice', level: 'info', text: over });
}

/** Throws a sentence where nothing could run by itself anyway; the mode stays as it was. */
async function requireSandbox(autoMode: AutoMode): Promise<void> {
  await autoMode.look();
  const why = autoMode.whyNot();
  if (why !== undefined) throw new Error(`The mode “auto” needs a sandbox for commands. ${why}`);
}

/** Trust is asked for at each message and not once. */
function mapBlocked(handlers: Handlers, parts: HandlerParts): Handlers {
  const guarded = Object.entries(handlers).map(([type, handle]) => {
    if (allowedWhileBlocked.has(type as ToHost['type'])) return [type, handle] as const;
    const guard = async (message: ToHost): Promise<void> => {
      const blocked = whyBlocked();
      if (blocked !== undefined) return parts.chat.tell({ type: 'notice', level: 'warning', text: blocked });
      await (handle as (message: ToHost) => void | Promise<void>)(message);
    };
    return [type, guard] as const;
  });
  return Object.fromEntries(guarded) as unknown as Handlers;
}

/** Only files inside the workspace's folders, links resolved. `line` is 1-based. */
export async function openFile(engine: Engine, path: string, line: number | undefined): Promise<void> {
  const { parts } = await engine.open();
  const place = await resolveInside(parts.host.files, parts.roots, path, 'read');
  if ('refused' in place) throw new Error(place.refused);
  const at = new vscode.Position((line ?? 1) - 1, 0);
  const options = line === undefined ? {} : { selection: new vscode.Range(at, at) };
  await vscode.window.showTextDocument(vscode.Uri.file(place.absolute), options);
}

/** VS Code asks the user before it opens a page of a site that is not known to it. */
async function openUrl(url: string): Promise<void> {
  if (!URL.canParse(url) || !['https:', 'http:'].includes(new URL(url).protocol)) return;
  await vscode.env.openExternal(vscode.Uri.parse(url, true));
}
