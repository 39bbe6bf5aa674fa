/** What is asked of the pack that was made or opened last: how it would be under another budget, and why it is as it is. */
import { messageOf } from '../errors.js';
import type { Ranking } from '../rank/ranking.js';
import { findDecidingRule } from '../repository/workspaceListing.js';
import { addRule, explainFile } from './explain.js';
import { fitTree } from './fitTree.js';
import type { SnapshotParts } from './makeSnapshot.js';
import { surveySnapshot } from './openSurvey.js';
import type { PackCache } from './packCache.js';
import type { Packer, PackOptions } from './packer.js';
import type { PackPorts } from './ports.js';
import { standsAs } from './render.js';
import type { Snapshot } from './snapshotStore.js';
import { nothingPacked } from './stopped.js';
import type { Survey } from './survey.js';

export interface Inspection extends Pick<Packer, 'plan' | 'explain' | 'packText'> {
  /** How snapshots were ranked that this process made. */
  readonly rankings: WeakMap<Snapshot, Ranking>;
  take(parts: SnapshotParts, options: PackOptions, snapshot: Snapshot): Promise<void>;
  clear(): void;
}

interface Looked {
  options: PackOptions;
  snapshot: Snapshot;
  survey: Survey;
  cache: PackCache;
}

export function createInspection(ports: PackPorts): Inspection {
  const { files, log } = ports;
  const rankings = new WeakMap<Snapshot, Ranking>();
  let looked: Looked | undefined;

  function need(): Looked {
    if (looked === undefined) throw nothingPacked();
    return looked;
  }

  /** Keeps what was found out for the next run; without a place to keep it only time is lost. */
  async function save(cache: PackCache): Promise<void> {
    await cache.save(files).catch((error: unknown) => log.info(`the cache was not written: ${messageOf(error)}`));
  }

  return {
    rankings,
    async take({ briefs, cache }, options, snapshot) {
      looked = {
        options,
        snapshot,
        cache,
        survey: surveySnapshot(ports, briefs, options, snapshot, rankings.get(snapshot)),
      };
      await save(cache);
    },
    async plan(budgetTokens, onProgress, signal) {
      const { survey, cache } = need();
      const fitted = await fitTree(survey, budgetTokens, onProgress, signal);
      await save(cache);
      const { budget, tokens } = fitted;
      return { budget, tokens, files: fitted.files.map((file) => ({ as: standsAs(file), tokens: file.tokens })) };
    },
    async explain(path, onProgress, signal) {
      const { options, survey, snapshot } = need();
      const explained = await explainFile(survey, snapshot.report, path, onProgress, signal);
      const file = snapshot.files.find((one) => one.path === path);
      if (file === undefined) return explained;
      const { size: bytes, why } = file;
      const asked = { path, bytes, ...(why === undefined ? {} : { why }) };
      return addRule(explained, await findDecidingRule(ports, options, asked, signal));
    },
    async packText() {
      return new Uint8Array(need().snapshot.bytes);
    },
    clear() {
      looked = undefined;
    },
  };
}
