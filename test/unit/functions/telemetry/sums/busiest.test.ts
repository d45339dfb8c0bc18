// What is kept of much: the busiest keys and the most frequent errors of many instances.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BusyKeys, MOST_KEYS } from '../../../../../functions/telemetry/sums/busy-keys.ts';
import { ErrorSignatures, MOST_SIGNATURES } from '../../../../../functions/telemetry/sums/error-signatures.ts';
import type { BusyKey, ErrorSignature } from '../../../../../store/items/telemetry-detail.ts';

describe('the busiest keys', () => {
  it('of two instances are added up, with how far they may be off', () => {
    const keys = new BusyKeys();
    keys.add([
      ['ada', 10, 1],
      ['bob', 7, 0],
    ]);
    keys.add([['ada', 5, 2]]);
    expect(keys.top()).toEqual([
      ['ada', 15, 3],
      ['bob', 7, 0],
    ]);
  });

  it('are never counted below what was reported of them, and one that is busy everywhere is found', () => {
    const reports = fc.array(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 2_000 }), fc.integer({ min: 1, max: 50 })), { maxLength: 32 }),
      { minLength: 1, maxLength: 60 },
    );
    fc.assert(
      fc.property(reports, (instances) => {
        const keys = new BusyKeys();
        const exact = new Map<string, number>();
        for (const counts of instances) {
          const report = [...new Map(counts.map(([key, count]) => [`k${String(key)}`, count])), ['busy', 100] as const];
          keys.add(report.map(([key, count]): BusyKey => [key, count, 0]));
          for (const [key, count] of report) exact.set(key, (exact.get(key) ?? 0) + count);
        }
        const top = keys.top();
        expect(top.length).toBeLessThanOrEqual(MOST_KEYS);
        expect(top[0]).toEqual(['busy', 100 * instances.length, 0]);
        for (const [key, count] of top) expect(count).toBeLessThanOrEqual(exact.get(key) ?? 0);
      }),
      { numRuns: 50 },
    );
  });

  it.each([[['ada']], [[7, 1, 0]], [['ada', -1, 0]], [['x'.repeat(301), 1, 0]], ['ada'], [['ada', 1, NaN]]])(
    'are none of them: %j',
    (entry) => {
      const keys = new BusyKeys();
      keys.add([entry as unknown as BusyKey, ['bob', 1, 0]]);
      expect(keys.top()).toEqual([['bob', 1, 0]]);
    },
  );
});

const signature = (id: string, count: number): ErrorSignature => ({
  id,
  type: 'TypeError',
  shape: 'no <text>',
  frame: 'charge (handler.ts:12)',
  count,
  where: 'create-order',
  requestId: `request-${id}`,
});

describe('error signatures', () => {
  it('that are the same are counted together, and name the last request', () => {
    const errors = new ErrorSignatures();
    errors.add([signature('a', 1), signature('b', 5)]);
    errors.add([{ ...signature('a', 9), requestId: 'later' }]);
    expect(errors.top()).toEqual([{ ...signature('a', 10), requestId: 'later' }, signature('b', 5)]);
  });

  it('are the most frequent, however many there were', () => {
    const errors = new ErrorSignatures();
    for (let i = 0; i < 2_000; i++) errors.add([signature(`rare-${String(i)}`, 1), signature('often', 1)]);
    expect(errors.top()).toHaveLength(MOST_SIGNATURES);
    expect(errors.top()[0]).toEqual(signature('often', 2_000));
  });

  it.each([7, null, {}, { ...signature('a', 1), shape: 'x'.repeat(401) }, { ...signature('a', 1), count: 0 }])(
    'are none of them: %j',
    (given) => {
      const errors = new ErrorSignatures();
      errors.add([given as ErrorSignature]);
      expect(errors.top()).toEqual([]);
    },
  );
});
