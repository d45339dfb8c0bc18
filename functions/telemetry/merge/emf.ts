// What CloudWatch is told of a minute that is merged for good: lines in its embedded metric format. Pure.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
import { Histogram } from '../../../middleware/telemetry/histogram.ts';
import { outcomeTest, type Outcome } from '../../../middleware/kernel/outcome.ts';
import { bucketsOf, middleOf } from '../sums/buckets.ts';
import type { SlotData, SumData } from '../sums/data.ts';
import { partsOf, SERVICE } from '../sums/subject.ts';

/** What a service's rules say CloudWatch is told. */
export type MetricsMode = 'service' | 'resources' | 'none';

/** The format takes no more values of one metric. */
const MOST_VALUES = 100;
/** Each is charged for by the month. */
const MOST_RESOURCES = 100;

const isFailure = outcomeTest(['connect', 'timeout', 'error', '5xx']);

/** One line for the service, and one for each of its busiest resources when its rules say so. */
export function emfLines(
  namespace: string,
  service: string,
  from: number,
  { subjects }: SlotData,
  mode: MetricsMode,
): string[] {
  if (mode === 'none') return [];
  const whole = subjects[SERVICE];
  const lines = whole ? [lineOf(namespace, from, { service }, whole)] : [];
  if (mode === 'service') return lines;
  const resources = Object.entries(subjects)
    .map(([subject, sum]) => ({ ...partsOf(subject), sum, total: totalOf(sum.outcomes) }))
    .filter(({ kind, total }) => kind === 'resource' && total > 0)
    .sort((a, b) => b.total - a.total || (a.name < b.name ? -1 : 1))
    .slice(0, MOST_RESOURCES);
  return [...lines, ...resources.map(({ name, sum }) => lineOf(namespace, from, { service, resource: name }, sum))];
}

function lineOf(
  namespace: string,
  timestamp: number,
  dimensions: { readonly [name: string]: string },
  { outcomes = {}, durations, maxMs, cold = 0, instances = 0 }: SumData,
): string {
  const latency = durations === undefined ? undefined : valuesOf(durations, maxMs);
  const metrics = {
    Requests: ['Count', totalOf(outcomes)],
    Failures: ['Count', totalOf(outcomes, (outcome) => isFailure(outcome))],
    Refusals: ['Count', totalOf(outcomes, (outcome) => outcome === 'refused')],
    Instances: ['Count', instances],
    ...(latency ? { Latency: ['Milliseconds', latency] } : {}),
    ...(cold > 0 ? { ColdStart: ['Count', cold] } : {}),
  } as const;
  const Metrics = Object.entries(metrics).map(([Name, [Unit]]) => ({ Name, Unit }));
  return JSON.stringify({
    _aws: {
      Timestamp: timestamp,
      CloudWatchMetrics: [{ Namespace: namespace, Dimensions: [Object.keys(dimensions)], Metrics }],
    },
    ...dimensions,
    ...Object.fromEntries(Object.entries(metrics).map(([name, [, value]]) => [name, value])),
  });
}

/** As OpenTelemetry's exporter for CloudWatch writes exponential histograms; the specification speaks of numbers and arrays alone. */
interface Values {
  readonly Values: readonly number[];
  readonly Counts: readonly number[];
  readonly Max: number;
  readonly Min: number;
  readonly Count: number;
  readonly Sum: number;
}

/** The middles of buckets, neighbours together when there are too many; no value lies above the largest there was. */
function valuesOf(packed: string, maxMs = Infinity): Values | undefined {
  const buckets = bucketsOf(Histogram.decode(Buffer.from(packed, 'base64')));
  if (buckets.length === 0) return undefined;
  const together = Math.ceil(buckets.length / MOST_VALUES);
  const Values: number[] = [];
  const Counts: number[] = [];
  for (let i = 0; i < buckets.length; i += together) {
    const some = buckets.slice(i, i + together);
    const count = some.reduce((sum, bucket) => sum + bucket.count, 0);
    const value = some.reduce((sum, bucket) => sum + middleOf(bucket.index) * bucket.count, 0) / count;
    Values.push(rounded(Math.min(value, maxMs)));
    Counts.push(count);
  }
  const Sum = rounded(Values.reduce((sum, value, i) => sum + value * (Counts[i] ?? 0), 0));
  const Count = Counts.reduce((sum, count) => sum + count, 0);
  return { Values, Counts, Max: Values.at(-1) ?? 0, Min: Values[0] ?? 0, Count, Sum };
}

const rounded = (value: number) => Number(value.toPrecision(5));

function totalOf(outcomes: SumData['outcomes'] = {}, counts: (outcome: Outcome) => boolean = () => true): number {
  let total = 0;
  for (const [outcome, count] of Object.entries(outcomes)) if (counts(outcome as Outcome)) total += count;
  return total;
}
