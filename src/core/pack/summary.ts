/** A pack's report in smaller forms, for whoever stands across a thread's border. */
import { standings, type FileCounts, type PackReport, type PackSummary, type PackTable } from '../../protocol/pack.js';

export function summarize(report: PackReport): PackSummary {
  const { files: _files, withheld: _withheld, ...summary } = report;
  return summary;
}

export function countFiles({ files, withheld }: PackReport): FileCounts {
  const counts: FileCounts = { full: 0, outline: 0, listed: 0, withheld: withheld.length };
  for (const { as } of files) counts[as]++;
  return counts;
}

export function tabulate({ files, withheld }: PackReport): PackTable {
  const reasons = [...new Set(withheld.map(({ why }) => why))].sort();
  return {
    paths: [...files, ...withheld].map(({ path }) => `${path}\0`).join(''),
    tokens: Uint32Array.from(files, ({ tokens }) => tokens),
    contentTokens: Uint32Array.from(files, ({ contentTokens }) => contentTokens),
    as: Uint8Array.from(files, ({ as }) => standings.indexOf(as)),
    bytes: Float64Array.from(withheld, ({ bytes }) => bytes),
    why: Uint8Array.from(withheld, ({ why }) => reasons.indexOf(why)),
    reasons,
  };
}
