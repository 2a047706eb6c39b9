import { defineConfig } from 'vitest/config';

const realTests = ['integration', 'fault', 'e2e', 'browser'].map((room) => `test/${room}/**/*.test.ts`);

/** What measures memory, or races against others until one of them loses: nothing else runs meanwhile. */
const alone = [
  'test/fault/stress-short.test.ts',
  'test/fault/lease-contenders.test.ts',
  'test/fault/two-runs.test.ts',
  'test/integration/kubernetes-memory.test.ts',
  'test/integration/node-gc-*.test.ts',
  'test/fault/node-gc-*.test.ts',
];

const setupFiles = ['test/support/end-with-the-file.ts'];

const real = {
  setupFiles,
  testTimeout: 600_000,
  hookTimeout: 300_000,
  // Real servers on a shared machine: one that was slow to start gets a second chance in CI, and no third.
  retry: process.env['CI'] === undefined ? 0 : 1,
};

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
            'test/chart/**/*.test.ts',
            'test/oc/**/*.test.ts',
            'test/interleavings/**/*.test.ts',
          ],
          setupFiles: ['test/support/repeatable-properties.ts', ...setupFiles],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          ...real,
          name: 'real',
          include: realTests,
          exclude: alone,
          // They wait for servers more than they compute.
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...real,
          name: 'alone',
          include: alone,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
