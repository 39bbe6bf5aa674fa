/**
 * `npm test`: packages the extension, installs what the tests need, runs check, unit, integration and end-to-end
 * tests, and ends with the plain line `N passed, N failed`. Every part runs, whatever an earlier one said.
 * `npm test -- --soak` runs the random suites with the numbers of `npm run test:soak` instead of a few cases each.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBrowser, ensureHost } from './installHost.mjs';
import { ensureTools } from './installTools.mjs';
import { runSideBySide } from './lib/sideBySide.mjs';
import { listSoakSuites, SOAK_ENV, SOAK_OPTIONS } from './lib/soakSuites.mjs';

const bin = (name) => join('node_modules', '.bin', name);
const isSoak = process.argv.includes('--soak');
const cores = availableParallelism();

/** Every part gives what passed and what failed; a check is one of either. */
function part(name, { after = [], cores = 1 }, run) {
  return { name, after, cores, run: (print) => runPart(name, run, print) };
}

async function runPart(name, run, print) {
  const startedAt = Date.now();
  print(`\n── ${name}\n`);
  const { passed, failed } = await run(print).catch((error) => {
    print(`${error.stack ?? error}\n`);
    return { passed: 0, failed: 1 };
  });
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  print(`── ${name}: ${passed} passed, ${failed} failed, ${seconds} s\n`);
  return { passed, failed };
}

/** Runs a program to its end; answers with its exit code and what it printed. */
function runProgram(print, program, args, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
        print(chunk);
      });
    }
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, text }));
  });
}

const check = (program, args) => async (print) => {
  const { code } = await runProgram(print, program, args);
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
};

/** A skipped test has shown nothing, so it counts as failed. */
const vitest = (args, env) => async (print) => {
  const folder = await mkdtemp(join(tmpdir(), 'baleen-unit-'));
  const file = join(folder, 'results.json');
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    const { code } = await runProgram(print, bin('vitest'), ['run', ...reporters, ...args], env);
    const results = JSON.parse(await readFile(file, 'utf8'));
    const counts = { passed: results.numPassedTests, failed: results.numFailedTests + results.numPendingTests };
    return honest(counts, code);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/** A runner of ours ends with `N passed, N failed`, perhaps with `, N skipped`; a skip counts as a failure. */
const counted = (script) => async (print) => {
  const { code, text } = await runProgram(print, process.execPath, [script]);
  const lines = [...text.matchAll(/^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/gm)];
  const last = lines.at(-1);
  if (last === undefined) return { passed: 0, failed: 1 };
  return honest({ passed: Number(last[1]), failed: Number(last[2]) + Number(last[3] ?? 0) }, code);
};

/** No test at all, or a bad exit code beside a clean count, is a failure. */
function honest(counts, code) {
  if (counts.passed + counts.failed === 0 || (code !== 0 && counts.failed === 0)) return { ...counts, failed: 1 };
  return counts;
}

const install = async (print) => {
  const log = (text) => print(`${text}\n`);
  await ensureHost({ log });
  await ensureBrowser({ log });
  await ensureTools({ log });
  return { passed: 0, failed: 0 };
};

const soakSuites = isSoak ? listSoakSuites() : [];
const packaged = { after: ['package', 'tools'] };

const parts = [
  part('package', {}, check('npm', ['run', '--silent', 'package'])),
  part('tools', { cores: 0 }, install),
  part('lint', {}, check(bin('eslint'), ['.', '--max-warnings=0'])),
  part('types', {}, check(bin('tsc'), ['-b'])),
  part('format', {}, check(bin('prettier'), ['--check', '--log-level=warn', '.'])),
  part('a hostile repository in a real VS Code', { ...packaged, cores: 0 }, counted('test/vscode/hostile.mjs')),
  part('end-to-end tests in a real browser', packaged, counted('test/e2e/run.mjs')),
  part('unit tests', { ...packaged, cores }, vitest(soakSuites.map((path) => `--exclude=${path}`))),
  part('tests in a real VS Code', packaged, counted('test/vscode/run.mjs')),
  ...(isSoak
    ? [part('random suites', { ...packaged, cores }, vitest([...SOAK_OPTIONS, ...soakSuites], SOAK_ENV))]
    : []),
];

// One more than there are: every part waits now and then, the editor's most of all.
const results = await runSideBySide(parts, { cores: cores + 1, write: (text) => process.stdout.write(text) });
const passed = results.reduce((sum, result) => sum + result.passed, 0);
const failed = results.reduce((sum, result) => sum + result.failed, 0);
process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
