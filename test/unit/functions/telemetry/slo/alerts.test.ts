import { describe, expect, it } from 'vitest';
import { alertsOf, PAIRS } from '../../../../../functions/telemetry/slo/alerts.ts';
import { BURN_WINDOWS, WINDOW_MS, type BurnWindow } from '../../../../../functions/telemetry/slo/windows.ts';

type Shares = Partial<Record<BurnWindow, readonly [total: number, bad: number]>>;

function firing(shares: Shares, objective = 0.999): string[] {
  const events = (window: BurnWindow) => {
    const [total, bad] = shares[window] ?? [0, 0];
    return { total, bad, uncertain: 0 };
  };
  return alertsOf(events, objective).flatMap(({ long, short, firing }) => (firing ? [`${long}&${short}`] : []));
}

/** The same share of bad ones in every window, at 600 requests a minute. */
const steady = (badShare: number): Shares =>
  Object.fromEntries(
    BURN_WINDOWS.map((window) => {
      const total = (WINDOW_MS[window] / 60_000) * 600;
      return [window, [total, Math.round(total * badShare)]];
    }),
  );

describe('the pairs', () => {
  it('are those of the SRE workbook: page within the hour, or file a ticket', () => {
    expect(PAIRS.map(({ severity, factor, long, short }) => `${severity} ${factor} ${long}&${short}`)).toEqual([
      'page 14.4 1h&5m',
      'page 6 6h&30m',
      'ticket 3 1d&2h',
      'ticket 1 3d&6h',
    ]);
  });

  it.each([
    [0, []],
    [0.001, []],
    [0.0011, ['3d&6h']],
    [0.0031, ['1d&2h', '3d&6h']],
    [0.0061, ['6h&30m', '1d&2h', '3d&6h']],
    [0.0145, ['1h&5m', '6h&30m', '1d&2h', '3d&6h']],
    [1, ['1h&5m', '6h&30m', '1d&2h', '3d&6h']],
  ])('at a steady share of %d bad ones fire: %j', (share, pairs) => {
    expect(firing(steady(share))).toEqual(pairs);
  });

  it('are quiet once the short window is: the trouble is over', () => {
    const over: Shares = { ...steady(0.05), '5m': [3_000, 0], '30m': [18_000, 0], '2h': [72_000, 0] };
    expect(firing(over)).toEqual(['3d&6h']);
  });

  it('are quiet while the long window is: a blip spends little', () => {
    expect(firing({ ...steady(0), '5m': [3_000, 300], '1h': [36_000, 300] })).toEqual([]);
  });

  it('of a low objective cannot fire beyond what an outage burns: 10 at 90 %', () => {
    expect(firing(steady(1), 0.9)).toEqual(['6h&30m', '1d&2h', '3d&6h']);
  });
});

describe('few requests', () => {
  it.each([
    ['one bad of two', [2, 1], [2, 1], []],
    ['all of nine bad', [9, 9], [9, 9], []],
    ['one bad of fifty', [50, 1], [4, 1], []],
    ['two bad of fifty', [50, 2], [4, 1], []],
    ['three bad of fifty', [50, 3], [4, 1], ['1h&5m']],
    ['all of ten bad', [10, 10], [1, 1], ['1h&5m']],
    ['none in the short window', [50, 50], [0, 0], []],
  ] as const)('%s', (_what, hour, fiveMinutes, pairs) => {
    expect(firing({ '1h': hour, '5m': fiveMinutes })).toEqual(pairs);
  });

  it('are said to be few', () => {
    const enough = alertsOf((window) => ({ total: window === '6h' ? 10 : 9, bad: 0, uncertain: 0 }), 0.999).map(
      ({ long, enoughTraffic }) => [long, enoughTraffic],
    );
    expect(enough).toEqual([
      ['1h', false],
      ['6h', true],
      ['1d', false],
      ['3d', false],
    ]);
  });
});
