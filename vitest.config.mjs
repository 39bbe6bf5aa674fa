import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'test/vscode/**', 'test/e2e/**', 'test/soak/**'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
