import { defineConfig } from 'vitest/config';

/** `npm run test:packaging`: the container image, built by buildah, and the chart by Go's own template engine. Minutes, and large packages. */
export default defineConfig({
  test: {
    setupFiles: ['test/support/end-with-the-file.ts'],
    include: ['test/packaging/**/*.test.ts'],
    testTimeout: 600_000,
    hookTimeout: 300_000,
    fileParallelism: false,
  },
});
