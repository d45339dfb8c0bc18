// `npm run test:schemathesis`: the API against its own description. Apart from `npm test`, which needs npm alone.
import { defineConfig } from 'vitest/config';
import { TEST_LIMITS } from '../support/patience.ts';

export default defineConfig({
  test: {
    root: `${import.meta.dirname}/../..`,
    include: ['test/schemathesis/**/*.test.ts'],
    globalSetup: ['test/e2e/world.ts'],
    reporters: ['default', './test/summary.ts'],
    ...TEST_LIMITS,
    // schemathesis runs once, before all tests.
    hookTimeout: 1_800_000,
  },
});
