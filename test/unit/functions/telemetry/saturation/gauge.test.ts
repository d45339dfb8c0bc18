// How full something is, as it is shown.
import { describe, expect, it } from 'vitest';
import { gaugeOf, type Measured } from '../../../../../functions/telemetry/saturation/gauge.ts';

const MINUTE = 60_000;
const START = Date.UTC(2027, 0, 1);
const measured = (...values: number[]): Measured[] =>
  values.map((value, i) => ({ atMs: START + i * 5 * MINUTE, value, settled: true }));

describe('a gauge', () => {
  it('says what is used, of how much, and when it is full', () => {
    expect(gaugeOf(measured(100, 110, 120, 130, 140, 150), 200, START + 25 * MINUTE)).toEqual({
      used: 150,
      at: '2027-01-01T00:25:00.000Z',
      most: 150,
      limit: 200,
      share: 0.75,
      perHour: 120,
      rSquared: 1,
      reachesLimitAt: '2027-01-01T00:50:00.000Z',
    });
  });

  it('knows no share and no end without a limit', () => {
    expect(gaugeOf(measured(1, 2, 3, 4, 5, 6), undefined, START)).toMatchObject({
      used: 6,
      limit: null,
      share: null,
      perHour: 12,
      reachesLimitAt: null,
    });
  });

  it('shows what may still grow, and draws no line through it', () => {
    const growing = [...measured(10, 20, 30, 40, 50, 60), { atMs: START + 30 * MINUTE, value: 2, settled: false }];
    expect(gaugeOf(growing, 100, START + 31 * MINUTE)).toMatchObject({
      used: 2,
      most: 60,
      rSquared: 1,
      reachesLimitAt: '2027-01-01T00:45:00.000Z',
    });
  });

  it('is full now when the newest value is at its limit, settled or not', () => {
    const now = START + MINUTE;
    expect(gaugeOf([{ atMs: START, value: 512, settled: false }], 512, now)).toMatchObject({
      share: 1,
      reachesLimitAt: new Date(now).toISOString(),
    });
  });

  it('shows that nothing was measured', () => {
    expect(gaugeOf([], 10, START)).toMatchObject({ used: null, at: null, most: null, limit: 10, share: null });
  });
});
