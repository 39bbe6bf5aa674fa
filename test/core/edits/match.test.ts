import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { startEditing, type HunkResult } from '../../../src/core/edits/apply.js';
import type { Hunk } from '../../../src/core/edits/hunks.js';
import { closeBytes, openBytes } from '../../../src/core/edits/textFile.js';

interface Edited {
  bytes: Buffer;
  results: HunkResult[];
  problems: string;
}

/** From bytes to bytes, as the tool does it. */
function edit(bytes: Buffer, ...hunks: Hunk[]): Edited {
  const opened = openBytes(bytes);
  if (!opened.ok) return { bytes, results: [], problems: opened.sentence };
  const editing = startEditing(opened.file.view);
  const results = hunks.map((one) => editing.apply(one));
  const closed = closeBytes(opened.file, editing.view());
  const problems = results.flatMap((result) => (result.ok ? [] : [result.problem]));
  if (!closed.ok) return { bytes, results, problems: [...problems, closed.sentence].join('\n') };
  return { bytes: Buffer.from(closed.bytes), results, problems: problems.join('\n') };
}

const hunk = (old_text: string, new_text: string, more: Partial<Hunk> = {}): Hunk => ({ old_text, new_text, ...more });
const all = { replace_all: true };
const words = { replace_all: true, whole_word: true };
const source = 'export function add(a, b) {\n  return a + b;\n}\n\nexport function sub(a, b) {\n  return a - b;\n}\n';

type Case = [name: string, before: string, hunks: Hunk[], after: string];

