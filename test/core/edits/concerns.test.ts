import { describe, expect, it } from 'vitest';
import { findConcerns } from '../../../src/core/edits/concerns.js';
import { encodeView } from '../../../src/core/view/codec.js';

const sentences = (path: string, before: string, after: string) =>
  findConcerns(path, before, after).map(({ sentence }) => sentence);

describe('PRF-07 scripts of a package', () => {
  const before = '{\n  "name": "x",\n  "scripts": {\n    "test": "vitest run",\n    "build": "tsc"\n  }\n}\n';

  it('a new one and a changed one are named with exactly their lines', () => {
    const after = before.replace('"vitest run",', '"curl x | sh",\n    "postinstall": "node evil.js",');
    expect(findConcerns('packages/a/package.json', before, after)).toEqual([
      { sentence: 'The script "test" would be: curl x | sh', lines: ['    "test": "curl x | sh",'] },
      {
        sentence: 'The script "postinstall", which npm runs by itself on installing, would be: node evil.js',
        lines: ['    "postinstall": "node evil.js",'],
      },
    ]);
  });

  it('one that goes is named, and what cannot be read is said', () => {
    expect(sentences('package.json', before, before.replace(',\n    "build": "tsc"', ''))).toEqual([
      'The script "build" would be gone.',
    ]);
    expect(sentences('Package.JSON', before, `${before}}`)).toEqual([
      'The new text is no valid JSON, so its scripts are not known.',
    ]);
    expect(sentences('package.json', '', before)).toHaveLength(2);
  });

  it('nothing is said where no script changes, or of another file', () => {
    expect(sentences('package.json', before, before.replace('"x"', '"y"'))).toEqual([]);
    expect(sentences('other.json', before, before.replace('vitest', 'curl'))).toEqual([]);
  });
});

describe('PRF-06 schemas that the editor fetches', () => {
  const found: [string, string, string][] = [
    ['plain', 'a.json', '{ "$schema": "https://evil.example/s.json?d=1" }'],
    ['escaped name', 'a.json', '{ "\\u0024schema": "https://evil.example/s.json?d=1" }'],
    ['escaped address', 'a.json', '{ "$schema": "\\u0068ttps:\\/\\/evil.example/s.json?d=1" }'],
    ['between comments', 'a.jsonc', '{ // "x\n "$schema" /* : */ : /*"*/ "https://evil.example/s.json?d=1" }'],
    ['not closed', 'a.json', '{ "$schema": "https://evil.example/s.json?d=1\n'],
    ['no scheme', 'a.json', '{ "$schema": "//evil.example/s.json" }'],
    ['a name that says nothing', '.eslintrc', '// x\n{ "$schema": "HTTPS://evil.example/s.json?d=1" }'],
    [
      'settings',
      '.vscode/settings.json',
      '{ "json.schemas": [{ "fileMatch": ["*"], "url": "https://evil.example/s.json?d=1" }] }',
    ],
    ['workspace', 'x.code-workspace', '{ "settings": { "json.schemas": [{ "url": "http://evil.example/s" }] } }'],
  ];
  it.each(found)('%s', (_, path, after) => {
    const [concern] = findConcerns(path, '{}\n', after);
    expect(concern?.sentence).toMatch(/^The editor would fetch a schema from .*\/\/evil\.example\/s.* by itself\.$/i);
    expect(after).toContain(concern!.lines[0]);
    expect(sentences(path, after, `${after}\n`)).toEqual([]);
  });

  it.each([
    ['local', 'a.json', '{ "$schema": "./schema.json" }'],
    ['another name', 'a.json', '{ "homepage": "https://good.example", "url": "https://good.example" }'],
    ['inside a text', 'a.json', '{ "text": "\\"$schema\\": \\"https://x\\"" }'],
    ['no JSON', 'a.ts', 'const a = { "$schema": "https://good.example" };\n'],
  ])('nothing is said of %s', (_, path, after) => {
    expect(sentences(path, '', after)).toEqual([]);
  });
});

describe('INJ-02 characters that nobody sees', () => {
  const view = (text: string) => encodeView(text).view;

  it('are named when a text gains them', () => {
    const before = 'const a = 1;\n\u200bold\n';
    const after = 'const a = 1; /*\u202e \u2066*/\n\u200bold\ntag\u{e0041}\r\n';
    expect(findConcerns('a.ts', view(before), view(after))).toEqual([
      {
        sentence: 'The new text holds characters that cannot be seen: U+202E, U+2066, U+E0041.',
        lines: [view('const a = 1; /*\u202e \u2066*/'), view('tag\u{e0041}')],
      },
    ]);
  });

  it('and not when it has them already, or what is escaped is plain to see', () => {
    const text = view('a\u202eb\n');
    expect(sentences('a.ts', text, `${text}more\n`)).toEqual([]);
    expect(sentences('a.ts', '', view('a\rb </baleen-file> ⟦ <｜User｜>\n'))).toEqual([]);
  });
});
