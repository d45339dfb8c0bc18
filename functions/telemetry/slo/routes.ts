// `GET /v1/telemetry/slo`: how a service stands to what its rules promise.
import type { Table } from '../../../store/port.ts';
import { json, requireScope, route, type Route } from '../../api/index.ts';
import { requireHeardOf } from '../heard-of.ts';
import { serviceOf } from '../series/query.ts';
import { readSettled, shownSettled, type Settled } from '../series/settled.ts';
import { readSlos } from './described.ts';
import { readPromised } from './objective.ts';
import { readStandings } from './standings.ts';

export function sloRoutes(table: Table): Route[] {
  return [
    route('GET', '/v1/telemetry/slo', 'viewer', readSlos, async ({ query, caller, at }) => {
      const service = serviceOf(query);
      requireScope(caller, service);
      return json(await standingsOf(table, service, at));
    }),
  ];
}

/** @throws {Problem} 404 for a service that nobody has heard of. */
export async function standingsOf(table: Table, service: string, nowMs: number) {
  const standings = await standingsUpTo(table, service, await readSettled(table, service, nowMs), nowMs);
  if (standings.revision === 0) await requireHeardOf(table, service);
  return standings;
}

/** By what is settled. */
export async function standingsUpTo(table: Table, service: string, settled: Settled, nowMs: number) {
  const promised = await readPromised(table, service);
  const at = { table, service, settled, nowMs };
  const { standings, unreadable } = await readStandings(at, promised, ({ begins }) => begins);
  return {
    service,
    revision: promised.revision,
    ...shownSettled(settled, settled.upTo, nowMs),
    slos: standings.map((standing) => standing.shown()),
    ...(unreadable > 0 ? { unreadable } : {}),
  };
}
