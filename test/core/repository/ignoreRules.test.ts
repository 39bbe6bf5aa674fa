import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPathFilter, parseIgnoreRules } from '../../../src/core/repository/ignoreRules.js';
import { makeRandom, type Random } from '../../support/seededRandom.js';

const cases = process.env['BALEEN_SOAK'] === '1' ? 5000 : 120;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'baleen-ignore-'));
  spawnSync('git', ['init', '-q'], { cwd: folder });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const atoms = [
  ...['a', 'b', 'A', 'B', '*', '**', '?', '/', '/', '.', 'é', ' ', '!', '#', '-', '**/', '/**'],
  ...['[ab]', '[!a]', '[a-b]', '[A-B]', '[^b]', '[]a]', '[[:alpha:]]', '[[:upper:]]', '[[:x', '[a', '[\\]a]', '[a-]'],
  ...['\\a', '\\A', '\\*', '\\', '\\ '],
];
const names = [...['a', 'b', 'A', 'ab', 'aB', '.a', 'a.b', 'é', '*', 'a b', 'a ', '[a', '#a', '!a', '-', 'b.a', 'ba']];

function makeIgnoreFile(random: Random): string {
  const line = (): string => {
    const body = Array.from({ length: 1 + random.below(5) }, () => random.choose(atoms)).join('');
    return body + (random.below(8) === 0 ? '\r' : '') + (random.below(6) === 0 ? ' ' : '');
  };
  return `${Array.from({ length: 1 + random.below(3) }, line).join('\n')}\n`;
}

function makePath(random: Random): string {
  return Array.from({ length: 1 + random.below(3) }, () => random.choose(names)).join('/');
}

/** git's own verdict on paths that need not exist. */
function askGit(text: string, paths: readonly string[], ignoreCase: boolean): Map<string, boolean> {
  writeFileSync(join(folder, '.gitignore'), text);
  const args = ['-c', `core.ignorecase=${ignoreCase}`, 'check-ignore', '--no-index', '-v', '-n', '-z', '--stdin'];
  const run = spawnSync('git', args, { cwd: folder, input: `${paths.join('\0')}\0`, encoding: 'utf8' });
  const fields = run.stdout.split('\0');
  const verdicts = new Map<string, boolean>();
  for (let at = 0; at + 3 < fields.length; at += 4) {
    const [, line, pattern = '', path = ''] = fields.slice(at, at + 4);
    verdicts.set(path, line !== '' && !pattern.startsWith('!'));
  }
  return verdicts;
}

/** As a walk asks: an ignored folder settles it for all that lies in it. */
function askRules(text: string, path: string, ignoreCase: boolean): boolean {
  const rules = parseIgnoreRules(text, ignoreCase);
  for (let end = path.indexOf('/'); end >= 0; end = path.indexOf('/', end + 1)) {
    if (rules.test(path.slice(0, end), true) === 'ignored') return true;
  }
  return rules.test(path, false) === 'ignored';
}

describe('ignore rules', () => {
  it('SEC-05 are read as git reads them, over random patterns', () => {
    const random = makeRandom(5);
    let asked = 0;
    for (let number = 0; number < cases; number++) {
      const text = makeIgnoreFile(random);
      // git before 2.52 takes `a**/` for `a` and then `**/`; its manual does not.
      if (/[^/!\n]\*\*/.test(text)) continue;
      const ignoreCase = random.below(4) === 0;
      const verdicts = askGit(text, [...new Set(Array.from({ length: 12 }, () => makePath(random)))], ignoreCase);
      for (const [path, ignored] of verdicts) {
        asked++;
        const ours = askRules(text, path, ignoreCase);
        expect({ text, path, ignoreCase, ignored: ours }).toEqual({ text, path, ignoreCase, ignored });
      }
    }
    expect(asked).toBeGreaterThan(cases * 4);
  });

  it.each([
    ['*.log', 'a/b.log', true],
    ['/a', 'b/a', false],
    ['a/', 'a', false],
    ['a/', 'a/b', true],
    ['a/**', 'a/b/c', true],
    ['a/**/z', 'a/z', true],
    ['é?', 'éé', false],
    ['\ufeff*.log', 'a.log', true],
    ['# a', '# a', false],
    ['a\\ ', 'a ', true],
    ['foo**/bar', 'foo/x/bar', false],
    ['[', '[', false],
  ])('%j takes %j: %s', (text, path, taken) => expect(askRules(text, path, false)).toBe(taken));

  it('serve as a filter', () => {
    const filter = createPathFilter(['src/', '*.md', '!README.md'], false);
    expect(['src/a.ts', 'a.md', 'docs/README.md', 'b.ts'].map(filter)).toEqual([true, true, false, false]);
    expect(createPathFilter(['*.MD'], true)('a.md')).toBe(true);
  });
});
