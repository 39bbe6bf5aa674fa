// Runs the end-to-end tests on the packaged extension: node test/e2e/run.mjs [NAME OF A SUITE FILE…]
// BALEEN_VSIX names another package than dist/baleen.vsix. Ends with the line "N passed, N failed".
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBrowser, ensureHost } from '../../scripts/installHost.mjs';
import { runShown } from '../../scripts/lib/processes.mjs';
import { passOrFail, printFailures, readVitestResult } from '../../scripts/lib/testResults.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = join(HERE, '..', '..');
const OUT = join(ROOT, 'dist-test', 'e2e');
const VITEST = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');

try {
  process.exitCode = await runEndToEnd(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.stdout.write('0 passed, 1 failed\n');
  process.exitCode = 1;
}

async function runEndToEnd(filters) {
  const vsix = process.env.BALEEN_VSIX ?? join(ROOT, 'dist', 'baleen.vsix');
  if (!existsSync(vsix)) throw new Error(`There is no ${vsix}. Make it with: npm run package`);
  const host = await ensureHost();
  await ensureBrowser();
  await rm(OUT, { recursive: true, force: true });
  await mkdir(OUT, { recursive: true });
  const resultFile = join(OUT, 'result.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${resultFile}`];
  const args = [VITEST, 'run', '--config', join(HERE, 'vitest.config.mjs'), ...reporters, ...filters];
  const env = {
    ...{ ...process.env, BALEEN_VSIX: vsix, BALEEN_HOST_DIR: host.folder },
    BALEEN_E2E_EVIDENCE: join(OUT, 'evidence'),
  };
  const exitCode = await runShown(process.execPath, args, { cwd: ROOT, env });
  const { passed, failed, failures } = await readResult(resultFile, exitCode);
  process.stdout.write(`${printFailures(failures)}${passed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}

async function readResult(resultFile, exitCode) {
  const name = 'end-to-end tests';
  if (!existsSync(resultFile)) return passOrFail(name, false, 'They left no result.');
  return readVitestResult(name, JSON.parse(await readFile(resultFile, 'utf8')), exitCode);
}
