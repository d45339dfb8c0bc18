// What a request for a series asks for, read and bounded.
import { parseDuration } from '../../middleware/kernel/units.ts';
import { badRequest, isName, readTime } from '../api/index.ts';

/** What the series is of: all of a service, or one resource or dependency of it. */
export type Subject =
  | { readonly kind: 'service' }
  | { readonly kind: 'resource'; readonly name: string }
  | { readonly kind: 'dependency'; readonly name: string };

type Kind = Subject['kind'];

/** What there is to ask for, and of which subjects it is known. */
const METRICS = {
  count: ['service', 'resource', 'dependency'],
  duration: ['service', 'resource', 'dependency'],
  refusals: ['service', 'resource', 'dependency'],
  attempts: ['service', 'dependency'],
  transitions: ['service', 'dependency'],
  instances: ['service', 'resource', 'dependency'],
  internal: ['service'],
} as const satisfies Record<string, readonly Kind[]>;
export type Metric = keyof typeof METRICS;

export function isKnownOf(metric: Metric, kind: Kind): boolean {
  const kinds: readonly Kind[] = METRICS[metric];
  return kinds.includes(kind);
}

export interface SeriesQuery {
  readonly service: string;
  readonly subject: Subject;
  /** All metrics when left out. */
  readonly metric: Metric | undefined;
  /** Epoch ms, on whole steps; `to` is exclusive. */
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
  /** Epoch ms: of later minutes, instances that are busy have yet to put all they counted. */
  readonly completeUntil: number;
}

const MINUTE_MS = 60_000;
const DEFAULT_RANGE_MS = 60 * MINUTE_MS;
/** Every minute is a query of its own: 360 at most, and those of one more step, since a range is widened to whole ones. */
const LONGEST_RANGE_MS = 6 * 60 * MINUTE_MS;
const LONGEST_STEP_MS = 60 * MINUTE_MS;
const LONGEST_NAME = 160;
/** What an instance begins to count at the end of a minute is put a minute later: each is complete once the next is over. */
const PUT_WITHIN_MS = MINUTE_MS;

/** @throws {Problem} 400 saying which parameter is wrong, and what it takes. */
export function seriesQueryOf(query: URLSearchParams, nowMs: number): SeriesQuery {
  const service = query.get('service');
  if (service === null) throw badRequest('service is required: the name of a service.');
  if (!isName(service)) throw badRequest('service is not the name of a service.');
  const stepMs = stepOf(query.get('step'));
  const to = timeOf(query, 'to') ?? nowMs;
  const from = timeOf(query, 'from') ?? to - DEFAULT_RANGE_MS;
  if (from >= to) throw badRequest('from must lie before to.');
  if (to - from > LONGEST_RANGE_MS) throw badRequest('from and to may lie 6 hours apart at most.');
  const subject = subjectOf(query.get('resource'), query.get('dependency'));
  const end = Math.ceil(to / stepMs) * stepMs;
  return {
    service,
    subject,
    metric: metricOf(query.get('metric'), subject.kind),
    from: Math.floor(from / stepMs) * stepMs,
    to: end,
    stepMs,
    completeUntil: Math.min(end, Math.floor((nowMs - PUT_WITHIN_MS) / MINUTE_MS) * MINUTE_MS),
  };
}

function subjectOf(resource: string | null, dependency: string | null): Subject {
  if (resource !== null && dependency !== null) throw badRequest('Ask for a resource or for a dependency, not both.');
  const name = resource ?? dependency;
  if (name === null) return { kind: 'service' };
  if (name === '' || name.length > LONGEST_NAME) {
    throw badRequest(`${resource === null ? 'dependency' : 'resource'} is a name of 1 to ${LONGEST_NAME} characters.`);
  }
  return resource === null ? { kind: 'dependency', name } : { kind: 'resource', name };
}

function metricOf(text: string | null, kind: Kind): Metric | undefined {
  if (text === null) return undefined;
  const known = (Object.keys(METRICS) as Metric[]).filter((metric) => isKnownOf(metric, kind));
  const metric = known.find((one) => one === text);
  if (metric !== undefined) return metric;
  throw badRequest(`metric of a ${kind} is one of ${known.join(', ')}; all of them when left out.`);
}

function stepOf(text: string | null): number {
  if (text === null) return MINUTE_MS;
  const stepMs = durationOf(text);
  if (stepMs === undefined || stepMs % MINUTE_MS !== 0 || stepMs > LONGEST_STEP_MS) {
    throw badRequest('step is a duration of whole minutes up to an hour, such as 1m, 5m or 1h.');
  }
  return stepMs;
}

function durationOf(text: string): number | undefined {
  try {
    return parseDuration(text);
  } catch {
    return undefined;
  }
}

function timeOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const ms = readTime(text);
  if (ms === undefined) throw badRequest(`${name} is not a time; write 2027-01-01T00:00:00Z.`);
  return ms;
}