const changed: Case[] = [
  ['one word', 'a b c\n', [hunk('b', 'B')], 'a B c\n'],
  ['across lines', 'a\nb\nc\n', [hunk('a\nb', 'x')], 'x\nc\n'],
  ['the whole file', 'a\nb\n', [hunk('a\nb\n', 'c\n')], 'c\n'],
  ['deletes', 'a\nb\nc\n', [hunk('b\n', '')], 'a\nc\n'],
  ['deletes everything', 'a', [hunk('a', '')], ''],
  ['fills an empty file', '', [hunk('', 'a\n')], 'a\n'],
  ['no final newline stays so', 'a\nb', [hunk('b', 'c')], 'a\nc'],
  ['no final newline, line before', 'a\nb', [hunk('a', 'x\ny')], 'x\ny\nb'],
  ['dollar signs are only text', 'price\n', [hunk('price', '$& $1 $$')], '$& $1 $$\n'],
  ['regular expressions are only text', 'a.c abc\n', [hunk('a.c', 'x')], 'x abc\n'],
  ['every place', 'a a\na\n', [hunk('a', 'b', all)], 'b b\nb\n'],
  ['every place, growing', 'aa\n', [hunk('a', 'aa', all)], 'aaaa\n'],
  ['every place, not overlapping', 'aaa\n', [hunk('aa', 'b', all)], 'ba\n'],
  ['whole words', 'cat concat cat_ cat\n', [hunk('cat', 'dog', words)], 'dog concat cat_ dog\n'],
  ['whole words beside letters of other scripts', 'x éx xß жx x1 x\n', [hunk('x', 'y', words)], 'y éx xß жx x1 y\n'],
  ['whole words beside letters outside the BMP', 'x 𝒳x x𝒳 x\n', [hunk('x', 'y', words)], 'y 𝒳x x𝒳 y\n'],
  [
    'whole words in strings and paths',
    '"cat" ./cat/cat.js cat-s\n',
    [hunk('cat', 'dog', words)],
    '"dog" ./dog/dog.js dog-s\n',
  ],
  ['whole words with signs at the edge', '.cat a.cat .cats\n', [hunk('.cat', '.dog', words)], '.dog a.dog .cats\n'],
  ['a whole word that begins within a part', 'ax.x.x\n', [hunk('x.x', 'y', words)], 'ax.y\n'],
  ['one whole word among parts', 'concat\ncat\n', [hunk('cat', 'dog', { whole_word: true })], 'concat\ndog\n'],
  ['a line picks the place', 'a\nb\na\n', [hunk('a', 'c', { line: 3 })], 'a\nb\nc\n'],
  ['a line inside the place', 'x\ny\n-\nx\ny\n', [hunk('x\ny', 'z', { line: 5 })], 'x\ny\n-\nz\n'],
  [
    'lines count as before the call',
    'a\nb\na\n',
    [hunk('b', 'b\nb\nb'), hunk('a', 'c', { line: 3 })],
    'a\nb\nb\nb\nc\n',
  ],
  ['lines above stay', 'a\nb\na\n', [hunk('b', 'b\nb'), hunk('a', 'c', { line: 1 })], 'c\nb\nb\na\n'],
  ['two equal hunks with lines', 'a\na\n', [hunk('a', 'b', { line: 1 }), hunk('a', 'c', { line: 2 })], 'b\nc\n'],
  ['hunks build on each other', 'a\n', [hunk('a', 'b'), hunk('b', 'c')], 'c\n'],
  ['a bad hunk leaves the good ones', 'a\nb\n', [hunk('zzz', 'x'), hunk('b', 'c')], 'a\nc\n'],
  ['CRLF stays CRLF', 'a\r\nb\r\n', [hunk('a', 'x\ny')], 'x\r\ny\r\nb\r\n'],
  ['CRLF across lines', 'a\r\nb\r\nc\r\n', [hunk('a\nb\n', 'x\n')], 'x\r\nc\r\n'],
  ['CRLF from the model in an LF file', 'a\nb\n', [hunk('a\r\nb', 'x\r\ny')], 'x\ny\n'],
  ['CRLF every place', 'a\r\nb a\r\n', [hunk('a', 'c', all)], 'c\r\nb c\r\n'],
  ['CRLF without a last one', 'a\r\nb', [hunk('b', 'b\nc')], 'a\r\nb\r\nc'],
  ['mixed: another line', 'a\r\nb\nc\r\n', [hunk('b', 'x')], 'a\r\nx\nc\r\n'],
  ['mixed: context lines keep theirs', 'a\r\nb\nc\r\nd\n', [hunk('a\nb\nc\nd', 'a\nb\nX\nd')], 'a\r\nb\nX\r\nd\n'],
  ['mixed: new lines follow the one before', 'a\r\nb\n', [hunk('a\nb\n', 'a\nn\nb\n')], 'a\r\nn\r\nb\n'],
  ['mixed: by the line itself', 'a\r\nb\nc\r\n', [hunk('b', 'x\ny')], 'a\r\nx\ny\nc\r\n'],
  ['mixed: deleting a line', 'a\r\nb\nc\r\n', [hunk('b\n', '')], 'a\r\nc\r\n'],
  ['lone CR is kept', 'a\rb\nc\n', [hunk('c', 'd')], 'a\rb\nd\n'],
  ['line ends only at the edge', 'a\r\n\r\nb\r\n', [hunk('\n\n', '\n')], 'a\r\nb\r\n'],
  ['duplicate lines told apart by context', 'x\ny\nx\nz\n', [hunk('x\nz', 'X\nz')], 'x\ny\nX\nz\n'],
  ['trailing white space forgotten', 'a  \nb\t\nc\n', [hunk('a\nb\n', 'a\nB\n')], 'a  \nB\nc\n'],
  ['trailing white space invented', 'a\nb\nc\n', [hunk('a \nb ', 'a\nX')], 'a\nX\nc\n'],
  [
    'indentation forgotten',
    '  if (x) {\n    y();\n  }\n',
    [hunk('if (x) {\n  y();\n}', 'if (x) {\n  z();\n}')],
    '  if (x) {\n    z();\n  }\n',
  ],
  [
    'indentation too deep',
    'if (x) {\n  y();\n}\n',
    [hunk('    if (x) {\n      y();\n    }', '    if (x) {\n      z();\n    }')],
    'if (x) {\n  z();\n}\n',
  ],
  [
    'spaces for tabs',
    '\tif (x) {\n\t\ty();\n\t}\n',
    [hunk('    if (x) {\n        y();\n    }', '    if (x) {\n        y();\n            w();\n    }')],
    '\tif (x) {\n\t\ty();\n\t\t\tw();\n\t}\n',
  ],
  [
    'tabs for spaces',
    '  a {\n    b\n  }\n',
    [hunk('\ta {\n\t\tb\n\t}', '\ta {\n\t\tb\n\t\tc\n\t}')],
    '  a {\n    b\n    c\n  }\n',
  ],
  ['new blank lines have no indentation', '\ta\n\tb\n', [hunk('a\nb', 'a\n\nb')], '\ta\n\n\tb\n'],
  ['blank lines with spaces', 'a\n   \nb\n', [hunk('a\n\nb', 'a\n\nc')], 'a\n   \nc\n'],
  ['white space in CRLF', '\ta\r\n\tb\r\n', [hunk('a\nb', 'a\nc')], '\ta\r\n\tc\r\n'],
  ['white space, deleting lines', '  a\n  b\n  c\n', [hunk('a\nb\n', '')], '  c\n'],
  [
    'white space, told apart by line',
    '  a\n  b\n-\n    a\n    b\n',
    [hunk('a\nb\n', 'a\nc\n', { line: 4 })],
    '  a\n  b\n-\n    a\n    c\n',
  ],
  [
    'similar: a context line read wrongly',
    source,
    [hunk('exprot function add(a, b) {\n  return a + b;\n}', 'exprot function add(a, b) {\n  return b + a;\n}')],
    source.replace('a + b', 'b + a'),
  ],
  [
    'similar: a name that was changed since, between lines that were not',
    'function greet() {\n  const words = readWords2();\n  return words.join(" ");\n}\n',
    [
      hunk(
        'function greet() {\n  const words = readWords();\n  return words.join(" ");',
        'function greet() {\n  const words = readWords();\n  return words.join(", ");',
      ),
    ],
    'function greet() {\n  const words = readWords2();\n  return words.join(", ");\n}\n',
  ],
  [
    'white space tells which of two was meant',
    '    }\n  }\n  b\n  }\n}',
    [hunk('  }\n}\n', '  }\n  more\n}\n')],
    '    }\n  }\n  b\n  }\n  more\n}',
  ],
  [
    'similar: inner spaces',
    'const total = sum( first,  second, third );\n',
    [hunk('const total = sum(first, second, third);', 'const total = add(first, second, third);')],
    'const total = add(first, second, third);\n',
  ],
  [
    'similar: quotes',
    "const greeting = 'hello to the world';\n",
    [hunk('const greeting = ‘hello to the world’;', "const greeting = 'goodbye to the world';")],
    "const greeting = 'goodbye to the world';\n",
  ],
  ['line numbers pasted in', 'a\nbb\ncc\n', [hunk('2\tbb\n3\tcc', '2\tbb\n3\tCC')], 'a\nbb\nCC\n'],
  ['numbers of a new line', 'a\nbb\n', [hunk('1\ta\n2\tbb\n', '1\ta\n12\tb\n2\tbb\n')], 'a\nb\nbb\n'],
  ['a code fence', 'a\nbb\n', [hunk('```js\nbb\n```', '```js\nBB\n```')], 'a\nBB\n'],
  ['HTML entities', 'if (a < b && c) {}\n', [hunk('if (a &lt; b &amp;&amp; c)', 'if (a &gt; b)')], 'if (a > b) {}\n'],
  ['escaped', 'say("a")\nb\n', [hunk('say(\\"a\\")\\nb\\n', 'say(\\"c\\")\\nb\\n')], 'say("c")\nb\n'],
  [
    'the middle left out',
    'function f() {\n  one();\n  two();\n  three();\n  four();\n}\n',
    [hunk('function f() {\n  ...\n  four();', 'function g() {\n  ...\n  five();')],
    'function g() {\n  one();\n  two();\n  three();\n  five();\n}\n',
  ],
  ['a blank line forgotten', 'a1\n\nb1\nc1\n', [hunk('a1\nb1\nc1', 'a1\nb1\nC1')], 'a1\n\nb1\nC1\n'],
  ['a blank line invented', 'a1\nb1\nc1\n', [hunk('a1\n\nb1\nc1', 'a1\n\nb1\nC1')], 'a1\nb1\nC1\n'],
  ['one line at a wrong depth', '  a1\n  b1\n  c1\n', [hunk('  a1\nb1\n  c1', '  a1\nB1\n  c1')], '  a1\n  B1\n  c1\n'],
  ['another Unicode form', 'caf\u00e9 x\ny\n', [hunk('cafe\u0301 x\ny', 'cafe\u0301 x\nz')], 'caf\u00e9 x\nz\n'],
  ['escapes of the view', 'a\u202eb\n', [hunk('a\u27e6U+202E\u27e7b', 'a\u27e6U+202E\u27e7c')], 'a\u202ec\n'],
  ['the character itself', 'a\u200db <think>\n', [hunk('\u200db <think>', '\u200dc <think>')], 'a\u200dc <think>\n'],
  ['removing an invisible character', 'a\u202eb\n', [hunk('\u27e6U+202E\u27e7', '')], 'ab\n'],
  ['emoji and accents', 'größe 🐋\n', [hunk('🐋', '🐳🐳')], 'größe 🐳🐳\n'],
];

