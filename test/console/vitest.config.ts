// `npm run test:console`: the console in Chromium, before a started world with traffic. Apart from `npm test`, which needs
// npm alone.
import { defineConfig } from 'vitest/config';
import { TEST_LIMITS } from '../support/patience.ts';

export default defineConfig({
  test: {
    root: `${import.meta.dirname}/../..`,
    include: ['test/console/**/*.test.ts'],
    globalSetup: ['test/console/setup.ts'],
    reporters: ['default', './test/summary.ts'],
    ...TEST_LIMITS,
    // They share one world, and what is measured should not be the load of the others.
    fileParallelism: false,
  },
});
