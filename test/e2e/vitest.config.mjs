import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    include: ['test/e2e/suite/**/*.e2e.ts'],
    pool: 'forks',
    // One browser and one server at a time: two would only slow each other down on a small machine.
    fileParallelism: false,
    maxWorkers: 1,
    testTimeout: 480_000,
    hookTimeout: 240_000,
    // A poll ends when it is right; how long that takes says only how busy the machine is.
    expect: { poll: { timeout: 90_000 } },
    allowOnly: false,
    passWithNoTests: false,
  },
});
