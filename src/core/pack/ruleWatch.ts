/** Notices that a file which holds rules about files was saved, by a look at those alone. */
import type { Files } from '../host.js';
import { absoluteOf, underName } from '../repository/roots.js';
import { ignoreFileName, isRuleFile } from '../repository/selection.js';
import { coarsestClockMs } from './known.js';
import type { OpenPack } from './openPack.js';

export interface RuleWatch {
  /** Notes how they look before a full look, so that no save falls between the two. */
  noteBefore(open: OpenPack, look: () => Promise<void>): Promise<void>;
  /** Since the last look that came to its end; without one nothing is known, and the answer is yes. */
  hasChanged(open: OpenPack): Promise<boolean>;
}

const missing = 'missing';
/** Saved so lately that a further save may not show. */
const young = 'young';

export function createRuleWatch(files: Files): RuleWatch {
  let noted: ReadonlyMap<string, string> | undefined;

  async function lookAt({ roots }: OpenPack, path: string): Promise<{ mark: string; mtimeMs: number }> {
    const stat = await files.lstat(absoluteOf(roots, path)).catch(() => undefined);
    if (stat === undefined) return { mark: missing, mtimeMs: 0 };
    const { kind, size, mtimeMs, identity } = stat;
    return { mark: `${kind} ${size} ${mtimeMs} ${identity}`, mtimeMs };
  }

  return {
    async noteBefore(open, look) {
      const marks = new Map<string, string>();
      const now = Date.now();
      for (const path of candidates(open)) {
        const { mark, mtimeMs } = await lookAt(open, path);
        if (mark !== missing) marks.set(path, mtimeMs + coarsestClockMs < now ? mark : young);
      }
      await look();
      noted = marks;
    },
    async hasChanged(open) {
      if (noted === undefined) return true;
      for (const path of new Set([...noted.keys(), ...candidates(open)])) {
        if ((await lookAt(open, path)).mark !== (noted.get(path) ?? missing)) return true;
      }
      return false;
    },
  };
}

/** Rule files that are known, and where a first `.baleenignore` may appear: in every folder above a known file. */
function candidates({ roots, known }: OpenPack): Set<string> {
  const paths = new Set(roots.map((root) => underName(root, ignoreFileName)));
  for (const path of known.keys()) {
    if (isRuleFile(path)) paths.add(path);
    for (let end = path.lastIndexOf('/') + 1; end > 0; end = path.lastIndexOf('/', end - 2) + 1) {
      const place = path.slice(0, end) + ignoreFileName;
      if (paths.has(place)) break;
      paths.add(place);
    }
  }
  return paths;
}
