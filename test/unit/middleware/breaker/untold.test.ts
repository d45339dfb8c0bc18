// What an instance tells of itself: where it counts itself as one of those with failures.
import { describe, expect, it } from 'vitest';
import { breakerSettings } from '../../../../middleware/breaker/settings.ts';
import { Untold } from '../../../../middleware/breaker/untold.ts';
import { NO_BREAKER, type BreakerRecord } from '../../../../store/items/breaker-record.ts';

const NOW = 1_800_000_000_000;
const calls = breakerSettings({ window: { calls: 100 } }, {});
const time = breakerSettings({ window: { time: '30s' } }, {});

/** A failure, told to a fleet whose record turns out to be `seen` one after the other. */
function told(untold: Untold, settings: typeof calls, ...seen: BreakerRecord[]) {
  const [first = NO_BREAKER] = seen;
  untold.add(true, false, settings, NOW);
  const report = untold.take(settings, first, NOW);
  if (!report) throw new Error('there is a failure to tell');
  return seen.map((record) => untold.against(report, record, NOW).tallying.added);
}

const segment = (start: number) => ({ of: 'segmentCalls', start, width: 10, count: 3 }) as const;

describe('who fails is one of the failing instances', () => {
  it('of the block of segments that takes its report, however often another segment had begun before', () => {
    const untold = new Untold();
    const began = { ...NO_BREAKER, tallies: [segment(2)] };
    const failing = { of: 'blockFailing', start: 0, width: 10, count: 1 };
    for (const added of told(untold, calls, NO_BREAKER, began)) expect(added).toContainEqual(failing);
    expect(told(untold, calls, began)[0]?.map(({ of }) => of)).not.toContain('blockFailing');
  });

  it('of the new window when a revision has changed it', () => {
    const untold = new Untold();
    const record = { ...NO_BREAKER, epoch: NOW - 50_000 };
    told(untold, calls, record);
    expect(told(untold, time, record)[0]?.map(({ of }) => of)).toContain('failing');
    expect(told(untold, calls, record)[0]?.map(({ of }) => of)).toContain('blockFailing');
  });
});

describe('who is there', () => {
  const counted = (untold: Untold, nowMs: number, epoch = 0) =>
    (untold.take(time, { ...NO_BREAKER, epoch }, nowMs)?.tallies ?? [])
      .filter(({ of }) => of === 'present' || of === 'joined')
      .map(({ of, count }) => `${of} ${count}`);

  it('counts itself once in six seconds, and as one who has joined if it was not there before', () => {
    const untold = new Untold();
    expect(counted(untold, NOW)).toEqual(['present 1', 'joined 1']);
    expect(counted(untold, NOW + 5_999)).toEqual([]);
    expect(counted(untold, NOW + 6_000)).toEqual(['present 1']);
    expect(counted(untold, NOW + 18_000)).toEqual(['present 1', 'joined 1']);
  });

  it('counts itself again where the count has begun anew, and is nobody who has joined: it was in what was taken over', () => {
    const untold = new Untold();
    counted(untold, NOW);
    untold.begunAnew();
    expect(counted(untold, NOW + 1_000)).toEqual(['present 1']);
    expect(counted(untold, NOW + 2_000)).toEqual([]);
  });

  it('joins where the count had begun anew before it came', () => {
    const untold = new Untold();
    untold.begunAnew();
    expect(counted(untold, NOW)).toEqual(['present 1', 'joined 1']);
  });
});
