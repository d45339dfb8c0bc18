// What a topology tells of the traffic that reaches each service, all its callers together.
import { cell, type Fields } from './answers.ts';
import { isObject } from './problem.ts';

export interface Traffic {
  readonly perSecond: number | undefined;
  /** From 0 to 1. */
  readonly errorShare: number | undefined;
  readonly refusedShare: number | undefined;
  /** Of the caller that waits longest. */
  readonly p99Ms: number | undefined;
}

export const NOTHING: Traffic = {
  perSecond: undefined,
  errorShare: undefined,
  refusedShare: undefined,
  p99Ms: undefined,
};

const SERVICE = 'service:';

/** By the names of services. */
export function trafficOf({ edges }: Fields): ReadonlyMap<string, Traffic> {
  const byService = new Map<string, Fields[]>();
  for (const edge of Array.isArray(edges) ? edges.filter(isObject) : []) {
    const to = cell(edge['to']);
    if (to.startsWith(SERVICE)) {
      const name = to.slice(SERVICE.length);
      byService.set(name, [...(byService.get(name) ?? []), edge]);
    }
  }
  return new Map([...byService].map(([name, into]) => [name, together(into)]));
}

function together(edges: readonly Fields[]): Traffic {
  const rates = numbersIn(edges.map(({ ratePerSecond }) => ratePerSecond));
  const slowest = numbersIn(edges.map(({ durationMs }) => (isObject(durationMs) ? durationMs['p99'] : undefined)));
  return {
    perSecond: rates.length > 0 ? rates.reduce((sum, rate) => sum + rate, 0) : undefined,
    errorShare: weighted(edges, 'errorShare'),
    refusedShare: weighted(edges, 'refusedShare'),
    p99Ms: slowest.length > 0 ? Math.max(...slowest) : undefined,
  };
}

/** Of all calls: callers count by how many of them are theirs. */
function weighted(edges: readonly Fields[], share: string): number | undefined {
  let [calls, met] = [0, 0];
  for (const edge of edges) {
    const [count, part] = [edge['count'], edge[share]];
    if (typeof count !== 'number' || typeof part !== 'number') continue;
    calls += count;
    met += count * part;
  }
  return calls > 0 ? met / calls : undefined;
}

const numbersIn = (values: readonly unknown[]) => values.filter((value) => typeof value === 'number');
