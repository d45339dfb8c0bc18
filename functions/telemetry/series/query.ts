// What a request for a series asks for, read and bounded.
import { parseDuration } from '../../../middleware/kernel/units.ts';
import { badRequest, isName, readTime } from '../../api/index.ts';
import { dependencySubject, inboundSubject, resourceSubject, SERVICE, type SubjectName } from '../sums/subject.ts';
import { isKnownOf, metricsOf, type Kind, type Metric } from './metric.ts';
import { settledByTime, type Settled } from './settled.ts';
import { HOUR_MS, LONGEST_RANGE_MS, requireReach, usualStep } from './span.ts';

/** What the series is of: all of a service, or one resource, dependency or source of invocations of it. */
export type Subject =
  { readonly kind: 'service' } | { readonly kind: 'resource' | 'dependency' | 'source'; readonly name: string };

/** What to show of it. */
export interface Wanted {
  /** All but those that are shown by name alone, when left out. */
  readonly metric: Metric | undefined;
  /** In percent. */
  readonly percentiles: readonly number[];
}

export interface Range {
  readonly service: string;
  /** Epoch ms, on whole steps; `to` is exclusive. */
  readonly from: number;
  readonly to: number;
  readonly nowMs: number;
  readonly settled: Settled;
}

export interface SeriesQuery extends Range, Wanted {
  readonly subject: Subject;
  readonly stepMs: number;
}

const DEFAULT_RANGE_MS = HOUR_MS;
const LONGEST_NAME = 160;
const USUAL_PERCENTILES = [50, 95, 99];
const MOST_PERCENTILES = 10;

/** @throws {Problem} 400 saying which parameter is wrong, and what it takes. */
export function seriesQueryOf(
  query: URLSearchParams,
  nowMs: number,
  settled: Settled = settledByTime(nowMs),
): SeriesQuery {
  const service = serviceOf(query);
  const { from, to } = rangeOf(query, nowMs);
  const stepMs = stepOf(query.get('step')) ?? usualStep(from, to, nowMs);
  requireReach(stepMs, from, nowMs);
  const subject = subjectOf(query);
  return {
    service,
    subject,
    ...wantedOf(query, subject.kind),
    ...widened(from, to, stepMs),
    stepMs,
    nowMs,
    settled,
  };
}

/** As sums of it are named. */
export function subjectName(subject: Subject): SubjectName {
  switch (subject.kind) {
    case 'service':
      return SERVICE;
    case 'resource':
      return resourceSubject(subject.name);
    case 'dependency':
      return dependencySubject(subject.name);
    case 'source':
      return inboundSubject(subject.name);
  }
}

export function serviceOf(query: URLSearchParams): string {
  const service = query.get('service');
  if (service === null) throw badRequest('service is required: the name of a service.');
  if (!isName(service)) throw badRequest('service is not the name of a service.');
  return service;
}

/** The range as it was asked for; the last hour when it was not. */
export function rangeOf(query: URLSearchParams, nowMs: number): { readonly from: number; readonly to: number } {
  const to = timeOf(query, 'to') ?? nowMs;
  const from = timeOf(query, 'from') ?? to - DEFAULT_RANGE_MS;
  if (from >= to) throw badRequest('from must lie before to.');
  if (to - from > LONGEST_RANGE_MS) throw badRequest('from and to may lie 90 days apart at most.');
  return { from, to };
}

/** A range in whole steps. */
export function widened(from: number, to: number, stepMs: number) {
  return { from: Math.floor(from / stepMs) * stepMs, to: Math.ceil(to / stepMs) * stepMs };
}

export function wantedOf(query: URLSearchParams, kind: Kind): Wanted {
  return { metric: metricOf(query.get('metric'), kind), percentiles: percentilesOf(query.get('percentiles')) };
}

function subjectOf(query: URLSearchParams): Subject {
  const given = (['resource', 'dependency', 'source'] as const).flatMap((kind) => {
    const name = query.get(kind);
    return name === null ? [] : [{ kind, name }];
  });
  const [subject, another] = given;
  if (another) throw badRequest('Ask for one of a resource, a dependency and a source, not both.');
  if (!subject) return { kind: 'service' };
  if (subject.name === '' || subject.name.length > LONGEST_NAME) {
    throw badRequest(`${subject.kind} is a name of 1 to ${LONGEST_NAME} characters.`);
  }
  return subject;
}

function metricOf(text: string | null, kind: Kind): Metric | undefined {
  if (text === null) return undefined;
  const metric = metricsOf(kind).find((one) => one === text);
  if (metric !== undefined && isKnownOf(metric, kind)) return metric;
  const usual = 'when left out, all that need not be asked for by name';
  throw badRequest(`metric of a ${kind} is one of ${metricsOf(kind).join(', ')}; ${usual}.`);
}

function percentilesOf(text: string | null): readonly number[] {
  if (text === null) return USUAL_PERCENTILES;
  const parts = text.split(',');
  const numbers = parts.map((part) => (/^\d{1,2}(\.\d{1,4})?$/.test(part) ? Number(part) : NaN));
  if (parts.length > MOST_PERCENTILES || !numbers.every((one) => one > 0 && one < 100)) {
    throw badRequest(`percentiles are up to ${MOST_PERCENTILES} numbers between 0 and 100, such as 50,90,99.9.`);
  }
  return [...new Set(numbers)];
}

function stepOf(text: string | null): number | undefined {
  if (text === null) return undefined;
  try {
    return parseDuration(text);
  } catch {
    // Refused where the reach of steps is known, with what can be said.
    return 0;
  }
}

function timeOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const ms = readTime(text);
  if (ms === undefined) throw badRequest(`${name} is not a time; write 2027-01-01T00:00:00Z.`);
  return ms;
}
