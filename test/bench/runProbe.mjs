import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..', '..');

/** Bundles a program of this folder and runs it from the top of the repository; ends with its exit code. */
export async function runProbe(name) {
  const outfile = join(root, 'out', 'bench', `${name}.mjs`);
  await build({
    entryPoints: [join(import.meta.dirname, `${name}.ts`)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'warning',
  });
  // Imported: a script among what is bundled would take itself for the program.
  const program = `await import(${JSON.stringify(pathToFileURL(outfile).href)})`;
  const args = ['--input-type=module', '--eval', program];
  process.exitCode = spawnSync(process.execPath, args, { stdio: 'inherit', cwd: root }).status ?? 1;
}
