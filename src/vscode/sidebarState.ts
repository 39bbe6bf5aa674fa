/** The state that the sidebar shows beside the transcript. */
import type { BackgroundCommand, SidebarState } from '../protocol/sidebar.js';
import type { AutoMode } from './autoMode.js';
import type { Chat } from './chat.js';
import type { Connection } from './connection.js';
import { isUntrusted, whyBlocked } from './gate.js';
import { listChoices } from './modelChoices.js';
import type { SendQuestions } from './sendQuestions.js';
import { readSettings } from './settings.js';

export interface SidebarSources {
  chat: Chat;
  connection: Connection;
  questions: SendQuestions;
  commands: () => BackgroundCommand[];
  autoMode: Pick<AutoMode, 'whyNot'>;
}

export function readSidebarState({ chat, connection, questions, commands, autoMode }: SidebarSources): SidebarState {
  const settings = readSettings();
  const { model, thinking } = chat.pick();
  const keyDetail = connection.keyDetail();
  const blocked = whyBlocked();
  const noAuto = autoMode.whyNot();
  const sendQuestion = questions.waiting();
  return {
    keyState: connection.keyState(),
    ...(keyDetail === undefined ? {} : { keyDetail }),
    model,
    models: listChoices(settings),
    thinking,
    approve: settings.approve,
    ...(noAuto === undefined ? {} : { noAuto }),
    session: chat.sessionId(),
    running: chat.isRunning(),
    commands: commands(),
    queue: chat.queue.list(chat.sessionId()),
    ...(sendQuestion === undefined ? {} : { sendQuestion }),
    ...(blocked === undefined ? {} : { blocked }),
    ...(isUntrusted() ? { untrusted: true as const } : {}),
  };
}
