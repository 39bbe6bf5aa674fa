/** `npm run test:soak`: the suites of random cases alone, with many more of them than `npm test` runs. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { listSoakSuites, SOAK_ENV, SOAK_OPTIONS } from './lib/soakSuites.mjs';

const { status } = spawnSync(join('node_modules', '.bin', 'vitest'), ['run', ...SOAK_OPTIONS, ...listSoakSuites()], {
  stdio: 'inherit',
  env: { ...process.env, ...SOAK_ENV },
});
process.exitCode = status ?? 1;
