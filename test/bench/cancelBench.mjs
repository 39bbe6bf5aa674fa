/** How long a stop takes, stage by stage: `node test/bench/cancelBench.mjs` after `npm run build`. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..', '..');
const outfile = join(root, 'out', 'bench', 'cancelProbe.mjs');
await build({
  entryPoints: [join(import.meta.dirname, 'cancelProbe.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  logLevel: 'warning',
});
process.exitCode = spawnSync(process.execPath, [outfile], { stdio: 'inherit' }).status ?? 1;
