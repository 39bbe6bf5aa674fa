import { expect, it } from 'vitest';
import type { ReportedFinding } from '../../../src/core/agent/turn.js';
import { encodeView } from '../../../src/core/view/codec.js';
import { checkFindings, isAtLeast } from '../../../src/core/review/findings.js';
import type { ReadText } from '../../../src/core/review/workspaceTexts.js';

const key = `ghp_${'a1B2'.repeat(9)}`;
const texts: Record<string, string> = {
  'a.js': 'one();\ntwo();\none();\n',
  'b.js': 'caller();\r\n',
  'secret.js': `const token = '${key}';\nuse(token);\n`,
  'hidden.js': 'const admin\u202e = true;\n',
};
const readText: ReadText = async (path) => {
  const text = texts[path];
  return text === undefined ? undefined : { path, text };
};

function report(over: Partial<ReportedFinding> = {}): ReportedFinding {
  return { path: 'a.js', quote: 'two();', severity: 'warning', category: 'Bug', message: 'm', callers: [], ...over };
}

it('keeps what stands on disk, with its place, and counts what does not', async () => {
  const { findings, dropped } = await checkFindings(
    [report(), report({ quote: 'three();' }), report({ path: 'no.js' })],
    readText,
  );
  expect(dropped).toBe(2);
  expect(findings).toHaveLength(1);
  expect(findings[0]!.place).toEqual({ path: 'a.js', startLine: 2, startColumn: 0, endLine: 2, endColumn: 6 });
});

it('gives the same remark the same id wherever its line moves to, and another one another', async () => {
  const idOf = async (one: ReportedFinding, text = texts['a.js']!): Promise<string> => {
    const { findings } = await checkFindings([one], async (path) => ({ path, text }));
    return findings[0]!.id;
  };
  const id = await idOf(report());
  expect(await idOf(report({ quote: '  two();', message: 'other words' }), '\n\n  two();\n')).toBe(id);
  expect(await idOf(report({ category: 'style' }))).not.toBe(id);
  expect(await idOf(report({ quote: 'one();' }))).not.toBe(id);
  const { findings } = await checkFindings([report(), report()], readText);
  expect(findings).toHaveLength(1);
});

it('takes the changed region for a quote that stands at several places', async () => {
  const { findings } = await checkFindings(
    [report({ quote: 'one();' })],
    readText,
    new Map([['a.js', [{ start: 3, end: 3 }]]]),
  );
  expect(findings[0]!.place.startLine).toBe(3);
});

it('drops single callers, not the finding', async () => {
  const callers = [
    { path: 'b.js', quote: 'caller();' },
    { path: 'b.js', quote: 'caller(1);' },
  ];
  const { findings, dropped } = await checkFindings([report({ callers })], readText);
  expect(dropped).toBe(0);
  expect(findings[0]!.callers.map((caller) => caller.place.startLine)).toEqual([1]);
});

it('keeps a fix only where it replaces text that was quoted verbatim', async () => {
  const fixOf = async (over: Partial<ReportedFinding>): Promise<string | undefined> =>
    (await checkFindings([report(over)], readText)).findings[0]!.fix;
  expect(await fixOf({ fix: 'two(2);' })).toBe('two(2);');
  expect(await fixOf({ fix: 'two();' })).toBeUndefined();
  expect(await fixOf({ quote: '  two();', fix: '  two(2);' })).toBeUndefined();
});

it('reads quotes as views: escapes are put back, and no fix touches a secret', async () => {
  const hidden = encodeView(texts['hidden.js']!).view.trimEnd();
  expect(hidden).toContain('\u27e6U+202E\u27e7');
  const view = encodeView(texts['secret.js']!).view.split('\n')[0]!;
  expect(view).not.toContain(key);
  const { findings, dropped } = await checkFindings(
    [
      report({ path: 'hidden.js', quote: hidden, fix: 'const admin = true;' }),
      report({ path: 'secret.js', quote: view, fix: 'const token = read();' }),
      report({ path: 'a.js', quote: view }),
    ],
    readText,
  );
  expect(dropped).toBe(1);
  expect(findings.map(({ path, fix }) => [path, fix])).toEqual([
    ['hidden.js', 'const admin = true;'],
    ['secret.js', undefined],
  ]);
  expect(JSON.stringify(findings)).not.toContain(key);
});

it('orders severities', () => {
  expect(isAtLeast('error', 'warning')).toBe(true);
  expect(isAtLeast('warning', 'warning')).toBe(true);
  expect(isAtLeast('info', 'warning')).toBe(false);
});
