import { describe, expect, it } from 'vitest';
import { Counters, ENDS_MS } from '../../../../../functions/telemetry/metrics/counters.ts';
import { exposition } from '../../../../../functions/telemetry/metrics/exposition.ts';
import { Growing } from '../../../../../functions/telemetry/metrics/growing.ts';
import { Part } from '../../../../../functions/telemetry/metrics/part.ts';
import type { SumData } from '../../../../../functions/telemetry/sums/data.ts';
import { pack } from '../../../../../store/items/telemetry-detail.ts';
import { Histogram, RELATIVE_ERROR } from '../../../../../middleware/telemetry/histogram.ts';

const MIDNIGHT = Date.UTC(2026, 0, 5);
const NOON = MIDNIGHT + 12 * 3_600_000;

function counters(...sums: SumData[]): Counters {
  const all = new Counters();
  for (const sum of sums) all.add(sum);
  return all;
}

function packed(...values: number[]): string {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return Buffer.from(histogram.encode()).toString('base64');
}

function scrape(subjects: Record<string, Counters>, service = 'orders') {
  const days = [{ service, subjects: new Map(Object.entries(subjects)), instances: 3 }];
  return { dayMs: MIDNIGHT, completeUntil: NOON, days };
}

it('tells a service whose minutes could not be merged from one without instances', () => {
  const text = exposition({ ...scrape({}), behindMs: new Map([['orders', 120_000]]) }, 'openmetrics');
  expect(text).toContain('flyball_merge_behind_seconds{service="orders"} 120\n');
  expect(text).not.toContain('flyball_instances{service="orders"}');
});

describe('durations for Prometheus', () => {
  it('are counted exactly up to each end, and every one up to infinity', () => {
    const values = [0.2, 1, 1.001, 4, 63, 64, 65, 500, 512, 513, 8192, 32_768, 40_000];
    const { durations } = counters({ durations: packed(...values) });
    let upTo = 0;
    const counted = durations.counts.map((count) => (upTo += count));
    const ends = [...ENDS_MS, Infinity];
    expect(counted).toEqual(ends.map((end) => values.filter((value) => value <= end).length));
    expect(durations.counts).toHaveLength(12);
  });

  it('have a sum within the error of the histogram', () => {
    const values = [3, 30, 300, 3000];
    const { durations } = counters({ durations: packed(...values) }, { durations: packed(...values) });
    expect(Math.abs(durations.sumMs - 6666) / 6666).toBeLessThan(RELATIVE_ERROR);
    expect(durations.count).toBe(8);
  });

  it('are not taken from what is no histogram', () => {
    expect(counters({ durations: 'no histogram' }, { outcomes: { ok: NaN } })).toMatchObject({ total: 0 });
  });
});

