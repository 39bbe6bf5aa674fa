/** Shows the commands that the agent runs in VS Code terminals, and takes what the user types there. */
import type * as vscode from 'vscode';
import { joinOutput } from '../core/commandOutput.js';
import type { Command, CommandRequest, CommandResult, Commands, CommandState } from '../core/host.js';
import type { InputWait } from '../protocol/inputWait.js';
import { createControlStripper } from '../node/commandOutput.js';
import { createScreen, type Screen } from './screen.js';

export interface TerminalCommands extends vscode.Disposable {
  commands: Commands;
  /** Brings the terminal of a command that waits or is in the background to the front; a closed one is opened again. */
  show(id: string): void;
}

/** The processes are ours; the terminals only show them. Closing one neither ends a command nor loses output. */
export function createTerminalCommands(inner: Commands): TerminalCommands {
  const screens: Screen[] = [];
  const background = new Map<string, Screen>();
  /** In the foreground, by the command's id. */
  const asking = new Map<string, Screen>();
  const openScreen = (command?: string): Screen => {
    const screen = createScreen(() => screens.splice(screens.indexOf(screen), 1), command);
    screens.push(screen);
    return screen;
  };
  const idleScreen = (): Screen => screens.find((one) => !one.isBusy()) ?? openScreen();
  const keep = (command: Command, screen: Screen): void => {
    screen.rename(command.command);
    background.set(command.id, screen);
    endThoseThatEnded();
  };
  const endThoseThatEnded = (): void => {
    for (const [id, screen] of background) {
      const state = inner.find(id)?.state();
      if (state?.running === true) continue;
      background.delete(id);
      screen.end(state === undefined ? '[ended]' : describeState(state));
    }
  };
  const stopListening = inner.onChange(endThoseThatEnded);

  const commands: Commands = {
    ...inner,
    async run(request, signal) {
      const screen = idleScreen();
      screen.begin(request.command);
      const onWait = (wait: InputWait | undefined): void => {
        if (wait !== undefined && !asking.has(wait.command)) asking.set(wait.command, screen);
        request.onWait?.(wait);
      };
      try {
        const shown = { ...showOn(screen, request), onWait };
        const result = await inner.run({ ...shown, timeoutMs: request.timeoutMs }, signal);
        asking.delete(result.id);
        const left = result.leftRunning ? inner.find(result.id) : undefined;
        if (left === undefined) screen.end(describeEnd(result));
        else keep(left, screen);
        return result;
      } catch (error) {
        screen.end('[ended]');
        throw error;
      }
    },
    async start(request) {
      const screen = idleScreen();
      screen.begin(request.command);
      const command = await inner.start(showOn(screen, request));
      keep(command, screen);
      return command;
    },
  };
  return {
    commands,
    show(id) {
      const command = inner.find(id);
      if (command?.state().running !== true) return;
      const screen = background.get(id) ?? asking.get(id);
      if (screen !== undefined && screens.includes(screen)) return screen.show();
      const again = openScreen(command.command);
      again.begin(command.command);
      again.write(joinOutput(command.kept()));
      again.connect((text) => void command.write(text), command.asksForSecret);
      screen?.leadTo(again);
      if (asking.has(id)) asking.set(id, again);
      else keep(command, again);
    },
    dispose() {
      stopListening();
      for (const screen of [...screens]) screen.dispose();
    },
  };
}

function showOn(screen: Screen, request: CommandRequest): CommandRequest {
  // What a command prints must not reach the clipboard, the title or the cursor of the user's terminal.
  const strip = createControlStripper();
  return {
    ...request,
    onOutput(text) {
      screen.write(strip(text));
      request.onOutput(text);
    },
    onInput(write, asksForSecret) {
      screen.connect(write, asksForSecret);
      request.onInput?.(write, asksForSecret);
    },
  };
}

function describeEnd(result: CommandResult): string {
  const seconds = describeSeconds(result.durationMs);
  if (result.cancelled || result.stopped === true) return `[stopped after ${seconds}]`;
  if (result.timedOut) return `[ended by the time limit after ${seconds}]`;
  return `[exit code ${result.exitCode ?? 'none'} · ${seconds}]`;
}

function describeState({ stopped, exitCode, durationMs }: CommandState): string {
  const seconds = describeSeconds(durationMs);
  return stopped ? `[stopped after ${seconds}]` : `[exit code ${exitCode ?? 'none'} · ${seconds}]`;
}

function describeSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
