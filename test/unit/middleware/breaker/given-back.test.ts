// What an instance has yet to tell: a report that was certainly not taken is told again, once, with what came meanwhile.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { DetectSettings } from '../../../../middleware/breaker/detect.ts';
import { Untold } from '../../../../middleware/breaker/untold.ts';
import { NO_BREAKER } from '../../../../store/items/breaker-record.ts';

const START = 1_800_000_000_000;
const byTime: DetectSettings = {
  ...{ window: { kind: 'time', bucketMs: 3_000 }, minimumCalls: 20, failureRate: 0.5, slowRate: undefined },
  ...{ surge: { bucketMs: 100, failureRate: 0.5, minimumCalls: 20 }, quorum: 'auto' },
};
const byCalls: DetectSettings = { ...byTime, window: { kind: 'calls', segmentCalls: 10 } };

const countOf = (tallies: readonly { of: string; count: number }[], kind: string) =>
  tallies.filter(({ of }) => of === kind).reduce((sum, { count }) => sum + count, 0);

it.each([
  ['time', byTime],
  ['calls', byCalls],
])('a window of %s: told = counted, whatever was refused before it was written', (_kind, settings) => {
  fc.assert(
    fc.property(fc.array(fc.record({ failure: fc.boolean(), refused: fc.boolean() }), { maxLength: 60 }), (calls) => {
      const untold = new Untold();
      const told = { calls: 0, failures: 0, fast: 0, present: 0 };
      const tell = (nowMs: number, refused: boolean) => {
        const report = untold.take(settings, NO_BREAKER, nowMs);
        if (!report) return;
        if (refused) {
          untold.giveBack(report);
          return;
        }
        for (const counts of [...report.buckets, ...report.pieces]) {
          told.calls += counts.calls;
          told.failures += counts.failures;
        }
        told.fast += countOf(report.tallies, 'failures');
        told.present += countOf(report.tallies, 'present');
      };
      calls.forEach(({ failure, refused }, i) => {
        untold.add(failure, false, settings, START + i);
        tell(START + i, refused);
      });
      tell(START + 90, false);
      const failures = calls.filter(({ failure }) => failure).length;
      expect(told).toEqual({ calls: calls.length, failures, fast: failures, present: 1 });
    }),
  );
});

it('what was counted in an earlier epoch is not told again, but that the instance is there', () => {
  const untold = new Untold();
  untold.add(true, false, byTime, START);
  const report = untold.take(byTime, NO_BREAKER, START);
  untold.clear();
  if (report) untold.giveBack(report);
  const next = untold.take(byTime, { ...NO_BREAKER, epoch: START }, START + 10);
  expect(next).toMatchObject({ buckets: [], failing: false });
  expect(next?.tallies.map(({ of }) => of)).toEqual(['present', 'joined']);
});

it('failures that were given back and have left the surge in the meantime are told of the window alone', () => {
  const untold = new Untold();
  untold.add(true, false, byTime, START);
  const report = untold.take(byTime, NO_BREAKER, START);
  if (report) untold.giveBack(report);
  const next = untold.take(byTime, NO_BREAKER, START + 1_000);
  expect(countOf(next?.tallies ?? [], 'failures')).toBe(0);
  expect(next?.buckets).toMatchObject([{ calls: 1, failures: 1 }]);
});

it('whoever goes to another shard takes nothing out of where it has never been counted', () => {
  const untold = new Untold();
  const report = untold.take(byTime, NO_BREAKER, START);
  if (report) untold.giveBack(report);
  expect(untold.moved()).toEqual([]);
  const next = untold.take(byTime, NO_BREAKER, START + 10);
  expect(countOf(next?.tallies ?? [], 'present')).toBe(1);
});
