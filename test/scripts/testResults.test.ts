import { describe, expect, it } from 'vitest';
import { passOrFail, printFailures, readPrintedResult, readVitestResult } from '../../scripts/lib/testResults.mjs';

type Test = Parameters<typeof readVitestResult>[1]['testResults'][number]['assertionResults'][number];

describe('what a run of tests came to', () => {
  const passed: Test = { fullName: 'adds', status: 'passed' };
  const read = (tests: Test[], exitCode = 0, message = '') =>
    readVitestResult(
      'unit tests',
      {
        numPassedTests: tests.filter(({ status }) => status === 'passed').length,
        testResults: [{ name: 'sum.test.ts', message, assertionResults: tests }],
      },
      exitCode,
    );

  it('a failed test is named with its file and its reason', () => {
    const failed = { fullName: 'subtracts', status: 'failed', failureMessages: ['expected 1 to be 2\n at sum.ts:1'] };
    const outcome = read([passed, failed], 1);
    expect(outcome).toMatchObject({ passed: 1, failed: 1 });
    expect(printFailures(outcome.failures)).toBe(
      'NOT OK sum.test.ts: subtracts\n       expected 1 to be 2\n        at sum.ts:1\n',
    );
  });

  it.each([
    ['a skipped test', [passed, { fullName: 'later', status: 'pending' }], 0, 'sum.test.ts: later\nIt was pending.'],
    ['a file that did not load', [], 1, 'sum.test.ts\nno such module'],
    ['an error outside of a test', [passed], 1, 'unit tests\nIt ended with 1, though no test failed.'],
  ])('%s is a failure', (_, tests, exitCode, failure) => {
    expect(read(tests, exitCode, 'no such module')).toMatchObject({ failed: 1, failures: [failure] });
  });

  it('a run of no file is a failure', () => {
    expect(readVitestResult('unit tests', { numPassedTests: 0, testResults: [] }, 0)).toMatchObject({ failed: 1 });
  });

  it('what a runner printed is read with its reasons, and only its last count is taken', () => {
    const text = [
      ...['1 passed, 0 failed', 'ok     trusted: opens (3 ms)'],
      ...['NOT OK trusted: closes (4 ms)', '       it did not', '         at all', 'NOT OK trusted: waits (1 ms)'],
      ...['7 passed, 2 failed', ''],
    ].join('\n');
    expect(readPrintedResult('editor', text, 1)).toEqual({
      ...{ passed: 7, failed: 2 },
      failures: ['trusted: closes (4 ms)\nit did not\n  at all', 'trusted: waits (1 ms)'],
    });
  });

  it('what is printed is read again as it was', () => {
    const failures = ['one\nwhy\n  deeper', 'two\nbecause'];
    expect(readPrintedResult('editor', `${printFailures(failures)}3 passed, 2 failed\n`, 1)).toEqual({
      ...{ passed: 3, failed: 2 },
      failures,
    });
  });

  it.each([
    ['no count', 'it fell\nover', 0, 'editor\nit fell\nover'],
    ['a bad end', '2 passed, 0 failed\n', 3, 'editor\nIt ended with 3, though no test failed.'],
    ['no test', '0 passed, 0 failed\n', 0, 'editor\nNo test ran.'],
  ])('%s is a failure', (_, text, exitCode, failure) => {
    expect(readPrintedResult('editor', text, exitCode)).toMatchObject({ failed: 1, failures: [failure] });
  });

  it('a long reason is cut: the whole of it stands where it happened', () => {
    const { failures } = passOrFail('lint', false, 'x'.repeat(5_000).concat('\nmore'.repeat(50)));
    expect(failures[0]!.split('\n')).toHaveLength(14);
    expect(failures[0]!.length).toBeLessThan(1_000);
  });
});
