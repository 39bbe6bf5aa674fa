import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'test/vscode/**', 'test/e2e/**', 'test/soak/**'],
    // The default keeps one core free, which on two cores is half of them.
    maxWorkers: availableParallelism(),
    // Ends what hangs; no test comes near it, on a machine with ten times as much to do as cores either.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // A poll ends when it is right; how long that takes says only how busy the machine is.
    expect: { poll: { timeout: 60_000 } },
  },
});
