import fc from 'fast-check';
import ignore from 'ignore';
import { describe, expect, it } from 'vitest';
import { bringBack, excludeFrom, isInScope, patternFor } from '../../../src/core/pack/excludePatterns.js';

const matches = (patterns: readonly string[], path: string): boolean => ignore().add(patterns).ignores(path);
const segment = fc
  .stringMatching(/^[a-zA-Z0-9 ._\-*?[\]!#\\ä]{1,12}$/)
  .filter((name) => name !== '.' && name !== '..' && !name.startsWith('..'));
const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));

describe('patterns of what stays out of the pack', () => {
  it('mean exactly the file they were made for, whatever stands in its name', () => {
    fc.assert(
      fc.property(path, path, (one, other) => {
        const patterns = excludeFrom([], 'file', one);
        expect(matches(patterns, one)).toBe(true);
        fc.pre(other !== one && !other.startsWith(`${one}/`));
        expect(matches(patterns, other)).toBe(other.toLowerCase() === one.toLowerCase());
      }),
    );
  });

  it('mean all of a folder and nothing beside it', () => {
    const patterns = excludeFrom([], 'folder', 'src/a [1]');
    expect(patterns).toEqual(['/src/a \\[1\\]/']);
    expect(matches(patterns, 'src/a [1]/deep/file.ts')).toBe(true);
    expect(matches(patterns, 'src/a 1/file.ts')).toBe(false);
    expect(matches(patterns, 'lib/src/a [1]/file.ts')).toBe(false);
  });

  it('mean the files of a kind wherever they stand', () => {
    expect(patternFor('extension', 'src/a.test.ts')).toBe('*.ts');
    expect(isInScope('extension', 'src/a.ts', 'lib/b.ts')).toBe(true);
    expect(isInScope('extension', 'src/a.ts', 'lib/b.tsx')).toBe(false);
    expect(() => patternFor('extension', 'Makefile')).toThrow('has no extension');
  });

  it('go again when a file is brought back, and are answered by their opposite where that is not enough', () => {
    expect(bringBack(['/src/a.ts', 'x'], 'file', 'src/a.ts')).toEqual(['x']);
    expect(bringBack(['*.ts', '/src/a.ts'], 'file', 'src/a.ts')).toEqual(['*.ts', '!/src/a.ts']);
    expect(bringBack([], 'file', 'package-lock.json')).toEqual(['!/package-lock.json']);
    expect(bringBack(['/gen/'], 'folder', 'gen')).toEqual([]);
    expect(bringBack(['*.ts'], 'folder', 'gen')).toEqual(['*.ts', '!/gen/']);
    expect(excludeFrom(['!/package-lock.json'], 'file', 'package-lock.json')).toEqual(['/package-lock.json']);
    expect(excludeFrom(['/a'], 'file', 'a')).toEqual(['/a']);
  });

  it('refuse a name that no pattern can hold', () => {
    expect(() => patternFor('file', 'line\nbreak.ts')).toThrow('line end');
  });
});
