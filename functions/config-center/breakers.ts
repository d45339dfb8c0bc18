// Breakers as the fleet has them, and forcing one open or closed.
import { z } from 'zod';
import type { RuleDocument } from '../../middleware/kernel/rules/document.ts';
import {
  BreakerContended,
  forceBreaker,
  readBreaker,
  type BreakerStatus,
  type Forcing,
} from '../../store/items/breaker.ts';
import { readDocument, readHead } from '../../store/items/rules.ts';
import type { Table } from '../../store/port.ts';
import {
  bodyOf,
  json,
  notFound,
  Problem,
  readTime,
  route,
  unprocessable,
  type ApiRequest,
  type ApiResponse,
  type Route,
} from '../api/index.ts';
import type { Parts } from './parts.ts';
import { record } from './trail.ts';

const forceBody = z.strictObject({
  state: z.enum(['FORCED_OPEN', 'FORCED_CLOSED']).nullable().meta({ description: 'null releases it' }),
  until: z.union([z.string(), z.int()]).nullable().optional(),
  reason: z.string().min(1).max(500),
});

export function breakerRoutes(parts: Parts): Route[] {
  const { table } = parts;
  return [
    route('GET', '/v1/services/{service}/breakers', 'viewer', async (request) => {
      const { service } = request.params;
      const names = await breakersOf(table, service);
      const breakers = await Promise.all(names.map((name) => readBreaker(table, service, name, request.at)));
      return json(breakers.map(shown));
    }),
    route('POST', '/v1/services/{service}/breakers/{breaker}/force', 'publisher', (request) =>
      force(parts, request, request.params.service, request.params.breaker),
    ),
  ];
}

async function force(parts: Parts, request: ApiRequest, service: string, name: string): Promise<ApiResponse> {
  const { state, until, reason } = bodyOf(request, forceBody);
  const untilMs = until === null || until === undefined ? undefined : readTime(until);
  if (until !== null && until !== undefined && (untilMs === undefined || untilMs <= request.at)) {
    throw invalid('is not a time to come; write 2027-01-01T00:00:00Z');
  }
  if (state === null && untilMs !== undefined) throw invalid('means nothing when a breaker is released');
  const names = await breakersOf(parts.table, service);
  if (!names.includes(name)) {
    const known = names.length > 0 ? `; it has ${names.join(', ')}` : '';
    throw notFound(`The published rules of "${service}" have no breaker "${name}"${known}.`);
  }
  const by = request.caller.name;
  const status = await forced(parts.table, { service, name, state, until: untilMs, reason, by, nowMs: request.at });
  await record(parts, request, {
    action: state === null ? 'breaker.release' : 'breaker.force',
    service,
    target: name,
    detail: { state, until: untilMs },
    note: reason,
  });
  return json(shown(status));
}

/** @throws {Problem} 409 when the fleet kept changing the breaker meanwhile. */
async function forced(table: Table, forcing: Forcing): Promise<BreakerStatus> {
  try {
    return await forceBreaker(table, forcing);
  } catch (error) {
    if (error instanceof BreakerContended) throw new Problem(409, `${error.message}.`, { code: error.code });
    throw error;
  }
}

const invalid = (reason: string) =>
  unprocessable('The body is not what this route takes.', 'INVALID_BODY', [{ path: '/until', reason }]);

/** The dependencies of the published rules that have a breaker. @throws {Problem} 404 when nothing is published. */
async function breakersOf(table: Table, service: string): Promise<string[]> {
  const head = await readHead(table, service, { consistent: true });
  if (!head) throw notFound(`Service "${service}" has no published rules.`);
  // Only what was validated is ever published.
  const { dependencies = {} } = (await readDocument(table, service, head.revision, 0)) as RuleDocument;
  return Object.entries(dependencies)
    .filter(([, rule]) => rule.breaker !== undefined)
    .map(([name]) => name)
    .sort();
}

/** Times as text; the epoch stays the number that it is compared by. */
function shown({ openUntil, probes, rampFrom, forced, ...rest }: BreakerStatus) {
  return {
    ...rest,
    ...(openUntil === undefined ? {} : { openUntil: iso(openUntil) }),
    ...(probes ? { probes: probes.map(({ by, until }) => ({ by, until: iso(until) })) } : {}),
    ...(rampFrom === undefined ? {} : { rampFrom: iso(rampFrom) }),
    ...(forced ? { forced: { ...forced, until: forced.until === undefined ? null : iso(forced.until) } } : {}),
  };
}

const iso = (ms: number) => new Date(ms).toISOString();
