// Pauses made by hand, held against a model: whatever people do, it is paused when the last word says so and at no other time.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { held, holdAt, released } from '../../../../functions/batch-monitor/holding.ts';
import { expectationOf } from '../../../../functions/batch-monitor/judge.ts';
import type { Job } from '../../../../store/items/jobs.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = Date.UTC(2026, 2, 2);

const job: Job = {
  ...{ service: 'orders', job: 'hourly', schedule: '0 * * * *' },
  ...{ rev: 1, declaredAt: DAY, watchFrom: DAY, status: 'new', since: DAY, changes: [] },
};

/** So many minutes later, a pause for so many more (for good, when there are none), or an end of it. */
const deed = fc.record({
  afterMin: fc.integer({ min: 1, max: 90 }),
  what: fc.constantFrom('pause', 'resume'),
  forMin: fc.option(fc.integer({ min: 1, max: 120 }), { nil: undefined }),
});

describe('pauses by hand', () => {
  it('hold by the last word, from when it was said to when it ends', () => {
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 60 }), (deeds) => {
        let now = DAY;
        let stands = job;
        /** When the pause ends; it has, before anybody has said anything. */
        let until = 0;
        for (const { afterMin, what, forMin } of deeds) {
          now += afterMin * MINUTE;
          expect(holdAt(stands, now) !== undefined).toBe(now < until);
          if (what === 'pause') {
            until = forMin === undefined ? Infinity : now + forMin * MINUTE;
            stands = held(stands, forMin === undefined ? {} : { until }, now);
          } else {
            const next = released(stands, now);
            expect(next !== undefined).toBe(now < until);
            until = 0;
            stands = next ?? stands;
          }
          expect(holdAt(stands, now) !== undefined).toBe(now < until);
          expect(stands.holds?.length ?? 0).toBeLessThanOrEqual(20);
        }
      }),
    );
  });

  it('leave no slot expected that was ever paused, also when a pause is forgotten', () => {
    fc.assert(
      fc.property(fc.array(deed, { minLength: 1, maxLength: 60 }), (deeds) => {
        let now = DAY;
        let stands = job;
        const paused: [number, number][] = [];
        for (const { afterMin, forMin = 1 } of deeds) {
          now = Math.max(now, paused.at(-1)?.[1] ?? now) + afterMin * MINUTE;
          paused.push([now, now + forMin * MINUTE]);
          stands = held(stands, { until: now + forMin * MINUTE }, now);
        }
        for (let anchorAt = DAY; anchorAt < now; anchorAt += HOUR) {
          const slot = expectationOf({ ...stands, anchorAt })?.slot ?? 0;
          expect(paused.filter(([from, until]) => from <= slot && slot < until)).toEqual([]);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('take in the slot that was awaited', () => {
    expect(held(job, {}, DAY + HOUR + MINUTE, DAY + HOUR).holds).toEqual([{ from: DAY + HOUR }]);
    expect(held(job, {}, DAY + HOUR - MINUTE, DAY + HOUR).holds).toEqual([{ from: DAY + HOUR - MINUTE }]);
  });
});
