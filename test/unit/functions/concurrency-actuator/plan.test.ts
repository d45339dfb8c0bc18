// Which of AWS's own limits follow a rule, to what, and when that is worth a change.
import { describe, expect, it } from 'vitest';
import { actuationsOf, isDue, type Actuation } from '../../../../functions/concurrency-actuator/plan.ts';
import type { ConcurrencyRule } from '../../../../middleware/kernel/rules/document.ts';
import type { AdaptiveRecord } from '../../../../store/items/permits.ts';

const UUID = '14e0db71-0000-4000-8000-000000000001';
const reserved = (name: string): ConcurrencyRule => ({
  limit: 50,
  actuate: { reservedConcurrency: { function: name, min: 10, max: 200 } },
});
const record: AdaptiveRecord = {
  ...{ limit: 73.6, probe: 0, phase: 'run', baseMs: 100, measuredAt: 0, measuredLimit: 70 },
};
const planned = (rule: ConcurrencyRule, found?: AdaptiveRecord) =>
  actuationsOf('db-writers', rule, found, 'flyball-prod-');

describe('a rule', () => {
  it('sets nothing of AWS’s unless it says so, and nothing while it is disabled', () => {
    expect(planned({ limit: 50 })).toEqual([]);
    expect(planned({ ...reserved('orders'), mode: 'disabled' })).toEqual([]);
  });

  it.each([
    ['orders', 'flyball-prod-orders'],
    ['flyball-prod-orders', 'flyball-prod-orders'],
    [
      'arn:aws:lambda:eu-central-1:000000000000:function:billing',
      'arn:aws:lambda:eu-central-1:000000000000:function:billing',
    ],
  ])('that names %s means %s', (written, meant) => {
    expect(planned(reserved(written))).toEqual([
      {
        ...{ rule: 'db-writers', kind: 'reservedConcurrency', target: meant, min: 10, max: 200 },
        ...{ wanted: 50, shadow: false },
      },
    ]);
  });

  it('may set both', () => {
    const actuate = {
      ...reserved('orders').actuate,
      maximumConcurrency: { eventSource: UUID, min: 2, max: 20 },
    };
    expect(planned({ limit: 50, actuate }).map(({ kind, target, wanted }) => [kind, target, wanted])).toEqual([
      ['reservedConcurrency', 'flyball-prod-orders', 50],
      ['maximumConcurrency', UUID, 20],
    ]);
  });

  it.each([
    [5, 10],
    [10, 10],
    [199, 199],
    [500, 200],
  ])('of %d asks for %d between 10 and 200', (limit, wanted) => {
    expect(planned({ ...reserved('orders'), limit })[0]?.wanted).toBe(wanted);
  });

  it('that is adaptive asks for what the fleet has found, once it has found it', () => {
    const rule: ConcurrencyRule = { ...reserved('orders'), limit: 'adaptive', floor: 5, ceiling: 100 };
    expect(planned(rule)).toEqual([]);
    expect(planned(rule, record)[0]?.wanted).toBe(73);
    expect(planned({ ...rule, ceiling: 60 }, record)[0]?.wanted).toBe(60);
  });

  it('does not follow the moments in which an adaptive limit is lowered to measure', () => {
    const rule: ConcurrencyRule = { ...reserved('orders'), limit: 'adaptive', floor: 5, ceiling: 100 };
    expect(planned(rule, { ...record, phase: 'measure', probe: 44 })[0]?.wanted).toBe(73);
  });
});

describe('a change', () => {
  const actuation = (wanted: number): Actuation => ({
    ...{ rule: 'r', kind: 'reservedConcurrency', target: 't', min: 10, max: 200, wanted, shadow: false },
  });
  it.each([
    ['nothing is set', undefined, 50, true],
    ['that is what is set', 50, 50, false],
    ['less than a tenth more', 50, 54, false],
    ['a tenth more', 50, 55, true],
    ['less than a tenth less', 50, 46, false],
    ['a tenth less', 50, 45, true],
    ['what is set is under the minimum', 9, 10, true],
    ['what is set is over the maximum', 201, 200, true],
    ['somebody stopped the function by hand', 0, 10, false],
  ])('where %s', (_when, set, wanted, expected) => {
    expect(isDue(actuation(wanted), set)).toBe(expected);
  });
});
