/** The tokenizer table: each counter in a process of its own, in turn. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Corpus } from './corpus.js';
import { medianOf } from './statistics.js';
import type { TokenizerProbe } from './tokenizerProbe.js';

/** Names that tokenizerProbe.ts knows, the last being the reference. */
export const tokenizers = ['baleen', 'gpt-tokenizer', 'lenml', 'native'] as const;
export type TokenizerName = (typeof tokenizers)[number];

export interface TokenizerFigures extends Omit<TokenizerProbe, 'counts'> {
  tokens: number;
  files: number;
  /** Files whose count is the reference's. */
  equalFiles: number;
}

export function compareTokenizers(
  { folder, paths }: Corpus,
  rounds: number,
  { root, bundles }: { root: string; bundles: string },
): Record<TokenizerName, TokenizerFigures> {
  const work = mkdtempSync(join(tmpdir(), 'baleen-bench-'));
  try {
    const list = join(work, 'files.json');
    writeFileSync(list, JSON.stringify(paths.map((path) => join(folder, path))));
    const probes = new Map<TokenizerName, TokenizerProbe[]>(tokenizers.map((name) => [name, []]));
    for (let round = 0; round < rounds; round++) {
      for (const name of tokenizers) {
        // The slow ones are here for their counts; once is enough for their speed.
        if (round > 0 && (name === 'lenml' || name === 'native')) continue;
        const args = [join(bundles, 'tokenizerProbe.cjs'), name, root, list];
        const stdout = execFileSync(process.execPath, args, { maxBuffer: 1 << 28, encoding: 'utf8' });
        probes.get(name)?.push(JSON.parse(stdout) as TokenizerProbe);
      }
    }
    const reference = probes.get('native')?.[0]?.counts ?? [];
    const figures = tokenizers.map((name) => [name, summarize(probes.get(name) ?? [], reference)] as const);
    return Object.fromEntries(figures) as Record<TokenizerName, TokenizerFigures>;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function summarize(probes: readonly TokenizerProbe[], reference: readonly number[]): TokenizerFigures {
  const median = (pick: (probe: TokenizerProbe) => number): number => medianOf(probes.map(pick));
  const counts = probes[0]?.counts ?? [];
  return {
    loadMs: median((probe) => probe.loadMs),
    coldMs: median((probe) => probe.coldMs),
    warmMs: median((probe) => probe.warmMs),
    addedBytes: median((probe) => probe.addedBytes),
    bytes: probes[0]?.bytes ?? 0,
    tokens: counts.reduce((sum, count) => sum + count, 0),
    files: counts.length,
    equalFiles: counts.filter((count, index) => count === reference[index]).length,
  };
}
