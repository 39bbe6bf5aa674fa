/** The ledger on disk: a file a month, a line a request, shared by all windows, command lines and workspaces of the user. */
import { join } from 'node:path';
import type { LedgerLine } from '../../protocol/usage.js';
import { parseChecked, renderChecked } from '../checkedLine.js';
import type { Files } from '../host.js';
import { createPacer } from '../pack/ports.js';

export interface LedgerFiles {
  append(line: LedgerLine): Promise<void>;
  /** What came since the last call, from this month (`YYYY-MM`, UTC) on; lines that cannot be read are counted and stay. */
  readNew(fromMonth: string): Promise<{ lines: LedgerLine[]; damaged: number }>;
  /** Removes months before this one. */
  prune(fromMonth: string): Promise<void>;
  withLock<T>(work: () => Promise<T>): Promise<T>;
}

const suffix = '.jsonl';

export function monthOf(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 7);
}

export function createLedgerFiles(files: Files, folder: string): LedgerFiles {
  /** How far each month was read. */
  const read = new Map<string, number>();
  const months = async (): Promise<string[]> => {
    if ((await files.lstat(folder)) === undefined) return [];
    const names = await files.list(folder);
    return names.filter((name) => /^\d{4}-\d{2}\.jsonl$/.test(name)).map((name) => name.slice(0, 7));
  };
  return {
    // The line feed ahead ends a line that was cut by a crash.
    append: (line) =>
      files.append(join(folder, line.at.slice(0, 7) + suffix), Buffer.from(`\n${renderChecked(line)}`, 'utf8')),
    async readNew(fromMonth) {
      const lines: LedgerLine[] = [];
      let damaged = 0;
      const pace = createPacer();
      for (const month of await months()) {
        if (month < fromMonth) continue;
        const start = read.get(month) ?? 0;
        const bytes = await files.readFrom(join(folder, month + suffix), start);
        // What stands behind the last line end is still being written, or cut.
        const whole = bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1);
        read.set(month, start + whole.length);
        for (const text of Buffer.from(whole).toString('utf8').split('\n')) {
          if (text === '') continue;
          const line = parseChecked(text) as LedgerLine | undefined;
          if (line?.version === 1) lines.push(line);
          else damaged++;
          await pace();
        }
      }
      return { lines, damaged };
    },
    async prune(fromMonth) {
      for (const month of await months()) if (month < fromMonth) await files.remove(join(folder, month + suffix));
    },
    async withLock(work) {
      await files.makeFolder(folder, 0o700);
      return files.withLock(join(folder, 'ledger.lock'), work);
    },
  };
}