describe('hunks that fit', () => {
  it.each(changed)('%s', (_, before, hunks, after) => {
    expect(edit(Buffer.from(before), ...hunks).bytes.toString()).toBe(after);
  });
});

type Failure = [name: string, before: string, hunk: Hunk, problem: RegExp];

const failures: Failure[] = [
  ['nothing like it', source, hunk('class Whale extends Animal {', 'x'), /not found, nor anything like it/],
  [
    'the nearest is shown',
    source,
    hunk('  return a * b;', '  return b * a;'),
    /Nearest \(\d+ % alike\):\n2\t {2}return a \+ b;\nWhat differs: line 2: old_text has " {2}return a \* b;", the file has/,
  ],
  ['two places', 'a\nb\na\n', hunk('a', 'c'), /at 2 places: lines 1, 3\. Give more/],
  ['many places', 'a\n'.repeat(40), hunk('a', 'c'), /at 40 places: lines 1, 2, .* and 28 more/],
  [
    'the line covers none',
    'a\nb\na\n',
    hunk('a', 'c', { line: 2 }),
    /not at exactly one that covers line 2: lines 1, 3/,
  ],
  ['two places in the line', 'a a\n', hunk('a', 'c', { line: 1 }), /covers line 1/],
  ['only inside words', 'concat\ncats\n', hunk('cat', 'dog', words), /only inside longer words, at lines 1, 2/],
  ['equal', 'a\n', hunk('a', 'a'), /nothing to change/],
  ['equal apart from line ends', 'a\r\nb\r\n', hunk('a\r\nb', 'a\nb'), /nothing to change/],
  ['empty in a file with text', 'a\n', hunk('', 'x'), /old_text is empty/],
  [
    'white space, two places',
    '  a\n  b\n-\n    a\n    b\n',
    hunk('a\nb\n', 'c\n'),
    /Apart from white space, .*lines 1, 4/,
  ],
  [
    'white space, indentation that fits no rule',
    'a\n   b\n  c\n',
    hunk('a\n b\n    c\n', 'a\n b\n    c\n   d\n'),
    /not found|Nearest/,
  ],
  [
    'similar, but the changed line was read wrongly',
    'const timeoutInMilliseconds = 3000;\n',
    hunk('const timeoutInMilliseconds = 2000;', 'const timeoutInMilliseconds = 4000;'),
    /the file has "const timeoutInMilliseconds = 3000;"/,
  ],
  [
    'similar, but two alike',
    `${source}${source}`.replace('sub', 'sup'),
    hunk('export function add(a, b) {\n  return a + b;\n}', 'x'),
    /Nearest|places/,
  ],
  [
    'a new line beside a blank one that the model does not know of',
    'aa\n\nbb\n',
    hunk('aa\nbb', 'aa\nnew\nbb'),
    /Nearest/,
  ],
  [
    'a part left out that is to be replaced',
    'f {\n  1\n  2\n  3\n}\n',
    hunk('f {\n  ...\n}', 'g {\n}'),
    /not found|left out/,
  ],
  [
    'nearly the same line, of another name that is used',
    'const etagOfAnEmptyText = etag("");\nuse(wetag);\n',
    hunk('const etagOfAnEmptyText = wetag("");', 'x'),
    /the file has "const etagOfAnEmptyText = etag/,
  ],
  [
    'nearly the same line, of another number',
    'uses: actions/setup-node-of-version@v4\nwith: cache\n',
    hunk('uses: actions/setup-node-of-version@v3\nwith: cache', 'uses: actions/setup-node-of-version@v3\nwith: none'),
    /line 1: old_text has/,
  ],
  [
    'nearly the same name in nearly all that is sought (println is gone, print is there)',
    'FMT_EXPORT template <typename... T>\nvoid print(std::ostream& os, format_string<T...> fmt, T&&... args) {\n}\n',
    hunk(
      'FMT_EXPORT template <typename... T>\nvoid println(std::ostream& os, format_string<T...> fmt, T&&... args) {\n',
      'template <typename... T>\nvoid println(std::ostream& os, format_string<T...> fmt, T&&... args) {\n',
    ),
    /line 2: old_text has "void println/,
  ],
  ['replace_all never guesses', '  a\n', hunk('a \n', 'b\n', all), /not found/],
  ['case differs', 'Alpha\n', hunk('alpha', 'x'), /not found/],
];

