/** Edits of large files by the real tools, with the real worker: how long each holds the thread that asks for it. */
import { resolve } from 'node:path';
import { createWorkerPacker } from '../../src/node/workerPacker.js';
import { packFilesOf } from '../../src/node/packFiles.js';
import { singleRoot } from '../../src/core/repository/roots.js';
import { noSelection } from '../../src/core/repository/selection.js';
import { createBench, type Bench } from '../core/tools/bench.js';
import { makeRandom, type Random } from '../support/seededRandom.js';
import { startHeartbeat, type Block } from './hostBlocking/heartbeat.js';

const rounds = Number(process.env.BALEEN_BENCH_ROUNDS ?? 5);
const sizes: [string, number][] = [
  ['100 KB', 100_000],
  ['500 KB', 500_000],
  ['2 MB', 2_000_000],
];
const path = 'src/large.ts';

/** One way of editing: the file, what is typed into it meanwhile, and the call. */
interface Scene {
  name: string;
  before: (bytes: number) => string;
  typed?: (text: string) => string;
  call: (text: string) => [tool: string, args: Record<string, unknown>];
}

function codeOf(bytes: number, random: Random = makeRandom(7)): string {
  const words = Array.from({ length: 400 }, () =>
    Array.from({ length: 3 + random.below(7) }, () => letter(random)).join(''),
  );
  const word = (): string => random.choose(words);
  const shapes = [
    () => `  const ${word()}${word()} = ${word()}(${word()}, ${random.below(1000)});`,
    () => `  if (${word()} === undefined) return ${word()}.${word()};`,
    () => `  // ${word()} ${word()} ${word()} ${word()}`,
    () => '',
    () => '}',
    () => `export function ${word()}${word()}(${word()}: string): void {`,
  ];
  const lines: string[] = [];
  for (let size = 0; size < bytes - 100; size += lines.at(-1)!.length + 1) lines.push(random.choose(shapes)());
  return `${lines.join('\n')}\n`;
}

function letter(random: Random): string {
  return String.fromCharCode(97 + random.below(26));
}

/** Some lines from the middle. */
function middleOf(text: string, count = 8): string {
  const lines = text.split('\n');
  const at = lines.length >> 1;
  return lines.slice(at, at + count).join('\n');
}

/** Every so many lines another one, one gone and one new. */
function reworked(text: string, every: number): string {
  return text
    .split('\n')
    .flatMap((line, index) => (index % every === 0 ? [`${line} // seen`] : index % every === 1 ? [] : [line]))
    .join('\n');
}

const edit = (old_text: string, new_text: string): [string, Record<string, unknown>] => [
  'edit_file',
  { path, hunks: [{ old_text, new_text }] },
];
const rewrite = (content: string): [string, Record<string, unknown>] => ['write_file', { path, content }];

