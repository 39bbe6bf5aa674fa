// The suites of random cases: they run a few with `npm run test:unit`, and many more where BALEEN_SOAK is 1.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const SOAK_ENV = { BALEEN_SOAK: '1' };
export const SOAK_OPTIONS = ['--testTimeout=1200000'];

/** Those that read the variable. */
export function listSoakSuites() {
  return readdirSync('test', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.ts') && !path.includes('node_modules'))
    .map((path) => join('test', path))
    .filter((path) => readFileSync(path, 'utf8').includes('BALEEN_SOAK'));
}
