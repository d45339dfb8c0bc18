// Tests how a series is split into what was admitted, deferred, refused and failed.
import { describe, expect, it } from 'vitest';
import type { Measured, Series } from '../../../../console/screens/services/answers.ts';
import { fatesOf, linesOf, percentileLine, queuesOf } from '../../../../console/screens/services/points.ts';

const measured = (over: Partial<Measured>): Measured => ({
  instances: 1,
  count: 0,
  outcomes: {},
  cold: 0,
  slow: 0,
  durationMs: null,
  refusals: {},
  shadow: {},
  ...over,
});
const isQueue = queuesOf({ resources: { settle: { match: { trigger: 'queue' } } } });

describe('the fates of requests', () => {
  it('tell failures from answers that a client got wrong', () => {
    const outcomes = { ok: 80, '404': 5, '503': 3, error: 2, timeout: 1, connect: 1, 'business:CARD_DECLINED': 4 };
    expect(fatesOf(measured({ count: 96, outcomes }), isQueue)).toEqual({
      admitted: 85,
      deferred: 0,
      refused: 0,
      failed: 11,
    });
  });

  it('count what flyball refused apart, once however many rules there are', () => {
    const point = measured({
      count: 100,
      outcomes: { ok: 90, refused: 10 },
      refusals: { 'throttle/everyone/create-order': 7, 'shed/busy/create-order': 3 },
    });
    expect(fatesOf(point, isQueue)).toEqual({ admitted: 90, deferred: 0, refused: 10, failed: 0 });
  });

  it('call records that go back to their queue deferred', () => {
    const point = measured({ count: 10, outcomes: { ok: 10 }, refusals: { 'throttle/everyone/settle': 25 } });
    expect(fatesOf(point, isQueue)).toEqual({ admitted: 10, deferred: 25, refused: 0, failed: 0 });
  });
});

const series = (points: Series['points']): Series => ({
  from: '2026-01-05T10:00:00.000Z',
  to: '2026-01-05T10:02:00.000Z',
  stepMs: 60_000,
  completeUntil: '2026-01-05T10:01:00.000Z',
  total: measured({}),
  points,
  resources: [],
});

describe('lines', () => {
  const lines = series([
    {
      at: '2026-01-05T10:00:00.000Z',
      ...measured({ count: 120, outcomes: { ok: 60, error: 60 }, durationMs: { p95: 12 } }),
    },
    { at: '2026-01-05T10:01:00.000Z', partial: true, ...measured({ count: 6, outcomes: { ok: 6 } }) },
  ]);

  it('are per second, and end where counting has: what may still grow would look like a fall', () => {
    expect(linesOf(lines, isQueue)).toEqual({
      at: [Date.parse('2026-01-05T10:00:00.000Z'), Date.parse('2026-01-05T10:01:00.000Z')],
      admitted: [1, null],
      deferred: [0, null],
      refused: [0, null],
      failed: [1, null],
      demand: [2, null],
    });
  });

  it('have a gap where nothing was measured', () => {
    expect(percentileLine(lines, 'p95')).toEqual([12, null]);
  });
});
