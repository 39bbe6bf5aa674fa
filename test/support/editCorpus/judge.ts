/** Runs a case from bytes to bytes, as the tool does it, and compares with what had to come. */
import { startEditing } from '../../../src/core/edits/apply.js';
import { closeBytes, openBytes } from '../../../src/core/edits/textFile.js';
import type { EditCase } from './slips.js';

/** `elsewhere`: bytes were changed that are none of the edit's; `otherwise`: the right place, another text. */
export type Verdict = 'wanted' | 'refused' | 'otherwise' | 'elsewhere';

export interface Judged {
  verdict: Verdict;
  bytes: Buffer;
  problem: string;
}

export function judge(one: EditCase): Judged {
  const before = Buffer.from(one.before);
  const { bytes, problem } = edit(before, one);
  if (bytes === undefined) return { verdict: 'refused', bytes: before, problem };
  const text = bytes.toString();
  if (text === one.wanted) return { verdict: 'wanted', bytes, problem };
  if (one.wanted === undefined) return { verdict: 'elsewhere', bytes, problem };
  return { verdict: isElsewhere(one.before, one.wanted, text) ? 'elsewhere' : 'otherwise', bytes, problem };
}

/** Whether that is what had to come of it. */
export function isRight({ wanted, mayRefuse }: EditCase, { verdict }: Judged): boolean {
  return verdict === 'wanted' || (verdict === 'refused' && (wanted === undefined || mayRefuse === true));
}

function edit(before: Buffer, { old_text, new_text, line }: EditCase): { bytes?: Buffer; problem: string } {
  const opened = openBytes(before);
  if (!opened.ok) return { problem: opened.sentence };
  const editing = startEditing(opened.file.view);
  const result = editing.apply({ old_text, new_text, line });
  if (!result.ok) return { problem: result.problem };
  const closed = closeBytes(opened.file, editing.view());
  return closed.ok ? { bytes: Buffer.from(closed.bytes), problem: '' } : { problem: closed.sentence };
}

/** The lines before the first and after the last that had to change are no longer the same. */
function isElsewhere(before: string, wanted: string, text: string): boolean {
  const [old, right, now] = [before, wanted, text].map((all) => all.split('\n')) as [string[], string[], string[]];
  const most = Math.min(old.length, right.length);
  let head = 0;
  while (head < most && old[head] === right[head]) head++;
  let tail = 0;
  while (tail < most - head && old.at(-1 - tail) === right.at(-1 - tail)) tail++;
  const isKept = (index: number): boolean => now[index] === old[index];
  const isKeptFromEnd = (index: number): boolean => now.at(-1 - index) === old.at(-1 - index);
  return !(
    Array.from({ length: head }, (_, at) => isKept(at)).every(Boolean) &&
    Array.from({ length: tail }, (_, at) => isKeptFromEnd(at)).every(Boolean)
  );
}

export type Counts = Record<Verdict, number> & { cases: number; right: number };

/** How the cases of each slip came out. */
export function countBySlip(
  cases: readonly EditCase[],
  note?: (one: EditCase, judged: Judged) => void,
): Map<string, Counts> {
  const all = new Map<string, Counts>();
  for (const one of cases) {
    const judged = judge(one);
    const counts = all.get(one.slip) ?? { cases: 0, right: 0, wanted: 0, refused: 0, otherwise: 0, elsewhere: 0 };
    all.set(one.slip, counts);
    counts.cases++;
    counts[judged.verdict]++;
    if (isRight(one, judged)) counts.right++;
    note?.(one, judged);
  }
  return all;
}
