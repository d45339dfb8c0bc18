// `/api/v1…v3/checks/`: checks made, read, changed, paused and deleted, as healthchecks.io has it.
import { listChanges, listPings, readBody, readPing } from '../../../store/items/check-log.ts';
import type { Check } from '../../../store/items/check-record.ts';
import { changeCheck, checkByAlias, deleteCheck, readCheck } from '../../../store/items/checks.ts';
import type { Table } from '../../../store/port.ts';
import {
  json,
  notFound,
  openRoute,
  Problem,
  requireScope,
  route,
  text,
  type ApiRequest,
  type ApiResponse,
  type Method,
  type Route,
} from '../../api/index.ts';
import { roleCovers } from '../../api/auth.ts';
import * as described from './described-checks.ts';
import { bad, dialectOf, headersFor, objectOf } from './dialect.ts';
import { configured, paused, resumed } from './fold.ts';
import { isUuid } from './ping-request.ts';
import { allChecks, projectOf } from './project.ts';
import { readSpec, type Spec } from './spec.ts';
import { upsert } from './upsert.ts';
import { checkView, flipView, pingView, slugify, tagsOf, type ApiVersion, type Shown } from './views.ts';

export interface ManageParts {
  readonly table: Table;
  /** A new random UUID. */
  readonly newId: () => string;
}

const CHECKS = '/api/{version}/checks/';
const CHECK = `${CHECKS}{check}`;
/** healthchecks.io shows as many at most. */
const MOST_PINGS = 1_000;
const MOST_FLIPS = 10_000;
const LAST_SECOND = 10_000_000_000;
const LONGEST_SPAN_SECONDS = 31_536_000;

export function checkRoutes({ table, newId }: ManageParts): Route[] {
  const guarded = [
    { ...route('GET', CHECKS, 'viewer', described.listChecks, (request) => list(table, request)), of: ['GET', 'POST'] },
    {
      ...route('POST', CHECKS, 'editor', described.createCheck, async (request) => {
        const shown = shownTo(request);
        const spec = specOf(request, shown.version);
        const { check, made } = await upsert(table, newId, projectOf(request), spec, request.at);
        return json(checkView(check, shown), { status: made ? 201 : 200 });
      }),
      of: ['GET', 'POST'],
    },
    {
      ...route('GET', CHECK, 'viewer', described.readCheck, async (request) =>
        json(checkView(await checkOf(table, request), shownTo(request))),
      ),
      of: ['POST', 'DELETE', 'GET'],
    },
    {
      ...route('POST', CHECK, 'editor', described.updateCheck, async (request) => {
        const { uuid } = await checkOf(table, request);
        const { version } = shownTo(request);
        return changed(table, request, uuid, (check) => {
          const { settings } = specOf(request, version, check);
          return configured(check, settings, request.at);
        });
      }),
      of: ['POST', 'DELETE', 'GET'],
    },
    {
      ...route('DELETE', CHECK, 'editor', described.deleteCheck, async (request) => {
        const { uuid } = await checkOf(table, request);
        const deleted = await deleteCheck(table, uuid);
        if (deleted === undefined) throw unknown();
        return json(checkView(deleted, shownTo(request)));
      }),
      of: ['POST', 'DELETE', 'GET'],
    },
    {
      ...route('POST', `${CHECK}/pause`, 'editor', described.pauseCheck, async (request) => {
        const { uuid } = await checkOf(table, request);
        return changed(table, request, uuid, (check) => paused(check, request.at));
      }),
      of: ['POST'],
    },
    {
      ...route('POST', `${CHECK}/resume`, 'editor', described.resumeCheck, async (request) => {
        const { uuid } = await checkOf(table, request);
        return changed(table, request, uuid, (check) => {
          const fresh = resumed(check, request.at);
          if (fresh === undefined) throw new Problem(409, 'check is not paused', { code: 'NOT_PAUSED' });
          return fresh;
        });
      }),
      of: ['POST'],
    },
    {
      ...route('GET', `${CHECK}/pings/`, 'editor', described.listPings, async (request) => {
        const check = await checkOf(table, request);
        const shown = shownTo(request);
        const pings = await listPings(table, check, { limit: MOST_PINGS });
        return json({ pings: pings.map((ping) => pingView(check, ping, shown)) });
      }),
      of: ['GET'],
    },
    {
      ...route('GET', `${CHECK}/pings/{n}/body`, 'editor', described.readPingBody, async (request) => {
        const check = await checkOf(table, request);
        const n = /^[0-9]{1,10}$/.test(request.params.n) ? Number(request.params.n) : 0;
        const ping = await readPing(table, check, n);
        const body = ping && (await readBody(table, check.uuid, ping));
        if (body === undefined || body.length === 0) throw unknown();
        return text(new TextDecoder().decode(body), 'text/plain; charset=utf-8');
      }),
      of: ['GET'],
    },
    {
      ...route('GET', `${CHECK}/flips/`, 'viewer', described.listFlips, (request) => flips(table, request)),
      of: ['GET'],
    },
    {
      ...route('GET', '/api/{version}/channels/', 'editor', described.listChannels, (request) => {
        versionOf(request);
        return Promise.resolve(json({ channels: [] }));
      }),
      of: ['GET'],
    },
  ];
  const paths = new Map(guarded.map(({ path, of }) => [path, of as readonly Method[]]));
  return [
    ...guarded.map(({ of, ...each }): Route => ({ ...each, dialect: dialectOf(of) })),
    ...[...paths].map(([path, methods]) =>
      openRoute('OPTIONS', path, described.preflight, () =>
        Promise.resolve({ status: 204, headers: headersFor(methods) }),
      ),
    ),
  ];
}

