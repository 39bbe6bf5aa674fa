import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assembleBody } from '../../../src/core/pack/body.js';
import { createEscapedPack, createEscapedPacks } from '../../../src/core/pack/escapedPacks.js';
import { toJsonBytes } from '../../../src/core/pack/jsonBytes.js';
import { packMarker } from '../../../src/core/pack/packer.js';
import { createValueSearch } from '../../../src/core/pack/valueSearch.js';

const noValues = createValueSearch();

describe('escaping', () => {
  it('gives what JSON.stringify gives, byte by byte', () => {
    const everyLow = String.fromCharCode(...Array(0x90).keys());
    const texts = fc.string({ unit: fc.constantFrom('"', '\\', '\n', '\0', 'a', 'é', '漢', '😀') });
    const check = (text: string): void => {
      const wellFormed = Buffer.from(text).toString();
      expect(toJsonBytes(Buffer.from(text)).toString()).toBe(JSON.stringify(wellFormed));
    };
    [everyLow, '', '"', '\u2028 😀'].forEach(check);
    fc.assert(fc.property(texts, check));
  });
});

describe('the search for values', () => {
  it('finds a value wherever and however a body can hold it, and nothing else', () => {
    const unit = fc.constantFrom('a', 'b', '"', '\\', '\n', 'ü', '😀');
    const value = fc.string({ unit, minLength: 8, maxLength: 12 });
    fc.assert(
      fc.property(
        fc.array(value, { maxLength: 5 }),
        fc.string({ unit, maxLength: 60 }),
        fc.nat(2),
        (values, around, depth) => {
          const text = Array.from({ length: depth }).reduce<string>(
            (inner) => JSON.stringify(inner).slice(1, -1),
            around + (values[0] ?? '') + around,
          );
          const forms = values.flatMap((one) => {
            const once = JSON.stringify(one).slice(1, -1);
            return [one, once, JSON.stringify(once).slice(1, -1)];
          });
          const isThere = forms.some((form) => text.includes(form));
          expect(createValueSearch(values).isIn(Buffer.from(text))).toBe(isThere);
          if (values[0] !== undefined) expect(isThere).toBe(true);
        },
      ),
    );
  });

  it('takes thousands of values, and those that begin alike', () => {
    const values = Array.from({ length: 5000 }, (_, n) => `ghp_${(n * 2_654_435_761).toString(36).padEnd(36, '0')}`);
    const search = createValueSearch(values);
    expect(search.isIn(Buffer.from(`x ${values[4999]} x`))).toBe(true);
    expect(search.isIn(Buffer.from(`x ${values[4999]!.slice(0, -1)}x`))).toBe(false);
    expect(search.isIn(Buffer.from(values[7]!))).toBe(true);
    expect(createValueSearch(['short']).isIn(Buffer.from('too short to look for'))).toBe(false);
  });
});

describe('a body', () => {
  const sha256 = 'a'.repeat(64);
  const body = (text: string): string => JSON.stringify({ a: packMarker(sha256), b: text });
  const assemble = (text: string, pack: string, keys: string[]): Promise<Uint8Array<ArrayBuffer>> =>
    assembleBody(body(text), async () => createEscapedPack(toJsonBytes(Buffer.from(pack))), {
      workspace: noValues,
      keys,
    });

  it('stands in memory of its own, so that it can be handed over', async () => {
    const bytes = await assemble('ü', 'the pack', []);
    expect(bytes.byteLength).toBe(bytes.buffer.byteLength);
    expect(JSON.parse(Buffer.from(bytes).toString())).toEqual({ a: 'the pack', b: 'ü' });
  });

  it('is refused with a key in the pack or the conversation, escaped once or twice too', async () => {
    const key = 'my"own\\key';
    const inArguments = JSON.stringify({ command: `echo ${key}` });
    for (const [text, pack] of [
      [key, ''],
      [inArguments, ''],
      ['', key],
      ['', JSON.stringify({ key })],
    ] as const) {
      await expect(assemble(text, pack, [key])).rejects.toMatchObject({ name: 'SecretInBody' });
      await expect(assemble(text, pack, ['another-key'])).resolves.toBeDefined();
    }
  });

  it('is refused with a value of the workspace outside of the pack only', async () => {
    const workspace = createValueSearch(['the-password']);
    const packOf = async () => createEscapedPack(toJsonBytes(Buffer.from('the-password')));
    await expect(assembleBody(body(''), packOf, { workspace, keys: [] })).resolves.toBeDefined();
    const told = assembleBody(body('the-password'), packOf, { workspace, keys: [] });
    await expect(told).rejects.toMatchObject({ name: 'SecretInBody' });
  });
});

describe('escaped packs', () => {
  it('are made once, and searched once for each key', async () => {
    const packs = createEscapedPacks();
    let read = 0;
    const get = (sha256: string) => packs.get(sha256, async () => Buffer.from(`text ${++read} with key-one-1234`));
    const first = await get('one');
    expect(await get('one')).toBe(first);
    expect(first.holds('key-one-1234')).toBe(true);
    // The bytes are frozen: what was found out about them is not asked again.
    first.bytes.fill(0);
    expect(first.holds('key-one-1234')).toBe(true);
    await get('two');
    await get('one');
    await get('three');
    expect(read).toBe(3);
    await get('two');
    expect(read).toBe(4);
  });
});
