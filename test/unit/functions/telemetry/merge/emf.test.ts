// Lines for CloudWatch, held against the schema and the words of its embedded metric format.
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { emfLines, type MetricsMode } from '../../../../../functions/telemetry/merge/emf.ts';
import type { SlotData, SumData } from '../../../../../functions/telemetry/sums/data.ts';
import { Histogram, RELATIVE_ERROR } from '../../../../../middleware/telemetry/histogram.ts';

const FROM = Date.UTC(2026, 0, 5, 10);

/** The schema of the specification. */
const text = z.string().min(1).max(255);
const format = z.looseObject({
  _aws: z.object({
    Timestamp: z.int(),
    CloudWatchMetrics: z.array(
      z.object({
        Namespace: text,
        Dimensions: z.array(z.array(text).max(9)).min(1),
        Metrics: z.array(z.object({ Name: text, Unit: z.enum(['Count', 'Milliseconds']) })).max(100),
      }),
    ),
  }),
});

function linesOf(subjects: SlotData['subjects'], mode: MetricsMode = 'service') {
  return emfLines('flyball/prod', 'orders', FROM, { subjects }, mode).map((line) => {
    expect(line).not.toContain('\n');
    return format.parse(JSON.parse(line));
  });
}

function durationsOf(...values: number[]): Pick<SumData, 'durations' | 'maxMs'> {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return { durations: Buffer.from(histogram.encode()).toString('base64'), maxMs: Math.max(...values) };
}

const service: SumData = {
  instances: 3,
  cold: 1,
  outcomes: { ok: 90, '404': 2, '503': 3, timeout: 1, error: 1, throttled: 1, refused: 4, 'business:NO_FUNDS': 2 },
  ...durationsOf(10, 10, 20),
};

describe('a line', () => {
  it('says what a service counted in a minute', () => {
    const [line] = linesOf({ service });
    expect(line).toMatchObject({
      _aws: { Timestamp: FROM, CloudWatchMetrics: [{ Namespace: 'flyball/prod', Dimensions: [['service']] }] },
      service: 'orders',
      Requests: 104,
      // Its callers' mistakes and what the business decides are no failures, nor is what flyball refused.
      Failures: 5,
      Refusals: 4,
      Instances: 3,
      ColdStart: 1,
      Latency: { Counts: [2, 1], Count: 3 },
    });
  });

  it('holds what it names, as numbers or as values with their counts, and nothing else', () => {
    const [line] = linesOf({ service });
    const [directive] = line?._aws.CloudWatchMetrics ?? [];
    const named = [...(directive?.Dimensions[0] ?? []), ...(directive?.Metrics ?? []).map(({ Name }) => Name)];
    expect(Object.keys(line ?? {}).sort()).toEqual(['_aws', ...named].sort());
  });

  it('tells of cold starts and of latency only where there were any', () => {
    const [line] = linesOf({ service: { outcomes: { refused: 1 }, instances: 1 } });
    expect(Object.keys(line ?? {}).sort()).toEqual(
      ['_aws', 'Failures', 'Instances', 'Refusals', 'Requests', 'service'].sort(),
    );
  });

  it('has values within the error of the histogram, none above the largest there was', () => {
    const values = [3, 17, 251, 9_999];
    const latency = linesOf({ service: { ...service, ...durationsOf(...values) } })[0]?.['Latency'] as {
      Values: number[];
      Max: number;
    };
    latency.Values.forEach((value, i) => {
      const exact = values[i] ?? NaN;
      expect(Math.abs(value - exact) / exact).toBeLessThanOrEqual(RELATIVE_ERROR + 1e-4);
    });
    expect(latency.Max).toBeLessThanOrEqual(9_999);
  });

  it('has at most a hundred values, whose counts add up', () => {
    const spread = Array.from({ length: 4_000 }, (_, i) => 1.01 ** (i / 4));
    const latency = linesOf({ service: { ...service, ...durationsOf(...spread) } })[0]?.['Latency'] as {
      Values: number[];
      Counts: number[];
    };
    expect(latency.Values.length).toBeLessThanOrEqual(100);
    expect(latency.Values.length).toBeGreaterThan(50);
    expect(latency.Counts).toHaveLength(latency.Values.length);
    expect(latency.Counts.reduce((sum, count) => sum + count, 0)).toBe(4_000);
    expect(latency.Values).toEqual(latency.Values.toSorted((a, b) => a - b));
  });
});

describe('what the rules say of metrics', () => {
  const subjects = {
    service,
    'resource#create-order': service,
    'resource#idle': { instances: 1 },
    'dependency#payments': service,
  };

  it.each([
    ['none', []],
    ['service', [['service']]],
    ['resources', [['service'], ['service', 'resource']]],
  ] as const)('%s: lines of %j', (mode, dimensions) => {
    const lines = linesOf(subjects, mode);
    expect(lines.map((line) => line._aws.CloudWatchMetrics[0]?.Dimensions[0])).toEqual(dimensions);
  });

  it('resources are the busiest, a hundred at most', () => {
    const many = Object.fromEntries(
      Array.from({ length: 150 }, (_, i) => [`resource#r${String(i)}`, { outcomes: { ok: i + 1 } }]),
    );
    const lines = linesOf({ service, ...many }, 'resources').slice(1);
    expect(lines).toHaveLength(100);
    expect(lines[0]).toMatchObject({ service: 'orders', resource: 'r149', Requests: 150 });
  });
});