const unknown = () => notFound('not found');

function versionOf({ params }: { readonly params: { readonly version: string } }): ApiVersion {
  const { version } = params;
  if (version === 'v1' || version === 'v2' || version === 'v3') return version;
  throw unknown();
}

function shownTo(request: ApiRequest<'version'>): Shown {
  const scheme = request.headers.get('x-forwarded-proto') === 'http' ? 'http' : 'https';
  return {
    root: `${scheme}://${request.headers.get('host') ?? 'localhost'}`,
    version: versionOf(request),
    nowMs: request.at,
    readonly: !roleCovers(request.caller.role, 'editor'),
  };
}

/** The check that a path names: by its UUID, or by its unique key for those who only read. */
async function checkOf(table: Table, request: ApiRequest<'version' | 'check'>): Promise<Check> {
  versionOf(request);
  const id = request.params.check;
  const byKey = request.method === 'GET' && /^[0-9a-f]{40}$/.test(id);
  const check = byKey ? await checkByAlias(table, id) : isUuid(id) ? await readCheck(table, id) : undefined;
  if (check === undefined) throw unknown();
  requireScope(request.caller, check.service);
  return check;
}

async function list(table: Table, request: ApiRequest<'version'>): Promise<ApiResponse> {
  const shown = shownTo(request);
  const tags = [...new Set(request.query.getAll('tag'))];
  const slug = request.query.get('slug') ?? '';
  const checks = (await allChecks(table, projectOf(request))).filter(
    (check) => (slug === '' || check.slug === slug) && tags.every((tag) => tagsOf(check).includes(tag)),
  );
  const oldestFirst = checks.toSorted((a, b) => a.createdAt - b.createdAt || (a.uuid < b.uuid ? -1 : 1));
  return json({ checks: oldestFirst.map((check) => checkView(check, shown)) });
}

async function changed(
  table: Table,
  request: ApiRequest<'version' | 'check'>,
  uuid: string,
  change: Parameters<typeof changeCheck>[2],
): Promise<ApiResponse> {
  const check = await changeCheck(table, uuid, change);
  if (check === undefined) throw unknown();
  return json(checkView(check, shownTo(request)));
}

function specOf(request: ApiRequest, version: ApiVersion, current?: Check): Spec {
  const spec = readSpec(objectOf(request), current);
  // There are none yet: `*` and none at all mean the same.
  if (spec.channels !== undefined && spec.channels !== '' && spec.channels !== '*') {
    const [first = ''] = spec.channels.split(',');
    throw bad(first === '' ? 'empty channel identifier' : `invalid channel identifier: ${first}`);
  }
  const { name, slug } = spec.settings;
  if (version === 'v3' || name === undefined || slug !== undefined) return spec;
  return { ...spec, settings: { ...spec.settings, slug: slugify(name) } };
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
