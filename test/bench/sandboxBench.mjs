/** What the sandbox costs a command: `node test/bench/sandboxBench.mjs` after `npm run build`. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..', '..');
const outfile = join(root, 'out', 'bench', 'sandboxProbe.mjs');
await build({
  entryPoints: [join(import.meta.dirname, 'sandboxProbe.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  logLevel: 'warning',
});
process.exitCode = spawnSync(process.execPath, [outfile], { stdio: 'inherit' }).status ?? 1;