const scenes: Scene[] = [
  { name: 'exact', before: codeOf, call: (text) => edit(middleOf(text), 'const now = 1;') },
  {
    name: 'one letter wrong',
    before: codeOf,
    call: (text) => {
      const sought = middleOf(text);
      const wrong = sought.replace(/([a-z]{3})[a-z]([a-z]{3})/, '$1q$2');
      return edit(wrong, `${wrong}\nconst now = 1;`);
    },
  },
  {
    name: 'nowhere',
    before: codeOf,
    call: () => edit(codeOf(600, makeRandom(99)), 'const now = 1;'),
  },
  {
    name: '20 hunks nowhere',
    before: codeOf,
    call: () => [
      'edit_file',
      {
        path,
        hunks: Array.from({ length: 20 }, (_, at) => ({ old_text: codeOf(600, makeRandom(50 + at)), new_text: 'x' })),
      },
    ],
  },
  {
    name: 'one long line',
    before: (bytes) => codeOf(bytes).replaceAll('\n', ' '),
    call: (text) => edit(`${text.slice(5000, 5400)}zz`, 'const now = 1;'),
  },
  {
    name: 'equal lines',
    before: (bytes) => 'if (same === undefined) return;\n'.repeat(Math.min(100_000, bytes / 20)).slice(0, bytes),
    call: () => edit('if (same === undefined) retrun;\n'.repeat(6), 'const now = 1;'),
  },
  {
    name: 'ambiguous',
    before: (bytes) =>
      codeOf(5_000)
        .repeat(Math.ceil(bytes / 5_000))
        .slice(0, bytes),
    call: () => edit(`${middleOf(codeOf(5_000))} `, 'const now = 1;'),
  },
  {
    name: 'a line written anew',
    before: codeOf,
    call: (text) => rewrite(text.replace(middleOf(text, 1), 'const now = 1;')),
  },
  { name: 'every 50th line anew', before: codeOf, call: (text) => rewrite(reworked(text, 50)) },
  { name: 'every line anew', before: codeOf, call: (text) => rewrite(codeOf(text.length, makeRandom(8))) },
  {
    name: 'typed meanwhile',
    before: codeOf,
    typed: (text) => reworked(text, 500),
    call: (text) => edit(middleOf(text), 'const now = 1;'),
  },
];

async function measure(
  bench: Bench,
  scene: Scene,
  bytes: number,
): Promise<{ longest: Block; tookMs: number; answer: string }> {
  const text = scene.before(bytes);
  bench.write(path, text);
  bench.unsaved.clear();
  if (scene.typed !== undefined) bench.unsaved.set(path, { text, version: 1 });
  await bench.turn.packer.sync({ paths: [path] });
  bench.turn.untold.clear();
  const [tool, args] = scene.call(text);
  await new Promise((resolve) => setTimeout(resolve, 30));
  const heartbeat = startHeartbeat();
  await new Promise((resolve) => setTimeout(resolve, 20));
  heartbeat.take();
  const start = performance.now();
  const prepared = await bench.prepare(tool, args);
  if (scene.typed !== undefined) bench.unsaved.set(path, { text: scene.typed(text), version: 2 });
  const { text: answer } = prepared.kind === 'ready' ? await prepared.run() : prepared.result;
  const tookMs = performance.now() - start;
  await new Promise((resolve) => setTimeout(resolve, 20));
  const [longest] = heartbeat.take();
  heartbeat.stop();
  return { longest: longest ?? { wallMs: 0, cpuMs: 0 }, tookMs, answer };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

const bench = await createBench({ 'a.txt': 'x\n' });
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const packer = createWorkerPacker({ ...packFilesOf(resolve('dist')), log });
const { root, stateFolder, controller } = bench;
await packer.open(
  { roots: singleRoot(root), stateFolder: `${stateFolder}-worker`, budgetTokens: 10_000_000, selection: noSelection },
  () => undefined,
  controller.signal,
);
bench.turn.packer = packer;
const only = process.env.BALEEN_BENCH_SCENE;
process.stdout.write('| edit | file | thread held, CPU | wall | took |\n|---|---|---|---|---|\n');
for (const scene of scenes.filter(({ name }) => only === undefined || name === only)) {
  for (const [size, bytes] of sizes) {
    const all = [];
    for (let round = 0; round < rounds; round++) all.push(await measure(bench, scene, bytes));
    const cpu = median(all.map(({ longest }) => longest.cpuMs));
    const wall = median(all.map(({ longest }) => longest.wallMs));
    const took = median(all.map(({ tookMs }) => tookMs));
    const cells = [scene.name, size, ...[cpu, wall, took].map((ms) => `${ms.toFixed(0)} ms`)];
    process.stdout.write(`| ${cells.join(' | ')} |\n`);
    if (process.env.BALEEN_BENCH_ANSWERS !== undefined)
      process.stderr.write(`  ${all[0]!.answer.slice(0, 200).replaceAll('\n', '\n  ')}\n`);
  }
}
await packer.dispose();
await bench.dispose();
