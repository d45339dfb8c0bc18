// How long runs took, as the chart draws it: with what they may take, and what is usual. Pure.
import type { Run } from './answers.ts';

export interface DurationData {
  /** When runs began, ms, rising. */
  readonly at: readonly number[];
  /** ms; each run is in one of the two. */
  readonly succeeded: readonly (number | null)[];
  readonly failed: readonly (number | null)[];
  /** What is usual before each run; null while too little is known. */
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
}

/** As the monitor does: of the last 20 successes, five at least. */
const HISTORY = 20;
const LEAST_HISTORY = 5;

/** `times` is the job's `duration.anomaly`: so many times the median, or that part of it, is unusual. */
export function durationsOf(newestFirst: readonly Run[], times: number | undefined): DurationData {
  const runs = newestFirst
    .flatMap(({ startedAt, durationMs, status }) =>
      startedAt === undefined || durationMs === undefined ? [] : [{ at: Date.parse(startedAt), durationMs, status }],
    )
    .sort((a, b) => a.at - b.at);
  const history: number[] = [];
  const usual = runs.map(({ status, durationMs }) => {
    const median = history.length < LEAST_HISTORY ? undefined : medianOf(history.slice(-HISTORY));
    if (status === 'succeeded') history.push(durationMs);
    return times === undefined || median === undefined ? undefined : { low: median / times, high: median * times };
  });
  const hasEnded = (status: Run['status']) => status === 'succeeded';
  return {
    at: runs.map(({ at }) => at),
    succeeded: runs.map(({ status, durationMs }) => (hasEnded(status) ? durationMs : null)),
    failed: runs.map(({ status, durationMs }) => (hasEnded(status) ? null : durationMs)),
    low: usual.map((one) => one?.low ?? null),
    high: usual.map((one) => one?.high ?? null),
  };
}

export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

const SPANS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90s` in ms; undefined of what is no span. */
export function msOf(span: string | undefined): number | undefined {
  const parts = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(span ?? '');
  const unit = SPANS[parts?.[2] ?? ''];
  return parts && unit !== undefined ? Number(parts[1]) * unit : undefined;
}

/** `3x` as 3. */
export function timesOf(anomaly: string | undefined): number | undefined {
  const times = Number(/^(\d+(?:\.\d+)?)x$/.exec(anomaly ?? '')?.[1] ?? Number.NaN);
  return Number.isFinite(times) && times > 1 ? times : undefined;
}
