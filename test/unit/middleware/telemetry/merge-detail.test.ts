import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Histogram } from '../../../../middleware/telemetry/histogram.ts';
import { mergeDetail } from '../../../../middleware/telemetry/merge-detail.ts';
import type { MinuteDetail } from '../../../../store/items/telemetry-detail.ts';

function packedOf(values: readonly number[]): string {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return Buffer.from(histogram.encode()).toString('base64');
}

const error = (id: string, count: number, requestId: string) => ({
  ...{ id, type: 'TypeError', shape: 'x', frame: '', count, where: 'default', requestId },
});
const sample = (requestId: string) => ({
  ...({
    at: 1,
    requestId,
    why: 'failed',
    weight: 1,
    resource: 'default',
    source: 'http',
    outcome: 'error',
    ms: 1,
  } as const),
});

describe('two minutes counted together', () => {
  it('have what one of them had', () => {
    const detail: MinuteDetail = {
      resources: { a: { left: packedOf([1]) } },
      inbound: { http: { outcomes: { ok: 1 } } },
      machine: { memoryMb: 100 },
    };
    expect(mergeDetail(detail, {})).toEqual(detail);
    expect(mergeDetail({}, detail)).toEqual(detail);
  });

  it('have the histogram of all values', () => {
    const values = fc.array(fc.double({ min: 0.01, max: 1e6, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(values, values, (a, b) => {
        const sum = mergeDetail(
          { resources: { r: { waits: packedOf(a) } } },
          { resources: { r: { waits: packedOf(b) } } },
        );
        expect(sum).toEqual({ resources: { r: { waits: packedOf([...a, ...b]) } } });
      }),
    );
  });

  it('add up counts, and keep the larger of what is a maximum', () => {
    const a: MinuteDetail = {
      dependencies: { payments: { retries: 2, target: 'function:old' } },
      inbound: { http: { outcomes: { ok: 1, error: 1 }, maxMs: 5 }, direct: { outcomes: { ok: 1 } } },
      keys: {
        rule: [
          ['a', 5, 1],
          ['b', 2, 0],
        ],
      },
      machine: { memoryMb: 100, tmpMb: 5, memoryLimitMb: 128 },
      errors: [error('1', 2, 'r1')],
    };
    const b: MinuteDetail = {
      dependencies: { payments: { retries: 1, target: 'function:new' } },
      inbound: { http: { outcomes: { ok: 2 }, maxMs: 3 } },
      keys: { rule: [['b', 9, 1]] },
      machine: { memoryMb: 90, tmpMb: 7, memoryLimitMb: 128 },
      errors: [error('2', 1, 'r2'), error('1', 1, 'r3')],
    };
    expect(mergeDetail(a, b)).toEqual({
      dependencies: { payments: { retries: 3, target: 'function:new' } },
      inbound: { http: { outcomes: { ok: 3, error: 1 }, maxMs: 5 }, direct: { outcomes: { ok: 1 } } },
      keys: {
        rule: [
          ['b', 11, 1],
          ['a', 5, 1],
        ],
      },
      machine: { memoryMb: 100, tmpMb: 7, memoryLimitMb: 128 },
      errors: [error('1', 3, 'r3'), error('2', 1, 'r2')],
    });
  });

  it('keep no more samples than one has', () => {
    const samples = (from: string) => Array.from({ length: 40 }, (_, i) => sample(`${from}-${i}`));
    expect(mergeDetail({ samples: samples('a') }, { samples: samples('b') }).samples).toHaveLength(50);
  });
});
