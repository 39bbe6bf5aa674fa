/**
 * `npm test`: packages the extension, installs what the tests need, runs check, unit, integration and end-to-end
 * tests, and ends with what failed and the plain line `N passed, N failed`. Every part runs, whatever an earlier one said.
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
import { passOrFail, printFailures, readPrintedResult, readVitestResult } from './lib/testResults.mjs';

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
  const outcome = await run(print, name).catch((error) => {
    const why = String(error.stack ?? error);
    print(`${why}\n`);
    return passOrFail(name, false, why);
  });
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  print(`── ${name}: ${outcome.passed} passed, ${outcome.failed} failed, ${seconds} s\n`);
  return outcome;
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

const check = (program, args) => async (print, name) => {
  const { code, text } = await runProgram(print, program, args);
  return passOrFail(name, code === 0, text);
};

const vitest = (args, env) => async (print, name) => {
  const folder = await mkdtemp(join(tmpdir(), 'baleen-unit-'));
  const file = join(folder, 'results.json');
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    const { code } = await runProgram(print, bin('vitest'), ['run', ...reporters, ...args], env);
    return readVitestResult(name, JSON.parse(await readFile(file, 'utf8')), code);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const counted = (script) => async (print, name) => {
  const { code, text } = await runProgram(print, process.execPath, [script]);
  return readPrintedResult(name, text, code);
};

const install = async (print) => {
  const log = (text) => print(`${text}\n`);
  await ensureHost({ log });
  await ensureBrowser({ log });
  await ensureTools({ log });
  return { passed: 0, failed: 0, failures: [] };
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
process.stdout.write(`\n${printFailures(results.flatMap((result) => result.failures))}`);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
