/** Tokens of a pack by file and by folder, and how a number of them is written in two characters. */
import type { PackReport } from '../protocol/pack.js';

export interface PathTotal {
  tokens: number;
  /** The exact number and how it stands. */
  sentence: string;
}

/** By path with `/`; the root folder is the empty path. */
export type FolderTotals = ReadonlyMap<string, PathTotal>;

interface Sum {
  tokens: number;
  files: number;
  left: number;
}

/** The extension host is given back this often. */
const atOnce = 2000;

export async function folderTotals({ files, withheld }: Pick<PackReport, 'files' | 'withheld'>): Promise<FolderTotals> {
  const totals = new Map<string, PathTotal>();
  const folders = new Map<string, Sum>();
  const add = (path: string, tokens: number, sentence: string): void => {
    totals.set(path, { tokens, sentence });
    for (let end = path.lastIndexOf('/'); ; end = path.lastIndexOf('/', end - 1)) {
      const folder = end < 0 ? '' : path.slice(0, end);
      const sum = folders.get(folder) ?? { tokens: 0, files: 0, left: 0 };
      folders.set(folder, sum);
      sum.tokens += tokens;
      if (tokens > 0) sum.files++;
      else sum.left++;
      if (end < 0) return;
    }
  };
  let done = 0;
  const pace = (): Promise<void> | undefined =>
    ++done % atOnce === 0 ? new Promise((resolve) => setImmediate(resolve)) : undefined;
  for (const { path, tokens, as } of files) {
    const listed = tokens > 0 ? 'by its first lines' : 'only listed, without its text';
    const how = { full: 'whole', outline: 'as an outline', listed }[as];
    add(path, tokens, tokens === 0 ? `Baleen: ${how}` : `Baleen: ${countTokens(tokens)}, ${how}`);
    await pace();
  }
  for (const { path, why } of withheld) {
    add(path, 0, `Baleen: withheld from the pack (${why})`);
    await pace();
  }
  for (const [path, { tokens, files: inPack, left }] of folders) {
    const rest = left === 0 ? '' : `, ${left.toLocaleString('en')} left out`;
    const named = `${inPack.toLocaleString('en')} ${inPack === 1 ? 'file' : 'files'}`;
    totals.set(path, { tokens, sentence: `Baleen: ${countTokens(tokens)} in ${named}${rest}` });
    await pace();
  }
  return totals;
}

/** Thousands up to 100K (`<k`, `9k`, `42`), then tenths of a million (`.4`), then millions (`3M`, from ten `M+`). */
export function badgeFor(tokens: number): string {
  const thousands = Math.round(tokens / 1000);
  if (tokens < 1000) return '<k';
  if (thousands < 10) return `${thousands}k`;
  if (thousands < 100) return String(thousands);
  const tenths = Math.max(1, Math.round(tokens / 100_000));
  if (tenths < 10) return `.${tenths}`;
  const millions = Math.max(1, Math.round(tokens / 1_000_000));
  return millions < 10 ? `${millions}M` : 'M+';
}

function countTokens(tokens: number): string {
  return `${tokens.toLocaleString('en')} ${tokens === 1 ? 'token' : 'tokens'}`;
}
