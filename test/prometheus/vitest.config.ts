// `npm run test:prometheus`: what a real Prometheus makes of `GET /metrics`. Apart from `npm test`, which needs npm alone.
import { defineConfig } from 'vitest/config';
import { TEST_LIMITS } from '../support/patience.ts';

export default defineConfig({
  test: {
    root: `${import.meta.dirname}/../..`,
    include: ['test/prometheus/**/*.test.ts'],
    globalSetup: ['test/integration/emulators.ts'],
    reporters: ['default', './test/summary.ts'],
    ...TEST_LIMITS,
  },
});
