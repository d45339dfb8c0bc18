// What is measured of a breaker's history, on histories made by hand.
import { describe, expect, it } from 'vitest';
import { Watch, type WatchOptions } from '../../../../bench/breaker/watch.ts';

/** Dies at 1,000 ms and does not recover. */
const DEAD: WatchOptions = {
  deathMs: 1_000,
  recoveryMs: Infinity,
  changesMs: [1_000],
  trueRate: (nowMs) => (nowMs < 1_000 ? 0 : 1),
  threshold: 0.5,
  afterOpenForMs: 300,
};

/** Dies at 1,000 ms and is well again from 5,000 on. */
const LIFE: WatchOptions = {
  ...DEAD,
  recoveryMs: 5_000,
  changesMs: [1_000, 5_000],
  trueRate: (nowMs) => (nowMs < 1_000 || nowMs >= 5_000 ? 0 : 1),
};

const open = (epoch: number, openForMs = 2_000) => ({ kind: 'OPEN', epoch, openForMs }) as const;
const halfOpen = (epoch: number) => ({ kind: 'HALF_OPEN', epoch }) as const;
const closed = (epoch: number) => ({ kind: 'CLOSED', epoch }) as const;

describe('how long it takes to open', () => {
  it('is counted from the death until the state is open, and until the last that could know has stopped', () => {
    const watch = new Watch(DEAD);
    watch.sent(0, 1_010);
    watch.state(open(1), 1_040);
    watch.ended(0);
    watch.sent(0, 1_090);
    watch.refused(0, 1_120);
    const { openedMs, stoppedMs, lastLeakMs } = watch.verdict(4_000);
    expect({ openedMs, stoppedMs, lastLeakMs }).toEqual({ openedMs: 40, stoppedMs: 90, lastLeakMs: 90 });
  });

  it('excuses the first call of an instance that was frozen since before it opened, but counts it as a leak', () => {
    const watch = new Watch(DEAD);
    watch.sent(0, 1_010);
    watch.ended(0);
    watch.state(open(1), 1_040);
    watch.sent(0, 1_500);
    watch.ended(0);
    watch.refused(0, 1_600);
    const { stoppedMs, lastLeakMs, leaked } = watch.verdict(4_000);
    expect({ stoppedMs, lastLeakMs, leaked }).toEqual({ stoppedMs: 40, lastLeakMs: 500, leaked: 2 });
  });

  it('does not excuse its second', () => {
    const watch = new Watch(DEAD);
    watch.state(open(1), 1_040);
    watch.sent(0, 1_500);
    watch.ended(0);
    watch.sent(0, 1_550);
    expect(watch.verdict(4_000).stoppedMs).toBe(550);
  });

  it('is not known of one that never opens', () => {
    const watch = new Watch(DEAD);
    watch.sent(0, 1_010);
    const { openedMs, stoppedMs, lastLeakMs, leaked } = watch.verdict(4_000);
    expect({ openedMs, stoppedMs, lastLeakMs, leaked }).toEqual({
      ...{ openedMs: undefined, stoppedMs: undefined, lastLeakMs: undefined, leaked: 1 },
    });
  });
});

describe('what leaks', () => {
  it('are the calls after the death until an instance refuses for the first time', () => {
    const watch = new Watch(DEAD);
    watch.sent(0, 999);
    watch.sent(0, 1_000);
    watch.sent(1, 1_020);
    watch.sent(0, 1_030);
    watch.refused(0, 1_040);
    watch.sent(0, 1_050);
    expect(watch.verdict(4_000).leaked).toBe(3);
  });

  it('are no probes, and no calls to a dependency that is well again', () => {
    const watch = new Watch(LIFE);
    watch.state(open(1), 1_100);
    watch.state(halfOpen(2), 3_100);
    watch.sent(0, 3_101);
    watch.state(closed(3), 3_200);
    watch.sent(0, 5_000);
    expect(watch.verdict(8_000).leaked).toBe(0);
  });

  it('is stopped by no refusal of before the death', () => {
    const watch = new Watch(DEAD);
    watch.refused(0, 900);
    watch.sent(0, 1_010);
    expect(watch.verdict(4_000).leaked).toBe(1);
  });
});

