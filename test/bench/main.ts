/** `main.cjs ROOT [--pairs N] [--only PART,…] [--json] FOLDER…`; see run.mjs. */
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openCorpus, type Corpus } from './corpus.js';
import type { IncrementalFigures } from './incrementalProbe.js';
import { comparePackers } from './packers.js';
import type { PrefixTable } from './prefixTable.js';
import { renderReport } from './report.js';
import type { Results } from './targets.js';
import { compareTokenizers } from './tokenizers.js';

const parts = ['pack', 'tokens', 'incremental', 'prefix'] as const;
/** So many consecutive commits are played for the prefix table. */
const playedCommits = 20;
type Part = (typeof parts)[number];

interface Settings {
  root: string;
  folders: string[];
  pairs: number;
  only: ReadonlySet<Part>;
  json: boolean;
}

const usage = `npm run bench:pack -- [--pairs N] [--only PART,…] [--json] FOLDER…
  FOLDER   a git work tree; it is read, never changed
  --pairs  rounds of Baleen and repomix in turn (5)
  --only   ${parts.join(', ')} (all)
  --json   the raw figures
`;

function readSettings([root = '', ...args]: readonly string[]): Settings | undefined {
  try {
    const options = { pairs: { type: 'string' }, only: { type: 'string' }, json: { type: 'boolean' } } as const;
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    const pairs = Number(values.pairs ?? 5);
    const only = (values.only?.split(',') ?? parts) as Part[];
    const isSound = Number.isInteger(pairs) && pairs > 0 && only.every((part) => parts.includes(part));
    if (!isSound || positionals.length === 0) return undefined;
    return { root, folders: positionals, pairs, only: new Set(only), json: values.json ?? false };
  } catch {
    return undefined;
  }
}

async function runBench({ root, pairs, only }: Settings, corpus: Corpus): Promise<Results> {
  const say = (text: string): unknown => process.stderr.write(`${corpus.name}: ${text}\n`);
  const bundles = join(root, 'dist-test', 'bench');
  const results: Results = {};
  if (only.has('pack')) {
    const programs = {
      baleen: join(root, 'dist', 'cli.cjs'),
      repomix: join(root, 'test', 'bench', 'node_modules', 'repomix', 'bin', 'repomix.cjs'),
    };
    results.rounds = await comparePackers(corpus.folder, pairs, programs, (done) => say(`pair ${done} of ${pairs}`));
  }
  if (only.has('tokens')) {
    say('tokenizers');
    results.tokenizers = compareTokenizers(corpus, pairs, { root, bundles });
    results.tablesBytes = statSync(join(root, 'dist', 'deepseek.bin')).size;
  }
  if (only.has('incremental')) {
    say('saves');
    const args = [join(bundles, 'incrementalProbe.cjs'), corpus.folder, root];
    results.incremental = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as IncrementalFigures;
  }
  if (only.has('prefix') && countCommits(corpus.folder) <= playedCommits)
    say('too short a history for the prefix table');
  else if (only.has('prefix')) {
    say('commits');
    const args = [join(bundles, 'prefixProbe.cjs'), root, corpus.folder, String(playedCommits)];
    const text = execFileSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
    results.prefixes = JSON.parse(text) as PrefixTable;
  }
  return results;
}

function countCommits(folder: string): number {
  return Number(
    execFileSync('git', ['-C', folder, 'rev-list', '--first-parent', '--count', 'HEAD'], { encoding: 'utf8' }),
  );
}

function describeMachine(root: string): string {
  const version = (path: string): string =>
    (JSON.parse(readFileSync(join(root, path), 'utf8')) as { version: string }).version;
  const peer = (name: string): string =>
    `${name} ${version(join('test', 'bench', 'node_modules', name, 'package.json'))}`;
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.versions.node}`;
  return `${new Date().toISOString().slice(0, 10)}, ${machine}, ${['repomix', 'gpt-tokenizer'].map(peer).join(', ')}`;
}

async function main(args: readonly string[]): Promise<number> {
  const settings = readSettings(args);
  if (settings === undefined) {
    process.stderr.write(usage);
    return 2;
  }
  if (process.platform !== 'linux') {
    process.stderr.write(
      'The bench reads CPU time and memory from /proc, so it runs on Linux only. Nothing was measured.\n',
    );
    return 2;
  }
  if (!settings.json) process.stdout.write(`${describeMachine(settings.root)}\n`);
  const raw: unknown[] = [];
  for (const folder of settings.folders) {
    const corpus = openCorpus(folder);
    const results = await runBench(settings, corpus);
    raw.push({ name: corpus.name, commit: corpus.commit, files: corpus.paths.length, bytes: corpus.bytes, ...results });
    if (!settings.json) process.stdout.write(`\n${renderReport(corpus, results)}\n`);
  }
  if (settings.json) process.stdout.write(`${JSON.stringify(raw)}\n`);
  return 0;
}

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
