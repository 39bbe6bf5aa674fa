import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeView } from '../../../src/core/view/codec.js';
import { formsOf, hideOwnKeys, ownKeyPlaceholder } from '../../../src/core/view/ownKeys.js';

describe('the user’s own keys', () => {
  it('SEC-13 are hidden as they are, and as JSON and addresses write them', () => {
    const key = fc.string({ minLength: 8, maxLength: 60, unit: 'grapheme-ascii' });
    fc.assert(
      fc.property(key, fc.string(), fc.string(), (own, before, after) => {
        for (const form of [own, JSON.stringify(own).slice(1, -1), encodeURIComponent(own)]) {
          const hidden = hideOwnKeys(before + form + after, [own]);
          expect(hidden).not.toContain(own);
          expect(hidden).toContain(ownKeyPlaceholder);
        }
      }),
    );
  });

  it('hides the longer of two forms whole', () => {
    expect(hideOwnKeys('abcdefgh-ijkl', ['abcdefgh', 'abcdefgh-ijkl'])).toBe(ownKeyPlaceholder);
  });

  it('leaves a text without them alone, and takes no word for a key', () => {
    expect(hideOwnKeys('a short test of keys', ['short', '', 'key'])).toBe('a short test of keys');
    expect(formsOf('sk-or-so')).toEqual(['sk-or-so']);
  });

  it('are written nowhere: their placeholder decodes to nothing', () => {
    expect(() => decodeView(ownKeyPlaceholder, ['one'])).toThrow(/stands for no secret/);
  });
});
