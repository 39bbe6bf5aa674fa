import * as vscode from 'vscode';
import type { Log } from '../core/host.js';

export interface EditorLog extends Log, vscode.Disposable {
  show(): void;
}

/** The output channel "Baleen". Texts of the model and keys never go here. */
export function createLog(): EditorLog {
  const channel = vscode.window.createOutputChannel('Baleen', { log: true });
  return {
    info: (text) => channel.info(text),
    warn: (text) => channel.warn(text),
    error: (text) => channel.error(text),
    show: () => channel.show(true),
    dispose: () => channel.dispose(),
  };
}
