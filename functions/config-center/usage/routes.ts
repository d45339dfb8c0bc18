// What the callers of a service have used of its quotas: by key and window, as JSON or as CSV, and who has neared a limit.
import {
  readUnlistedSignals,
  readUsageSignals,
  type UnlistedSignals,
  type UsageSignal,
} from '../../../store/items/usage-signals.ts';
import {
  badRequest,
  json,
  pageOf,
  route,
  sealCursor,
  text,
  type ApiRequest,
  type ApiResponse,
  type Route,
} from '../../api/index.ts';
import { listSignals, readUsage } from '../described/usage.ts';
import type { Parts } from '../parts.ts';
import { readable } from '../unreadable.ts';
import { csvOf, iso, shareOf } from './csv.ts';
import { cursorOf, listOf, spanOf, usageQuery, type UsageQuery } from './query.ts';
import { publishedQuotas } from './quotas.ts';
import { usagePage, type UsagePage, type UsageRow } from './rows.ts';

const USAGE = '/v1/services/{service}/usage';
/** In one CSV answer: reading their counters takes some seconds. */
export const MOST_CSV_ROWS = 2_000;
const DEFAULT_SIGNALS_MS = 7 * 86_400_000;
/** Hours with more signals than are listed that one answer names. */
const MOST_UNLISTED = 100;

type ServiceRequest = ApiRequest<'service'>;

export function usageRoutes({ table }: Parts): Route[] {
  return [
    route('GET', USAGE, 'viewer', readUsage, async (request) => {
      const { service } = request.params;
      const csv = wantsCsv(request);
      const published = await publishedQuotas(table, service);
      const query = usageQuery(request, service, published, { csv, mostRows: MOST_CSV_ROWS });
      const page = await readable(service, () => usagePage(table, query, published.quotas));
      return csv ? asCsv(request, query, page) : asJson(request, query, page);
    }),
    route('GET', `${USAGE}/signals`, 'viewer', listSignals, async (request) => {
      const { service } = request.params;
      const { fromMs, toMs } = spanOf(request, DEFAULT_SIGNALS_MS);
      const list = `usage-signals:${service}`;
      const page = pageOf(request, list);
      const [{ signals, cursor }, unlisted] = await readable(service, () =>
        Promise.all([
          readUsageSignals(table, service, { fromMs, toMs, ...page }),
          page.cursor === undefined ? readUnlistedSignals(table, service, fromMs, toMs, MOST_UNLISTED) : [],
        ]),
      );
      return json({
        from: iso(fromMs),
        to: iso(toMs),
        signals: signals.map(shownSignal),
        ...(unlisted.length > 0 ? { unlisted: unlisted.map(shownUnlisted) } : {}),
        ...(cursor === undefined ? {} : { cursor: sealCursor(list, cursor) }),
      });
    }),
  ];
}

/** By `format`, else by what the caller accepts first. @throws {Problem} 400 for another format. */
function wantsCsv({ query, headers }: ServiceRequest): boolean {
  const format = query.get('format');
  if (format === null) return /^\s*text\/csv\b/.test(headers.get('accept') ?? '');
  if (format !== 'csv' && format !== 'json') throw badRequest('format is json or csv.');
  return format === 'csv';
}

function asJson(request: ServiceRequest, { service, fromMs, toMs }: UsageQuery, { rows, end }: UsagePage): ApiResponse {
  const cursor = end && sealCursor(listOf(service, request.query), cursorOf(end));
  const answer = { from: iso(fromMs), to: iso(toMs), usage: rows.map(shown), ...(cursor ? { cursor } : {}) };
  return json(answer, { headers: { vary: 'accept' } });
}

/** What one answer does not hold is behind its `link`; it has no header, so that the parts are one list put together. */
function asCsv(request: ServiceRequest, asked: UsageQuery, { rows, end }: UsagePage): ApiResponse {
  const { service, after, fromMs, toMs } = asked;
  const headers: Record<string, string> = {
    vary: 'accept',
    'content-disposition': `attachment; filename="${service}-usage.csv"`,
  };
  if (end) {
    const query = new URLSearchParams(request.query);
    // The span that was meant, also when the next part is asked for in another window.
    for (const [name, value] of Object.entries({ format: 'csv', from: iso(fromMs), to: iso(toMs) }))
      query.set(name, value);
    query.set('cursor', sealCursor(listOf(service, query), cursorOf(end)));
    headers['link'] = `<${request.path}?${query.toString()}>; rel="next"`;
  }
  const type = `text/csv; charset=utf-8; header=${after ? 'absent' : 'present'}`;
  return text(csvOf(service, rows, !after), type, { headers });
}

function shown(row: UsageRow) {
  const { rule, key, used, held, limit, startMs, endMs, reached80Ms, reached100Ms } = row;
  const at = (ms: number) => (ms === 0 ? null : iso(ms));
  return {
    ...{ rule, key, used, ...(held > 0 ? { held } : {}) },
    limit: limit ?? null,
    share: shareOf(row) ?? null,
    windowStart: iso(startMs),
    windowEnd: iso(endMs),
    reached80At: at(reached80Ms),
    reached100At: at(reached100Ms),
  };
}

function shownSignal({ rule, key, percent, atMs, limit, startMs, endMs }: UsageSignal) {
  return { at: iso(atMs), rule, key, share: `${percent}%`, limit, windowStart: iso(startMs), windowEnd: iso(endMs) };
}

function shownUnlisted({ rule, hourMs, count }: UnlistedSignals) {
  return { rule, hour: iso(hourMs), count };
}
