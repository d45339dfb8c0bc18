// `npm run test:lambda`: what is deployed, under AWS's own Lambda emulator. Apart from `npm test`, which needs npm alone.
import { defineConfig } from 'vitest/config';
import { TEST_LIMITS } from '../support/patience.ts';

export default defineConfig({
  test: {
    root: `${import.meta.dirname}/../..`,
    include: ['test/lambda/**/*.test.ts'],
    globalSetup: ['test/lambda/setup.ts'],
    reporters: ['default', './test/summary.ts'],
    ...TEST_LIMITS,
    // Each file measures times: one after the other.
    fileParallelism: false,
  },
});
