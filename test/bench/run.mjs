/**
 * `npm run bench:pack -- [--pairs N] [--only PART,…] [--json] FOLDER…`: builds what ships, bundles the bench, and runs it.
 * What it prints are Markdown tables; docs/performance.md says what they mean.
 */
import { join } from 'node:path';
import * as esbuild from 'esbuild';
import { runQuietly, runShown } from '../../scripts/lib/processes.mjs';
import { ensureBenchPackages } from './packages.mjs';

const root = join(import.meta.dirname, '..', '..');
const outdir = join(root, 'dist-test', 'bench');

const args = process.argv.slice(2);
if (args.length === 0) {
  process.stderr.write(
    'Name at least one repository: npm run bench:pack -- [--pairs N] [--only PART,…] [--json] FOLDER…\n',
  );
  process.exitCode = 2;
} else {
  await ensureBenchPackages();
  await runQuietly(process.execPath, ['esbuild.mjs', '--production'], { cwd: root });
  await esbuild.build({
    entryPoints: ['main', 'tokenizerProbe', 'incrementalProbe', 'prefixProbe'].map((name) =>
      join(import.meta.dirname, `${name}.ts`),
    ),
    outdir,
    outExtension: { '.js': '.cjs' },
    ...{ bundle: true, platform: 'node', format: 'cjs', target: 'node20', minify: true, logLevel: 'warning' },
  });
  process.exitCode = await runShown(process.execPath, [join(outdir, 'main.cjs'), root, ...args]);
}
