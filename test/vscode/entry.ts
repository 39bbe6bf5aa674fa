/** Runs inside the extension host: loads the bundled suites into Mocha and writes what came out. */
import { writeFile } from 'node:fs/promises';
import Mocha from 'mocha';
import type { SuiteResult, TestResult } from './results.js';

const TEST_TIMEOUT_MS = 300_000;

/** VS Code calls this; a rejection makes the host end with an exit code that is not 0. */
export async function run(): Promise<void> {
  const tests = await runSuites(JSON.parse(readVariable('BALEEN_TEST_FILES')) as string[]);
  const result: SuiteResult = { tests };
  await writeFile(readVariable('BALEEN_TEST_RESULTS'), JSON.stringify(result, undefined, 2));
  if (tests.some((test) => test.outcome !== 'passed')) throw new Error('Some tests did not pass.');
}

async function runSuites(files: string[]): Promise<TestResult[]> {
  const mocha = new Mocha({ ui: 'bdd', timeout: TEST_TIMEOUT_MS, color: false });
  for (const file of files) mocha.addFile(file);
  const tests: TestResult[] = [];
  try {
    await new Promise<void>((resolve) => {
      const runner = mocha.run(() => resolve());
      runner.on('pass', (test) => tests.push({ title: test.fullTitle(), outcome: 'passed', ms: test.duration ?? 0 }));
      runner.on('pending', (test) => tests.push({ title: test.fullTitle(), outcome: 'skipped', ms: 0 }));
      runner.on('fail', (test, error: Error) => {
        tests.push({ title: test.fullTitle(), outcome: 'failed', ms: test.duration ?? 0, why: describeError(error) });
      });
    });
  } catch (error) {
    tests.push({ title: 'loading the suites', outcome: 'failed', ms: 0, why: describeError(error) });
  }
  return tests;
}

function describeError(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function readVariable(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set; the suites are started by the runner, not by hand.`);
  return value;
}
