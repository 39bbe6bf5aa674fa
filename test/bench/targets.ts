/** The figures to reach, as far as this bench measures them. docs/performance.md says what follows from each. */
import type { IncrementalFigures } from './incrementalProbe.js';
import type { Round } from './packers.js';
import type { PrefixTable } from './prefixTable.js';
import { medianOf } from './statistics.js';
import type { TokenizerFigures, TokenizerName } from './tokenizers.js';

export interface Results {
  rounds?: Round[];
  tokenizers?: Record<TokenizerName, TokenizerFigures>;
  tablesBytes?: number;
  incremental?: IncrementalFigures;
  prefixes?: PrefixTable;
}

export interface Target {
  what: string;
  /** `≤` or `≥` this. */
  limit: number;
  atMost: boolean;
  measured: number;
}

export function ratioOf(rounds: readonly Round[], part: (round: Round) => [own: number, peer: number]): number[] {
  return rounds.map((round) => {
    const [own, peer] = part(round);
    return own / peer;
  });
}

export function targetsOf({ rounds, tokenizers, tablesBytes, incremental, prefixes }: Results): Target[] {
  const targets: Target[] = [];
  const atMost = (what: string, limit: number, measured: number): unknown =>
    targets.push({ what, limit, measured, atMost: true });
  const atLeast = (what: string, limit: number, measured: number): unknown =>
    targets.push({ what, limit, measured, atMost: false });
  if (rounds !== undefined) {
    const cpu = ratioOf(rounds, ({ baleen, repomix }) => [baleen.cpuMs, repomix.cpuMs]);
    const peak = ratioOf(rounds, ({ baleen, repomix }) => [baleen.peakBytes, repomix.peakBytes]);
    atMost('cold pack, CPU, × repomix', 0.35, medianOf(cpu));
    atMost('cold pack, peak memory, × repomix', 0.4, medianOf(peak));
    atMost('cold pack, peak memory, GB', 1.5, Math.max(...rounds.map((round) => round.baleen.peakBytes)) / 1e9);
  }
  if (tokenizers !== undefined) {
    const { baleen, 'gpt-tokenizer': gpt } = tokenizers;
    atLeast('counting, warm, × gpt-tokenizer', 5, gpt.warmMs / baleen.warmMs);
    atLeast(
      'counting, cold with loading, × gpt-tokenizer',
      2,
      (gpt.loadMs + gpt.coldMs) / (baleen.loadMs + baleen.coldMs),
    );
    atMost('files counted unlike the reference', 0, baleen.files - baleen.equalFiles);
  }
  if (tablesBytes !== undefined) atMost('token tables shipped, MB', 1, tablesBytes / 1e6);
  if (incremental !== undefined) {
    const { coldOpen, syncNamed, syncAll } = incremental;
    atMost('save that is told, CPU, × cold pack', 1 / 20, syncNamed.cpuMs / coldOpen.cpuMs);
    atMost('save that is looked for, CPU, × cold pack', 1 / 20, syncAll.cpuMs / coldOpen.cpuMs);
  }
  const own = prefixes?.rows.find(({ name }) => name === 'Baleen');
  const peer = prefixes?.rows.find(({ name }) => name === 'repomix order');
  if (prefixes !== undefined && own !== undefined && peer !== undefined) {
    atLeast('identical prefix, mean', 0.995, own.meanShare);
    atLeast('identical prefix, worst', 0.98, own.worstShare);
    atLeast('prompts that hold the one before', prefixes.commits, own.contained);
    atMost('input cost, × repomix order', 1 / 25, own.costUsd / peer.costUsd);
  }
  return targets;
}

export function isReached({ limit, atMost, measured }: Target): boolean {
  return atMost ? measured <= limit : measured >= limit;
}
