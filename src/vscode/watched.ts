import * as vscode from 'vscode';
import type { Watching } from '../core/edits/checkpoint.js';

/** With fewer files it is over before anybody could read how far it is. */
const many = 50;

/** Work over many files: a notification shows how far it is, and can stop it. */
export async function watched<Result>(
  title: string,
  files: number,
  work: (watching: Watching) => Promise<Result>,
): Promise<Result> {
  if (files < many) return work({});
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, (progress, token) => {
    const controller = new AbortController();
    token.onCancellationRequested(() => controller.abort());
    let told = 0;
    const onProgress = (percent: number): void => {
      progress.report({ increment: percent - told, message: `${percent} %` });
      told = percent;
    };
    return work({ signal: controller.signal, onProgress });
  });
}
