/** `npm run test:soak`: the suites that read BALEEN_SOAK with many more random cases than `npm test` runs. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const folders = ['test/core', 'test/node', 'test/soak'];
const args = ['run', '--testTimeout=1200000', ...folders];
const { status } = spawnSync(join('node_modules', '.bin', 'vitest'), args, {
  stdio: 'inherit',
  env: { ...process.env, BALEEN_SOAK: '1' },
});
process.exitCode = status ?? 1;
