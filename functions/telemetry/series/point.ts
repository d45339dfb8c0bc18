// One step of a series, or a total, as it is shown: counts by outcome, percentiles, refusals and the rest. Pure.
import type { Histogram } from '../../../middleware/telemetry/histogram.ts';
import type { Counts } from '../../../store/items/telemetry.ts';
import type { MachineSum } from '../sums/data.ts';
import type { Sum } from '../sums/sum.ts';
import { isShown, type Kind, type Metric } from './metric.ts';
import type { Wanted } from './query.ts';

/** By `p50` and so on and `max`, each within the histogram's relative error; null when nothing was measured. */
export type Quantiles = Readonly<Record<string, number>> | null;
/** The same of things that are not always measured, so that how many were is said. */
export type Measured = { readonly count: number } & Readonly<Record<string, number>>;

export interface ShownSum {
  readonly count: number;
  /** `refused` by flyball stands apart from failures. */
  readonly outcomes: Counts;
  readonly cold: number;
  readonly slow: number;
}

/** A point as it is answered: of one metric, or of all. */
export interface ShownPoint extends Partial<ShownSum> {
  readonly instances?: number;
  readonly durationMs?: Quantiles;
  readonly attempts?: ShownSum & { readonly durationMs: Quantiles };
  /** By `policy/rule/resource`. */
  readonly refusals?: Counts;
  readonly shadow?: Counts;
  /** By `breaker/FROM/TO`. */
  readonly transitions?: Counts;
  /** What happened inside flyball, of a service. */
  readonly internal?: Counts;
  readonly waitsMs?: Measured | null;
  readonly bytesIn?: Measured | null;
  readonly bytesOut?: Measured | null;
  readonly leftMs?: Measured | null;
  readonly agesMs?: Measured | null;
  readonly retries?: number;
  readonly machine?: MachineSum | null;
  /** Instances, counted once a minute. */
  readonly revisions?: Counts;
  readonly versions?: Counts;
  readonly functions?: Counts;
  /** By the id of an error's signature. */
  readonly errors?: Counts;
}

export function shownPoint(sum: Sum, { metric, percentiles }: Wanted, kind: Kind): ShownPoint {
  const wants = (one: Metric) => isShown(one, metric, kind);
  const measured = (name: 'waits' | 'bytesIn' | 'bytesOut' | 'left' | 'ages') =>
    measuredOf(sum.histogramOf(name), percentiles);
  return {
    ...(wants('instances') ? { instances: sum.instances } : {}),
    ...(wants('count') ? countsOf(sum) : {}),
    ...(wants('duration') ? { durationMs: durationsOf(sum, percentiles) } : {}),
    ...(wants('attempts')
      ? { attempts: { ...countsOf(sum.attempts), durationMs: durationsOf(sum.attempts, percentiles) } }
      : {}),
    ...(wants('refusals')
      ? { refusals: counts(sum.countsOf('refusals')), shadow: counts(sum.countsOf('shadow')) }
      : {}),
    ...(wants('transitions') ? { transitions: counts(sum.countsOf('transitions')) } : {}),
    ...(wants('internal') ? { internal: counts(sum.countsOf('internal')) } : {}),
    ...(wants('waits') ? { waitsMs: measured('waits') } : {}),
    ...(wants('bytesIn') ? { bytesIn: measured('bytesIn') } : {}),
    ...(wants('bytesOut') ? { bytesOut: measured('bytesOut') } : {}),
    ...(wants('left') ? { leftMs: measured('left') } : {}),
    ...(wants('ages') ? { agesMs: measured('ages') } : {}),
    ...(wants('retries') ? { retries: sum.retries } : {}),
    ...(wants('machine') ? { machine: sum.machine ?? null } : {}),
    ...(wants('revisions')
      ? {
          revisions: counts(sum.countsOf('revisions')),
          versions: counts(sum.countsOf('versions')),
          functions: counts(sum.countsOf('functions')),
        }
      : {}),
    ...(wants('errors')
      ? { errors: Object.fromEntries(sum.errorSignatures().map(({ id, count }) => [id, count])) }
      : {}),
  };
}

function countsOf(sum: Sum): ShownSum {
  return { count: sum.total, outcomes: counts(sum.countsOf('outcomes')), cold: sum.cold, slow: sum.slow };
}

function durationsOf(sum: Sum, percentiles: readonly number[]): Quantiles {
  return quantilesOf(sum.histogramOf('durations'), percentiles);
}

function measuredOf(histogram: Histogram | undefined, percentiles: readonly number[]): Measured | null {
  const quantiles = quantilesOf(histogram, percentiles);
  return quantiles && { count: histogram?.count ?? 0, ...quantiles };
}

/** By percentile, in four digits; null when nothing was measured. */
export function quantilesOf(histogram: Histogram | undefined, percentiles: readonly number[]): Quantiles {
  if (!histogram || histogram.count === 0) return null;
  const shown = percentiles.map((percent) => [`p${percent}`, rounded(histogram.quantile(percent / 100) ?? 0)]);
  return { ...(Object.fromEntries(shown) as Record<string, number>), max: rounded(histogram.max) };
}

const counts = (map: ReadonlyMap<string, number>): Counts => Object.fromEntries(map);
const rounded = (value: number) => Number(value.toPrecision(4));
