// Pausing what can be shed: in a whole cell or some of its services, for a time, with one call.
import { listServices } from '../../store/items/rules.ts';
import {
  pauseService,
  readCellPause,
  readServicePause,
  writeCellPause,
  type LaidPause,
} from '../../store/items/pauses.ts';
import type { Table } from '../../store/port.ts';
import {
  badRequest,
  bodyOf,
  ifMatch,
  includes,
  json,
  pageOf,
  Problem,
  quoted,
  requireAllServices,
  route,
  sealCursor,
  type ApiRequest,
  type ApiResponse,
  type Route,
} from '../api/index.ts';
import { liftShed, pauseBody, pauseShed, readShed } from './described/cell.ts';
import { eitherOr, endingOf, invalid } from '../api/ending.ts';
import type { Parts } from './parts.ts';
import { recorded, requireServices, spreadOver, spreadOverCell, type Lay, type Spread } from './pausing.ts';
import { record } from '../api/trail.ts';

const LONGEST_MS = 86_400_000;

export function shedRoutes(parts: Parts): Route[] {
  return [
    route('GET', '/v1/shed', 'viewer', readShed, (request) => show(parts.table, request)),
    route('POST', '/v1/shed', 'publisher', pauseShed, (request) =>
      request.query.has('cursor') ? goOn(parts, request) : pause(parts, request),
    ),
    route('DELETE', '/v1/shed', 'publisher', liftShed, (request) =>
      request.query.has('cursor') ? goOn(parts, request) : lift(parts, request),
    ),
  ];
}

/** What is paused in the cell, and service by service; a key for some services learns of no others. */
async function show(table: Table, request: ApiRequest): Promise<ApiResponse> {
  const [cell, { services, cursor }] = await Promise.all([readCellPause(table), servicesOf(table, request)]);
  const laid = await Promise.all(
    services.map(async (service) => ({ service, pause: shown(await readServicePause(table, service), request.at) })),
  );
  return json(
    {
      pause: shown(cell, request.at),
      services: laid.flatMap(({ service, pause }) => (pause ? [{ service, ...pause }] : [])),
      ...(cursor === undefined ? {} : { cursor: sealCursor('shed', cursor) }),
    },
    { headers: { etag: quoted(tagOf(cell)) } },
  );
}

async function servicesOf(table: Table, request: ApiRequest) {
  const { services: scope } = request.caller;
  if (scope) return { services: scope, cursor: undefined };
  const { services, cursor } = await listServices(table, pageOf(request, 'shed'));
  return { services: services.map(({ service }) => service), cursor };
}

async function pause(parts: Parts, request: ApiRequest): Promise<ApiResponse> {
  const { priority, for: lasting, until, reason, services } = bodyOf(request, pauseBody);
  const laid = { priority, until: endOf(lasting, until, request.at), reason, by: request.caller.name };
  const deed = { action: 'shed.pause', detail: { priority, until: new Date(laid.until).toISOString() }, note: reason };
  return lay(parts, request, laid, services, deed);
}

/** A pause that has ended takes the place of the one in force. */
async function lift(parts: Parts, request: ApiRequest): Promise<ApiResponse> {
  const named = request.query.get('services');
  const laid = { priority: 'sheddable', until: 0, reason: '', by: request.caller.name } as const;
  return lay(parts, request, laid, named === null ? undefined : named.split(','), {
    action: 'shed.resume',
    detail: {},
  });
}

type Deed = Pick<Parameters<typeof record>[2], 'action' | 'detail' | 'note'>;

async function lay(
  parts: Parts,
  request: ApiRequest,
  laid: Omit<LaidPause, 'at'>,
  services: readonly string[] | undefined,
  deed: Deed,
): Promise<ApiResponse> {
  const { table, clock } = parts;
  if (services) {
    await requireServices(table, request, services, 'paused');
    const pause = { ...laid, at: request.at };
    const spread = await recorded(
      spreadOver(services, pausing(table, pause)),
      services.map((service) => record(parts, request, { ...deed, service })),
    );
    return answer(pause, request.at, spread);
  }
  requireAllServices(request.caller);
  const pause = await layOnCell(table, request, laid);
  const spread = await recorded(spreadOverCell(table, clock, pausing(table, pause), undefined), [
    record(parts, request, { ...deed, target: 'every service' }),
  ]);
  return answer(pause, request.at, spread);
}

/** Spreads what was laid on the cell over the services that there was no time for. */
async function goOn({ table, clock }: Parts, request: ApiRequest): Promise<ApiResponse> {
  requireAllServices(request.caller);
  const pause = await readCellPause(table);
  const { cursor } = pageOf(request, `shed:${tagOf(pause)}`);
  if (!pause || cursor === undefined) throw badRequest('The cursor is not one that this pause gave; pause again.');
  return answer(pause, request.at, await spreadOverCell(table, clock, pausing(table, pause), cursor));
}

/** First for services that come later, then for those that are there. @throws {Problem} 409, 412 */
async function layOnCell(table: Table, request: ApiRequest, laid: Omit<LaidPause, 'at'>): Promise<LaidPause> {
  const current = await readCellPause(table);
  const tags = ifMatch(request);
  if (tags !== undefined && !includes(tags, tagOf(current))) throw pausedMeanwhile(412, current, request.at);
  const pause = { ...laid, at: Math.max(request.at, (current?.at ?? 0) + 1) };
  const written = await writeCellPause(table, pause, current?.at);
  if (!written.applied) throw pausedMeanwhile(409, written.pause, request.at);
  return pause;
}

const pausing =
  (table: Table, pause: LaidPause): Lay =>
  (service) =>
    pauseService(table, service, pause);

/** 202 while there is something left to do. */
function answer(pause: LaidPause, nowMs: number, { reached, failed, cursor }: Spread): ApiResponse {
  const complete = failed.length === 0 && cursor === undefined;
  return json(
    {
      pause: shown(pause, nowMs),
      complete,
      reached,
      failed,
      ...(cursor === undefined ? {} : { cursor: sealCursor(`shed:${tagOf(pause)}`, cursor) }),
    },
    { status: complete ? 200 : 202, headers: { etag: quoted(tagOf(pause)) } },
  );
}

/** @throws {Problem} 422 unless exactly one of them is given and is at most a day away. */
function endOf(lasting: string | undefined, until: string | number | undefined, nowMs: number): number {
  const end = endingOf({ lasting, moment: until, called: 'until', example: '30m' }, nowMs);
  if (end === undefined) throw eitherOr('until', '30m');
  if (end.at > nowMs + LONGEST_MS) throw invalid(end.place, 'is more than 24h from now; pause again when it is over');
  return end.at;
}

function pausedMeanwhile(status: 409 | 412, current: LaidPause | undefined, nowMs: number): Problem {
  const who = current ? ` by ${current.by}` : '';
  return new Problem(status, `What is paused was changed meanwhile${who}; look at it, then decide again.`, {
    code: 'PAUSED_MEANWHILE',
    headers: { etag: quoted(tagOf(current)) },
    more: { pause: shown(current, nowMs) },
  });
}

const tagOf = (pause: LaidPause | undefined) => String(pause?.at ?? 0);

/** Null when it is not in force. */
function shown(pause: LaidPause | undefined, nowMs: number) {
  if (!pause || pause.until <= nowMs) return null;
  const { priority, until, reason, by, at } = pause;
  return { priority, until: new Date(until).toISOString(), reason, by, at: new Date(at).toISOString() };
}
