// What a request for totals asks for: all resources, dependencies or sources of a service in one answer.
import { badRequest } from '../../api/index.ts';
import type { Kind } from './metric.ts';
import { rangeOf, serviceOf, wantedOf, widened, type Range, type Wanted } from './query.ts';
import { settledByTime, type Settled } from './settled.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from './span.ts';

export type By = Exclude<Kind, 'service'>;
const KINDS = ['resource', 'dependency', 'source'] as const satisfies readonly By[];

export interface TotalsQuery extends Range, Wanted {
  readonly by: By;
  /** What the range was widened to: minutes, hours or days. */
  readonly unitMs: number;
}

/** As far back as minutes and hours are told from the days they lie in. */
const BY_MINUTES_MS = HOUR_MS;
const BY_HOURS_MS = 2 * DAY_MS;

/** `by=resource`, or `resource=*`. */
export function asksForTotals(query: URLSearchParams): boolean {
  return query.has('by') || KINDS.some((kind) => query.get(kind) === '*');
}

/** @throws {Problem} 400 saying which parameter is wrong, and what it takes. */
export function totalsQueryOf(
  query: URLSearchParams,
  nowMs: number,
  settled: Settled = settledByTime(nowMs),
): TotalsQuery {
  const service = serviceOf(query);
  const asked = query.get('by') ?? KINDS.find((kind) => query.get(kind) === '*');
  const by = KINDS.find((kind) => kind === asked);
  if (by === undefined) throw badRequest(`by is one of ${KINDS.join(', ')}.`);
  const named = KINDS.find((kind) => query.has(kind) && (kind !== by || query.get(kind) !== '*'));
  if (named !== undefined) throw badRequest(`Ask for one ${named}, or for totals by ${by}, not both.`);
  if (query.has('step')) throw badRequest('Totals have no steps: leave step out.');
  const { from, to } = rangeOf(query, nowMs);
  const unitMs = unitOf(from, to, nowMs);
  return { service, by, ...wantedOf(query, by), ...widened(from, to, unitMs), unitMs, nowMs, settled };
}

function unitOf(from: number, to: number, nowMs: number): number {
  if (to - from <= BY_MINUTES_MS && from > nowMs - DAY_MS) return MINUTE_MS;
  return to - from <= BY_HOURS_MS ? HOUR_MS : DAY_MS;
}
