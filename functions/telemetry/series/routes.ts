// `GET /v1/telemetry/series`: one subject step by step, or totals of all resources, dependencies or sources.
import type { Table } from '../../../store/port.ts';
import { json, Problem, requireScope, route, type ApiResponse, type Route } from '../../api/index.ts';
import { requireHeardOf } from '../heard-of.ts';
import { readSeries as description } from './described.ts';
import { seriesQueryOf, serviceOf } from './query.ts';
import { readSeries } from './read.ts';
import { readSettled } from './settled.ts';
import { asksForTotals, totalsQueryOf } from './totals-query.ts';
import { readTotals } from './totals.ts';

/** In bytes. What a function gives may be 6 MB, in which each quotation mark counts twice. */
const LARGEST_ANSWER = 4_500_000;

export function seriesRoutes(table: Table): Route[] {
  return [
    route('GET', '/v1/telemetry/series', 'viewer', description, async ({ query, caller, at }) => {
      const service = serviceOf(query);
      requireScope(caller, service);
      const settled = await readSettled(table, service, at);
      const asked = asksForTotals(query) ? totalsQueryOf(query, at, settled) : seriesQueryOf(query, at, settled);
      const { shown, read, unreadable } = 'by' in asked ? await readTotals(table, asked) : await shownSeries(asked);
      if (read + unreadable === 0) await requireHeardOf(table, service);
      return bounded(json({ ...shown, ...(unreadable > 0 ? { unreadable } : {}) }));
    }),
  ];

  async function shownSeries(query: ReturnType<typeof seriesQueryOf>) {
    const { series, read, unreadable } = await readSeries(table, query);
    return { shown: series.shown(), read, unreadable };
  }
}

function bounded(answer: ApiResponse): ApiResponse {
  if (Buffer.byteLength(answer.body ?? '') <= LARGEST_ANSWER) return answer;
  const detail = 'The answer would be too long; ask for one metric, a shorter range or longer steps.';
  throw new Problem(400, detail, { code: 'RANGE_TOO_LARGE' });
}
