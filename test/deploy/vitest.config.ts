// `npm run test:deploy`: the stack, deployed by the real CLI to moto. Apart from `npm test`, which needs npm alone.
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { TEST_LIMITS } from '../support/patience.ts';

/** By name: the stack is looked at, then updated (y-), then removed (z-). */
class ByName extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((a, b) => (a.moduleId < b.moduleId ? -1 : 1));
  }
}

export default defineConfig({
  test: {
    root: `${import.meta.dirname}/../..`,
    include: ['test/deploy/**/*.test.ts'],
    globalSetup: ['test/deploy/world.ts'],
    reporters: ['default', './test/summary.ts'],
    sequence: { sequencer: ByName },
    ...TEST_LIMITS,
    fileParallelism: false,
  },
});
