/** One VS Code terminal of ours, which shows one command after the other. */
import * as vscode from 'vscode';
import { createControlStripper } from '../node/commandOutput.js';
import { createLineInput, type LineInput } from './lineInput.js';

export interface Screen extends vscode.Disposable {
  isBusy(): boolean;
  begin(command: string): void;
  write(text: string): void;
  /** While it asks for a secret, what is typed is not shown. */
  connect(write: (text: string) => void, asksForSecret: () => boolean): void;
  /** For a command that stays: its own name, so that it is found among several. */
  rename: (command: string) => void;
  show(): void;
  /** What is written from now on goes to another screen: the user has closed this one. */
  leadTo(other: Screen): void;
  end(line: string): void;
}

/** Characters kept for a terminal that VS Code has not opened yet. */
const waitingChars = 256 * 1024;
const plainName = 'Baleen';
const longestName = 40;

/** `command`: the one that it is opened for, if it has a name from the beginning. */
export function createScreen(onClosed: () => void, command?: string): Screen {
  const output = new vscode.EventEmitter<string>();
  const name = new vscode.EventEmitter<string>();
  let shownName = command === undefined ? plainName : nameFor(command);
  let waiting: string | undefined = '';
  let busy = false;
  let atLineStart = true;
  let input: LineInput | undefined;
  let successor: Screen | undefined;
  const write = (text: string): void => {
    if (text === '') return;
    if (successor !== undefined) return successor.write(text);
    const shown = text.replaceAll('\n', '\r\n');
    atLineStart = shown.endsWith('\n');
    if (waiting === undefined) output.fire(shown);
    else waiting = (waiting + shown).slice(-waitingChars);
  };
  const call = (text: string): void => {
    shownName = text;
    name.fire(text);
  };
  const terminal = vscode.window.createTerminal({
    name: shownName,
    iconPath: new vscode.ThemeIcon('hubot'),
    pty: {
      onDidWrite: output.event,
      onDidChangeName: name.event,
      open() {
        const text = waiting ?? '';
        waiting = undefined;
        if (shownName !== plainName) name.fire(shownName);
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
    connect(send, asksForSecret) {
      input = createLineInput({ send, echo: write, isUnseen: asksForSecret });
    },
    rename: (text) => call(nameFor(text)),
    show: () => terminal.show(true),
    leadTo(other) {
      successor = other;
    },
    end(line) {
      if (successor !== undefined) return successor.end(line);
      input = undefined;
      busy = false;
      call(plainName);
      write(`${atLineStart ? '' : '\n'}\u001b[2m${line}\u001b[0m\n`);
    },
    dispose: () => terminal.dispose(),
  };
}

function nameFor(command: string): string {
  const line = showPlain(command).split('\n', 1)[0]!;
  return `${plainName}: ${line.length > longestName ? `${line.slice(0, longestName)}…` : line}`;
}

/** A command may not draw on the screen either before it has run. */
function showPlain(command: string): string {
  return createControlStripper()(command);
}
