import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { classOf } from '../../../scripts/buildTokenTables.mjs';
import { createMerger } from '../../../src/core/tokens/merger.js';
import { firstMerged, loadTokenTables, type TokenTables } from '../../../src/core/tokens/tables.js';
import { buildTables } from './support.js';

let file: Buffer;
let sha256: string;
let tables: TokenTables;

beforeAll(async () => {
  ({ file, sha256 } = await buildTables());
  tables = loadTokenTables(file);
});

test('a second build gives the same bytes', async () => {
  const again = await buildTables();
  expect(again.file.equals(file)).toBe(true);
  expect(again.sha256).toBe(sha256);
  expect(tables.sha256).toBe(sha256);
});

test('the tables do not depend on the Node that builds them', () => {
  // Changes with the vocabulary or with codePointClasses.txt, and then every kept count is void.
  expect(sha256.slice(0, 16)).toBe('88e54fc404dc76c5');
});

test('the file that is shipped is small, and the same tables', async () => {
  const shipped = await buildTables(11);
  expect(shipped.file.length).toBeLessThan(500_000);
  expect(loadTokenTables(shipped.file).sha256).toBe(sha256);
});

test('every token of the vocabulary merges to itself', () => {
  const bytesOf = new Map<number, number[]>();
  tables.byteTokens.forEach((token, byte) => bytesOf.set(token, [byte]));
  const merge = createMerger(tables);
  const wrong: number[] = [];
  tables.lefts.forEach((left, rank) => {
    const token = firstMerged + rank;
    const bytes = [...(bytesOf.get(left) ?? []), ...(bytesOf.get(tables.rights[rank] ?? -1) ?? [])];
    bytesOf.set(token, bytes);
    const tokens: number[] = [];
    merge(Uint8Array.from(bytes), 0, bytes.length, tokens);
    if (tokens.length !== 1 || tokens[0] !== token) wrong.push(token);
  });
  expect(bytesOf.size).toBe(127_997);
  expect(wrong).toEqual([]);
});

test('the classes are those of Unicode, but for what other versions of it assign', () => {
  const differing: number[] = [];
  for (let codePoint = 0; codePoint < 0x110000; codePoint++) {
    if ('oanpswc'[tables.classes[codePoint] ?? 0] !== classOf(codePoint)) differing.push(codePoint);
  }
  const text = String.fromCodePoint(...differing.slice(0, 10_000));
  // What is unassigned in one of the two versions has no class there.
  expect(differing.filter((codePoint) => (tables.classes[codePoint] === 0) === (classOf(codePoint) === 'o'))).toEqual(
    [],
  );
  expect(differing.length).toBeLessThan(10_000);
  expect(/[\0-\u03ff\u3000-\u33ff\u4e00-\u9fa5]/u.test(text)).toBe(false);
});

function compress(bytes: Uint8Array): Buffer {
  return brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });
}

test('a damaged file is refused with a sentence', () => {
  const raw = brotliDecompressSync(file);
  const changed = Buffer.from(raw);
  changed[raw.length >> 1] = (changed[raw.length >> 1] ?? 0) ^ 1;
  const short = raw.subarray(0, 40);
  const damaged = [
    Buffer.alloc(0),
    file.subarray(0, file.length - 100),
    Buffer.from('no tables'),
    compress(changed),
    compress(short),
  ];
  for (const bytes of damaged) expect(() => loadTokenTables(bytes)).toThrow(/damaged.*Install Baleen again/);
});
