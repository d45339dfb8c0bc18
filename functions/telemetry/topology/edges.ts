// What a service reports of its neighbours in a stretch of time: whom it called, and what called it. Pure.
import type { SumData } from '../sums/data.ts';
import type { Slot } from '../sums/slot.ts';
import { partsOf, SERVICE } from '../sums/subject.ts';

/** As one side of an edge reports it. */
export interface ReportedEdge {
  /** What the rules call it; of what came in, its source: `http`, `queue:settlement`, `service:orders`. */
  readonly name: string;
  /** Of a call: `function:<name>`, `host:<host>`, `queue:<name>` …, when it is known. */
  readonly target?: string;
  readonly data: EdgeData;
}

export type EdgeData = Pick<SumData, 'outcomes' | 'durations' | 'maxMs' | 'ages' | 'maxAgeMs'>;

export interface ServiceEdges {
  /** The service's own functions, by their deployed names. */
  readonly functions: readonly string[];
  readonly calls: readonly ReportedEdge[];
  readonly inbound: readonly ReportedEdge[];
}

/** Of one service in one stretch; the busiest are kept. */
const MOST_EDGES = 100;

/**
 * The edges that a slot tells of, and the functions that others' edges may lead to: older libraries tell of these alone.
 * Undefined when there is neither.
 */
export function edgesOf(slot: Slot): ServiceEdges | undefined {
  const calls: ReportedEdge[] = [];
  const inbound: ReportedEdge[] = [];
  for (const [subject, sum] of slot.sums()) {
    const { kind, name } = partsOf(subject);
    if (sum.total === 0 || (kind !== 'dependency' && kind !== 'inbound')) continue;
    const { outcomes, durations, maxMs, ages, maxAgeMs } = sum.data();
    const data = defined({ outcomes, durations, maxMs, ages, maxAgeMs });
    const edge = { name, data, ...(sum.target === undefined ? {} : { target: sum.target }) };
    (kind === 'dependency' ? calls : inbound).push(edge);
  }
  const versions = slot.sum(SERVICE)?.countsOf('functions').keys() ?? [];
  const functions = new Set([...versions].map((version) => version.slice(0, version.lastIndexOf(':'))));
  if (calls.length + inbound.length + functions.size === 0) return undefined;
  return { functions: [...functions].sort(), calls: busiest(calls), inbound: busiest(inbound) };
}

function busiest(edges: ReportedEdge[]): ReportedEdge[] {
  if (edges.length <= MOST_EDGES) return edges;
  const total = ({ data }: ReportedEdge) => Object.values(data.outcomes ?? {}).reduce((sum, count) => sum + count, 0);
  return edges.sort((a, b) => total(b) - total(a)).slice(0, MOST_EDGES);
}

function defined(data: { readonly [name in keyof EdgeData]: EdgeData[name] | undefined }): EdgeData {
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined));
}
