import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { otlpRequest } from '../../../../../functions/telemetry/otlp/request.ts';
import type { SumData } from '../../../../../functions/telemetry/sums/data.ts';
import { Histogram } from '../../../../../middleware/telemetry/histogram.ts';

const TEN = Date.UTC(2026, 0, 5, 10);

function packed(values: readonly number[]): string {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return Buffer.from(histogram.encode()).toString('base64');
}

interface Metric {
  readonly name: string;
  readonly unit: string;
  readonly [kind: string]: unknown;
}

function metrics(subjects: Record<string, SumData>): Metric[] {
  const [resource] = otlpRequest('orders', '1:eu-central-1:prod', TEN, { subjects }).resourceMetrics;
  return resource?.scopeMetrics[0]?.metrics as Metric[];
}

const attribute = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const TIMES = { startTimeUnixNano: '1767607200000000000', timeUnixNano: '1767607260000000000' };

describe('a minute for OpenTelemetry', () => {
  it('says which service it is of', () => {
    expect(otlpRequest('orders', 'a-cell', TEN, { subjects: {} })).toEqual({
      resourceMetrics: [
        {
          resource: {
            attributes: [
              attribute('service.name', 'orders'),
              attribute('cloud.platform', 'aws_lambda'),
              attribute('flyball.cell', 'a-cell'),
            ],
          },
          scopeMetrics: [{ scope: { name: 'flyball' }, metrics: [] }],
        },
      ],
    });
  });

  it('counts as deltas of the minute, whole numbers as text', () => {
    expect(metrics({ 'resource#create-order': { outcomes: { ok: 7 } } })).toEqual([
      {
        name: 'flyball.requests',
        unit: '{request}',
        description: 'Invocations by outcome',
        sum: {
          aggregationTemporality: 1,
          isMonotonic: true,
          dataPoints: [
            {
              attributes: [attribute('flyball.resource', 'create-order'), attribute('flyball.outcome', 'ok')],
              ...TIMES,
              asInt: '7',
            },
          ],
        },
      },
    ]);
  });

  it('tells rules, breakers, attempts, sources and instances apart', () => {
    const all = metrics({
      service: { instances: 3, refusals: { 'throttle/everyone/a/b': 2 }, transitions: { 'payments/CLOSED/OPEN': 1 } },
      'dependency#payments': { outcomes: { ok: 1 }, attempts: { outcomes: { timeout: 1, ok: 1 } }, retries: 1 },
      'inbound#queue:settlement': { outcomes: { ok: 4 }, ages: packed([1000]), maxAgeMs: 1000 },
    });
    expect(all.map(({ name }) => name)).toEqual([
      ...['flyball.instances', 'flyball.refusals', 'flyball.breaker.transitions', 'flyball.calls', 'flyball.attempts'],
      ...['flyball.retries', 'flyball.inbound', 'flyball.inbound.age'],
    ]);
    expect(all[1]).toMatchObject({
      sum: {
        dataPoints: [
          {
            attributes: [
              attribute('flyball.policy', 'throttle'),
              attribute('flyball.rule', 'everyone'),
              attribute('flyball.resource', 'a/b'),
            ],
          },
        ],
      },
    });
    expect(all[0]).toMatchObject({ gauge: { dataPoints: [{ attributes: [], asInt: '3' }] } });
  });

  it('has each duration in the bucket that OpenTelemetry would put it in', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0.001, max: 1e7, noNaN: true }), { minLength: 1 }), (values) => {
        const maxMs = Math.max(...values);
        const [metric] = metrics({ 'resource#a': { durations: packed(values), maxMs } });
        const [point] = (metric?.['exponentialHistogram'] as { dataPoints: Point[] }).dataPoints;
        if (!point) throw new Error('there is no data point');
        const { scale, positive, count, max, sum } = point;
        expect([scale, Number(count), max]).toEqual([4, values.length, maxMs]);
        const base = 2 ** (2 ** -scale);
        positive.bucketCounts.forEach((counted, i) => {
          const [lower, upper] = [base ** (positive.offset + i), base ** (positive.offset + i + 1)];
          // At an end, the last bit of a logarithm decides.
          const inside = values.filter((value) => value > lower * (1 + 1e-12) && value <= upper * (1 - 1e-12)).length;
          const near = values.filter((value) => value > lower * (1 - 1e-12) && value <= upper * (1 + 1e-12)).length;
          expect(Number(counted)).toBeGreaterThanOrEqual(inside);
          expect(Number(counted)).toBeLessThanOrEqual(near);
        });
        const exact = values.reduce((a, b) => a + b, 0);
        expect(Math.abs(sum - exact) / exact).toBeLessThan(0.0217);
      }),
    );
  });
});

interface Point {
  readonly scale: number;
  readonly count: string;
  readonly sum: number;
  readonly max: number;
  readonly positive: { readonly offset: number; readonly bucketCounts: readonly string[] };
}
