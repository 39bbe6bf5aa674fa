/** Registers commands from one table; each one asks for trust and says what went wrong. */
import * as vscode from 'vscode';
import { BaleenError, isCancellation, messageOf } from '../core/errors.js';
import type { Log } from '../core/host.js';
import { whyBlocked } from './gate.js';

export interface CommandEntry {
  run: (...given: unknown[]) => unknown;
  /** Works in an untrusted folder too: it neither runs, sends nor writes anything. */
  evenBlocked?: true;
}

/** Command names without the leading `baleen.`. */
export type CommandTable = Record<string, CommandEntry>;

export function registerCommands(table: CommandTable, log: Log): vscode.Disposable[] {
  return Object.entries(table).map(([name, entry]) =>
    vscode.commands.registerCommand(`baleen.${name}`, async (...given: unknown[]) => {
      const blocked = entry.evenBlocked === true ? undefined : whyBlocked();
      if (blocked !== undefined) {
        log.warn(`${name} was refused: ${blocked}`);
        void vscode.window.showWarningMessage(`Baleen: ${blocked}`);
        return { refused: blocked };
      }
      try {
        return await entry.run(...given);
      } catch (error) {
        if (isCancellation(error)) return undefined;
        if (!(error instanceof BaleenError)) log.error(error instanceof Error ? (error.stack ?? '') : String(error));
        void vscode.window.showErrorMessage(`Baleen: ${messageOf(error)}`);
        return undefined;
      }
    }),
  );
}
