import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWholeWord, wholeWordPattern } from '../../../src/core/view/words.js';

describe('whole words', () => {
  it.each([
    ['foo', 'foo foobar (foo) _foo foo1 été_foo föo foo.', [0, 12, 39]],
    ['.map(', 'list.map(x)', [4]],
    ['$el', '$el x$el $element', [0, 5]],
    ['x.x', 'ax.x.x', [3]],
    ['--', 'a--b', [1]],
    ['𝒳', '𝒳 a𝒳 𝒳b', [0]],
    ['user', 'user userId user_ünser über-user $user user.a éuser', [0, 28, 34, 39]],
    ['a.b', 'a.b a+b', [0]],
    ['f()', 'f()g xf() f()', [0, 10]],
    ['名', '名前 名 (名)', [3, 6]],
  ])('%j in %j', (word, text, starts) => {
    expect([...text.matchAll(wholeWordPattern(word))].map(({ index }) => index)).toEqual(starts);
  });

  it('are the places of which both ends are no inside of a word', () => {
    const part = fc.constantFrom('a', 'b', '_', '.', ' ', 'é', '𝒳', '🐋', '\n');
    const text = fc.array(part, { maxLength: 12 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 3 }), text, (word, within) => {
        const sought = word.join('');
        const expected: number[] = [];
        for (let at = within.indexOf(sought); at >= 0;) {
          const isWhole = isWholeWord(within, at, at + sought.length);
          if (isWhole) expected.push(at);
          at = within.indexOf(sought, at + (isWhole ? sought.length : 1));
        }
        expect([...within.matchAll(wholeWordPattern(sought))].map(({ index }) => index)).toEqual(expected);
      }),
      { numRuns: 1000 },
    );
  });
});
