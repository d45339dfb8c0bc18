// What a service reports of its neighbours in a stretch of time: whom it called, and what called it. Pure.
import { mostFrequent, fitting } from '../merge/fit.ts';
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
const FEW_OUTCOMES = 20;
/** Packed: those of all services and of many stretches are read together. */
const LARGEST_BYTES = 64 * 1024;

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
  // Without a colon they are others, too many or too long to be told apart.
  const named = [...versions].filter((version) => version.includes(':'));
  const functions = new Set(named.map((version) => version.slice(0, version.lastIndexOf(':'))));
  if (calls.length + inbound.length + functions.size === 0) return undefined;
  return fittingEdges({
    functions: [...functions].sort(),
    calls: busiest(calls, MOST_EDGES),
    inbound: busiest(inbound, MOST_EDGES),
  });
}

/** The edges themselves when they fit, else the busiest, with the most frequent outcomes by name. */
function fittingEdges(edges: ServiceEdges): ServiceEdges {
  const lean = ({ data: { outcomes, ...data }, ...edge }: ReportedEdge): ReportedEdge => ({
    ...edge,
    data: { ...data, ...(outcomes ? { outcomes: mostFrequent(outcomes, FEW_OUTCOMES) } : {}) },
  });
  const withFewOutcomes = ({ functions, calls, inbound }: ServiceEdges): ServiceEdges => ({
    functions: functions.slice(0, MOST_EDGES),
    calls: calls.map(lean),
    inbound: inbound.map(lean),
  });
  const onlyBusiest =
    (most: number) =>
    ({ functions, calls, inbound }: ServiceEdges): ServiceEdges => ({
      functions: functions.slice(0, most),
      calls: busiest(calls, most),
      inbound: busiest(inbound, most),
    });
  return fitting(
    edges,
    [withFewOutcomes, onlyBusiest(50), onlyBusiest(20), onlyBusiest(10), onlyBusiest(5)],
    LARGEST_BYTES,
  );
}

function busiest(edges: readonly ReportedEdge[], most: number): readonly ReportedEdge[] {
  if (edges.length <= most) return edges;
  const total = ({ data }: ReportedEdge) => Object.values(data.outcomes ?? {}).reduce((sum, count) => sum + count, 0);
  return edges.toSorted((a, b) => total(b) - total(a)).slice(0, most);
}

function defined(data: { readonly [name in keyof EdgeData]: EdgeData[name] | undefined }): EdgeData {
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined));
}
