import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isTame, splitBlocks } from '../../src/webview/blocks.js';
import { readDiff } from '../../src/webview/diffText.js';
import { formatCost } from '../../src/protocol/money.js';
import { formatDuration, formatShare, formatTokens } from '../../src/webview/format.js';
import { markInvisible } from '../../src/webview/invisible.js';
import { classifyLink, readCitation, showsOtherPlace } from '../../src/webview/links.js';
import { readTerminalText, takeTail } from '../../src/webview/terminalText.js';
import { answerText } from './sampleTranscript.js';

describe('blocks', () => {
  const markdown = fc
    .array(fc.constantFrom('a', '', '- b', '  c', '```', '~~~', '1. d', '    e', '> f', '|g|', '# h', '\t- i'), {
      maxLength: 24,
    })
    .map((lines) => lines.join('\n'));

  test('add up to the text', () => {
    fc.assert(
      fc.property(markdown, (text) => {
        expect(splitBlocks(text).join('')).toBe(text);
      }),
      { numRuns: 300 },
    );
  });

  test('all but the last stay as they are when text comes after', () => {
    fc.assert(
      fc.property(markdown, markdown, (text, more) => {
        const before = splitBlocks(text).slice(0, -1);
        expect(splitBlocks(text + more).slice(0, before.length)).toEqual(before);
      }),
      { numRuns: 300 },
    );
  });

  test('keep a loose list and a fence with blank lines whole', () => {
    const list = '- a\n\n- b\n\n  more\n\n';
    const fence = '```ts\na\n\nb\n```\n';
    expect(splitBlocks(`${list}text\n\n${fence}after`)).toEqual([list, 'text\n\n', fence, 'after']);
  });

  test('are tame when a person would have written them, and not when they are a trap', () => {
    expect(splitBlocks(answerText).every(isTame)).toBe(true);
    const traps = ['a'.repeat(1_000_000), '- '.repeat(3000), '>'.repeat(200), 'a\n'.repeat(20_000)];
    traps.push(Array.from({ length: 300 }, (_, i) => `${'  '.repeat(i)}- a`).join('\n'));
    traps.push(`\`\`\`\na\n\`\`\`\n${'>'.repeat(200)}`);
    for (const trap of traps) expect(isTame(trap), trap.slice(0, 20)).toBe(false);
  });
});

describe('what is not visible', () => {
  test('every such character gets a mark with its code point', () => {
    const hidden = [
      ...'\u202e\u2066\u200b\u200d\u00ad\ufeff\u00a0\u3164\u0007\u001b\u007f\u2028\ufe0f\u{e0041}\u061c\r',
    ];
    for (const character of hidden) {
      const code = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
      expect(markInvisible(`a${character}b`)).toEqual([
        { text: 'a', kind: 'plain' },
        { text: `⟨${code}⟩`, kind: 'mark', code },
        { text: 'b', kind: 'plain' },
      ]);
    }
  });

  test('letters that look like others are told apart', () => {
    expect(markInvisible('c\u0430t')[1]).toEqual({ text: '\u0430', kind: 'foreign', code: 'U+0430' });
  });

  test('a long run of blanks is named, an indent is not', () => {
    expect(markInvisible(`ls${' '.repeat(400)}; rm x`).map((segment) => segment.text)).toEqual([
      'ls',
      '⟨400 spaces⟩',
      '; rm x',
    ]);
    expect(markInvisible(`a\n${' '.repeat(40)}b`)).toHaveLength(1);
  });

  test('nothing that is visible is lost', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii', maxLength: 40 }), (text) => {
        const shown = markInvisible(text);
        expect(
          shown.filter((segment) => segment.kind === 'plain').every((segment) => text.includes(segment.text)),
        ).toBe(true);
        if (!text.includes(' '.repeat(12))) expect(shown.map((segment) => segment.text).join('')).toBe(text);
      }),
      { numRuns: 200 },
    );
  });
});

