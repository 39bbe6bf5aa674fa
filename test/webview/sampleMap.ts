/** Packs for the tests of the map's page, as the extension sends them. */
import type { Money } from '../../src/protocol/money.js';
import type { StandsAs, WithheldReason } from '../../src/protocol/pack.js';
import type { PackMapFacts, PackMapPack, ToMapPage } from '../../src/protocol/packMap.js';
import { codeOf, toMapFiles } from '../../src/vscode/packMapRows.js';
import { makeRandom } from '../support/seededRandom.js';

const usd = (amount: number): Money => ({ amount, currency: 'USD' });

export interface SampleFile {
  path: string;
  tokens: number;
  as?: StandsAs;
}

export interface SampleWithheld {
  path: string;
  why: WithheldReason;
  bytes: number;
}

export const sampleFacts: PackMapFacts = {
  modelLabel: 'DeepSeek V4-Flash',
  windowTokens: 1_048_576,
  price: { first: usd(0.0618), further: usd(0.0012) },
  changes: 3,
  logTokens: 1840,
  rehearsal: false,
};

export function packOf(files: readonly SampleFile[], withheld: readonly SampleWithheld[] = []): PackMapPack {
  const frameTokens = 412;
  const packed = files.map(({ path, tokens, as = 'full' }) => ({
    ...{ path, as, contentTokens: tokens },
    tokens: as === 'listed' ? 0 : tokens,
  }));
  return {
    files: toMapFiles({ files: packed, withheld: [...withheld] }),
    tokens: packed.reduce((sum, { tokens }) => sum + tokens, frameTokens),
    frameTokens,
    budget: 849_920,
    mostTokens: 849_920,
  };
}

export function packMessage(pack: PackMapPack, facts: Partial<PackMapFacts> = {}): ToMapPage {
  return { type: 'pack', pack, facts: { ...sampleFacts, ...facts } };
}

/** The plan in which the files of `leaving` are listed. */
export function planMessage(pack: PackMapPack, request: number, budget: number, leaving: readonly string[]): ToMapPage {
  const { paths, reasons, states, tokens } = pack.files;
  const packed = paths.filter((_, row) => (reasons[row] ?? 0) < 0);
  const planned = packed.map((path, row) => (leaving.includes(path) ? 0 : (tokens[row] ?? 0)));
  return {
    ...{ type: 'plan', request, budget, price: { first: usd(0.01), further: usd(0.0002) } },
    packTokens: planned.reduce((sum, one) => sum + one, pack.frameTokens),
    states: packed.map((path, row) => (leaving.includes(path) ? codeOf('listed') : (states[row] ?? 0))),
    tokens: planned,
  };
}

export const smallFiles: SampleFile[] = [
  { path: 'README.md', tokens: 1200 },
  { path: 'src/core/engine.ts', tokens: 9000 },
  { path: 'src/core/parse.ts', tokens: 6000 },
  { path: 'src/ui/page.tsx', tokens: 3000, as: 'outline' },
  { path: 'src/ui/style.css', tokens: 1500 },
  { path: 'test/engine.test.ts', tokens: 4000 },
  { path: 'data/table.sql', tokens: 30_000, as: 'listed' },
];

export const smallWithheld: SampleWithheld[] = [
  { path: '.env', why: 'secret file', bytes: 400 },
  { path: 'assets/logo.png', why: 'binary', bytes: 90_000 },
  { path: 'package-lock.json', why: 'lock file', bytes: 36_000 },
  { path: 'src/generated/api.ts', why: 'generated', bytes: 18_000 },
];

const folders = [
  'core',
  'server',
  'client',
  'shared',
  'model',
  'view',
  'parser',
  'runtime',
  'editor',
  'search',
  'terminal',
  'debug',
];
const endings = ['ts', 'ts', 'ts', 'ts', 'tsx', 'css', 'json', 'md', 'py', 'go', 'rs', 'sql', 'sh'];

/** The same count gives the same pack: a tree of some depth, with sizes as repositories have them. */
export function makeFiles(count: number): SampleFile[] {
  const random = makeRandom(7);
  const pick = (from: readonly string[]): string => from[random.below(from.length)] ?? '';
  return Array.from({ length: count }, (_, index) => {
    const depth = 1 + random.below(4);
    const path = ['src', ...Array.from({ length: depth }, () => pick(folders)), `file${index}.${pick(endings)}`].join(
      '/',
    );
    return { path, tokens: 20 + Math.floor(40 * 2 ** (random.below(800) / 100)) };
  }).sort((a, b) => (a.path < b.path ? -1 : 1));
}
