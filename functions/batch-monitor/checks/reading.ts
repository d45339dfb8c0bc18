// Reading checks: lists of them, one of them, its pings and their bodies, its flips.
import { listChanges, listPings, readBody, readPing } from '../../../store/items/check-log.ts';
import type { Logger } from '../../../middleware/kernel/logger.ts';
import type { Table } from '../../../store/port.ts';
import { bytes, json, route, type ApiRequest, type ApiResponse } from '../../api/index.ts';
import type { GuardedRoute } from '../../api/route.ts';
import { CHECK, CHECKS, checkOf, shownTo, unknown, versionOf } from './asked.ts';
import { channelView } from './channels.ts';
import * as described from './described-checks.ts';
import { bad } from './dialect.ts';
import { channelsKnownTo } from './known-channels.ts';
import { allChecks, projectOf } from './project.ts';
import { checkView, flipView, pingView, tagsOf } from './views.ts';

/** healthchecks.io shows as many at most. */
const MOST_PINGS = 1_000;
const MOST_FLIPS = 10_000;
const LAST_SECOND = 10_000_000_000;
const LONGEST_SPAN_SECONDS = 31_536_000;

export interface ReadingParts {
  readonly table: Table;
  readonly logger: Logger;
}

export function readingRoutes({ table, logger }: ReadingParts): GuardedRoute[] {
  return [
    route('GET', CHECKS, 'viewer', described.listChecks, (request) => list({ table, logger }, request)),
    route('GET', CHECK, 'viewer', described.readCheck, async (request) =>
      json(checkView(await checkOf(table, request), shownTo(request))),
    ),
    route('GET', `${CHECK}/pings/`, 'editor', described.listPings, async (request) => {
      const check = await checkOf(table, request);
      const shown = shownTo(request);
      const pings = await listPings(table, check, { limit: MOST_PINGS });
      return json({ pings: pings.map((ping) => pingView(check, ping, shown)) });
    }),
    route('GET', `${CHECK}/pings/{n}/body`, 'editor', described.readPingBody, async (request) => {
      const check = await checkOf(table, request);
      const n = /^[0-9]{1,10}$/.test(request.params.n) ? Number(request.params.n) : 0;
      const ping = await readPing(table, check, n);
      const body = ping && (await readBody(table, check.uuid, ping));
      if (body === undefined || body.length === 0) throw unknown();
      return bytes(body);
    }),
    route('GET', `${CHECK}/flips/`, 'viewer', described.listFlips, (request) => flips(table, request)),
    route('GET', '/api/{version}/channels/', 'editor', described.listChannels, async (request) => {
      versionOf(request);
      return json({ channels: (await channelsKnownTo(table, request.caller)).map(channelView) });
    }),
  ];
}

async function list({ table, logger }: ReadingParts, request: ApiRequest<'version'>): Promise<ApiResponse> {
  const shown = shownTo(request);
  const tags = [...new Set(request.query.getAll('tag'))];
  const slug = request.query.get('slug') ?? '';
  const service = projectOf(request);
  const { checks: all, unreadable } = await allChecks(table, service);
  if (unreadable > 0) logger.error('checks that cannot be read are left out of a list', { service, unreadable });
  const checks = all.filter(
    (check) => (slug === '' || check.slug === slug) && tags.every((tag) => tagsOf(check).includes(tag)),
  );
  const oldestFirst = checks.toSorted((a, b) => a.createdAt - b.createdAt || (a.uuid < b.uuid ? -1 : 1));
  return json({ checks: oldestFirst.map((check) => checkView(check, shown)) });
}

async function flips(table: Table, request: ApiRequest<'version' | 'check'>): Promise<ApiResponse> {
  const check = await checkOf(table, request);
  const start = wholeNumber(request.query.get('start'), LAST_SECOND);
  const end = wholeNumber(request.query.get('end'), LAST_SECOND);
  const seconds = wholeNumber(request.query.get('seconds'), LONGEST_SPAN_SECONDS);
  const from = Math.max((start ?? 0) * 1000, seconds === undefined ? 0 : request.at - seconds * 1000);
  const found = await listChanges(table, check, {
    fromMs: from,
    ...(end === undefined ? {} : { untilMs: end * 1000 }),
    limit: MOST_FLIPS,
  });
  return json({ flips: found.map(flipView) });
}

/** @throws {Problem} 400 unless it is a number within its bounds. */
function wholeNumber(value: string | null, most: number): number | undefined {
  if (value === null || value === '') return undefined;
  const number = /^[0-9]{1,12}$/.test(value) ? Number(value) : Infinity;
  if (number > most) throw bad('start, end and seconds are whole numbers of seconds');
  return number;
}
