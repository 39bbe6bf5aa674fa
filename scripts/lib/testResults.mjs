// What a run of tests came to: how many passed and failed, and a text for each failure that can be shown once more at
// the end of a long log.
import { relative } from 'node:path';

/**
 * @typedef {object} Outcome
 * @property {number} passed
 * @property {number} failed  at least as many as there are `failures`
 * @property {string[]} failures  what failed in the first line, why in those after it
 */

const MARK = 'NOT OK';
const INDENT = '       ';
/** Of a failure, as it stands in the summary; the whole of it stands where it happened. */
const MAX_LINES = 12;
const MAX_COLUMNS = 300;

/** @returns {Outcome} */
export function passOrFail(name, isPassed, why = '') {
  return isPassed ? { passed: 1, failed: 0, failures: [] } : { passed: 0, failed: 1, failures: [describe(name, why)] };
}

/**
 * Reads what vitest's JSON reporter wrote. A suite that did not load or holds no test, a test that was skipped, an
 * error outside of a test and an empty run are failures, too.
 * @returns {Outcome}
 */
export function readVitestResult(name, result, exitCode) {
  const failures = [];
  for (const suite of result.testResults) {
    const path = relative('.', suite.name);
    if (suite.assertionResults.length === 0) failures.push(describe(path, suite.message || 'It holds no test.'));
    for (const test of suite.assertionResults) {
      if (test.status === 'passed') continue;
      const why = test.failureMessages?.join('\n') || `It was ${test.status}.`;
      failures.push(describe(`${path}: ${test.fullName}`, why));
    }
  }
  return honest(name, { passed: result.numPassedTests, failed: failures.length, failures }, exitCode);
}

/**
 * Reads what a runner of ours printed: `NOT OK what` with an indented reason for each failure, and in the last line
 * `N passed, N failed`.
 * @returns {Outcome}
 */
export function readPrintedResult(name, text, exitCode) {
  const counts = [...text.matchAll(/^(\d+) passed, (\d+) failed$/gm)].at(-1);
  if (counts === undefined) return passOrFail(name, false, text.trim().split('\n').slice(-MAX_LINES).join('\n'));
  const blocks = text.matchAll(new RegExp(`^${MARK} (.*)\\n((?:${INDENT}.*\\n)*)`, 'gm'));
  const failures = [...blocks].map(([, what, why]) => describe(what, why.replaceAll(INDENT, '')));
  return honest(name, { passed: Number(counts[1]), failed: Number(counts[2]), failures }, exitCode);
}

/** The failures as `readPrintedResult` reads them. */
export function printFailures(failures) {
  return failures.map((failure) => `${MARK} ${failure.replaceAll('\n', `\n${INDENT}`)}\n`).join('');
}

/** No test at all, or a bad exit code beside a clean count, is a failure. */
function honest(name, outcome, exitCode) {
  if (outcome.failed > 0 || (exitCode === 0 && outcome.passed > 0)) return outcome;
  const why = exitCode === 0 ? 'No test ran.' : `It ended with ${exitCode}, though no test failed.`;
  return { ...outcome, ...passOrFail(name, false, why), passed: outcome.passed };
}

function describe(what, why) {
  const lines =
    why.trim() === ''
      ? []
      : why
          .replace(/^\s*\n/, '')
          .trimEnd()
          .split('\n');
  const shown = lines.slice(0, MAX_LINES).map((line) => line.slice(0, MAX_COLUMNS));
  return [what, ...shown, ...(lines.length > MAX_LINES ? ['…'] : [])].join('\n');
}
