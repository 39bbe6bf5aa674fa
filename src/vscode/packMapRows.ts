/** A pack's report as rows of the map: arrays of numbers, so that a large one crosses to the page at once. */
import type { PackPlan, PackReport, WithheldReason } from '../protocol/pack.js';
import { mapStates, type MapState, type PackMapFiles } from '../protocol/packMap.js';

/** Bytes of source a DeepSeek token, over many repositories: for what was not counted. */
const bytesPerToken = 3.6;
/** Tokens of a file's frame, about. */
const frameTokens = 40;

/** Withheld, but text: what it would take in the pack can be estimated from its bytes. */
const countable: ReadonlySet<WithheldReason> = new Set([
  'secret file',
  'generated',
  'minified',
  'vendored',
  'lock file',
  'data',
  'too large',
  'excluded',
]);

export function codeOf(state: MapState): number {
  return mapStates.indexOf(state);
}

export function toMapFiles({ files, withheld }: Pick<PackReport, 'files' | 'withheld'>): PackMapFiles {
  const rows: PackMapFiles = { paths: [], states: [], tokens: [], whole: [], reasons: [], reasonNames: [] };
  for (const { path, as, tokens, contentTokens } of files) {
    rows.paths.push(path);
    rows.states.push(codeOf(as));
    rows.tokens.push(tokens);
    rows.whole.push(as === 'full' ? tokens : contentTokens + frameTokens);
    rows.reasons.push(-1);
  }
  const reasons = new Map<WithheldReason, number>();
  for (const { path, why, bytes } of withheld) {
    const reason = reasons.get(why) ?? reasons.size;
    reasons.set(why, reason);
    rows.paths.push(path);
    rows.states.push(codeOf('withheld'));
    rows.tokens.push(0);
    rows.whole.push(countable.has(why) ? Math.ceil(bytes / bytesPerToken) + frameTokens : 0);
    rows.reasons.push(reason);
  }
  rows.reasonNames = [...reasons.keys()];
  return rows;
}

export function toPlanRows({ files }: PackPlan): { states: number[]; tokens: number[] } {
  return { states: files.map(({ as }) => codeOf(as)), tokens: files.map(({ tokens }) => tokens) };
}
