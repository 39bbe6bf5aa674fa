/**
 * `npm run bench:edits -- [--most=N] [--show] REPOSITORY…`: the hunks of real commits, each with every slip that models
 * make, and how many were applied as wanted, refused, or went wrong. Prints a Markdown table; `--show` names what failed.
 */
import { join } from 'node:path';
import * as esbuild from 'esbuild';
import { runShown } from '../../scripts/lib/processes.mjs';

const outfile = join(import.meta.dirname, '..', '..', 'dist-test', 'bench', 'editRates.cjs');
const args = process.argv.slice(2);
if (args.every((arg) => arg.startsWith('--'))) {
  process.stderr.write('Name at least one repository: npm run bench:edits -- [--most=N] [--show] REPOSITORY…\n');
  process.exitCode = 2;
} else {
  await esbuild.build({
    entryPoints: [join(import.meta.dirname, 'editRates.ts')],
    ...{ outfile, bundle: true, platform: 'node', format: 'cjs', target: 'node20', logLevel: 'warning' },
  });
  process.exitCode = await runShown(process.execPath, [outfile, ...args]);
}
