import { defineConfig } from 'vitest/config';

/** `npm run test:cluster`: what Winnow asks of a cluster, asked of a real one, which KUBECONFIG names. */
export default defineConfig({
  test: { include: ['test/cluster/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 120_000, fileParallelism: false },
});
