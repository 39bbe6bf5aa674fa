/** `docs/security.md` names the security cases that are tried; this compares it with the titles of the tests. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const page = readFileSync(join(import.meta.dirname, '..', 'docs', 'security.md'), 'utf8');
/** Cases of the report, by area. */
const cases = { SEC: 14, PTH: 12, PRF: 9, CMD: 17, INJ: 11, WEB: 9, KEY: 10, TRU: 8, MCP: 9, EDT: 22, RES: 9, SUP: 1 };

/** Every id in a text; `A-01 to A-09` is nine of them. */
function idsIn(text: string): Set<string> {
  const ids = new Set([...text.matchAll(/\b[A-Z]{3}-\d\d\b/g)].map(([id]) => id));
  for (const [, area, first, last] of text.matchAll(/\b([A-Z]{3})-(\d\d) to \1-(\d\d)\b/g)) {
    for (let number = Number(first); number <= Number(last); number++) ids.add(idOf(area!, number));
  }
  return ids;
}

function idOf(area: string, number: number): string {
  return `${area}-${String(number).padStart(2, '0')}`;
}

function section(title: string): string {
  const [, text = ''] = page.split(`\n## ${title}\n`);
  return text.split('\n## ')[0]!;
}

function idsInTitles(): Set<string> {
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' });
  // Tables beside the tests give titles, too.
  const tests = files.filter((path) => path.endsWith('.ts') && !/^(?:fixtures|support)\/|node_modules/.test(path));
  const strings = tests.flatMap((path) => {
    const text = readFileSync(join(import.meta.dirname, path), 'utf8');
    return [...text.matchAll(/['"`]([^'"`\n]*[A-Z]{3}-\d\d[^'"`\n]*)['"`]/g)].map(([, title]) => title!);
  });
  return idsIn(strings.join('\n'));
}

it('every case that is said to be tried has a test of its id, and every other one a reason', () => {
  const titles = idsInTitles();
  const tried = idsIn(section('Tried').split('The faults of a server')[0]!);
  const reasons = idsIn(section('Not tried, and why'));
  expect(tried.size).toBeGreaterThan(100);
  expect([...tried].filter((id) => !titles.has(id))).toEqual([]);
  const all = Object.entries(cases).flatMap(([area, count]) =>
    Array.from({ length: count }, (_, index) => idOf(area, index + 1)),
  );
  expect(all.filter((id) => tried.has(id) === reasons.has(id))).toEqual([]);
});
