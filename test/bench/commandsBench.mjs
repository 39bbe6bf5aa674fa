/** How long judging a shell line takes, and blocks: `node test/bench/commandsBench.mjs` after `npm run build`. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..', '..');
const outfile = join(root, 'out', 'bench', 'commandsProbe.mjs');
await build({
  entryPoints: [join(import.meta.dirname, 'commandsProbe.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  logLevel: 'warning',
});
process.exitCode = spawnSync(process.execPath, [outfile], { stdio: 'inherit', cwd: root }).status ?? 1;
