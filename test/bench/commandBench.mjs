/** What commands cost in time, memory and disk: `node test/bench/commandBench.mjs`. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..', '..');
const outfile = join(root, 'out', 'bench', 'commandBench.mjs');
await build({
  entryPoints: [join(import.meta.dirname, 'commandBench.ts')],
  ...{ bundle: true, platform: 'node', format: 'esm', outfile, logLevel: 'warning' },
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
});
process.exitCode = spawnSync(process.execPath, ['--expose-gc', outfile], { stdio: 'inherit' }).status ?? 1;
