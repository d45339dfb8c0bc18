// What was counted in a window against the terms of rules of alerts.
import { describe, expect, it } from 'vitest';
import { Counted } from '../../../../../functions/alerting/signals/counted.ts';
import type { AlertRule } from '../../../../../middleware/kernel/rules/document.ts';
import { Histogram } from '../../../../../middleware/telemetry/histogram.ts';

interface Minute {
  readonly outcomes: Readonly<Record<string, number>>;
  /** How many took so long, by ms. */
  readonly took?: Readonly<Record<string, number>>;
}

function judged(when: AlertRule['when'], ...minutes: Minute[]) {
  const counted = new Counted();
  for (const { outcomes, took = {} } of minutes) {
    const durations = new Histogram();
    for (const [ms, count] of Object.entries(took)) for (let i = 0; i < count; i++) durations.record(Number(ms));
    counted.add({ outcomes, durations: Buffer.from(durations.encode()).toString('base64') });
  }
  return counted.judged(when);
}

describe('Counted', () => {
  it.each<[string, AlertRule['when'], Minute[], boolean]>([
    [
      'as many requests as are too many',
      { requests: { atLeast: 10, within: '2m' } },
      [{ outcomes: { ok: 6, refused: 4 } }],
      true,
    ],
    [
      'one less',
      { requests: { atLeast: 10, within: '2m' } },
      [{ outcomes: { ok: 5 } }, { outcomes: { '500': 4 } }],
      false,
    ],
    ['nothing at all, where ten are expected', { requests: { below: 10, within: '5m' } }, [], true],
    ['ten, where ten are expected', { requests: { below: 10, within: '5m' } }, [{ outcomes: { ok: 10 } }], false],
    [
      'as many slow ones, over two minutes, as are too many',
      { requests: { slowerThan: '5s', atLeast: 3, within: '2m' } },
      [
        { outcomes: { ok: 3 }, took: { 6000: 2, 100: 1 } },
        { outcomes: { ok: 1 }, took: { 6000: 1 } },
      ],
      true,
    ],
    [
      'fewer slow ones beside many that are not',
      { requests: { slowerThan: '5s', atLeast: 3, within: '2m' } },
      [{ outcomes: { ok: 102 }, took: { 6000: 2, 4000: 100 } }],
      false,
    ],
    [
      'a share of failures',
      { failures: { share: '5%', atLeast: 5, within: '5m' } },
      [{ outcomes: { ok: 95, '503': 3, timeout: 2 } }],
      true,
    ],
    [
      'refusals do not thin it',
      { failures: { share: '5%', atLeast: 5, within: '5m' } },
      [{ outcomes: { ok: 95, '500': 5, refused: 900 } }],
      true,
    ],
    [
      'less than the share',
      { failures: { share: '5%', atLeast: 5, within: '5m' } },
      [{ outcomes: { ok: 96, '500': 5 } }],
      false,
    ],
    [
      'too few failures to say anything',
      { failures: { share: '5%', atLeast: 5, within: '5m' } },
      [{ outcomes: { '500': 4 } }],
      false,
    ],
    [
      'what callers did wrong is no failure',
      { failures: { share: '5%', atLeast: 1, within: '5m' } },
      [{ outcomes: { '404': 9, 'business:NO_STOCK': 9 } }],
      false,
    ],
    [
      'as many ends with a code, over two minutes, as are too many',
      { business: { code: 'NO_STOCK', atLeast: 5, within: '5m' } },
      [{ outcomes: { ok: 900, 'business:NO_STOCK': 3 } }, { outcomes: { 'business:NO_STOCK': 2 } }],
      true,
    ],
    [
      'one less, beside other codes',
      { business: { code: 'NO_STOCK', atLeast: 5, within: '5m' } },
      [{ outcomes: { 'business:NO_STOCK': 4, 'business:NO_STOCKS': 9, '500': 9 } }],
      false,
    ],
    [
      'a share of ends with a code, which refusals do not thin',
      { business: { code: 'NO_STOCK', share: '5%', atLeast: 5, within: '5m' } },
      [{ outcomes: { ok: 95, 'business:NO_STOCK': 5, refused: 900 } }],
      true,
    ],
    [
      'less than the share of ends with a code',
      { business: { code: 'NO_STOCK', share: '5%', atLeast: 5, within: '5m' } },
      [{ outcomes: { ok: 96, 'business:NO_STOCK': 5 } }],
      false,
    ],
    [
      'two of a hundred above where one may be',
      { latency: { percentile: 99, above: '800ms', minimumCalls: 100, within: '5m' } },
      [{ outcomes: { ok: 100 }, took: { 1000: 2, 10: 98 } }],
      true,
    ],
    [
      'one of a hundred above',
      { latency: { percentile: 99, above: '800ms', minimumCalls: 100, within: '5m' } },
      [{ outcomes: { ok: 100 }, took: { 1000: 1, 10: 99 } }],
      false,
    ],
    [
      'too few calls to tell',
      { latency: { percentile: 99, above: '800ms', minimumCalls: 100, within: '5m' } },
      [{ outcomes: { ok: 99 }, took: { 1000: 99 } }],
      false,
    ],
  ])('%s', (_what, when, minutes, firing) => {
    expect(judged(when, ...minutes)).toMatchObject({ firing });
  });

  it('says what it has counted', () => {
    const failing = judged(
      { failures: { share: '5%', atLeast: 5, within: '5m' } },
      { outcomes: { ok: 90, '503': 10 } },
    );
    expect(failing.summary).toBe('10 of 100 requests failed in 5m, 5% and 5 are too many');
    const declined = (share?: string) =>
      judged(
        { business: { code: 'NO_STOCK', share, atLeast: 50, within: '10m' } },
        { outcomes: { ok: 3, 'business:NO_STOCK': 2, refused: 4 } },
      ).summary;
    expect(declined()).toBe('2 of 5 requests ended with NO_STOCK in 10m, 50 are too many');
    expect(declined('5%')).toBe('2 of 5 requests ended with NO_STOCK in 10m, 5% and 50 are too many');
    const slow = judged(
      { latency: { percentile: 99, above: '800ms', minimumCalls: 2, within: '5m' } },
      { outcomes: { ok: 4 }, took: { 1000: 1, 10: 3 } },
    );
    expect(slow.summary).toBe('1 of 4 requests took longer than 800ms in 5m, p99 is to be less');
  });
});
