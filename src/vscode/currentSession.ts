/** The session that the chat of a window is in: which one, what it runs with, and opening it for a turn. */
import type * as vscode from 'vscode';
import { describeLaneChange } from '../core/session/laneChange.js';
import { resumeSession, startSession, type Session } from '../core/session/session.js';
import { readSession, transcriptOf } from '../core/session/store.js';
import type { Emit } from '../protocol/events.js';
import type { TranscriptEntry } from '../protocol/sidebar.js';
import type { Connection } from './connection.js';
import type { Engine } from './engine.js';
import type { ModelPick } from './modelPick.js';
import { chooseSetting, readSettings } from './settings.js';

export interface CurrentSession {
  /** Absent before the first turn. */
  id(): string | undefined;
  /** What it runs with; before its first turn what the settings say. */
  pick(): ModelPick;
  /** The session of the next turn, if it is open: a stored one that is only shown is not. */
  opened(): Session | undefined;
  /** The next session begins with a new snapshot. */
  renewsNext(): boolean;
  /** For the next turn, with the settings of now: the same one, the stored one that is shown, or a new one. */
  open(emit: Emit, signal: AbortSignal): Promise<Session>;
  /** Which one the window shows again after a reload. */
  lastId(): string | undefined;
  /** It is in this one now; in none without an id. */
  enter(id: string | undefined): Promise<void>;
  /** Makes a stored session the current one without opening its pack, and answers with what it said. */
  load(id: string): Promise<TranscriptEntry[]>;
  /** The next turn begins a new session; with `renew` over a new snapshot. */
  leave(renew: boolean): Promise<void>;
  /** For this session and no other; before the first turn it is the setting. The answer says what the change costs. */
  choose(change: Partial<ModelPick>): Promise<string | undefined>;
}

export interface CurrentSessionParts {
  engine: Engine;
  connection: Connection;
  /** Of this folder. */
  memory: vscode.Memento;
  /** Another one is the current one. */
  onEnter: (id: string | undefined) => void;
}

const sessionMemory = 'session';

export function createCurrentSession(parts: CurrentSessionParts): CurrentSession {
  const { engine, connection, memory } = parts;
  let id: string | undefined;
  // Absent until a turn needs it: showing a stored session opens no pack.
  let session: Session | undefined;
  // The session's own; absent before its first turn.
  let pick: ModelPick | undefined;
  let renew = false;

  const pickNow = (): ModelPick => pick ?? readSettings().pick;
  const enter = async (next: string | undefined): Promise<void> => {
    id = next;
    parts.onEnter(next);
    await memory.update(sessionMemory, next);
  };

  return {
    id: () => id,
    pick: pickNow,
    opened: () => session,
    renewsNext: () => renew,
    lastId: () => memory.get<string>(sessionMemory),
    enter,
    async open(emit, signal) {
      const { parts: workspace, userId } = await engine.open();
      const picked = pickNow();
      const settings = await connection.sessionSettings(userId, picked);
      if (session !== undefined) {
        session.settings = settings;
        return session;
      }
      const opened =
        id === undefined
          ? await startSession(workspace, settings, 'chat', emit, signal, { renew })
          : await resumeSession(workspace, settings, id, emit, signal);
      if (!opened.pack.reused) renew = false;
      [session, pick] = [opened, picked];
      opened.log.note({ type: 'pick', ...picked });
      return opened;
    },
    async load(stored) {
      const { parts: workspace } = await engine.open();
      const records = await readSession(workspace.host.files, workspace.stateFolder, stored);
      const picked = records.findLast((record) => record.type === 'pick');
      session = undefined;
      pick = picked && { model: picked.model, thinking: picked.thinking };
      await enter(stored);
      return transcriptOf(records);
    },
    async leave(renewNext) {
      session = undefined;
      pick = undefined;
      renew ||= renewNext;
      await enter(undefined);
    },
    async choose(change) {
      if (id === undefined) {
        for (const name of ['model', 'thinking'] as const)
          if (change[name] !== undefined) await chooseSetting(name, change[name]);
        return undefined;
      }
      pick = { ...pickNow(), ...change };
      if (session === undefined) return undefined;
      session.log.note({ type: 'pick', ...pick });
      const settings = await connection.sessionSettings(session.settings.userId, pick);
      // An automatic choice is told with its price by itself.
      return settings.automatic === undefined ? describeLaneChange(session, settings) : undefined;
    },
  };
}
