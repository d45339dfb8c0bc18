// What was used, step by step, as sums tell it.
import { describe, expect, it } from 'vitest';
import { Used } from '../../../../../functions/telemetry/saturation/used.ts';
import { Histogram } from '../../../../../middleware/telemetry/histogram.ts';

const MINUTE = 60_000;
const STEP = 5 * MINUTE;
const FROM = Date.UTC(2027, 0, 1);
const at = (step: number) => FROM + step * STEP;
/** Six steps, of which all but the last are settled. */
const span = { from: FROM, to: at(6), stepMs: STEP, settled: { upTo: at(5), open: [] } };

function packed(...values: number[]): string {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return Buffer.from(histogram.encode()).toString('base64');
}

describe('environments', () => {
  it('are those of the busiest minute, divided as those of all its minutes are', () => {
    const used = new Used(span);
    used.add(at(0), { instances: 8, functions: { 'orders:1': 20, 'orders:2': 10, 'nightly:1': 10 } });
    const environments = used.environments();
    expect([...environments.keys()]).toEqual(['nightly', 'orders']);
    expect(environments.get('orders')?.[0]).toEqual({ atMs: at(0), value: 6, settled: true });
    expect(environments.get('nightly')?.[0]).toEqual({ atMs: at(0), value: 2, settled: true });
  });

  it('are none where nothing ran, from the first that did until what is not settled', () => {
    const used = new Used(span);
    used.add(at(1), { instances: 3, functions: { 'orders:1': 15 } });
    used.add(at(3), { instances: 5, functions: { 'orders:1': 25 } });
    const values = used.environments().get('orders') ?? [];
    expect(values.map(({ atMs, value }) => [(atMs - FROM) / STEP, value])).toEqual([
      [1, 3],
      [2, 0],
      [3, 5],
      [4, 0],
    ]);
  });

  it('of minutes are joined in their step: the most, and of the unsettled what there is', () => {
    const used = new Used(span);
    used.add(at(5), { instances: 2, functions: { 'orders:1': 2 } });
    used.add(at(5) + MINUTE, { instances: 4, functions: { 'orders:1': 4 } });
    expect(used.environments().get('orders')).toEqual([{ atMs: at(5), value: 4, settled: false }]);
  });
});

describe('time', () => {
  it('is what of the timeout is gone for the slowest of a hundred', () => {
    const used = new Used(span);
    const most = Array.from({ length: 198 }, () => 9_000);
    used.add(at(0), { machine: { timeoutMs: 10_000 }, left: packed(...most, 1_000, 1_000) });
    const [step] = used.time();
    expect(Math.abs(10_000 - (step?.value ?? NaN) - 1_000) / 1_000).toBeLessThan(0.022);
    expect(used.limit('timeoutMs')).toBe(10_000);
  });

  it('is not known without a timeout, and never less than none', () => {
    const used = new Used(span);
    used.add(at(0), { left: packed(5_000) });
    expect(used.time()).toEqual([]);
    used.add(at(1), { machine: { timeoutMs: 1_000 }, left: packed(1_050) });
    expect(used.time()).toEqual([{ atMs: at(1), value: 0, settled: true }]);
  });
});

describe('shares', () => {
  it('are those of each environment alone, and of time what of the least timeout is gone', () => {
    const used = new Used(span);
    used.add(at(0), { machine: { memoryMb: 100, memoryLimitMb: 128, memoryShare: 0.5, tmpMb: 5, tmpLimitMb: 20 } });
    used.add(at(0) + MINUTE, { machine: { memoryMb: 640, memoryLimitMb: 1024, timeoutMs: 10_000 }, left: packed(100) });
    expect(used.memoryShare()).toEqual([{ atMs: at(0), value: 0.625, settled: true }]);
    expect(used.tmpShare()).toEqual([{ atMs: at(0), value: 0.25, settled: true }]);
    expect(used.timeShare()[0]?.value).toBeCloseTo(0.99, 3);
  });

  it('are not known without a limit', () => {
    const used = new Used(span);
    used.add(at(0), { machine: { memoryMb: 100, tmpMb: 5 }, left: packed(5_000) });
    expect([used.memoryShare(), used.tmpShare(), used.timeShare()]).toEqual([[], [], []]);
  });
});

describe('what else is measured', () => {
  it('is the most of each step, with the limit as it was last told', () => {
    const used = new Used(span);
    used.add(at(0), { machine: { memoryMb: 100, memoryLimitMb: 256, tmpMb: 5, tmpLimitMb: 512 } });
    used.add(at(0) + MINUTE, { machine: { memoryMb: 120, memoryLimitMb: 256 } });
    used.add(at(2), { machine: { memoryMb: 90, memoryLimitMb: 512 } });
    expect(used.memory().map(({ value }) => value)).toEqual([120, 90]);
    expect(used.tmp().map(({ value }) => value)).toEqual([5]);
    expect(used.limit('memoryLimitMb')).toBe(512);
    expect(used.limit('tmpLimitMb')).toBe(512);
  });

  it('of ages is the oldest of each step, and nothing where nothing came', () => {
    const used = new Used(span);
    used.add(at(0), { ages: packed(10, 7_000), maxAgeMs: 7_000 });
    used.add(at(1), { instances: 1 });
    expect(used.ages()).toEqual([{ atMs: at(0), value: 7_000, settled: true }]);
    expect(Math.abs((used.lastAgeP95() ?? NaN) - 7_000) / 7_000).toBeLessThan(0.022);
  });

  it('outside of its range is left alone', () => {
    const used = new Used(span);
    used.add(FROM - 1, { machine: { memoryMb: 1 } });
    used.add(at(6), { machine: { memoryMb: 1 } });
    expect(used.memory()).toEqual([]);
  });
});