describe('a false trip', () => {
  it('opens while fewer calls fail than the rule allows', () => {
    const watch = new Watch({ ...DEAD, trueRate: () => 0.1 });
    watch.state(open(1), 2_000);
    expect(watch.verdict(4_000).falseTrips).toBe(1);
  });

  it('is none at the threshold, and none of a probe that fails', () => {
    const watch = new Watch({ ...DEAD, trueRate: (nowMs) => (nowMs < 2_500 ? 0.5 : 0) });
    watch.state(open(1), 2_000);
    watch.state(halfOpen(2), 3_000);
    watch.state(open(3), 3_010);
    expect(watch.verdict(4_000).falseTrips).toBe(0);
  });

  it('is counted before the death as well', () => {
    const watch = new Watch(DEAD);
    watch.state(open(1), 500);
    expect(watch.verdict(4_000)).toMatchObject({ falseTrips: 1, openedMs: undefined });
  });
});

describe('a flap', () => {
  it('opens, closes and opens while the dependency does not change', () => {
    const watch = new Watch(DEAD);
    for (const [epoch, atMs] of [
      [1, 1_100],
      [3, 1_300],
      [5, 1_500],
    ] as const) {
      watch.state(open(epoch), atMs);
      watch.state(closed(epoch + 1), atMs + 100);
    }
    expect(watch.verdict(4_000).flaps).toBe(2);
  });

  it('is none when the dependency has changed in between, and none of probes that fail', () => {
    const watch = new Watch({ ...DEAD, changesMs: [1_000, 1_200] });
    watch.state(open(1), 1_100);
    watch.state(closed(2), 1_150);
    watch.state(open(3), 1_300);
    watch.state(halfOpen(4), 3_300);
    watch.state(open(5), 3_400);
    expect(watch.verdict(4_000).flaps).toBe(0);
  });

  it('is no state that is only written again', () => {
    const watch = new Watch(DEAD);
    watch.state(open(1), 1_100);
    watch.state(open(1), 1_200);
    watch.state(closed(1), 1_250);
    watch.state(closed(1), 1_260);
    expect(watch.verdict(4_000)).toMatchObject({ flaps: 0, openedMs: 100 });
  });
});

describe('the recovery', () => {
  it('lasts until the last call that is refused', () => {
    const watch = new Watch(LIFE);
    watch.state(open(1), 1_100);
    watch.refused(0, 4_900);
    watch.refused(0, 5_400);
    watch.refused(1, 6_000);
    expect(watch.verdict(9_000)).toMatchObject({ recoveryMs: 1_000, recoveryOverBoundMs: 0 });
  });

  it.each([
    { what: 'the opening that stands', openings: [[1_100, 2_000]], lastMs: 8_000, overMs: 3_000 - 2_300 },
    {
      what: 'the last of several',
      openings: [
        [1_100, 2_000],
        [3_200, 4_000],
      ],
      lastMs: 9_500,
      overMs: 4_500 - 4_300,
    },
    {
      what: 'one by a probe that left before',
      openings: [
        [1_100, 2_000],
        [5_400, 4_000],
      ],
      lastMs: 9_500,
      overMs: 200,
    },
    {
      what: 'none that comes much later',
      openings: [
        [1_100, 2_000],
        [6_500, 8_000],
      ],
      lastMs: 9_500,
      overMs: 2_200,
    },
  ])('may last as long as $what, its probes and its ramp', ({ openings, lastMs, overMs }) => {
    const watch = new Watch(LIFE);
    let epoch = 0;
    for (const [atMs = 0, openForMs] of openings) {
      watch.state(open(++epoch, openForMs), atMs);
      watch.state(halfOpen(++epoch), atMs + 100);
    }
    watch.refused(0, lastMs);
    expect(watch.verdict(12_000).recoveryOverBoundMs).toBe(overMs);
  });

  it('is not over while calls are refused in the last second', () => {
    const watch = new Watch(LIFE);
    watch.refused(0, 8_500);
    expect(watch.verdict(9_000)).toMatchObject({ recoveryMs: undefined, recoveryOverBoundMs: undefined });
  });

  it('is none of a history without one', () => {
    expect(new Watch(DEAD).verdict(9_000).recoveryMs).toBeUndefined();
  });
});
