/** Files of this repository as they were from commit to commit: a first text and the patches that followed it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { applyPatch } from 'diff';
import { changesBetween, type Change } from './changes.js';

const folder = join(import.meta.dirname, '..', '..', 'fixtures', 'edits');

/** Every hunk of every commit. */
export function readChanges(): Change[] {
  return readdirSync(folder).flatMap((file) => {
    const [first = '', ...patches] = readFileSync(join(folder, file), 'utf8').split(/^(?=--- )/m);
    let before = first;
    return patches.flatMap((patch, index) => {
      const after = applyPatch(before, patch);
      if (after === false) throw new Error(`Patch ${index + 1} of ${file} does not fit.`);
      const name = `${file.replace('.history.txt', '')} ${index + 1}`;
      const changes = changesBetween(name, before, after, 1 + (index % 3));
      before = after;
      return changes;
    });
  });
}
