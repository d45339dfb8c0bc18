// Silences over HTTP: for how long nobody is told of alerts that fit, and why; which of them were forgotten.
import type { z } from 'zod';
import type { Alert } from '../../store/items/alert-record.ts';
import { listOpenAlerts } from '../../store/items/alerts.ts';
import {
  endSilence,
  isInForce,
  listSilences,
  putSilence,
  readSilence,
  type Silence,
} from '../../store/items/silences.ts';
import type { Table } from '../../store/port.ts';
import {
  bodyOf,
  inScope,
  json,
  notFound,
  Problem,
  readTime,
  requireAllServices,
  requireScope,
  route,
  type Caller,
  type Route,
} from '../api/index.ts';
import { endingOf, invalid } from '../api/ending.ts';
import { record } from '../api/trail.ts';
import { routedOf } from './alert/limits.ts';
import * as described from './described-silences.ts';
import type { AlertingParts } from './parts.ts';
import { matches } from './routing/matches.ts';
import { isOwn, MOST_SILENCES, requireRoomForSilence } from './silence-room.ts';
import { iso } from './views.ts';

const SILENCES = '/v1/alerts/silences';
/** What is longer is no key of the store. */
const ID = /^[\w-]{1,64}$/;
const DAY_MS = 86_400_000;
const LONGEST_MS = 90 * DAY_MS;
/** One that has kept nobody from being told for so long may have been forgotten. */
const FORGOTTEN_AFTER_MS = 7 * DAY_MS;
/** A silence ends soon on its last day; a short one in the last quarter of its time. */
const ENDS_SOON_MS = DAY_MS;
const ENDS_SOON_SHARE = 1 / 4;
/** Open alerts that a new silence is compared with, for the answer. */
const MOST_COMPARED = 200;

export function silenceRoutes(parts: AlertingParts): Route[] {
  const { table, clock, mostSilences = MOST_SILENCES } = parts;
  return [
    route('GET', SILENCES, 'viewer', described.listSilences, async (request) => {
      const nowMs = clock.now();
      const all = request.query.get('all') === 'true';
      const { silences, unreadable } = await listSilences(table);
      const shown = silences
        .filter((silence) => isOwn(request.caller, silence) && (all || isToCome(silence, nowMs)))
        .sort((a, b) => a.until - b.until)
        .map((silence) => silenceShown(silence, nowMs));
      return json({ silences: shown, ...(unreadable > 0 ? { unreadable } : {}) });
    }),
    route('POST', SILENCES, 'editor', described.putSilence, async (request) => {
      const nowMs = clock.now();
      const { match, reason, ...times } = bodyOf(request, described.silenceBody);
      requireServices(request.caller, match.service);
      const [from, until] = spanOf(times, nowMs);
      requireRoomForSilence(request.caller, (await listSilences(table)).silences, mostSilences);
      const silence: Silence = { id: parts.newId(), match, from, until, reason, by: request.caller.name };
      await putSilence(table, silence);
      await record(parts, request, {
        ...{ action: 'alert.silence', ...serviceOf(silence), target: `silence ${silence.id}` },
        detail: { match: JSON.stringify(match), from: iso(from), until: iso(until) },
        note: reason,
      });
      return json(
        { ...silenceShown(silence, nowMs), matches: await matching(table, silence, request.caller) },
        { status: 201 },
      );
    }),
    route('DELETE', `${SILENCES}/{silence}`, 'editor', described.endSilence, async (request) => {
      const nowMs = clock.now();
      const id = request.params.silence;
      const silence = ID.test(id) ? await readSilence(table, id) : undefined;
      // Nobody learns of one that their list does not have.
      if (!silence || !isOwn(request.caller, silence)) throw notFound(`There is no silence ${id.slice(0, 64)}.`);
      const ended = await endSilence(table, id, { at: nowMs, by: request.caller.name });
      if (!ended) throw new Problem(409, 'It is over already.', { code: 'OVER' });
      await record(parts, request, {
        ...{ action: 'alert.silence-end', ...serviceOf(silence), target: `silence ${id}` },
        detail: { until: iso(silence.until) },
      });
      return json(silenceShown(ended, nowMs));
    }),
  ];
}

const isToCome = ({ until, ended }: Silence, nowMs: number): boolean => ended === undefined && nowMs < until;

export function silenceShown(silence: Silence, nowMs: number) {
  const { id, match, from, until, reason, by, matchedAt, ended } = silence;
  const inForce = isInForce(silence, nowMs);
  const quietSince = Math.max(from, matchedAt ?? from);
  return {
    ...{ id, match, from: iso(from), until: iso(until), reason, by, inForce },
    state: inForce ? 'active' : isToCome(silence, nowMs) ? 'pending' : 'expired',
    ...(matchedAt === undefined ? {} : { matchedAt: iso(matchedAt) }),
    ...(ended ? { ended: { ...ended, at: iso(ended.at) } } : {}),
    // Nobody looks for what is quiet: the list says so by itself.
    ...(inForce && nowMs - quietSince >= FORGOTTEN_AFTER_MS
      ? { forgotten: `it has kept nobody from being told since ${iso(quietSince)}` }
      : {}),
    ...(inForce && until - nowMs <= Math.min(ENDS_SOON_MS, (until - from) * ENDS_SOON_SHARE) ? { endsSoon: true } : {}),
  };
}

type Times = Pick<z.infer<typeof described.silenceBody>, 'from' | 'until' | 'for'>;

/** @throws {Problem} 422 for times that have passed, or are too far apart or away. */
function spanOf({ from: begins, until: ends, for: lasting }: Times, nowMs: number): [from: number, until: number] {
  const from = Math.max((begins === undefined ? undefined : readTime(begins)) ?? nowMs, nowMs);
  if (from - nowMs > LONGEST_MS) throw invalid('/from', 'is more than 90 days away');
  const moment = ends === undefined ? undefined : readTime(ends);
  if (moment !== undefined && moment <= from) throw invalid('/until', 'is not later than it begins');
  const end = endingOf({ lasting, moment: ends, called: 'until', example: '2h' }, from);
  if (!end) throw invalid('/until', 'is missing: say until when it holds, or for how long with for');
  if (end.at - from > LONGEST_MS) throw invalid(end.place, 'is more than 90 days later');
  return [from, end.at];
}

/** A key for some services silences those, each by its name, and no others. @throws {Problem} 403 */
function requireServices(caller: Caller, services: readonly string[] | undefined): void {
  if (caller.services === undefined) return;
  if (services === undefined || services.length === 0) requireAllServices(caller);
  for (const service of services ?? []) requireScope(caller, service);
}

/** In the audit log one service's silences are found by it. */
function serviceOf({ match }: Silence): { readonly service?: string } {
  const [only, ...others] = match['service'] ?? [];
  return only === undefined || others.length > 0 || only.includes('*') ? {} : { service: only };
}

/** How many of the open alerts it fits now. */
async function matching(table: Table, silence: Silence, caller: Caller): Promise<number> {
  const { alerts } = await listOpenAlerts(table, { limit: MOST_COMPARED });
  const fits = (alert: Alert) =>
    alert.status === 'firing' && inScope(caller, alert.condition.service) && matches(silence.match, routedOf(alert));
  return alerts.filter(fits).length;
}
