/** Review on save: what was saved is reviewed as soon as nothing more is saved for a moment, if the user need not be asked. */
import type * as vscode from 'vscode';
import { messageOf } from '../core/errors.js';
import { whyBlocked } from './gate.js';
import type { Collect, ReviewRunner } from './reviewRunner.js';
import type { ReviewStatus } from './reviewStatus.js';
import { createSavedChanges, type SavedChanges } from './savedChanges.js';
import { readSettings } from './settings.js';
import { workspacePathOf } from './windowFolders.js';

export interface ReviewOnSave extends vscode.Disposable, Pick<SavedChanges, 'markReviewed'> {
  isOn(this: void): boolean;
  /** Reviews what was saved since the last review, whatever the cache holds. */
  reviewSaved(this: void): Promise<void>;
}

export interface ReviewOnSaveParts {
  runner: ReviewRunner;
  status: ReviewStatus;
  /** The prefix of the reviews' model is likely to be in the cache. */
  isWarm: () => boolean;
  run: (title: string, collect: Collect) => Promise<void>;
}

export const quietMs = 300;

export function createReviewOnSave({ runner, status, isWarm, run }: ReviewOnSaveParts): ReviewOnSave {
  let timer: NodeJS.Timeout | undefined;
  const saved = createSavedChanges({
    isOn,
    toRelative: workspacePathOf,
    onSaved() {
      clearTimeout(timer);
      timer = setTimeout(() => void onQuiet(), quietMs);
    },
  });
  const collectSaved: Collect = async (parts, _signal, openPack) => {
    const changes = saved.collect();
    if (changes.length === 0) return [];
    await openPack();
    const { files } = await parts.packer.list({ paths: changes.map((change) => change.path) });
    const packed = new Set(files.filter((file) => file.withheld === undefined).map((file) => file.path));
    return changes.filter((change) => packed.has(change.path));
  };
  const reviewSaved = (): Promise<void> => run('Review of what was saved', collectSaved);
  const onQuiet = async (): Promise<void> => {
    if (!isOn() || saved.collect().length === 0) return;
    try {
      const origin = await runner.unagreedOrigin();
      if (origin !== undefined) return status.show({ kind: 'unagreed', origin });
      if (isWarm()) return await reviewSaved();
      status.show({ kind: 'offer', price: await runner.coldPrice() });
    } catch (error) {
      status.show({ kind: 'no_result', why: messageOf(error) });
    }
  };
  return {
    isOn,
    reviewSaved,
    markReviewed: (changes) => saved.markReviewed(changes),
    dispose() {
      saved.dispose();
      clearTimeout(timer);
    },
  };
}

function isOn(): boolean {
  return whyBlocked() === undefined && readSettings().reviewOnSave;
}
