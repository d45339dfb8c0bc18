import { describe, expect, it } from 'vitest';
import { seriesQueryOf } from '../../../../../functions/telemetry/series/query.ts';
import { subjectName } from '../../../../../functions/telemetry/series/query.ts';
import { Series } from '../../../../../functions/telemetry/series/series.ts';
import { Slot } from '../../../../../functions/telemetry/sums/slot.ts';
import type { SumData } from '../../../../../functions/telemetry/sums/data.ts';
import { Histogram } from '../../../../../middleware/telemetry/histogram.ts';
import { CountingRecorder } from '../../../../../middleware/telemetry/recorder.ts';
import type { TelemetryMinute } from '../../../../../store/items/telemetry.ts';

const TEN = Date.UTC(2026, 0, 5, 10);
const MINUTE = 60_000;

function minute(instance: string, from: number, count: (recorder: CountingRecorder) => void): TelemetryMinute {
  const recorder = new CountingRecorder(() => {});
  count(recorder);
  return {
    service: 'orders',
    instance,
    from,
    to: from + MINUTE,
    revision: 1,
    version: '0.1.0',
    functionName: 'orders',
    functionVersion: '$LATEST',
    cell: '',
    ...recorder.take(),
  };
}

/** Two instances over two minutes. */
const MINUTES = [
  minute('a', TEN + 10_000, (recorder) => {
    for (let ms = 1; ms <= 50; ms++) recorder.invocation('create-order', 'ok', ms, ms === 1);
    recorder.invocation('create-order', 'refused', 0.1, false);
    recorder.refusal('throttle', 'per-client', 'create-order', 1, false);
    recorder.call('payments', 'ok', 30);
    recorder.attempt('payments', 'timeout', 1000, 1);
    recorder.attempt('payments', 'ok', 30, 2);
  }),
  minute('b', TEN + 40_000, (recorder) => {
    for (let ms = 51; ms <= 100; ms++) recorder.invocation('create-order', 'ok', ms, false);
    recorder.invocation('read-order', '404', 3, false);
    recorder.refusal('breaker', 'payments', 'create-order', 2, true);
    recorder.transition('payments', 'CLOSED', 'OPEN');
    recorder.internal('fallback:payments');
    recorder.internal('fallback:payments');
  }),
  minute('b', TEN + MINUTE + 40_000, (recorder) => recorder.invocation('read-order', 'ok', 5, false)),
];

function shown(query: string, nowMs = TEN + 60 * MINUTE) {
  const text = `service=orders&from=${TEN}&to=${TEN + 3 * MINUTE}&step=1m&${query}`;
  const asked = seriesQueryOf(new URLSearchParams(text.replace(/step=1m&(.*step=)/, '$1')), nowMs);
  const series = new Series(asked);
  for (const [from, slot] of SLOTS) {
    series.names.add(slot.sums().keys());
    const sum = slot.sum(subjectName(asked.subject));
    if (sum) series.add(from, sum.data());
  }
  return series.shown();
}

/** What the merge makes of them, minute by minute. */
const SLOTS = [TEN, TEN + MINUTE].map((from): [number, Slot] => {
  const slot = new Slot();
  for (const one of MINUTES) if (one.from >= from && one.from < from + MINUTE) slot.addMinute(one);
  return [from, slot];
});

