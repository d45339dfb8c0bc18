// Reads the audit log, newest first.
import { readAudit, type AuditEntry, type AuditQuery } from '../../store/items/audit.ts';
import {
  badRequest,
  isName,
  json,
  pageOf,
  readTime,
  requireAllServices,
  requireScope,
  route,
  sealCursor,
  type ApiRequest,
  type Route,
} from '../api/index.ts';
import { listAudit } from './described/audit.ts';
import type { Parts } from './parts.ts';

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 30;

export function auditRoutes({ table }: Parts): Route[] {
  return [
    route('GET', '/v1/audit', 'viewer', listAudit, async (request) => {
      const service = serviceOf(request);
      const to = timeOf(request, 'to') ?? request.at;
      const from = timeOf(request, 'from') ?? to - DEFAULT_DAYS * DAY_MS;
      if (from > to) throw badRequest('from lies after to.');
      const about = { ...(service === undefined ? {} : { service }), ...filtersOf(request) };
      const list = `audit:${JSON.stringify(about)}`;
      const { entries, cursor } = await readAudit(table, {
        from,
        to,
        ...about,
        ...pageOf(request, list),
      });
      return json({ entries: entries.map(shown), ...(cursor ? { cursor: sealCursor(list, cursor) } : {}) });
    }),
  ];
}

/** A key for some services sees what was done to those, one at a time. */
function serviceOf(request: ApiRequest): string | undefined {
  const service = request.query.get('service');
  if (service === null) {
    requireAllServices(request.caller);
    return undefined;
  }
  if (!isName(service)) throw badRequest('service is not the name of a service.');
  requireScope(request.caller, service);
  return service;
}

/** Who did it, what was done (`rules.publish`, or `rules.` for all that begins so), and to what. */
function filtersOf({ query }: ApiRequest): Pick<AuditQuery, 'actor' | 'identity' | 'action' | 'target'> {
  const given = (['actor', 'identity', 'action', 'target'] as const).flatMap((name) => {
    const value = query.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  return Object.fromEntries(given);
}

function timeOf(request: ApiRequest, name: string): number | undefined {
  const written = request.query.get(name);
  if (written === null) return undefined;
  const ms = readTime(written);
  if (ms === undefined) throw badRequest(`${name} is not a time; write 2027-01-01T00:00:00Z.`);
  return ms;
}

function shown({ at, ...entry }: AuditEntry) {
  return { at: new Date(at).toISOString(), ...entry };
}
