// A minute's sums as OpenTelemetry metrics: an OTLP/HTTP request in JSON, of deltas. Our buckets are those of its exponential
// histogram at scale 4, so that nothing is lost. Pure.
// https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
import type { Counts } from '../../../store/items/telemetry.ts';
import { bucketsOfPacked, middleOf } from '../sums/buckets.ts';
import type { SlotData, SumData } from '../sums/data.ts';
import { partsOf } from '../sums/subject.ts';

const MINUTE_MS = 60_000;
const DELTA = 1;
const SCALE = 4;

type Attributes = Readonly<Record<string, string>>;

interface DataPoint {
  readonly attributes: readonly KeyValue[];
  readonly startTimeUnixNano: string;
  readonly timeUnixNano: string;
  readonly [field: string]: unknown;
}

interface KeyValue {
  readonly key: string;
  readonly value: { readonly stringValue: string };
}

const METRICS = {
  'flyball.requests': { kind: 'sum', unit: '{request}', description: 'Invocations by outcome' },
  'flyball.request.duration': { kind: 'histogram', unit: 'ms', description: 'How long invocations took' },
  'flyball.request.wait': {
    kind: 'histogram',
    unit: 'ms',
    description: 'How long admitted requests waited for flyball',
  },
  'flyball.request.size': { kind: 'histogram', unit: 'By', description: 'What came in' },
  'flyball.response.size': { kind: 'histogram', unit: 'By', description: 'What went out' },
  'flyball.refusals': { kind: 'sum', unit: '{request}', description: 'What flyball refused, by rule' },
  'flyball.calls': { kind: 'sum', unit: '{call}', description: 'Calls of dependencies by outcome' },
  'flyball.call.duration': { kind: 'histogram', unit: 'ms', description: 'How long calls took, with all attempts' },
  'flyball.attempts': { kind: 'sum', unit: '{attempt}', description: 'Attempts of calls by outcome' },
  'flyball.retries': { kind: 'sum', unit: '{attempt}', description: 'Attempts after the first' },
  'flyball.breaker.transitions': { kind: 'sum', unit: '{transition}', description: 'Changes of breakers' },
  'flyball.inbound': { kind: 'sum', unit: '{request}', description: 'Invocations by what caused them' },
  'flyball.inbound.age': { kind: 'histogram', unit: 'ms', description: 'From something happening to its invocation' },
  'flyball.instances': { kind: 'gauge', unit: '{instance}', description: 'Instances that were active' },
} as const;
type MetricName = keyof typeof METRICS;

/** The body of `POST /v1/metrics`. */
export function otlpRequest(service: string, cell: string, from: number, { subjects }: SlotData) {
  const points = new Points(from);
  for (const [subject, sum] of Object.entries(subjects)) addSubject(points, subject, sum);
  return {
    resourceMetrics: [
      {
        resource: {
          attributes: keyValues({ 'service.name': service, 'cloud.platform': 'aws_lambda', 'flyball.cell': cell }),
        },
        scopeMetrics: [{ scope: { name: 'flyball' }, metrics: points.metrics() }],
      },
    ],
  };
}

function addSubject(points: Points, subject: string, sum: SumData): void {
  const { kind, name } = partsOf(subject);
  switch (kind) {
    case 'service':
      points.gauge('flyball.instances', {}, sum.instances);
      points.counts('flyball.refusals', sum.refusals, (key) =>
        named(['flyball.policy', 'flyball.rule', 'flyball.resource'], key),
      );
      points.counts('flyball.breaker.transitions', sum.transitions, (key) =>
        named(['flyball.breaker', 'flyball.from', 'flyball.to'], key),
      );
      break;
    case 'resource': {
      const attributes = { 'flyball.resource': name };
      points.outcomes('flyball.requests', sum.outcomes, attributes);
      points.histogram('flyball.request.duration', sum.durations, attributes, sum.maxMs);
      points.histogram('flyball.request.wait', sum.waits, attributes);
      points.histogram('flyball.request.size', sum.bytesIn, attributes);
      points.histogram('flyball.response.size', sum.bytesOut, attributes);
      break;
    }
    case 'dependency': {
      const attributes = { 'flyball.dependency': name };
      points.outcomes('flyball.calls', sum.outcomes, attributes);
      points.histogram('flyball.call.duration', sum.durations, attributes, sum.maxMs);
      points.outcomes('flyball.attempts', sum.attempts?.outcomes, attributes);
      points.count('flyball.retries', sum.retries, attributes);
      break;
    }
    case 'inbound': {
      const attributes = { 'flyball.source': name };
      points.outcomes('flyball.inbound', sum.outcomes, attributes);
      points.histogram('flyball.inbound.age', sum.ages, attributes, sum.maxAgeMs);
    }
  }
}

