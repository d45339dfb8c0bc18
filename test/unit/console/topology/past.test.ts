// How what is chosen fared: since when it is wrong, and whose counts tell of it.
import { describe, expect, it } from 'vitest';
import { momentsOf, subjectOf, wrongSince } from '../../../../console/screens/topology/past.ts';

const NOON = Date.UTC(2026, 0, 5, 12);
const STEP = 300_000;

/** One step each: how many of a hundred failed; null where nothing was called. */
const series = (...failed: readonly (number | null)[]) => ({
  points: failed.map((count, n) => ({
    at: new Date(NOON + n * STEP).toISOString(),
    count: count === null ? 0 : 100,
    outcomes: count === null ? {} : { ok: 100 - count, '503': count },
  })),
});
const since = (...failed: readonly (number | null)[]) => wrongSince(momentsOf(series(...failed)));

describe('since when something is wrong', () => {
  it('is the first step after which none was well', () => {
    expect(since(0, 9, 0, 8, 12)).toEqual({ at: NOON + 3 * STEP, earlier: false });
  });

  it('is not told of what is well now, however it was', () => {
    expect(since(90, 90, 0)).toBeUndefined();
    expect(since()).toBeUndefined();
  });

  it('may be earlier than all that was looked at', () => {
    expect(since(5, 5, 5)).toEqual({ at: NOON, earlier: true });
  });

  it('goes on over steps in which nothing was called', () => {
    expect(since(0, 7, null, 7, null)).toEqual({ at: NOON + STEP, earlier: false });
  });

  it('counts refusals too, and leaves out what may still grow', () => {
    const at = new Date(NOON).toISOString();
    const later = new Date(NOON + STEP).toISOString();
    const refused = { at, count: 10, outcomes: { ok: 9, refused: 1 } };
    const growing = { at: later, partial: true as const, count: 1, outcomes: { ok: 1 } };
    expect(wrongSince(momentsOf({ points: [refused, growing] }))).toEqual({ at: NOON, earlier: false });
  });

  it('leaves out what a client got wrong', () => {
    const at = new Date(NOON).toISOString();
    expect(momentsOf({ points: [{ at, count: 4, outcomes: { '404': 1, timeout: 1, ok: 2 } }] })).toEqual([
      { at: NOON, failed: 0.25, refused: 0 },
    ]);
  });
});

describe('who tells of it', () => {
  const edge = (from: string, to: string) => ({ edge: { from, to } });

  it.each([
    ['a service itself', { node: 'service:orders' }, { service: 'orders' }],
    ['nobody, of a queue', { node: 'queue:sent' }, undefined],
    [
      'the caller, where it has one name for what it calls',
      { ...edge('service:orders', 'service:payments'), dependencies: ['pay'] },
      { service: 'orders', dependency: 'pay' },
    ],
    [
      'the callee, where the caller has several',
      { ...edge('service:orders', 'service:payments'), dependencies: ['pay', 'refund'] },
      { service: 'payments', source: 'service:orders' },
    ],
    [
      'the callee, of the internet',
      { ...edge('internet', 'service:orders'), dependencies: [] },
      { service: 'orders', source: 'http' },
    ],
    ['nobody, where nothing on it is a service', { ...edge('queue:a', 'function:b'), dependencies: [] }, undefined],
  ])('is %s', (_who, chosen, subject) => {
    expect(subjectOf(chosen)).toEqual(subject);
  });
});
