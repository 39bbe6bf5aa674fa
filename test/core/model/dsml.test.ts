/** Tool calls that a server lets through as text: never shown, whatever their form and however they are cut. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDsmlFilter, dsmlVariants, hideDsml, holdsDsml } from '../../../src/core/model/dsml.js';

const block =
  '<｜DSML｜tool_calls><｜DSML｜invoke name="read_file"><｜DSML｜parameter name="path" string="true">a.ts</｜DSML｜parameter></｜DSML｜invoke></｜DSML｜tool_calls>';

function filterPieces(pieces: readonly string[]): string {
  const filter = createDsmlFilter();
  return pieces.map((piece) => filter.push(piece)).join('') + filter.end();
}

describe('api-9.25: DSML in text', () => {
  it.each(dsmlVariants)('%s is known, and hidden to the end where nothing closes it', (variant) => {
    const text = `Before. ${variant}{"path":"a.ts"} and more`;
    expect(holdsDsml(text)).toBe(true);
    expect(filterPieces([text])).not.toMatch(/DSML|tool_|invoke/);
    expect(filterPieces([text]).startsWith('Before. ')).toBe(true);
    expect(filterPieces(Array.from(text))).toBe(filterPieces([text]));
  });

  it('a whole block is taken out of its surroundings', () => {
    expect(hideDsml(`I look.\n${block}\nDone.`)).toBe('I look.\n\nDone.');
    const ascii = block.replaceAll('｜', '|');
    const doubled = block.replaceAll('｜', '｜｜');
    for (const one of [ascii, doubled, block.replaceAll('｜', ' | ')]) expect(hideDsml(`a${one}b`)).toBe('ab');
    expect(hideDsml(`${block}${block}end`)).toBe('end');
  });

  it('nothing of it ever shows, however the text is cut', () => {
    const text = `Wait: a < b | c <| d.\n${block}The rest.`;
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 12 }), (cuts) => {
        const places = [0, ...new Set(cuts), text.length].sort((a, b) => a - b);
        const pieces = places.slice(1).map((place, index) => text.slice(places[index], place));
        const filter = createDsmlFilter();
        let shown = '';
        for (const piece of pieces) {
          shown += filter.push(piece);
          expect('Wait: a < b | c <| d.\nThe rest.'.startsWith(shown)).toBe(true);
        }
        expect(shown + filter.end()).toBe('Wait: a < b | c <| d.\nThe rest.');
      }),
    );
  });

  it('plain text passes byte for byte, and is not held back once it is decided', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom('<', '|', '｜', ' ', '/', 'D', 'S', 'M', 'x', '\n') })),
        (pieces) => {
          const text = pieces.join('');
          fc.pre(!holdsDsml(text));
          expect(filterPieces(pieces)).toBe(text);
        },
      ),
    );
    const filter = createDsmlFilter();
    expect(filter.push('a <')).toBe('a ');
    expect(filter.push(' b')).toBe('< b');
    for (const honest of [
      'Either<A | B>',
      'x <|> y',
      '<div>',
      'if (a<b || c>d)',
      'DSML is a markup',
      '<!-- | DSML | -->',
    ])
      expect(holdsDsml(honest)).toBe(false);
  });
});
