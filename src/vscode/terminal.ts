/** Shows the commands that the agent runs in a VS Code terminal, and takes what the user types there. */
import * as vscode from 'vscode';
import type { CommandRequest, CommandResult, Commands } from '../core/host.js';
import { createControlStripper } from '../node/commandOutput.js';
import { createLineInput, type LineInput } from './lineInput.js';

export interface TerminalCommands extends Commands, vscode.Disposable {}

/** The process is ours; the terminal only shows it. Closing the terminal neither ends a command nor loses output. */
export function createTerminalCommands(inner: Commands): TerminalCommands {
  const screens: Screen[] = [];
  const idleScreen = (): Screen => {
    const idle = screens.find((screen) => !screen.isBusy());
    if (idle !== undefined) return idle;
    const screen = createScreen(() => screens.splice(screens.indexOf(screen), 1));
    screens.push(screen);
    return screen;
  };
  return {
    run: (request, signal) => runOnScreen(inner, idleScreen(), request, signal),
    dispose: () => {
      for (const screen of [...screens]) screen.dispose();
    },
  };
}

async function runOnScreen(
  inner: Commands,
  screen: Screen,
  request: CommandRequest,
  signal: AbortSignal,
): Promise<CommandResult> {
  // What a command prints must not reach the clipboard, the title or the cursor of the user's terminal.
  const strip = createControlStripper();
  screen.begin(request.command);
  try {
    const result = await inner.run(
      {
        ...request,
        onOutput(text) {
          screen.write(strip(text));
          request.onOutput(text);
        },
        onInput(write) {
          screen.connect(write);
          request.onInput?.(write);
        },
      },
      signal,
    );
    screen.end(describeEnd(result));
    return result;
  } catch (error) {
    screen.end('[ended]');
    throw error;
  }
}

function describeEnd(result: CommandResult): string {
  const seconds = `${(result.durationMs / 1000).toFixed(1)} s`;
  if (result.cancelled) return `[stopped after ${seconds}]`;
  if (result.timedOut) return `[ended by the time limit after ${seconds}]`;
  return `[exit code ${result.exitCode ?? 'none'} · ${seconds}]`;
}

interface Screen extends vscode.Disposable {
  isBusy(): boolean;
  begin(command: string): void;
  write(text: string): void;
  connect(write: (text: string) => void): void;
  end(line: string): void;
}

/** Characters kept for a terminal that VS Code has not opened yet. */
const waitingChars = 256 * 1024;

function createScreen(onClosed: () => void): Screen {
  const output = new vscode.EventEmitter<string>();
  let waiting: string | undefined = '';
  let busy = false;
  let atLineStart = true;
  let input: LineInput | undefined;
  const write = (text: string): void => {
    if (text === '') return;
    const shown = text.replaceAll('\n', '\r\n');
    atLineStart = shown.endsWith('\n');
    if (waiting === undefined) output.fire(shown);
    else waiting = (waiting + shown).slice(-waitingChars);
  };
  const terminal = vscode.window.createTerminal({
    name: 'Baleen',
    iconPath: new vscode.ThemeIcon('hubot'),
    pty: {
      onDidWrite: output.event,
      open() {
        const text = waiting ?? '';
        waiting = undefined;
        if (text !== '') output.fire(text);
      },
      close() {
        waiting = '';
        onClosed();
      },
      handleInput: (data: string) => input?.type(data),
    },
  });
  return {
    isBusy: () => busy,
    begin(command) {
      busy = true;
      write(`${atLineStart ? '' : '\n'}\u001b[1m$ ${showPlain(command)}\u001b[0m\n`);
      terminal.show(true);
    },
    write,
    connect(send) {
      input = createLineInput({ send, echo: write });
    },
    end(line) {
      input = undefined;
      busy = false;
      write(`${atLineStart ? '' : '\n'}\u001b[2m${line}\u001b[0m\n`);
    },
    dispose: () => terminal.dispose(),
  };
}

/** A command may not draw on the screen either before it has run. */
function showPlain(command: string): string {
  return createControlStripper()(command);
}
