/**
 * The packages that only benchmarks and `verify:corpora` compare with: 170 MB that a newcomer's `npm ci` does without.
 * They have a lock file of their own, and are installed from it on first use.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { runQuietly } from '../../scripts/lib/processes.mjs';

const folder = import.meta.dirname;

/** Resolves a package, or a file of one, from the bench's own `node_modules`. */
export const resolveBenchPackage = (name) => createRequire(join(folder, 'package.json')).resolve(name);

const readJson = async (path) => JSON.parse(await readFile(path, 'utf8'));

async function isInstalled(name, version) {
  const found = await readJson(join(folder, 'node_modules', name, 'package.json')).catch(() => undefined);
  return found?.version === version;
}

/** Answers with the versions of the packages by name. */
export async function ensureBenchPackages() {
  const { dependencies } = await readJson(join(folder, 'package.json'));
  const pinned = Object.entries(dependencies);
  const installed = await Promise.all(pinned.map(([name, version]) => isInstalled(name, version)));
  if (installed.includes(false)) {
    process.stderr.write('Installing what the bench compares with (170 MB, once) …\n');
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    await runQuietly(npm, ['ci', '--ignore-scripts'], { cwd: folder, shell: process.platform === 'win32' });
  }
  return dependencies;
}
