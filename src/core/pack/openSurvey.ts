/** A survey of a snapshot that stands already: for plans of other budgets, and to explain it. */
import type { Ranking } from '../rank/ranking.js';
import { rightsOf } from '../repository/listing.js';
import type { Briefs } from './briefs.js';
import { readExactView } from './makeSnapshot.js';
import type { PackOptions } from './packer.js';
import type { PackPorts } from './ports.js';
import type { Snapshot, SnapshotFile } from './snapshotStore.js';
import { surveyTree, type Survey } from './survey.js';
import type { Tree } from './tree.js';

export function surveySnapshot(
  ports: PackPorts,
  briefs: Briefs,
  options: Pick<PackOptions, 'roots' | 'near'>,
  snapshot: Snapshot,
  ranking: Ranking | undefined,
): Survey {
  const files = snapshot.files.filter((file) => file.as !== 'withheld');
  return surveyTree({
    ports,
    briefs,
    options,
    tree: treeOf(snapshot, files),
    ranking,
    order: storedOrder(files),
    async view(at) {
      const file = files[at];
      if (file === undefined) return undefined;
      if (file.span !== undefined) return snapshot.bytes.subarray(file.span.start, file.span.end);
      const { path, size, mtimeMs, mode, identity, sha256 } = file;
      const stat = { kind: 'file' as const, size, mtimeMs, mode, identity, links: 1 };
      return readExactView(ports, options.roots, { path, stat, ...rightsOf(file) }, sha256);
    },
  });
}

function treeOf({ report }: Snapshot, files: readonly SnapshotFile[]): Tree {
  const contentTokens = new Map(report.files.map((file) => [file.path, file.contentTokens]));
  return {
    mark: report.snapshot,
    files: files.map(({ path, sha256, size, fullTokens }) => ({
      path,
      sha256,
      bytes: size,
      contentTokens: contentTokens.get(path) ?? 0,
      fullTokens: fullTokens ?? Infinity,
    })),
    withheld: report.withheld,
  };
}

/** `undefined` where nothing was ranked. */
function storedOrder(files: readonly SnapshotFile[]): number[] | undefined {
  if (files.some(({ rank }) => rank === undefined)) return undefined;
  return files.map((_, at) => at).sort((a, b) => (files[a]?.rank ?? 0) - (files[b]?.rank ?? 0));
}
