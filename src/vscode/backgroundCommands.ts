/** What the window shows of the commands that run in the background, and does to them. */
import type * as vscode from 'vscode';
import type { Commands } from '../core/host.js';
import { encodeView } from '../core/view/codec.js';
import type { BackgroundCommand } from '../protocol/sidebar.js';
import { createTerminalCommands, type TerminalCommands } from './terminal.js';

export interface BackgroundCommands extends vscode.Disposable {
  /** Shows what these run in terminals, and tells of it; those of former folders are ended by whoever opened them. */
  wrap(commands: Commands): Commands;
  list: () => BackgroundCommand[];
  stop(id: string): Promise<void>;
  show(id: string): void;
}

const longestLine = 500;

export function createBackgroundCommands(onChange: () => void): BackgroundCommands {
  let terminals: TerminalCommands | undefined;
  let stopListening = (): void => undefined;
  const dispose = (): void => {
    stopListening();
    terminals?.dispose();
    terminals = undefined;
  };
  return {
    wrap(commands) {
      dispose();
      terminals = createTerminalCommands(commands);
      stopListening = commands.onChange(onChange);
      return terminals.commands;
    },
    list() {
      const running = terminals?.commands.background() ?? [];
      return running.map((command) => ({
        id: command.id,
        command: encodeView(command.command.slice(0, longestLine)).view,
        ports: [...command.state().ports],
      }));
    },
    stop: async (id) => terminals?.commands.find(id)?.stop(),
    show: (id) => terminals?.show(id),
    dispose,
  };
}
