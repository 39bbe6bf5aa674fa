/** `npm run test:soak`: the suites that read BALEEN_SOAK, with many more random cases than `npm test` runs. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const suites = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.test.ts') && !path.includes('node_modules'))
  .map((path) => join('test', path))
  .filter((path) => readFileSync(path, 'utf8').includes('BALEEN_SOAK'));
const args = ['run', '--testTimeout=1200000', ...suites];
const { status } = spawnSync(join('node_modules', '.bin', 'vitest'), args, {
  stdio: 'inherit',
  env: { ...process.env, BALEEN_SOAK: '1' },
});
process.exitCode = status ?? 1;
