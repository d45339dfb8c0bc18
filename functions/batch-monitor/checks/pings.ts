// `/ping/…`: the door of checks, as healthchecks.io has it. It answers in plain text, for `curl` and for cron.
import { forgetOlder, putBody } from '../../../store/items/check-log.ts';
import { checksBySlug, readCheck } from '../../../store/items/checks.ts';
import type { Check } from '../../../store/items/check-record.ts';
import type { Job } from '../../../store/items/jobs.ts';
import { StoreUnavailable, type Table } from '../../../store/port.ts';
import { openRoute, Problem, text, type ApiResponse, type OpenRequest, type Route } from '../../api/index.ts';
import { claimed, firstOfSlug } from './claimed.ts';
import { changeOrPutOff } from './contended.ts';
import { pingedJob, pingJob } from './job-pings.ts';
import * as describedPings from './described-pings.ts';
import { newCheck, pinged } from './fold.ts';
import type { ServiceOf } from './ping-keys.ts';
import { MOST_CHECKS, roomFor, TIMES_BY_PINGS, type RequireRoom } from './room.ts';
import {
  bytesOf,
  isLong,
  isUuid,
  kindFor,
  meaningOf,
  PING_BODY_LIMIT,
  recordOf,
  ridOf,
  type PingMeant,
} from './ping-request.ts';

export interface PingParts {
  readonly table: Table;
  /** A new random UUID. */
  readonly newId: () => string;
  readonly serviceOf: ServiceOf;
  /** Of a service, made by its API; 1,000 when left out. */
  readonly mostChecks?: number;
}

interface Pinging extends PingParts {
  readonly requireRoom: RequireRoom;
}

const METHODS = ['GET', 'HEAD', 'POST'] as const;
const SLUG = /^[-a-zA-Z0-9_]{1,100}$/;

export function pingRoutes(given: PingParts): Route[] {
  const parts: Pinging = { ...given, requireRoom: roomFor(given.table) };
  return METHODS.flatMap((method) => [
    openRoute(method, '/ping/{key}', describedPings.ping, (request) => byUuid(parts, request, request.params.key)),
    openRoute(method, '/ping/{key}/', describedPings.ping, (request) => byUuid(parts, request, request.params.key)),
    openRoute(method, '/ping/{key}/{slug}', describedPings.pingAction, (request) => {
      const { key, slug } = request.params;
      // The same path says an action of a check and a slug of a ping key: UUIDs come first, as in healthchecks.io.
      return isUuid(key) && meaningOf(slug) !== undefined
        ? byUuid(parts, request, key, slug)
        : bySlug(parts, request, key, slug);
    }),
    openRoute(method, '/ping/{key}/{slug}/{action}', describedPings.pingSlugAction, (request) => {
      const { key, slug, action } = request.params;
      return bySlug(parts, request, key, slug, action);
    }),
  ]);
}

async function byUuid(parts: Pinging, request: OpenRequest, uuid: string, action?: string): Promise<ApiResponse> {
  const meant = meaningOf(action);
  const check = isUuid(uuid) && meant !== undefined ? await readCheck(parts.table, uuid) : undefined;
  if (check === undefined || meant === undefined) return plain(404, 'not found');
  return ping(parts, request, check, meant);
}

async function bySlug(
  parts: Pinging,
  request: OpenRequest,
  key: string,
  slug: string,
  action?: string,
): Promise<ApiResponse> {
  const meant = meaningOf(action);
  if (meant === undefined || !SLUG.test(key) || !SLUG.test(slug)) return plain(404, 'not found');
  if (slug !== slug.toLowerCase()) return plain(400, 'invalid url format');
  const service = await parts.serviceOf(key, request);
  if (service === undefined) return plain(404, 'not found');
  const [check, another] = await checksBySlug(parts.table, service, slug, 2);
  if (another !== undefined) return plain(409, 'ambiguous slug');
  if (check !== undefined) return ping(parts, request, check, meant);
  const job = await pingedJob(parts.table, service, slug);
  if (job !== undefined) return pingOfJob(parts, request, job, meant);
  if (request.query.get('create') !== '1') return plain(404, 'not found');
  if (meant === 'bad' || ridOf(request.query) === 'bad') return ping(parts, request, undefined, meant);
  if (await isFull(parts, service, request.at)) return plain(403, 'too many checks');
  const { check: provided, made } = await provide(parts, service, slug, request.at);
  const answer = await ping(parts, request, provided, meant);
  return answer.status === 200 && made ? plain(201, 'Created', answer.headers) : answer;
}

async function pingOfJob(
  { table, newId }: Pinging,
  request: OpenRequest,
  job: Job,
  meant: PingMeant | 'bad',
): Promise<ApiResponse> {
  if (meant === 'bad') return plain(400, 'invalid url format');
  const rid = ridOf(request.query);
  if (rid === 'bad') return plain(400, 'invalid uuid format');
  await pingJob(table, job, { ...meant, ...rid, at: request.at, body: bytesOf(request) }, newId);
  return plain(200, 'OK', { 'ping-body-limit': String(PING_BODY_LIMIT) });
}

/** Whether a service has as many checks as pings may make. */
async function isFull(parts: Pinging, service: string, at: number): Promise<boolean> {
  const { requireRoom, mostChecks = MOST_CHECKS } = parts;
  try {
    await requireRoom(service, at, TIMES_BY_PINGS * mostChecks);
    return false;
  } catch (error) {
    if (error instanceof Problem && error.code === 'TOO_MANY_CHECKS') return true;
    throw error;
  }
}

/** The check that a first ping makes for a slug: of several first pings at once, all get the same one. */
function provide({ table, newId }: Pinging, service: string, slug: string, at: number) {
  return claimed(
    table,
    newId,
    { service, what: firstOfSlug(slug), at },
    (check) => check.slug === slug,
    (uuid) => newCheck({ uuid, badgeKey: newId(), service, at }, { name: slug, slug }),
  );
}

async function ping(
  { table, newId }: Pinging,
  request: OpenRequest,
  check: Check | undefined,
  meant: PingMeant | 'bad',
): Promise<ApiResponse> {
  if (meant === 'bad') return plain(400, 'invalid url format');
  const rid = ridOf(request.query);
  if (rid === 'bad') return plain(400, 'invalid uuid format');
  if (check === undefined) return plain(404, 'not found');
  const body = bytesOf(request);
  const bodyId = newId();
  if (isLong(body)) await putBody(table, check.uuid, bodyId, body, request.at);
  const { exitStatus } = meant;
  const changed = await changeOrPutOff(table, check.uuid, (current) =>
    pinged(
      current,
      recordOf(request, kindFor(current, meant, request.method, body), {
        ...rid,
        ...(exitStatus === undefined ? {} : { exitStatus }),
        body,
        bodyId,
      }),
    ),
  );
  if (changed === undefined) return plain(404, 'not found');
  await forgetOlder(table, check.uuid, changed.pings).catch(passOver);
  return plain(200, 'OK', { 'ping-body-limit': String(PING_BODY_LIMIT) });
}

/** The ping is in the table: what could not be taken away goes when its time is over. */
function passOver(error: unknown): void {
  if (!(error instanceof StoreUnavailable)) throw error;
}

/** Any page may ping: there is nothing to read, and no cookie to abuse. */
function plain(status: number, body: string, headers: Readonly<Record<string, string>> = {}): ApiResponse {
  return text(body, 'text/plain; charset=utf-8', {
    status,
    headers: {
      'access-control-allow-origin': '*',
      'cache-control': 'max-age=0, no-cache, no-store, must-revalidate, private',
      ...headers,
    },
  });
}
