import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bringBack, excludeFrom, isInScope, patternFor } from '../../../src/core/pack/excludePatterns.js';

const folder = mkdtempSync(join(tmpdir(), 'baleen-patterns-'));
execFileSync('git', ['init', '-q', folder]);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Which of the paths git itself would ignore. */
function ignoredBy(patterns: readonly string[], paths: readonly string[]): string[] {
  writeFileSync(join(folder, '.gitignore'), `${patterns.join('\n')}\n`);
  try {
    const input = paths.join('\0');
    const options = { cwd: folder, input, encoding: 'utf8' as const };
    return execFileSync('git', ['check-ignore', '-z', '--stdin', '--no-index'], options).split('\0').filter(Boolean);
  } catch (error) {
    if ((error as { status?: number }).status === 1) return [];
    throw error;
  }
}

describe('patterns of what stays out of the pack', () => {
  it('mean exactly the file they were made for, whatever stands in its name', () => {
    const names = [
      'a.ts',
      '*.ts',
      '[ab].ts',
      'a?.ts',
      '!a.ts',
      '#a.ts',
      'a .ts',
      ' a',
      'a ',
      'a  ',
      'b\\c',
      'ä.ts',
      '**',
      'A.ts',
    ];
    const paths = names.flatMap((name) => [name, `src/${name}`]);
    for (const path of paths) expect(ignoredBy(excludeFrom([], 'file', path), paths)).toEqual([path]);
  });

  it('mean all of a folder and nothing beside it', () => {
    const patterns = excludeFrom([], 'folder', 'src/a [1]');
    expect(patterns).toEqual(['/src/a \\[1\\]/']);
    const inside = 'src/a [1]/deep/file.ts';
    expect(ignoredBy(patterns, [inside, 'src/a 1/file.ts', 'lib/src/a [1]/file.ts'])).toEqual([inside]);
  });

  it('mean the files of a kind wherever they stand', () => {
    expect(patternFor('extension', 'src/a.test.ts')).toBe('*.ts');
    expect(isInScope('extension', 'src/a.ts', 'lib/b.ts')).toBe(true);
    expect(isInScope('extension', 'src/a.ts', 'lib/b.tsx')).toBe(false);
    expect(() => patternFor('extension', 'Makefile')).toThrow('has no extension');
  });

  it('go again when a file is brought back, and are answered by their opposite where that is not enough', () => {
    expect(bringBack(['/src/a.ts', '/x.ts', '*.md', '/lib/', '!/b'], 'file', 'src/a.ts')).toEqual([
      ...['/x.ts', '*.md', '/lib/', '!/b'],
    ]);
    expect(bringBack(['/src/', '/src/a.ts'], 'file', 'src/a.ts')).toEqual(['/src/', '!/src/a.ts']);
    expect(bringBack(['a.*', '/src/a.ts'], 'file', 'src/a.ts')).toEqual(['a.*', '!/src/a.ts']);
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
