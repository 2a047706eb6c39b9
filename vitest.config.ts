import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          // No test replaces a module, so all files can share those that were loaded: twice as quick.
          isolate: false,
          include: [
            'src/**/*.test.ts',
            'test/scenarios/**/*.test.ts',
            'test/fences/**/*.test.ts',
            'test/docs/**/*.test.ts',
            'test/oc/**/*.test.ts',
          ],
          setupFiles: ['test/support/repeatable-properties.ts'],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'real',
          include: ['test/integration/**/*.test.ts', 'test/fault/**/*.test.ts', 'test/e2e/**/*.test.ts'],
          testTimeout: 600_000,
          hookTimeout: 300_000,
          // Real servers on a shared machine: one that was slow to start gets a second chance in CI, and no third.
          retry: process.env['CI'] === undefined ? 0 : 1,
          fileParallelism: false,
        },
      },
    ],
  },
});
