// Breakers as the fleet has them: how they stand, how they came to it, and forcing one open or closed.
import { oldestTransitionMs, readBreakerTransitions } from '../../store/items/breaker-log.ts';
import { readBreaker } from '../../store/items/breaker.ts';
import type { Table } from '../../store/port.ts';
import { badRequest, json, pageOf, readTime, route, sealCursor, type OpenRequest, type Route } from '../api/index.ts';
import { force } from './breaker-force.ts';
import { keyIn, storedBreakerKey } from './breaker-key.ts';
import { breakerNamed, breakersOf, type PublishedBreaker } from './breaker-rules.ts';
import { withEnds } from './breaker-ends.ts';
import { shownBreaker, shownKeyed, shownTransition, windowOf } from './breaker-shown.ts';
import * as described from './described/breakers.ts';
import type { Parts } from './parts.ts';
import { readable } from './unreadable.ts';

const BREAKERS = '/v1/services/{service}/breakers';
/** Of a rule with a key those are shown that have changed in this time, at most so many. */
const OF_LATE_MS = 86_400_000;
const MOST_KEYS = 50;
const MOST_TRANSITIONS = 200;

export function breakerRoutes(parts: Parts): Route[] {
  const { table } = parts;
  return [
    route('GET', BREAKERS, 'viewer', described.listBreakers, async (request) => {
      const { service } = request.params;
      const asked = keyIn(request.query);
      const breakers = (await breakersOf(table, service)).filter(({ rule }) => isAsked(asked.key, rule.key ?? []));
      const shown = breakers.map((breaker) =>
        show(table, service, breaker, request.at, storedBreakerKey(asked, breaker.rule)),
      );
      return json(await Promise.all(shown));
    }),
    route('GET', `${BREAKERS}/{breaker}`, 'viewer', described.readBreaker, async (request) => {
      const { service, breaker: name } = request.params;
      const breaker = await breakerNamed(table, service, name);
      const key = storedBreakerKey(keyIn(request.query), breaker.rule);
      return json(await show(table, service, breaker, request.at, key));
    }),
    route('GET', `${BREAKERS}/{breaker}/transitions`, 'viewer', described.listTransitions, async (request) => {
      const { service, breaker: name } = request.params;
      const breaker = await breakerNamed(table, service, name);
      const key = storedBreakerKey(keyIn(request.query), breaker.rule);
      const span = spanOf(request);
      const list = `transitions:${JSON.stringify([service, name, key ?? null])}`;
      const page = pageOf(request, list);
      const { transitions, cursor } = await readable(service, () =>
        readBreakerTransitions(table, service, { breaker: name, key, ...span, ...page }),
      );
      return json({
        from: new Date(span.fromMs).toISOString(),
        to: new Date(span.toMs).toISOString(),
        transitions: (await withEnds(table, service, transitions, { ...span, nowMs: request.at })).map(shownTransition),
        ...(cursor === undefined ? {} : { cursor: sealCursor(list, cursor) }),
      });
    }),
    route('POST', `${BREAKERS}/{breaker}/force`, 'publisher', described.forceBreaker, (request) =>
      force(parts, request, request.params.service, request.params.breaker),
    ),
  ];
}

/** Of several breakers those whose keys have the parts that are given; all when none are. */
function isAsked(given: readonly string[], parts: readonly string[]): boolean {
  const names = given.map((text) => text.split('=', 1)[0] ?? '');
  return names.length === 0 || (names.length === parts.length && parts.every((part) => names.includes(part)));
}

async function show(table: Table, service: string, breaker: PublishedBreaker, nowMs: number, key: string | undefined) {
  const { name, rule } = breaker;
  const read = (value?: string) => readBreaker(table, service, name, nowMs, value, windowOf(rule, nowMs));
  if (rule.key === undefined || key !== undefined) return shownBreaker(breaker, await read(key), nowMs);
  const span = { fromMs: nowMs - OF_LATE_MS, toMs: nowMs + 1 };
  const { transitions } = await readable(service, () =>
    readBreakerTransitions(table, service, { breaker: name, ...span, limit: MOST_TRANSITIONS }),
  );
  const known = new Set(transitions.map((transition) => transition.key).filter((value) => value !== undefined));
  const statuses = await Promise.all([...known].slice(0, MOST_KEYS).map(read));
  return shownKeyed(breaker, statuses, nowMs);
}

/** [from, to): as far back as they are kept unless it is said. @throws {Problem} 400 unless they are times, in this order. */
function spanOf(request: OpenRequest): { readonly fromMs: number; readonly toMs: number } {
  const [from, to] = [timeOf(request, 'from'), timeOf(request, 'to')];
  // The clocks of instances may be a little ahead.
  const toMs = to ?? request.at + 60_000;
  const fromMs = Math.max(from ?? 0, oldestTransitionMs(request.at));
  if (from !== undefined && from >= toMs) throw badRequest('from is not before to.');
  return { fromMs, toMs };
}

function timeOf({ query }: OpenRequest, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const ms = readTime(text);
  if (ms === undefined) throw badRequest(`${name} is not a time; write 2027-01-01T00:00:00Z.`);
  return ms;
}
