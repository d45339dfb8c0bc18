// Four kinds of test: unit (pure), integration (emulated AWS over the network), package (what npm pack makes, installed
// elsewhere), e2e (a started local world).
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { sourcePaths } from './infra/package/entries.ts';
import { TEST_LIMITS } from './test/support/patience.ts';

/** Files in the order of their names: the end-to-end tests share one world, and the one that kills its store comes last. */
class ByName extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((a, b) => (a.moduleId < b.moduleId ? -1 : 1));
  }
}

/** Inside the checkout the package's own names mean its source, as tsconfig.json says to everybody else. */
const resolve = {
  alias: Object.entries(sourcePaths()).map(([name, source]) => ({
    find: new RegExp(`^${name}$`),
    replacement: new URL(source, import.meta.url).pathname,
  })),
};

export default defineConfig({
  test: {
    reporters: ['default', './test/summary.ts'],
    sequence: { sequencer: ByName },
    // Two on two cores, where vitest would take one: half of these tests wait for emulators.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        resolve,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts', 'test/conformance/**/*.test.ts'],
          isolate: false,
          setupFiles: ['test/support/file-alone.ts'],
          ...TEST_LIMITS,
        },
      },
      {
        resolve,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          isolate: false,
          setupFiles: ['test/support/file-alone.ts'],
          globalSetup: ['test/integration/emulators.ts'],
          // What the store answers counts here; how long it takes on this machine does not.
          env: { FLYBALL_STORE_PATIENCE: '100' },
          ...TEST_LIMITS,
        },
      },
      {
        resolve,
        test: {
          name: 'package',
          include: ['test/package/**/*.test.ts'],
          globalSetup: ['test/integration/emulators.ts', 'test/package/installed.ts'],
          ...TEST_LIMITS,
        },
      },
      {
        resolve,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/e2e/world.ts'],
          ...TEST_LIMITS,
          // Of several waits for what happens once a minute.
          testTimeout: 660_000,
          hookTimeout: 660_000,
          fileParallelism: false,
          // After the others: what these measure should not be the load of those.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
