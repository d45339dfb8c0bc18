// `GET /v1/telemetry/samples`: single requests, newest first: the slow, the failed, the refused, and a share of the rest.
import type { Table } from '../../../store/port.ts';
import { badRequest, json, pageOf, requireScope, route, sealCursor, type Route } from '../../api/index.ts';
import { requireHeardOf } from '../heard-of.ts';
import { listSamples } from './described.ts';
import { samplesQueryOf } from './query.ts';
import { readSamples, type Position } from './read.ts';

export function samplesRoutes(table: Table): Route[] {
  return [
    route('GET', '/v1/telemetry/samples', 'viewer', listSamples, async (request) => {
      const query = samplesQueryOf(request.query, request.at);
      requireScope(request.caller, query.service);
      const list = listOf(request.query);
      const { limit, cursor } = pageOf(request, list);
      const { samples, next } = await readSamples(table, query, limit, positionOf(cursor));
      if (samples.length === 0 && cursor === undefined) await requireHeardOf(table, query.service);
      return json({
        service: query.service,
        samples: samples.map(({ at, ...sample }) => ({ at: new Date(at).toISOString(), ...sample })),
        ...(next ? { cursor: sealCursor(list, JSON.stringify(next)) } : {}),
      });
    }),
  ];
}

/** A cursor is good for what was asked for, and nothing else; a range up to now moves on meanwhile. */
function listOf(query: URLSearchParams): string {
  const asked = ['service', 'why', 'resource', 'outcome', 'error'].map((name) => query.get(name) ?? '');
  return `samples:${JSON.stringify(asked)}`;
}

function positionOf(cursor: string | undefined): Position | undefined {
  if (cursor === undefined) return undefined;
  const position = parsed(cursor);
  if (position) return position;
  throw badRequest('The cursor is not one that this list gave; start again without it.');
}

function parsed(cursor: string): Position | undefined {
  try {
    const { at, requestId, shown } = JSON.parse(cursor) as Partial<Position>;
    const fits = Number.isSafeInteger(at) && typeof requestId === 'string' && Number.isSafeInteger(shown);
    return fits ? { at: Number(at), requestId, shown: Number(shown) } : undefined;
  } catch {
    return undefined;
  }
}
