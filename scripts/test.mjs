/**
 * `npm test`: packages the extension, installs what the tests need, runs check, unit, integration and end-to-end
 * tests, and ends with the plain line `N passed, N failed`. Every part runs, whatever an earlier one said.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBrowser, ensureHost } from './installHost.mjs';
import { ensureTools } from './installTools.mjs';

const bin = (name) => join('node_modules', '.bin', name);

/** Runs a program with its output shown; answers with exit code and, if asked for, what it printed. */
function run(name, program, args, { env = {}, keep = false } = {}) {
  const startedAt = Date.now();
  process.stdout.write(`\n── ${name}\n`);
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', keep ? 'pipe' : 'inherit', 'inherit'],
    });
    let text = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
      process.stdout.write(chunk);
    });
    const end = (code) => {
      process.stdout.write(`── ${name}: exit code ${code}, ${((Date.now() - startedAt) / 1000).toFixed(1)} s\n`);
      resolve({ code, text });
    };
    child.on('error', (error) => {
      process.stdout.write(`${error.message}\n`);
      end(1);
    });
    child.on('close', end);
  });
}

/** One check is one passed or one failed. */
async function runCheck(name, program, args) {
  const { code } = await run(name, program, args);
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

async function runUnitTests() {
  const folder = await mkdtemp(join(tmpdir(), 'baleen-unit-'));
  const file = join(folder, 'results.json');
  try {
    const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    const { code } = await run('unit tests', bin('vitest'), args);
    const results = JSON.parse(await readFile(file, 'utf8'));
    const counts = { passed: results.numPassedTests, failed: results.numFailedTests + results.numPendingTests };
    return honest(counts, code);
  } catch (error) {
    process.stdout.write(`no unit test results: ${error.message}\n`);
    return { passed: 0, failed: 1 };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A runner of ours ends with `N passed, N failed`, perhaps with `, N skipped`; a skip counts as a failure. */
async function runCounted(name, script) {
  const { code, text } = await run(name, process.execPath, [script], { keep: true });
  const lines = [...text.matchAll(/^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/gm)];
  const last = lines.at(-1);
  if (last === undefined) return { passed: 0, failed: 1 };
  return honest({ passed: Number(last[1]), failed: Number(last[2]) + Number(last[3] ?? 0) }, code);
}

/** No test at all, or a bad exit code beside a clean count, is a failure. */
function honest(counts, code) {
  if (counts.passed + counts.failed === 0 || (code !== 0 && counts.failed === 0)) return { ...counts, failed: 1 };
  return counts;
}

async function installAll() {
  try {
    const log = (text) => process.stderr.write(`${text}\n`);
    await ensureHost({ log });
    await ensureBrowser({ log });
    await ensureTools({ log });
    return { passed: 0, failed: 0 };
  } catch (error) {
    process.stdout.write(`${error.message}\n`);
    return { passed: 0, failed: 1 };
  }
}

const parts = [];
const packaged = await runCheck('package', 'npm', ['run', '--silent', 'package']);
parts.push(packaged);
parts.push(await installAll());
parts.push(await runCheck('types', bin('tsc'), ['-b']));
parts.push(await runCheck('lint', bin('eslint'), ['.', '--max-warnings=0']));
parts.push(await runCheck('format', bin('prettier'), ['--check', '--log-level=warn', '.']));
parts.push(await runUnitTests());
parts.push(await runCounted('tests in a real VS Code', 'test/vscode/run.mjs'));
parts.push(await runCounted('a hostile repository in a real VS Code', 'test/vscode/hostile.mjs'));
parts.push(await runCounted('end-to-end tests in a real browser', 'test/e2e/run.mjs'));

const passed = parts.reduce((sum, part) => sum + part.passed, 0);
const failed = parts.reduce((sum, part) => sum + part.failed, 0);
process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
