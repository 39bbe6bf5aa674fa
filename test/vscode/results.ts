/** What a run of the suites leaves behind, and how it is told. */
import { readFile } from 'node:fs/promises';

export interface TestResult {
  title: string;
  outcome: 'passed' | 'failed' | 'skipped';
  ms: number;
  why?: string;
}

export interface SuiteResult {
  tests: TestResult[];
}

/** Reads a result file. A run that left none, or in which no test ran, gives one failed test that says so. */
export async function readResult(file: string, name: string): Promise<SuiteResult> {
  const failed = (why: string): SuiteResult => ({ tests: [{ title: name, outcome: 'failed', ms: 0, why }] });
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    return failed('The tests left no result: the extension host did not start them or did not come to their end.');
  }
  const result = JSON.parse(text) as SuiteResult;
  return result.tests.length === 0 ? failed('No test ran.') : result;
}

/** One line a test. A test that was skipped counts as failed, because nothing was shown by it. */
export function describeTests(name: string, tests: TestResult[]): string {
  return tests
    .map((test) => {
      const mark = test.outcome === 'passed' ? 'ok    ' : 'NOT OK';
      const why = test.outcome === 'skipped' ? '\n  it was skipped' : `\n${test.why ?? ''}`;
      return `${mark} ${name}: ${test.title} (${test.ms} ms)${test.outcome === 'passed' ? '' : why.replaceAll('\n', '\n       ')}\n`;
    })
    .join('');
}

export function countTests(tests: TestResult[]): { passed: number; failed: number } {
  const passed = tests.filter((test) => test.outcome === 'passed').length;
  return { passed, failed: tests.length - passed };
}
