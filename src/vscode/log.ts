import * as vscode from 'vscode';
import type { Log } from '../core/host.js';

export interface EditorLog extends Log, vscode.Disposable {
  show(): void;
}

/**
 * The output channel "Baleen". Texts of the model and keys never go here. VS Code keeps a file of it, which therefore
 * exists only once there is something to say: in a folder that is not trusted nothing is written.
 */
export function createLog(): EditorLog {
  let opened: vscode.LogOutputChannel | undefined;
  const channel = (): vscode.LogOutputChannel =>
    (opened ??= vscode.window.createOutputChannel('Baleen', { log: true }));
  return {
    info: (text) => channel().info(text),
    warn: (text) => channel().warn(text),
    error: (text) => channel().error(text),
    show: () => channel().show(true),
    dispose: () => opened?.dispose(),
  };
}
