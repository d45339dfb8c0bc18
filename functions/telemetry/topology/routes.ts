// `GET /v1/telemetry/topology`: services and what is around them, and how the traffic between them fares.
import { edgePartitions, readEdges, type EdgeSpan } from '../../../store/items/edges.ts';
import { readMergeProgress } from '../../../store/items/merge-progress.ts';
import type { Table } from '../../../store/port.ts';
import { badRequest, inScope, json, route, type Route } from '../../api/index.ts';
import { sideBySide } from '../../api/passes.ts';
import { quantilesOf } from '../series/point.ts';
import { rangeOf } from '../series/query.ts';
import { completeUntil, settledFor } from '../series/settled.ts';
import { HOUR_MS, LONGEST_RANGE_MS } from '../series/span.ts';
import { GraphBuilder, sharesOf, type Edge } from './graph.ts';

const FIVE_MINUTES_MS = 5 * 60_000;
/** Of longer ranges hours are read, not five minutes. */
const LONGEST_FINE_MS = 3 * HOUR_MS;
const FINE_KEPT_MS = 7 * 24 * HOUR_MS;
const AT_ONCE = 8;

interface Stretches {
  readonly span: EdgeSpan;
  readonly from: number;
  readonly to: number;
}

export function topologyRoutes(table: Table): Route[] {
  return [
    route('GET', '/v1/telemetry/topology', 'viewer', async ({ query, caller, at }) => {
      const range = stretchesOf(query, at);
      const stepMs = range.span === 'hour' ? FIVE_MINUTES_MS : HOUR_MS;
      const builder = new GraphBuilder();
      await sideBySide(AT_ONCE, edgePartitions(range.span, range.from, range.to), async ([from, to]) => {
        for await (const { service, data } of readEdges(table, range.span, from, to)) {
          builder.add(service, data);
        }
      });
      const { nodes, edges } = builder.graph((service) => inScope(caller, service));
      const seconds = (range.to - range.from) / 1000;
      const settled = settledFor('', await readMergeProgress(table), at);
      return json({
        from: new Date(range.from).toISOString(),
        to: new Date(range.to).toISOString(),
        stepMs,
        completeUntil: new Date(Math.min(range.to, floorTo(completeUntil(settled), stepMs))).toISOString(),
        nodes,
        edges: edges.map((edge) => shownEdge(edge, seconds)),
      });
    }),
  ];
}

function shownEdge({ from, to, reportedBy, dependencies, sum }: Edge, seconds: number) {
  const { failed, refused } = sharesOf(sum);
  return {
    from,
    to,
    reportedBy,
    ...(dependencies ? { dependencies } : {}),
    count: sum.total,
    ratePerSecond: rounded(sum.total / seconds),
    errorShare: failed === null ? null : rounded(failed),
    refusedShare: refused === null ? null : rounded(refused),
    durationMs: quantilesOf(sum.histogramOf('durations'), PERCENTILES),
    ...(sum.histogramOf('ages') ? { ageMs: quantilesOf(sum.histogramOf('ages'), PERCENTILES) } : {}),
  };
}

const PERCENTILES = [50, 95, 99];
const rounded = (value: number) => Number(value.toPrecision(4));

const floorTo = (ms: number, step: number) => Math.floor(ms / step) * step;

/** Widened to whole stretches. @throws {Problem} 400 saying which parameter is wrong. */
function stretchesOf(query: URLSearchParams, nowMs: number): Stretches {
  const { from, to } = rangeOf(query, nowMs);
  if (from < nowMs - LONGEST_RANGE_MS) throw badRequest('from may lie 90 days back at most.');
  const fine = to - from <= LONGEST_FINE_MS && from > nowMs - FINE_KEPT_MS;
  const step = fine ? FIVE_MINUTES_MS : HOUR_MS;
  return { span: fine ? 'hour' : 'day', from: floorTo(from, step), to: floorTo(to + step - 1, step) };
}