describe('a series', () => {
  it('of a resource adds up all instances, step by step, and merges their histograms', () => {
    const { points, total } = shown('resource=create-order');
    expect(points.map(({ at, count, instances }) => ({ at, count, instances }))).toEqual([
      { at: '2026-01-05T10:00:00.000Z', count: 101, instances: 2 },
      { at: '2026-01-05T10:01:00.000Z', count: 0, instances: 0 },
      { at: '2026-01-05T10:02:00.000Z', count: 0, instances: 0 },
    ]);
    expect(points[0]).toMatchObject({
      outcomes: { ok: 100, refused: 1 },
      cold: 1,
      refusals: { 'throttle/per-client/create-order': 1 },
      shadow: { 'breaker/payments/create-order': 2 },
    });
    const { p50, p95, p99, max } = total.durationMs ?? {};
    for (const [estimated, exact] of [
      [p50, 50],
      [p95, 95],
      [p99, 99],
    ] as const) {
      expect(Math.abs((estimated ?? 0) - exact) / exact).toBeLessThan(0.023);
    }
    expect(max).toBe(100);
    expect(points[2]?.durationMs).toBeNull();
  });

  it('of a dependency tells its calls from their attempts', () => {
    const { total, dependency } = shown('dependency=payments') as ReturnType<typeof shown> & { dependency: string };
    expect(dependency).toBe('payments');
    expect(total).toMatchObject({
      count: 1,
      outcomes: { ok: 1 },
      attempts: { count: 2, outcomes: { timeout: 1, ok: 1 } },
      shadow: { 'breaker/payments/create-order': 2 },
      transitions: { 'payments/CLOSED/OPEN': 1 },
      refusals: {},
    });
  });

  it('of a service is the sum of its resources, and names what there is', () => {
    const { total, resources, dependencies } = shown('');
    expect(total).toMatchObject({ count: 103, outcomes: { ok: 101, refused: 1, '404': 1 }, instances: 2 });
    expect([resources, dependencies]).toEqual([['create-order', 'read-order'], ['payments']]);
  });

  it('of a service alone tells what happened inside flyball', () => {
    expect(shown('metric=internal').total).toEqual({ internal: { 'fallback:payments': 2 } });
    expect(shown('dependency=payments').total).not.toHaveProperty('internal');
  });

  it('of one metric shows that alone', () => {
    expect(shown('metric=instances').points[0]).toEqual({ at: '2026-01-05T10:00:00.000Z', instances: 2 });
    expect(Object.keys(shown('metric=duration').total)).toEqual(['durationMs']);
  });

  it('in longer steps has fewer points, and the same total', () => {
    const { points, total } = shown('step=5m');
    expect(points).toHaveLength(1);
    expect(points[0]).toMatchObject(total);
  });

  it.each([
    // A minute is merged for the last time three minutes after it began; the merge has surely passed one later.
    ['1m', TEN + 5 * MINUTE - 1, '2026-01-05T10:01:00.000Z', [undefined, true, true]],
    ['1m', TEN + 5 * MINUTE, '2026-01-05T10:02:00.000Z', [undefined, undefined, true]],
    ['1m', TEN + 60 * MINUTE, '2026-01-05T10:03:00.000Z', [undefined, undefined, undefined]],
    ['3m', TEN + 5 * MINUTE, '2026-01-05T10:02:00.000Z', [true]],
    ['3m', TEN + 6 * MINUTE, '2026-01-05T10:03:00.000Z', [undefined]],
  ])(
    'in steps of %s at %i says until when it is complete, and which points are not yet',
    (step, nowMs, until, partial) => {
      const { completeUntil, points } = shown(`step=${step}`, nowMs);
      expect(completeUntil).toBe(until);
      expect(points.map((point) => point.partial)).toEqual(partial);
    },
  );

  describe('of what is asked for by name alone', () => {
    const error = {
      id: 'e1',
      type: 'TypeError',
      shape: 'x is not y',
      frame: 'a',
      where: 'create-order',
      requestId: 'r',
    };
    const asked = (metric: string, subject = '') =>
      seriesQueryOf(
        new URLSearchParams(
          `service=orders&from=${TEN}&to=${TEN + 3 * MINUTE}&step=1m&percentiles=50&metric=${metric}${subject}`,
        ),
        TEN + 60 * MINUTE,
      );

    function shownOf(sums: readonly SumData[], metric: string, subject = '') {
      const series = new Series(asked(metric, subject));
      sums.forEach((sum, minute) => series.add(TEN + minute * MINUTE, sum));
      return series.shown();
    }

    it('shows errors in full once, with when they were met first and last', () => {
      const errors = [{ ...error, count: 2 }];
      const { total, points } = shownOf(
        [
          {},
          { errors },
          {
            errors: [
              { ...error, count: 3 },
              { ...error, id: 'e2', count: 1 },
            ],
          },
        ],
        'errors',
      );
      expect(total.errors).toEqual([
        { ...error, count: 5, firstAt: '2026-01-05T10:01:00.000Z', lastAt: '2026-01-05T10:02:00.000Z' },
        { ...error, id: 'e2', count: 1, firstAt: '2026-01-05T10:02:00.000Z', lastAt: '2026-01-05T10:02:00.000Z' },
      ]);
      expect(points.map(({ errors }) => errors)).toEqual([{}, { e1: 2 }, { e1: 3, e2: 1 }]);
    });

    it('shows the busiest keys of the whole range', () => {
      const { total, points } = shownOf(
        [{ keys: { 'per-client': [['a', 3, 0]] } }, { keys: { 'per-client': [['b', 5, 1]] } }],
        'keys',
      );
      expect(total).toEqual({
        keys: {
          'per-client': [
            ['b', 5, 1],
            ['a', 3, 0],
          ],
        },
      });
      expect(points[0]).toEqual({ at: '2026-01-05T10:00:00.000Z' });
    });

    it.each([
      ['waits', 'waits', 'waitsMs'],
      ['bytesIn', 'bytesIn', 'bytesIn'],
      ['bytesOut', 'bytesOut', 'bytesOut'],
      ['left', 'left', 'leftMs'],
      ['ages', 'ages', 'agesMs'],
    ])('shows %s with how many were measured, and null where none was', (metric, field, name) => {
      const histogram = new Histogram();
      for (const value of [8, 8, 8]) histogram.record(value);
      const packed = Buffer.from(histogram.encode()).toString('base64');
      const { total, points } = shownOf(
        [{ [field]: packed, ...(field === 'ages' ? { maxAgeMs: 8 } : {}) }, {}],
        metric,
      );
      expect(total).toEqual({ [name]: { count: 3, p50: 7.827, max: 8 } });
      expect(points[1]).toEqual({ at: '2026-01-05T10:01:00.000Z', [name]: null });
    });

    it('shows retries, what machines used at most, and who ran what', () => {
      expect(shownOf([{ retries: 2 }, { retries: 1 }], 'retries', '&dependency=payments').total).toEqual({
        retries: 3,
      });
      expect(shownOf([{ machine: { memoryMb: 90 } }, { machine: { memoryMb: 120 } }], 'machine').total).toEqual({
        machine: { memoryMb: 120 },
      });
      expect(shownOf([{ revisions: { 7: 2 }, versions: { '0.3.0': 2 } }], 'revisions').total).toEqual({
        revisions: { 7: 2 },
        versions: { '0.3.0': 2 },
        functions: {},
      });
    });

    it('draws a heat map instead of points', () => {
      const durations = new Histogram();
      durations.record(100);
      const { heatmap, points, total } = shownOf(
        [{ durations: Buffer.from(durations.encode()).toString('base64'), maxMs: 100 }],
        'heatmap',
      ) as { heatmap?: object[]; points: object[]; total: object };
      expect(heatmap).toMatchObject([{ counts: [1, 0, 0] }]);
      expect([total, points[0]]).toEqual([{}, { at: '2026-01-05T10:00:00.000Z' }]);
    });
  });

  it('of what nobody has heard of is empty, whatever its name', () => {
    for (const name of ['nothing', 'constructor', '__proto__']) {
      expect(shown(`resource=${name}&metric=count`).total).toEqual({ count: 0, outcomes: {}, cold: 0, slow: 0 });
    }
  });
});