describe('what Prometheus reads', () => {
  const subjects = {
    'resource#create-order': counters({ outcomes: { ok: 7, refused: 2 }, durations: packed(3) }),
    'dependency#payments': counters({
      outcomes: { ok: 5 },
      attempts: { outcomes: { ok: 5, timeout: 1 } },
      retries: 1,
    }),
    'inbound#http': counters({ outcomes: { ok: 7 } }),
    service: counters({
      refusals: { 'throttle/per-client/a/b': 2 },
      transitions: { 'payments/CLOSED/OPEN': 1 },
    }),
  };

  it('is OpenMetrics when it asks for that', () => {
    expect(exposition(scrape(subjects), 'openmetrics').split('\n')).toEqual([
      '# TYPE flyball_requests counter',
      '# HELP flyball_requests Invocations since midnight UTC, by outcome.',
      'flyball_requests_total{service="orders",resource="create-order",outcome="ok"} 7',
      'flyball_requests_created{service="orders",resource="create-order",outcome="ok"} 1767571200',
      'flyball_requests_total{service="orders",resource="create-order",outcome="refused"} 2',
      'flyball_requests_created{service="orders",resource="create-order",outcome="refused"} 1767571200',
      '# TYPE flyball_request_duration_seconds histogram',
      '# UNIT flyball_request_duration_seconds seconds',
      expect.stringContaining('# HELP flyball_request_duration_seconds '),
      'flyball_request_duration_seconds_bucket{service="orders",resource="create-order",le="0.001"} 0',
      ...['0.004', '0.016', '0.064', '0.128', '0.256', '0.512', '1.024', '2.048', '8.192', '32.768', '+Inf'].map(
        (le) => `flyball_request_duration_seconds_bucket{service="orders",resource="create-order",le="${le}"} 1`,
      ),
      'flyball_request_duration_seconds_count{service="orders",resource="create-order"} 1',
      expect.stringMatching(/^flyball_request_duration_seconds_sum\{.*} 0\.00[23]\d+$/),
      'flyball_request_duration_seconds_created{service="orders",resource="create-order"} 1767571200',
      '# TYPE flyball_refusals counter',
      expect.stringContaining('# HELP'),
      'flyball_refusals_total{service="orders",policy="throttle",rule="per-client",resource="a/b"} 2',
      'flyball_refusals_created{service="orders",policy="throttle",rule="per-client",resource="a/b"} 1767571200',
      '# TYPE flyball_calls counter',
      expect.stringContaining('# HELP'),
      'flyball_calls_total{service="orders",dependency="payments",outcome="ok"} 5',
      'flyball_calls_created{service="orders",dependency="payments",outcome="ok"} 1767571200',
      '# TYPE flyball_attempts counter',
      expect.stringContaining('# HELP'),
      'flyball_attempts_total{service="orders",dependency="payments",outcome="ok"} 5',
      'flyball_attempts_created{service="orders",dependency="payments",outcome="ok"} 1767571200',
      'flyball_attempts_total{service="orders",dependency="payments",outcome="timeout"} 1',
      'flyball_attempts_created{service="orders",dependency="payments",outcome="timeout"} 1767571200',
      '# TYPE flyball_retries counter',
      expect.stringContaining('# HELP'),
      'flyball_retries_total{service="orders",dependency="payments"} 1',
      'flyball_retries_created{service="orders",dependency="payments"} 1767571200',
      '# TYPE flyball_breaker_transitions counter',
      expect.stringContaining('# HELP'),
      'flyball_breaker_transitions_total{service="orders",breaker="payments",from="CLOSED",to="OPEN"} 1',
      'flyball_breaker_transitions_created{service="orders",breaker="payments",from="CLOSED",to="OPEN"} 1767571200',
      '# TYPE flyball_inbound counter',
      expect.stringContaining('# HELP'),
      'flyball_inbound_total{service="orders",source="http",outcome="ok"} 7',
      'flyball_inbound_created{service="orders",source="http",outcome="ok"} 1767571200',
      '# TYPE flyball_instances gauge',
      expect.stringContaining('# HELP'),
      'flyball_instances{service="orders"} 3',
      '# TYPE flyball_last_complete_minute_timestamp_seconds gauge',
      '# UNIT flyball_last_complete_minute_timestamp_seconds seconds',
      expect.stringContaining('# HELP'),
      'flyball_last_complete_minute_timestamp_seconds 1767614400',
      '# TYPE flyball_scrape_truncated gauge',
      expect.stringContaining('# HELP'),
      'flyball_scrape_truncated{service="orders"} 0',
      '# EOF',
      '',
    ]);
  });

  it('has what drills met and how many hedges were sent and won, and nothing else that instances count inside', () => {
    const internal = {
      ...{ 'fault:slow-payments': 3, 'hedge:sent:payments': 5, 'hedge:won:payments': 2 },
      ...{ 'breaker:unsynced': 7, 'fault:': 1, 'hedge:': 1, 'hedge:lost:x': 1, 'hedge:sent:': 1 },
    };
    const text = exposition(
      scrape({ service: counters({ internal }, { internal: { 'fault:slow-payments': 1 } }) }),
      'openmetrics',
    );
    expect(text.split('\n').filter((line) => /^flyball_(faults|hedges)\w*_total/.test(line))).toEqual([
      'flyball_faults_total{service="orders",fault="slow-payments"} 4',
      'flyball_hedges_total{service="orders",dependency="payments"} 5',
      'flyball_hedges_won_total{service="orders",dependency="payments"} 2',
    ]);
  });

  it('is its older format when it does not: counters named as their samples, no times of creation', () => {
    const lines = exposition(scrape(subjects), 'prometheus').split('\n');
    expect(lines[0]).toBe('# TYPE flyball_requests_total counter');
    expect(lines.filter((line) => /_created|# UNIT|# EOF/.test(line))).toEqual([]);
  });

  it('escapes what names may hold', () => {
    const text = exposition(scrape({ 'resource#a"b\\c\nd': counters({ outcomes: { ok: 1 } }) }), 'openmetrics');
    expect(text).toContain('resource="a\\"b\\\\c\\nd"');
  });

  it('has each series once, whatever instances call refusals and transitions', () => {
    const service = counters({
      refusals: { a: 1, 'a/': 2, 'a//': 3, '//': 4, 'a/b/': 5, 'a/b/c/d': 6, other: 7, 'other//': 8, 'other/': 9 },
      transitions: { x: 1, 'x/y': 2, 'x/y/x/y': 3, '/x/y': 4, '//': 5, 'payments/OPEN/CLOSED': 6, other: 7 },
    });
    const lines = exposition(scrape({ service }), 'prometheus').split('\n');
    expect(lines.filter((line) => /^flyball_(refusals|breaker_transitions)_total/.test(line))).toEqual([
      'flyball_refusals_total{service="orders",policy="a",rule="b",resource=""} 5',
      'flyball_refusals_total{service="orders",policy="a",rule="b",resource="c/d"} 6',
      'flyball_refusals_total{service="orders",policy="other",rule="",resource=""} 7',
      'flyball_breaker_transitions_total{service="orders",breaker="x/y",from="x",to="y"} 3',
      'flyball_breaker_transitions_total{service="orders",breaker="payments",from="OPEN",to="CLOSED"} 6',
      'flyball_breaker_transitions_total{service="orders",breaker="other",from="",to=""} 7',
    ]);
  });

  it('keeps the busiest when not all fit, and says how many are left out', () => {
    const many = Object.fromEntries(
      Array.from({ length: 500 }, (_, i) => [
        `resource#r${i}`,
        counters({ outcomes: { ok: i + 1 }, durations: packed(3) }),
      ]),
    );
    const most = 500_000;
    const text = exposition(scrape(many), 'openmetrics', most);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(most);
    const shown = [...text.matchAll(/^flyball_requests_total\{.*resource="r(\d+)"/gm)].map(([, i]) => Number(i));
    expect(shown.length).toBeGreaterThan(100);
    expect(Math.min(...shown)).toBe(500 - shown.length);
    expect(text).toContain(`\nflyball_scrape_truncated{service="orders"} ${500 - shown.length}\n`);
  });

  it('keeps all of a service, however much another has counted', () => {
    const orders = Array.from({ length: 20 }, (_, i) => counters({ outcomes: { ok: i, error: 3 } }));
    const outcomes = Object.fromEntries(Array.from({ length: 46 }, (_, i) => [`o${i}`, 1e15]));
    const evil = Array.from({ length: 800 }, () => counters({ outcomes, durations: packed(3) }));
    const named = (all: Counters[]) => new Map(all.map((each, i) => [`resource#r${i}`, each]));
    const days = [
      { service: 'evil', subjects: named(evil), instances: 1 },
      { service: 'orders', subjects: named(orders), instances: 1 },
    ];
    for (const format of ['openmetrics', 'prometheus'] as const) {
      const text = exposition({ dayMs: MIDNIGHT, completeUntil: NOON, days }, format, 1_000_000);
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1_000_000);
      // What the others do not need is evil's.
      expect(Buffer.byteLength(text)).toBeGreaterThan(980_000);
      expect(text.match(/^flyball_requests_total\{service="orders"/gm)).toHaveLength(40);
      expect(text).toContain('\nflyball_scrape_truncated{service="orders"} 0\n');
      const shown = new Set([...text.matchAll(/service="evil",resource="(\w+)"/g)].map(([, name]) => name)).size;
      expect(text.split('\n')).toContain(`flyball_scrape_truncated{service="evil"} ${800 - shown}`);
    }
  });

  it('tells forty outcomes apart, none with a long name or one that is no text', () => {
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`o${i}`, 1]));
    const { outcomes, attempts } = counters({ outcomes: many, attempts: { outcomes: many } });
    for (const counted of [outcomes, attempts]) {
      expect([...counted.keys()]).toEqual([...Object.keys(many).slice(0, 40), 'other']);
      expect(counted.get('other')).toBe(10);
    }
    const strange = counters({ outcomes: { ['x'.repeat(201)]: 1, '\ud800': 2, '\ud801': 3, ok: 4 } });
    expect([...strange.outcomes]).toEqual([
      ['other', 6],
      ['ok', 4],
    ]);
  });

  it('counts subjects with long names together', () => {
    const data = { subjects: { ['resource#' + 'x'.repeat(201)]: { outcomes: { ok: 1 } }, 'resource#a': {} } };
    const subjects = new Growing().of([new Part(pack(data))]);
    expect([...subjects].map(([name, { total }]) => [name, total])).toEqual([
      ['resource#other', 1],
      ['resource#a', 0],
    ]);
  });
});
