// Tests how a series is split into what was admitted, deferred, refused and failed.
import { describe, expect, it } from 'vitest';
import type { Measured, Series } from '../../../../console/screens/services/answers.ts';
import {
  countedFrom,
  fatesOf,
  figuresOf,
  linesOf,
  percentileLine,
  queuesOf,
} from '../../../../console/screens/services/points.ts';

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

const FROM = '2026-01-05T10:00:00.000Z';
const at = (minute: number) => Date.parse(FROM) + minute * 60_000;
const series = (points: Series['points']): Series => ({
  from: FROM,
  to: new Date(at(points.length)).toISOString(),
  stepMs: 60_000,
  completeUntil: new Date(at(1)).toISOString(),
  total: measured({}),
  points,
  resources: [],
});
const point = (minute: number, over: Partial<Series['points'][number]> = {}) => ({
  at: new Date(at(minute)).toISOString(),
  ...measured(over),
  ...over,
});

describe('lines', () => {
  const lines = series([
    point(0, { count: 120, outcomes: { ok: 60, error: 60 }, durationMs: { p95: 12 } }),
    point(1, { partial: true, count: 6, outcomes: { ok: 6 } }),
  ]);

  it('are per second, and end where counting has: what may still grow would look like a fall', () => {
    expect(linesOf(lines, at(0), isQueue)).toEqual({
      at: [at(0), at(1)],
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

describe('a service that is younger than what is shown', () => {
  const young = series([
    point(0),
    point(1),
    point(2, { count: 60, outcomes: { ok: 30, error: 30 } }),
    point(3, { count: 180, outcomes: { ok: 180 } }),
    point(4, { partial: true, count: 6, outcomes: { ok: 6 } }),
  ]);
  const since = new Date(at(1) + 45_000).toISOString();

  it('has a gap before it was there, not zeros', () => {
    expect(linesOf(young, countedFrom(young, since), isQueue).admitted).toEqual([null, 0, 0.5, 3, null]);
  });

  it('has figures of the very time that is drawn', () => {
    expect(figuresOf(young, countedFrom(young, since), isQueue)).toEqual({
      ...{ admitted: 210, deferred: 0, refused: 0, failed: 30 },
      ...{ from: at(1), to: at(4) },
    });
  });

  it('has figures of no time before the first count', () => {
    const { from, to, admitted } = figuresOf(series([point(0), point(1, { partial: true, count: 6 })]), at(1), isQueue);
    expect([from, to, admitted]).toEqual([at(1), at(1), 0]);
  });

  it('is counted from its first request on when that came before its rules', () => {
    expect(countedFrom(young, new Date(at(3)).toISOString())).toBe(at(2));
  });

  it('is counted from the beginning when it was there before, whether or not anything was', () => {
    expect(countedFrom(young, '2025-12-01T00:00:00.000Z')).toBe(at(0));
    expect(countedFrom(series([point(0)]), '2025-12-01T00:00:00.000Z')).toBe(at(0));
    expect(countedFrom(young, undefined)).toBe(at(0));
  });
});
