// `GET /v1/telemetry/topology`: services and what is around them, and how the traffic between them fares.
import { edgePartitions, readEdges, type EdgeSpan } from '../../../store/items/edges.ts';
import { readMergeProgress } from '../../../store/items/merge-progress.ts';
import type { Table } from '../../../store/port.ts';
import { badRequest, inScope, json, Problem, route, type Route } from '../../api/index.ts';
import { sideBySide } from '../../api/passes.ts';
import { quantilesOf } from '../series/point.ts';
import { rangeOf } from '../series/query.ts';
import { MOST_BYTES } from '../series/reader.ts';
import { completeUntil, isSettled, settledFor, type Settled } from '../series/settled.ts';
import { HOUR_MS, LONGEST_RANGE_MS } from '../series/span.ts';
import { readTopology } from './described.ts';
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

/** `most` is how many bytes of edges one request may read. */
export function topologyRoutes(table: Table, most: number = MOST_BYTES): Route[] {
  return [
    route('GET', '/v1/telemetry/topology', 'viewer', readTopology, async ({ query, caller, at }) => {
      const range = stretchesOf(query, at);
      const stepMs = range.span === 'hour' ? FIVE_MINUTES_MS : HOUR_MS;
      const builder = new GraphBuilder();
      let read = 0;
      let unreadable = 0;
      await sideBySide(AT_ONCE, edgePartitions(range.span, range.from, range.to), async ([from, to]) => {
        if (read > most) return;
        for await (const { service, data, bytes } of readEdges(table, range.span, from, to)) {
          read += bytes;
          if (read > most) return;
          if (data === undefined) unreadable++;
          else builder.add(service, data);
        }
      });
      if (read > most) throw tooMuch(most);
      const { nodes, edges } = builder.graph((service) => inScope(caller, service));
      const settled = settledFor('', await readMergeProgress(table), at);
      const seconds = settledMs(range, stepMs, settled) / 1000;
      return json({
        from: new Date(range.from).toISOString(),
        to: new Date(range.to).toISOString(),
        stepMs,
        completeUntil: new Date(Math.min(range.to, floorTo(completeUntil(settled), stepMs))).toISOString(),
        nodes,
        edges: edges.map((edge) => shownEdge(edge, seconds)),
        ...(unreadable > 0 ? { unreadable } : {}),
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
    // Not of all that was asked for: stretches that are yet to be summed up would thin it out.
    ratePerSecond: seconds === 0 ? null : rounded(sum.total / seconds),
    errorShare: failed === null ? null : rounded(failed),
    refusedShare: refused === null ? null : rounded(refused),
    durationMs: quantilesOf(sum.histogramOf('durations'), PERCENTILES),
    ...(sum.histogramOf('ages') ? { ageMs: quantilesOf(sum.histogramOf('ages'), PERCENTILES) } : {}),
  };
}

/** How much of the range is summed up, in ms. */
function settledMs({ from, to }: Stretches, stepMs: number, settled: Settled): number {
  let ms = 0;
  for (let at = from; at < to; at += stepMs) if (isSettled(settled, at, at + stepMs)) ms += stepMs;
  return ms;
}

function tooMuch(most: number): Problem {
  const detail = `The range holds more than ${most / 2 ** 20} MB of edges; ask for a shorter one.`;
  return new Problem(400, detail, { code: 'RANGE_TOO_LARGE' });
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
