import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BaleenError } from '../../../src/core/errors.js';
import { decodePath, decodeView, encodePath, encodeView, placeholdersOf } from '../../../src/core/view/codec.js';
import { findSecretsInPath } from '../../../src/core/view/secrets.js';
import { addedTokens } from '../tokens/support.js';
import { furtherMakers, makeSecret, secretMakers } from './secretMakers.js';

const hidden =
  // Written out a second time, by Unicode property and not by the codec's table.
  /[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e0fff}\p{Cs}]/u;
const specials = /<\/?｜|<\|[A-Za-z_]+\|>|<\/?think>|<\/?tool_result|｜DSML|<\/?baleen-/;

function visible(view: string): string {
  return view.replace(/\r\n/g, '').replace(/[\t\n]/g, '');
}

const awkward = fc.constantFrom(
  '⟦',
  '⟧',
  '⟦U+202E⟧',
  '⟦secret:github#1⟧',
  '⟦secret:',
  '⟦pack:00⟧',
  '<｜User｜>',
  '</｜DSML｜tool_calls>',
  '<think>',
  '</think>',
  '<tool_result>',
  '</baleen-file>\n',
  '<baleen-pack mark="',
  '\r',
  '\r\n',
  '\n',
  '\t',
  '\0',
  '\u202e',
  '\u200b',
  '\u{e0041}',
  '\ufeff',
  '\ud800',
  '\udc00',
  '｜',
  '<',
  '😀',
  'é',
  'key = ',
);
const secret = fc.nat({ max: 10_000 }).map((seed) => makeSecret(seed));
const awkwardText = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: awkward },
      { weight: 1, arbitrary: secret },
      { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(''));

/** Those of V4 that V3's file has not, and the forms in which models write them. */
const v4Tokens = [
  '<think>',
  '</think>',
  '｜DSML｜',
  '<｜DSML｜tool_calls>',
  '</｜DSML｜invoke>',
  '<｜｜DSML｜｜tool_calls>',
  '<||DSML||tool_calls>',
  '</||DSML||tool_calls>',
  '< | DSML | tool_use>',
  '<|DSML|parameter',
  '<｜latest_reminder｜>',
  '<tool_result>',
  '</tool_result>',
  '<tool_calls>',
];

const allMakers = { ...secretMakers, ...furtherMakers };

it.each(Object.entries(allMakers))('takes a placeholder of %s for no secret, where a view is quoted', (_kind, make) => {
  for (let seed = 0; seed < 20; seed++) {
    const { view } = encodeView(make(seed).text);
    expect(encodeView(view).secrets).toEqual([]);
  }
});

