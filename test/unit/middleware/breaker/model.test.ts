// Whatever instances, their store and operators do, in whatever order: the promises of the half-open breaker, as a model.
import fc from 'fast-check';
import { beforeAll, it } from 'vitest';
import {
  check,
  checkRecovery,
  close,
  one,
  open,
  ordinary,
  ruleOf,
  wrong,
  type Step,
} from '../../../support/breaker-promises.ts';
import { BreakerWorld, loadChanged } from '../../../support/breaker-world.ts';

beforeAll(loadChanged);

const SIZE = 3;
const history = (step: fc.Arbitrary<Step>) => fc.array(step, { minLength: 5, maxLength: 60, size: 'max' });
const histories = fc.oneof(
  history(ordinary),
  history(fc.oneof({ weight: 12, arbitrary: ordinary }, { weight: 1, arbitrary: wrong })),
  history(fc.oneof({ weight: 3, arbitrary: ordinary }, { weight: 1, arbitrary: wrong })),
);

it('never stuck, no slot kept, no probe too many, nothing said too late', async () => {
  await fc.assert(
    fc.asyncProperty(
      histories,
      one(1, 2, 3, 5),
      fc.boolean(),
      one(0, 1, 2, 3),
      fc.boolean(),
      async (steps, probes, ramp, openings, closed) => {
        const world = new BreakerWorld(SIZE, ruleOf(probes, ramp));
        for (let i = 0; i < openings; i++) await open(world);
        if (closed) await close(world);
        for (const each of steps) {
          await each.run(world);
          check(world);
        }
        await checkRecovery(world);
      },
    ),
    { numRuns: 120, interruptAfterTimeLimit: 15_000 },
  );
});