describe('links', () => {
  test.each([
    'javascript:alert(1)',
    'JAVA\tSCRIPT:alert(1)',
    'command:workbench.action.quit',
    'command:workbench.action.terminal.sendSequence?%7B%7D',
    'vscode:extension/x.y',
    'vscode-insiders://file/etc/passwd',
    'file:///etc/passwd',
    'data:text/html,x',
    '//evil.example/x',
    '/etc/passwd',
    '../../secret',
    'a/../../b',
    'a%2f..%2f..%2fb',
    '..%5cb',
    'c:\\windows',
    'https://user:password@evil.example/',
    'https://example.org@evil.example/',
    'ftp://example.org/x',
    '#top',
    '',
    '%zz',
  ])('%s is inert', (href) => {
    expect(classifyLink(href).kind).toBe('inert');
  });

  test('web addresses and files of the workspace open', () => {
    expect(classifyLink('https://example.org/a?b=c')).toMatchObject({
      kind: 'url',
      host: 'example.org',
      queryChars: 4,
    });
    expect(classifyLink('src/a.ts')).toEqual({ kind: 'file', path: 'src/a.ts' });
    expect(classifyLink('src/a%20b.ts#L12-L20')).toEqual({ kind: 'file', path: 'src/a b.ts', line: 12 });
    expect(classifyLink('src/a.ts:7')).toEqual({ kind: 'file', path: 'src/a.ts', line: 7 });
  });

  test('says when the words name another place', () => {
    const target = classifyLink('https://evil.example/login');
    if (target.kind !== 'url') throw new Error('expected a web address');
    expect(showsOtherPlace('https://bank.example/login', target)).toBe(true);
    expect(showsOtherPlace('evil.example.bank.example', target)).toBe(true);
    expect(showsOtherPlace('https://evil.example/login', target)).toBe(false);
    expect(showsOtherPlace('evil.example', target)).toBe(false);
  });

  test('a path in code marks is a citation, other code is not', () => {
    expect(readCitation('src/a.ts:12')).toEqual({ kind: 'file', path: 'src/a.ts', line: 12 });
    expect(readCitation('docs/api.md')).toEqual({ kind: 'file', path: 'docs/api.md' });
    for (const code of ['a.b', 'foo()', 'x / y', '../a.ts', '/etc/passwd.d/x.y', 'npm test']) {
      expect(readCitation(code)).toBeUndefined();
    }
  });
});

describe('output of a process', () => {
  test('loses colours, titles and cursor moves, keeps the text', () => {
    expect(
      readTerminalText(
        '\u001b[1;31mred\u001b[0m \u001b]0;title\u0007\u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\\n',
      ),
    ).toBe('red link\n');
    expect(readTerminalText('10 %\r50 %\r100 %\r\nnext')).toBe('100 %\nnext');
    expect(readTerminalText('a\u0000\u202eb')).toBe('a\ufffd\ufffdb');
  });

  test('is shown from its end', () => {
    expect(takeTail('a\nb\nc\n', 2)).toEqual({ tail: 'b\nc', cutLines: 1 });
  });
});

test('a diff counts its lines, and not the names of the files', () => {
  expect(readDiff('--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n a\n--- minus\n+++ plus\n')).toMatchObject({
    added: 1,
    removed: 1,
  });
});

test('figures are short and say something', () => {
  expect([0, 950, 12_345, 184_000, 999_999, 1_048_576].map(formatTokens)).toEqual([
    '0',
    '950',
    '12.3K',
    '184K',
    '1M',
    '1.05M',
  ]);
  expect([0, 0.00001, 0.0018, 0.09, 1.2].map((amount) => formatCost({ amount, currency: 'USD' }))).toEqual([
    '$0',
    '<$0.0001',
    '$0.0018',
    '$0.09',
    '$1.20',
  ]);
  expect(formatCost({ amount: 13.5, currency: 'CNY' })).toBe('¥13.50');
  expect(formatCost(null)).toBe('price not known');
  expect([0.4, 999, 1234, 59_999, 61_000].map(formatDuration)).toEqual([
    '0 ms',
    '999 ms',
    '1.2 s',
    '1 min 0 s',
    '1 min 1 s',
  ]);
  expect([0, 0.001, 0.5, 0.999, 1].map(formatShare)).toEqual(['0 %', '<1 %', '50 %', '>99 %', '100 %']);
});
