// The routes of traces: `GET /v1/telemetry/traces`, and one of them as a tree.
import { parseDuration } from '../../../middleware/kernel/units.ts';
import {
  badRequest,
  inScope,
  isName,
  json,
  notFound,
  pageOf,
  readTime,
  requireScope,
  route,
  sealCursor,
  type Caller,
  type Route,
} from '../../api/index.ts';
import { listTraces, readTrace } from './described.ts';
import type { SourceTrace, TraceSource } from './source.ts';
import { fits, servicesOf, shownTrace, treeOf, type Wanted } from './trace.ts';

const LIST = 'traces';
const DEFAULT_RANGE_MS = 60 * 60_000;
/** Where few fit, a page may hold fewer than its limit, or none, and yet another follow. */
const MOST_READS = 100;
const TRACE_ID = /^1-[0-9a-f]{8}-[0-9a-f]{24}$/;
const OUTCOME = /^[A-Za-z0-9:_.-]{1,80}$/;

export function tracesRoutes(source: TraceSource): Route[] {
  return [
    route('GET', '/v1/telemetry/traces', 'viewer', listTraces, async (request) => {
      const { limit, cursor } = pageOf(request, LIST);
      const { from, to, ...wanted } = wantedOf(request.query, request.at);
      if (wanted.service !== undefined) requireScope(request.caller, wanted.service);
      const found: SourceTrace[] = [];
      let next = cursor;
      for (let reads = 0; reads < MOST_READS && found.length < limit; reads++) {
        const page = await source.page({ from, to, limit: limit - found.length, after: next });
        found.push(...page.traces.filter((trace) => mayRead(request.caller, trace) && fits(trace, wanted)));
        next = page.next;
        if (next === undefined) break;
      }
      return json({
        traces: found.map(shownTrace),
        ...(next === undefined ? {} : { cursor: sealCursor(LIST, next) }),
      });
    }),
    route('GET', '/v1/telemetry/traces/{id}', 'viewer', readTrace, async ({ params: { id }, caller }) => {
      if (!TRACE_ID.test(id)) throw badRequest('A trace is named as X-Ray does: 1-5759e988-bd862e3fe1be46a994272793.');
      const trace = await source.get(id);
      // Who may not read it is not told that it is there.
      if (!trace || !mayRead(caller, trace)) throw notFound(`There is no trace ${id}; they are kept for a while only.`);
      return json({ ...shownTrace(trace), tree: treeOf(trace) });
    }),
  ];
}

/** A key for some services reads the traces that one of them has a part in. */
function mayRead(caller: Caller, trace: SourceTrace): boolean {
  return caller.services === undefined || [...servicesOf(trace)].some((service) => inScope(caller, service));
}

function wantedOf(query: URLSearchParams, nowMs: number): Wanted & { readonly from: number; readonly to: number } {
  const service = query.get('service') ?? undefined;
  if (service !== undefined && !isName(service)) throw badRequest('service is not the name of a service.');
  const outcome = query.get('outcome') ?? undefined;
  if (outcome !== undefined && !OUTCOME.test(outcome)) {
    throw badRequest('outcome is one of flyball’s, such as ok, error, timeout, refused, 5xx, 404 or business:CODE.');
  }
  const to = timeOf(query, 'to') ?? nowMs + 1;
  const from = timeOf(query, 'from') ?? to - DEFAULT_RANGE_MS;
  if (from >= to) throw badRequest('from must lie before to.');
  return {
    service,
    outcome,
    resource: query.get('resource') ?? undefined,
    rule: query.get('rule') ?? undefined,
    minDurationMs: minDurationOf(query),
    from,
    to,
  };
}

function minDurationOf(query: URLSearchParams): number | undefined {
  const text = query.get('minDuration');
  if (text === null) return undefined;
  try {
    return parseDuration(text);
  } catch (error) {
    throw badRequest(`minDuration: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

function timeOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const ms = readTime(text);
  if (ms === undefined) throw badRequest(`${name} is not a time; write 2027-01-01T00:00:00Z.`);
  return ms;
}
