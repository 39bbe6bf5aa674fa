/** What the window shows of the commands that run in the background, and does to them. */
import * as vscode from 'vscode';
import type { Commands, CommandState, HeldBack } from '../core/host.js';
import { nameAll } from '../core/tools/sandboxStop.js';
import { encodeView } from '../core/view/codec.js';
import type { BackgroundCommand } from '../protocol/sidebar.js';
import { askToPutBack } from './heldBack.js';
import { createTerminalCommands, type TerminalCommands } from './terminal.js';

export interface BackgroundCommands extends vscode.Disposable {
  /** Shows what these run in terminals, and tells of it; those of former folders are ended by whoever opened them. */
  wrap(commands: Commands): Commands;
  list: () => BackgroundCommand[];
  stop(id: string): Promise<void>;
  show(id: string): void;
  /** Types into a command that waits for input, also one in the foreground; `false` if that wait is over. */
  answer(wait: string, text: string): boolean;
}

const longestLine = 500;
const longestNamed = 100;

export function createBackgroundCommands(onChange: () => void): BackgroundCommands {
  let terminals: TerminalCommands | undefined;
  let stopListening: (() => void)[] = [];
  const dispose = (): void => {
    for (const stop of stopListening) stop();
    terminals?.dispose();
    terminals = undefined;
  };
  return {
    wrap(commands) {
      dispose();
      terminals = createTerminalCommands(commands);
      stopListening = [commands.onChange(onChange), commands.onHeldBack(offerPutBack)];
      return terminals.commands;
    },
    list() {
      const running = terminals?.commands.background() ?? [];
      return running.map((command) => ({
        id: command.id,
        command: encodeView(command.command.slice(0, longestLine)).view,
        ...shownOf(command.state()),
      }));
    },
    stop: async (id) => terminals?.commands.find(id)?.stop(),
    show: (id) => terminals?.show(id),
    answer: (wait, text) => terminals?.commands.answer(wait, text) ?? false,
    dispose,
  };
}

function shownOf({ ports, waits }: CommandState): Pick<BackgroundCommand, 'ports' | 'waits'> {
  return { ports: [...ports], ...(waits === undefined ? {} : { waits }) };
}

/** It may as well be the user who made it meanwhile, so one click brings it back. */
function offerPutBack(command: string, found: HeldBack): void {
  const kept = found.names.filter((one) => one.kept !== undefined).map(({ path }) => path);
  if (kept.length === 0) return;
  const text = `${nameAll(kept)} appeared while "${encodeView(command.slice(0, longestNamed)).view}" ran in the background, and was moved to ${found.folder}: protected files need your yes.`;
  void askToPutBack(text, found, (...shown) => vscode.window.showWarningMessage(...shown));
}
