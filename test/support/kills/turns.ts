/** A turn over twenty files of every kind that matters: edited, made executable before, linked twice, new, deleted. */
import { chmodSync, linkSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { SessionRecord } from '../../../src/core/session/log.js';

export interface Change {
  path: string;
  /** `undefined`: the file goes. */
  text: string | undefined;
}

const lines = (word: string, count: number): string => `${word}\n`.repeat(count);

export function layOut(root: string): void {
  for (let index = 0; index < 17; index++) {
    const path = join(root, pathOf(index));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, lines(`old ${index}`, 50 + 400 * (index % 3)));
    if (index % 4 === 0) chmodSync(path, 0o755);
  }
  for (const index of [2, 9]) linkSync(join(root, pathOf(index)), join(root, `second-name-${index}`));
  writeFileSync(join(root, 'users own.txt'), 'kept\n');
}

/** The first changes a file in place, since it has two names. */
export function changesOfTurn(count: number): Change[] {
  const edited = [2, 0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13].map((index): Change => ({
    path: pathOf(index),
    text: lines(`new ${index}`, 30 + 500 * (index % 4)),
  }));
  const gone = [14, 15, 16].map((index): Change => ({ path: pathOf(index), text: undefined }));
  const made = ['made/one.txt', 'made/deep/two.txt', 'made/deep/three.txt'].map((path): Change => ({
    path,
    text: lines('made', 200),
  }));
  return [...edited, ...gone, ...made].slice(0, count);
}

function pathOf(index: number): string {
  return `folder${index % 5}/file${index}.txt`;
}

export const historyRecords: SessionRecord[] = Array.from({ length: 30 }, (_, index) => ({
  type: 'message',
  message: { role: 'user', text: `message ${index}: ${'x'.repeat(index * 40)}` },
}));