/** Data points by metric. */
class Points {
  readonly #byMetric = new Map<MetricName, DataPoint[]>();
  readonly #times: Pick<DataPoint, 'startTimeUnixNano' | 'timeUnixNano'>;

  constructor(from: number) {
    this.#times = { startTimeUnixNano: nanosOf(from), timeUnixNano: nanosOf(from + MINUTE_MS) };
  }

  outcomes(metric: MetricName, counts: Counts | undefined, attributes: Attributes): void {
    this.counts(metric, counts, (outcome) => ({ ...attributes, 'flyball.outcome': outcome }));
  }

  counts(metric: MetricName, counts: Counts | undefined, attributesOf: (name: string) => Attributes): void {
    for (const [name, count] of Object.entries(counts ?? {})) this.count(metric, count, attributesOf(name));
  }

  count(metric: MetricName, count: number | undefined, attributes: Attributes): void {
    if (count) this.#add(metric, attributes, { asInt: String(count) });
  }

  gauge(metric: MetricName, attributes: Attributes, value: number | undefined): void {
    if (value !== undefined) this.#add(metric, attributes, { asInt: String(value) });
  }

  histogram(metric: MetricName, packed: string | undefined, attributes: Attributes, max?: number): void {
    const buckets = packed === undefined ? [] : bucketsOfPacked(packed);
    const [first, last] = [buckets[0], buckets.at(-1)];
    if (!first || !last) return;
    const counts: string[] = Array.from({ length: last.index - first.index + 1 }, () => '0');
    let [count, sum] = [0, 0];
    for (const bucket of buckets) {
      counts[bucket.index - first.index] = String(bucket.count);
      count += bucket.count;
      // Sums are not kept: within a bucket's error.
      sum += bucket.count * middleOf(bucket.index);
    }
    const positive = { offset: first.index, bucketCounts: counts };
    const point = { count: String(count), sum, scale: SCALE, zeroCount: '0', positive };
    this.#add(metric, attributes, { ...point, ...(max === undefined ? {} : { max }) });
  }

  #add(metric: MetricName, attributes: Attributes, point: object): void {
    const points = this.#byMetric.get(metric) ?? [];
    this.#byMetric.set(metric, points);
    points.push({ attributes: keyValues(attributes), ...this.#times, ...point });
  }

  metrics(): object[] {
    return [...this.#byMetric].map(([name, dataPoints]) => {
      const { kind, unit, description } = METRICS[name];
      const head = { name, unit, description };
      switch (kind) {
        case 'sum':
          return { ...head, sum: { aggregationTemporality: DELTA, isMonotonic: true, dataPoints } };
        case 'gauge':
          return { ...head, gauge: { dataPoints } };
        case 'histogram':
          return { ...head, exponentialHistogram: { aggregationTemporality: DELTA, dataPoints } };
      }
    });
  }
}

/** The parts of `a/b/c` by name; what follows the last slash that counts is its last part. */
function named([first, second, third]: readonly [string, string, string], key: string): Attributes {
  const [a = '', b = ''] = key.split('/', 2);
  return { [first]: a, [second]: b, [third]: key.slice(a.length + b.length + 2) };
}

function keyValues(attributes: Attributes): KeyValue[] {
  return Object.entries(attributes).map(([key, stringValue]) => ({ key, value: { stringValue } }));
}

/** 64 bits are text in JSON. */
const nanosOf = (ms: number) => `${ms}000000`;
