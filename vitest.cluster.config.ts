import { defineConfig } from 'vitest/config';

/** `npm run test:cluster`: what Winnow asks of a cluster, asked of a real one, which KUBECONFIG names. */
export default defineConfig({
  test: {
    setupFiles: ['test/support/end-with-the-file.ts'],
    include: ['test/cluster/**/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    fileParallelism: false,
  },
});