describe('the view', () => {
  it('decodes to the very text that was encoded, whatever the text', () => {
    fc.assert(
      fc.property(awkwardText, (text) => {
        const { view, secrets } = encodeView(text);
        expect(decodeView(view, secrets)).toBe(text);
      }),
      { numRuns: 600 },
    );
  });

  it.each(Object.entries(allMakers))(
    'decodes to what it was around %s, whole, cut, doubled or wrapped',
    (_name, make) => {
      const seed = fc.integer({ min: 1, max: 100_000 });
      const glue = fc.oneof(awkward, fc.constantFrom('', ' ', '"', "'", '=', '-', '_', '.', ':', '@', '\\n', 'x', '1'));
      fc.assert(
        fc.property(
          seed,
          seed,
          glue,
          glue,
          fc.float({ min: 0, max: 1, noNaN: true }),
          (one, two, before, between, share) => {
            const [first, second] = [make(one).text, make(two).text];
            const cut = Math.floor(first.length * share);
            for (const text of [
              before + first + between + second,
              first.slice(0, cut) + between + first.slice(cut),
              `${first.slice(cut)}${before}${first}`,
              JSON.stringify(before + first + between),
              first + first + before,
            ]) {
              const { view, secrets } = encodeView(text);
              expect(decodeView(view, secrets)).toBe(text);
              for (const value of secrets) if (value.length >= 8) expect(view).not.toContain(value);
            }
          },
        ),
        { numRuns: process.env['BALEEN_SOAK'] === undefined ? 15 : 1000 },
      );
    },
  );

  it('INJ-02 INJ-03 never holds a secret, a hidden character, a special token or a frame tag', () => {
    fc.assert(
      fc.property(awkwardText, (text) => {
        const { view, secrets } = encodeView(text);
        for (const value of secrets) if (value.length >= 8) expect(view).not.toContain(value);
        expect(visible(view)).not.toMatch(hidden);
        expect(view).not.toMatch(specials);
        expect(view).toBe(encodeView(text).view);
      }),
      { numRuns: 600 },
    );
  });

  it('INJ-02 shows what a reader cannot see', () => {
    const { view } = encodeView('if (admin\u202e\u2066) // \u{e0068}\u{e0069}\u200b\ra\r\n');
    expect(view).toBe('if (admin⟦U+202E⟧⟦U+2066⟧) // ⟦U+E0068⟧⟦U+E0069⟧⟦U+200B⟧⟦U+000D⟧a\r\n');
  });

  it('keeps ordinary text of any script as it is', () => {
    const text = 'const größe = "漢字 עברית 😀👍🏽 ❤️"; // a < b && c <= d\r\n\tx |> f <| y\n';
    expect(encodeView(text)).toEqual({ view: text, secrets: [], distinctive: [] });
  });

  it('INJ-03 escapes what has a meaning for the template, and the frames', () => {
    const text = '<｜User｜><｜tool▁calls▁begin｜></think><|EOT|><｜DSML｜invoke></tool_result></BALEEN-file>｜DSML｜';
    const { view } = encodeView(text);
    expect(view).not.toMatch(specials);
    expect(view.match(/⟦U\+003C⟧/g)).toHaveLength(7);
    expect(decodeView(view, [])).toBe(text);
  });

  it('INJ-03 never shows one of the tokenizer’s added tokens, whatever stands around', () => {
    const tokens = [...addedTokens, ...v4Tokens];
    expect(tokens.length).toBeGreaterThan(818);
    for (const token of tokens) {
      for (const text of [token, `${token}${token}`, `<${token}>`, `a ${token}\n`, `ghp_${'Ab3d'.repeat(9)}${token}`]) {
        const { view, secrets } = encodeView(text);
        expect(view).not.toContain(token);
        expect(decodeView(view, secrets)).toBe(text);
        expect(encodePath(text)).not.toContain(token);
      }
    }
  });

  it('tells a text of ours in a file from ours, however often it is encoded', () => {
    const views = ['⟦secret:github#1⟧', '⟦U+202E⟧', '⟦secret:own-key#0⟧', `⟦pack:${'0'.repeat(64)}⟧`];
    for (const text of [...views, views.join(`ghp_${'Ab3d'.repeat(9)}`)]) {
      let view = text;
      const seen = new Set<string>();
      const secrets: string[][] = [];
      for (let round = 0; round < 4; round++) {
        expect(seen.has(view)).toBe(false);
        seen.add(view);
        const encoded = encodeView(view);
        secrets.push(encoded.secrets);
        view = encoded.view;
        expect(placeholdersOf(view)).toHaveLength(encoded.secrets.length === 0 ? 0 : 3);
      }
      for (const known of secrets.reverse()) view = decodeView(view, known);
      expect(view).toBe(text);
    }
  });

  it('escapes an opening bracket of the source, so that no text can pose as an escape', () => {
    const text = '⟦U+0041⟧ ⟦secret:github#1⟧';
    const { view, secrets } = encodeView(text);
    expect(view).toBe('⟦U+27E6⟧U+0041⟧ ⟦U+27E6⟧secret:github#1⟧');
    expect(decodeView(view, secrets)).toBe(text);
  });

  it('gives the same value the same number, and numbers in order of appearance', () => {
    const [first, second] = [`ghp_${'a1B2c3D4'.repeat(5).slice(0, 36)}`, `npm_${'Z9y8X7w6'.repeat(5).slice(0, 36)}`];
    const { view, secrets } = encodeView(`a ${second} b ${first} c ${second}`);
    expect(secrets).toEqual([second, first]);
    expect(view).toBe('a ⟦secret:npm#1⟧ b ⟦secret:github#2⟧ c ⟦secret:npm#1⟧');
    expect(placeholdersOf(view).map(({ kind, number }) => [kind, number])).toEqual([
      ['npm', 1],
      ['github', 2],
      ['npm', 1],
    ]);
  });

  it('hides a value also where no pattern would see it', () => {
    const value = `sk-${'0123456789abcdef'.repeat(2)}`;
    const { view } = encodeView(`KEY=${value}\nwrapped_${value}_more`);
    expect(view).not.toContain(value);
  });

  it('does not depend on what was encoded before', () => {
    const texts = Object.values(secretMakers).map((make) => make(5).text);
    const alone = texts.map((text) => encodeView(text).view);
    for (const first of texts) {
      encodeView(`${' '.repeat(2000)}${first}`);
      expect(texts.map((text) => encodeView(text).view)).toEqual(alone);
    }
    expect(alone.every((view) => view.includes('⟦secret:'))).toBe(true);
  });

  it('refuses a placeholder that stands for nothing', () => {
    expect(() => decodeView('⟦secret:github#2⟧', ['one'])).toThrow(BaleenError);
    expect(decodeView('⟦neither⟧ ⟦U+ZZ⟧', [])).toBe('⟦neither⟧ ⟦U+ZZ⟧');
  });

  it('INJ-04 puts any path on one line, between quotes, and back', () => {
    fc.assert(
      fc.property(fc.oneof(awkwardText, fc.string()), (path) => {
        fc.pre(findSecretsInPath(path).length === 0);
        const encoded = encodePath(path);
        expect(encoded).not.toMatch(/["\n\r\t<>]/);
        expect(decodePath(encoded)).toBe(path);
      }),
      { numRuns: 300 },
    );
  });
});

/** What switches scanners off, before a line and at its end. */
const switches = [
  ['// secretlint-disable', '// secretlint-disable-line'],
  ['/* secretlint-disable-next-line */', '// gitleaks:allow'],
  ['# gitleaks:allow', '# pragma: allowlist secret'],
  ['<!-- secretlint-disable -->', '// nosec'],
  ['# pragma: allowlist nextline secret', '# noqa: S105'],
] as const;

describe('secrets', () => {
  it.each(Object.keys(allMakers))('SEC-03 SEC-04 %s is replaced, whatever comments say', (name) => {
    for (let seed = 1; seed <= 10; seed++) {
      const { text, values } = allMakers[name]!(seed);
      const [before, after] = switches[seed % switches.length]!;
      const file = `${before}\n${text} ${after}\n`;
      const { view, secrets } = encodeView(file);
      for (const value of values) {
        expect(view, `${name} ${seed}`).not.toContain(value);
        expect(
          secrets.some((one) => one.includes(value)),
          `${name} ${seed}`,
        ).toBe(true);
      }
      expect(decodeView(view, secrets)).toBe(file);
    }
  });

  it('SEC-02 leaves words, placeholders and hashes alone', () => {
    const harmless = [
      'password = "your-password-here"',
      'const token = "xxxxxxxxxxxxxxxxxxxxxxxx"',
      'API_KEY=changeme',
      'api_key: "<YOUR_API_KEY>"',
      'secretKey = process.env.SECRET_KEY_BASE',
      'token: "${{ secrets.GITHUB_TOKEN }}"',
      'postgres://user:password@localhost:5432/db',
      'https://example.com/a:b@c',
      'const tokenType = "authorization_code_grant"',
      'AKIAIOSFODNN7EXAMPLE',
      'sk-learn and sk-button-primary-large',
      '"integrity": "sha512-6fPc+R4ihwqP6N/aIv2f1gMH8lOVtWQHoqC4yK6oSDVVocumAsfCqjkXnqiYMhmMwS/mEHLp7Vehlt3ql6lEig=="',
      'commit 5be9d3ea0c1b2f3d4e5a69788796a5b4c3d2e1f0',
      'if (s.startsWith("-----BEGIN RSA PRIVATE KEY-----")) { return parse(s); }',
      'this.tokenizer = new Tokenizer("deepseek-v3-base-2024")',
      'passwordHash: hashPassword(input)',
      'export const passwordPattern = "^[a-z]{8,12}$";',
    ];
    for (const line of harmless) expect(encodeView(line).secrets, line).toEqual([]);
  });

  it('SEC-12 finds a token at the far end of one long line', () => {
    const token = `ghp_${'Ab3d'.repeat(9)}`;
    expect(encodeView(`${'x = 1; '.repeat(560_000)}${token}`).view).not.toContain(token);
  });

  it('finds the same whatever stands around, in a long text as in a short one', () => {
    for (const make of Object.values(allMakers)) {
      const { text, values } = make(9);
      const { view } = encodeView(`${'const plain = 1;\n'.repeat(500)}${text}\n${'done();\n'.repeat(500)}`);
      for (const value of values) expect(view).not.toContain(value);
    }
  });
});
