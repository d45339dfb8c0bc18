// Injected faults: what is in force where and until when, and one call that stops them, in a whole cell or some services.
import type { FaultRule } from '../../middleware/kernel/rules/document.ts';
import {
  readCellFaultStop,
  readFaultStop,
  stopFaultsOf,
  writeCellFaultStop,
  type FaultStop,
} from '../../store/items/fault-stops.ts';
import { listServices } from '../../store/items/rules.ts';
import type { Table } from '../../store/port.ts';
import {
  badRequest,
  bodyOf,
  json,
  pageOf,
  Problem,
  requireAllServices,
  route,
  sealCursor,
  type ApiRequest,
  type ApiResponse,
  type Description,
  type Route,
} from '../api/index.ts';
import { readFaults, resumeFaults, stopBody, stopFaults } from './described/cell.ts';
import type { Parts } from './parts.ts';
import { recorded, requireServices, spreadOver, spreadOverCell, type Lay, type Spread } from './pausing.ts';
import { publishedOf } from './published.ts';
import { record } from '../api/trail.ts';

/** Each service's document is read. */
const MOST_A_PAGE = 50;

export function faultRoutes(parts: Parts): Route[] {
  const writing = (path: string, description: Description, stopped: boolean) =>
    route('POST', path, 'publisher', description, (request) =>
      request.query.has('cursor') ? goOn(parts, request, stopped) : decide(parts, request, stopped),
    );
  return [
    route('GET', '/v1/faults', 'viewer', readFaults, (request) => show(parts.table, request)),
    writing('/v1/faults/stop', stopFaults, true),
    writing('/v1/faults/resume', resumeFaults, false),
  ];
}

/** Page by page; a key for some services learns of no others. */
async function show(table: Table, request: ApiRequest): Promise<ApiResponse> {
  const [cell, { services, cursor }] = await Promise.all([readCellFaultStop(table), servicesOf(table, request)]);
  const told = await Promise.all(services.map((service) => faultsOf(table, service, request.at)));
  return json({
    stopped: shown(cell),
    services: told.filter(({ stopped, faults }) => stopped !== null || faults.length > 0),
    ...(cursor === undefined ? {} : { cursor: sealCursor('faults', cursor) }),
  });
}

async function servicesOf(table: Table, request: ApiRequest) {
  const { services: scope } = request.caller;
  if (scope) return { services: scope, cursor: undefined };
  const page = pageOf(request, 'faults');
  const { services, cursor } = await listServices(table, { ...page, limit: Math.min(page.limit, MOST_A_PAGE) });
  return { services: services.map(({ service }) => service), cursor };
}

async function faultsOf(table: Table, service: string, nowMs: number) {
  const [stop, document] = await Promise.all([readFaultStop(table, service), publishedOf(table, service)]);
  const faults = Object.entries(document?.faults ?? {}).map(([name, rule]) => ({
    name,
    ...rule,
    inForce: !stop?.stopped && rule.mode !== 'disabled' && !isOver(rule, nowMs),
    over: isOver(rule, nowMs),
  }));
  return { service, stopped: shown(stop), faults };
}

const isOver = ({ until }: FaultRule, nowMs: number) => nowMs >= Date.parse(until);

async function decide(parts: Parts, request: ApiRequest, stopped: boolean): Promise<ApiResponse> {
  const { table, clock } = parts;
  const { reason, services } = bodyOf(request, stopBody);
  const deed = { action: stopped ? 'faults.stop' : 'faults.resume', detail: {}, note: reason };
  const decided = { stopped, by: request.caller.name, reason };
  if (services) {
    await requireServices(table, request, services, stopped ? 'stopped' : 'resumed');
    const stop = { ...decided, at: request.at };
    const spread = await recorded(
      spreadOver(services, laying(table, stop)),
      services.map((service) => record(parts, request, { ...deed, service })),
    );
    return answer(stop, spread);
  }
  requireAllServices(request.caller);
  // First for services that come later, then for those that are there.
  const stop = { ...decided, at: Math.max(request.at, ((await readCellFaultStop(table))?.at ?? 0) + 1) };
  if (!(await writeCellFaultStop(table, stop))) {
    throw new Problem(409, 'Somebody else has stopped or resumed faults at this moment; look, and decide again.', {
      code: 'STOPPED_MEANWHILE',
    });
  }
  const spread = await recorded(spreadOverCell(table, clock, laying(table, stop), undefined), [
    record(parts, request, { ...deed, target: 'every service' }),
  ]);
  return answer(stop, spread);
}

/** Spreads what was decided over the services that there was no time for. */
async function goOn({ table, clock }: Parts, request: ApiRequest, stopped: boolean): Promise<ApiResponse> {
  requireAllServices(request.caller);
  const cell = await readCellFaultStop(table);
  const { cursor } = pageOf(request, listOf(cell));
  if (!cell || cell.stopped !== stopped || cursor === undefined) {
    throw badRequest('The cursor is not one that this call gave; make the call again.');
  }
  return answer(cell, await spreadOverCell(table, clock, laying(table, cell), cursor));
}

/** A cursor is good for what was decided last, and for nothing else. */
const listOf = (stop: FaultStop | undefined) => `faults:${stop?.at ?? 0}`;

const laying =
  (table: Table, stop: FaultStop): Lay =>
  (service) =>
    stopFaultsOf(table, service, stop);

/** 202 while there is something left to do. */
function answer(stop: FaultStop, { reached, failed, cursor }: Spread): ApiResponse {
  const complete = failed.length === 0 && cursor === undefined;
  const next = cursor === undefined ? {} : { cursor: sealCursor(listOf(stop), cursor) };
  return json({ stopped: shown(stop), complete, reached, failed, ...next }, { status: complete ? 200 : 202 });
}

/** Null when nothing is stopped. */
function shown(stop: FaultStop | undefined) {
  if (!stop?.stopped) return null;
  return { reason: stop.reason, by: stop.by, at: new Date(stop.at).toISOString() };
}