describe('hunks that do not fit leave the file alone (EDT-11)', () => {
  it.each(failures)('%s', (_, before, bad, problem) => {
    const { bytes, problems } = edit(Buffer.from(before), bad);
    expect(problems).toMatch(problem);
    expect(bytes.toString()).toBe(before);
  });

  it('each hunk has its own answer', () => {
    const { results } = edit(Buffer.from('a\nb\nb\n'), hunk('a', 'x'), hunk('b', 'y'), hunk('c', 'z'));
    expect(results.map(({ ok }) => ok)).toEqual([true, false, false]);
  });
});

describe('encodings (EDT-06)', () => {
  const swap = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();
  const cases: [string, Buffer, Buffer][] = [
    ['UTF-8 with BOM', Buffer.from('\ufeffold ä\r\n'), Buffer.from('\ufeffnew ä\r\n')],
    ['UTF-16LE', Buffer.from('\ufeffold ä\r\n', 'utf16le'), Buffer.from('\ufeffnew ä\r\n', 'utf16le')],
    ['UTF-16BE', swap('\ufeffold ä\n'), swap('\ufeffnew ä\n')],
    [
      'Latin-1',
      Buffer.from('old caf\xe9, na\xefve words\n', 'latin1'),
      Buffer.from('new caf\xe9, na\xefve words\n', 'latin1'),
    ],
    ['a BOM in the middle', Buffer.from('old \ufeff x\n'), Buffer.from('new \ufeff x\n')],
  ];
  it.each(cases)('%s stays as it is but for the change', (_, before, after) => {
    expect(edit(before, hunk('old', 'new')).bytes.equals(after)).toBe(true);
  });

  it('what cannot be decoded, or encoded again, is refused', () => {
    const gbk = Buffer.from([0x6f, 0x6c, 0x64, 0x20, 0xc4, 0xe3, 0xba, 0xc3, 0xca, 0xc0, 0xbd, 0xe7, 0x0a]);
    expect(edit(gbk, hunk('old', 'new')).problems).toMatch(/encoding is not known/);
    expect(edit(Buffer.from('old\0'), hunk('old', 'new')).problems).toMatch(/binary/);
    const latin = Buffer.from('old caf\xe9, many more words\n', 'latin1');
    const { bytes, problems } = edit(latin, hunk('old', '€'));
    expect(problems).toMatch(/Latin-1, which cannot hold/);
    expect(bytes.equals(latin)).toBe(true);
    expect(edit(Buffer.from('old\n'), hunk('old', '\ud800')).problems).toMatch(/lone surrogate/);
  });

  it('one replaced character changes nothing else, whatever the file (property)', () => {
    const piece = fc.constantFrom(
      'a',
      'é',
      '🐋',
      '\n',
      '\r\n',
      '\r',
      '\t',
      ' ',
      '\u202e',
      '\u27e6',
      '<think>',
      '\ufeff',
      'x y',
    );
    fc.assert(
      fc.property(fc.array(piece), fc.array(piece), fc.boolean(), (left, right, bom) => {
        const make = (middle: string): Buffer =>
          Buffer.from(`${bom ? '\ufeff' : ''}${left.join('')}${middle}${right.join('')}`);
        const { bytes, problems } = edit(make('OLD'), hunk('OLD', 'NEW'));
        expect(problems).toBe('');
        expect(bytes.equals(make('NEW'))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

describe('EDT-10: secrets', () => {
  const token = `ghp_${'a1B2c3D4e5'.repeat(4).slice(0, 36)}`;
  const other = `ghp_${'Z9y8X7w6V5'.repeat(4).slice(0, 36)}`;
  const before = `name = "x"\ntoken = "${token}"\nother = "${other}"\nlast = 1\n`;
  const view = (() => {
    const opened = openBytes(Buffer.from(before));
    if (!opened.ok) throw new Error(opened.sentence);
    return opened.file.view;
  })();
  const [first = '', second = ''] = [...view.matchAll(/\u27e6secret:[^\u27e7]+\u27e7/g)].map(([text]) => text);

  it('are placeholders in the view', () => {
    expect(view).not.toContain(token);
    expect(first).not.toBe(second);
    expect(second).not.toBe('');
  });

  it('stay on disk when lines around or with them are edited', () => {
    const { bytes, problems } = edit(
      Buffer.from(before),
      hunk(`token = "${first}"`, `secret_token = "${first}"`),
      hunk('last = 1', 'last = 2'),
    );
    expect(problems).toBe('');
    expect(bytes.toString()).toBe(before.replace('token =', 'secret_token =').replace('last = 1', 'last = 2'));
  });

  const bad: [string, Hunk, RegExp][] = [
    ['dropped', hunk(`token = "${first}"\n`, ''), /was dropped/],
    ['moved', hunk(`"${first}"\nother = "${second}"`, `"${second}"\nother = "${first}"`), /was moved/],
    ['doubled', hunk('last = 1', `last = "${first}"`), /was added/],
    ['invented', hunk('last = 1', 'last = "\u27e6secret:github#7\u27e7"'), /was added/],
  ];
  it.each(bad)('%s: refused, the file is as it was', (_, wrong, problem) => {
    const { bytes, problems } = edit(Buffer.from(before), wrong);
    expect(problems).toMatch(problem);
    expect(bytes.toString()).toBe(before);
  });
});

describe('work', () => {
  const many = 60_000;
  const equal = '  same();\n'.repeat(many);

  it('is bounded where every line is the same, and one of them is meant', () => {
    const { bytes, problems } = edit(Buffer.from(equal), hunk('same();', 'other();', { line: 59_000 }));
    expect(problems).toBe('');
    expect(bytes.toString()).toBe(`${'  same();\n'.repeat(58_999)}  other();\n${'  same();\n'.repeat(1000)}`);
    expect(edit(Buffer.from(equal), hunk('same(); \n', 'x')).problems).toMatch(/at 60000 places: lines 1, 2, /);
  });

  it('is bounded where every place is meant', () => {
    const { bytes, problems } = edit(
      Buffer.from(equal),
      hunk('same();', 'other(\n);', all),
      hunk('other(', 'first(', { line: 1 }),
      hunk('other(', 'last(', { line: many }),
    );
    expect(problems).toBe('');
    expect(bytes.toString()).toBe(`  first(\n);\n${'  other(\n);\n'.repeat(many - 2)}  last(\n);\n`);
  });

  it('is bounded on a large file with a text that is not in it', () => {
    const large = Array.from(
      { length: 60_000 },
      (_, index) => `const value${index} = compute(${index}, "some text");`,
    ).join('\n');
    const { problems } = edit(Buffer.from(large), hunk('const value77777 = compute(1, "other");\nconst b = 2;', 'x'));
    expect(problems).toMatch(/not found/);
  });
});
