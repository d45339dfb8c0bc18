// What happened to a job, newest first: runs where they began, pings, changes of state and what became of alerts, in one stream.
import { jobSubject, type MarkSubject } from '../../store/items/alert-marks.ts';
import { checkSubject } from '../../store/items/check-marks.ts';
import { listChanges, listPings } from '../../store/items/check-log.ts';
import type { Check } from '../../store/items/check-record.ts';
import { listRuns } from '../../store/items/job-runs.ts';
import type { Job } from '../../store/items/jobs.ts';
import type { Table } from '../../store/port.ts';
import { badRequest, pageOf, sealCursor, type ApiRequest, type Caller } from '../api/index.ts';
import { alertSteps } from './alert-steps.ts';
import { changeView } from './checked.ts';
import type { Found } from './found.ts';
import { settledRuns } from './judging/settled.ts';
import { idOf } from './run-pages.ts';
import { standing } from './standing.ts';
import { iso, runView } from './views.ts';

/** Where an event stands in its stream. Of one moment, what a run or a ping changed comes after it, and then who was told. */
interface Place {
  readonly at: number;
  readonly kind: keyof typeof RANKS;
  /** Tells events of one moment apart; in the order of their making, where that is known. */
  readonly id: string;
}

/** The order of what happened at one moment. */
const RANKS = { run: 0, ping: 0, change: 1, alert: 2 } as const;

interface Event extends Place {
  readonly view: Record<string, unknown>;
}

interface Wanted {
  readonly limit: number;
  /** Only what stands before this place. */
  readonly until: Place | undefined;
  /** Of pings: the number that is too high. */
  readonly pingsBefore: number | undefined;
}

type Page = { readonly job: string; readonly events: readonly Record<string, unknown>[]; readonly cursor?: string };

export async function eventPage(table: Table, found: Found, request: ApiRequest, nowMs: number): Promise<Page> {
  const job = idOf(found);
  const list = `events:${job}`;
  const { limit, cursor } = pageOf(request, list);
  const from = cursor === undefined ? { until: undefined, pingsBefore: undefined } : readCursor(cursor);
  // One more than is shown tells whether there are any behind, and one more may be the one that was shown last.
  const wanted: Wanted = { ...from, limit: limit + 2 };
  const alertsOf = (subject: MarkSubject) => ofAlerts(table, subject, request.caller, wanted);
  const [own, alerts] =
    found.kind === 'declared'
      ? await Promise.all([ofDeclared(table, found.job, wanted, nowMs), alertsOf(jobSubject(found.job))])
      : await Promise.all([ofCheck(table, found.check, wanted), alertsOf(checkSubject(found.check))]);
  const events = [...own, ...alerts]
    .filter((event) => from.until === undefined || isBefore(event, from.until))
    .sort((a, b) => (isBefore(a, b) ? 1 : -1));
  const shown = events.slice(0, limit);
  const last = shown.at(-1);
  if (events.length <= limit || last === undefined) return { job, events: shown.map(({ view }) => view) };
  const lastPing = shown.findLast(({ kind }) => kind === 'ping');
  const pingsBefore = lastPing === undefined ? from.pingsBefore : Number(lastPing.id);
  return {
    job,
    events: shown.map(({ view }) => view),
    cursor: sealCursor(list, JSON.stringify([last.at, last.kind, last.id, pingsBefore ?? null])),
  };
}

async function ofDeclared(table: Table, job: Job, { limit, until }: Wanted, nowMs: number): Promise<Event[]> {
  const [{ runs }, { changes }] = await Promise.all([
    listRuns(table, job, { limit, before: until && runKeyOf(until) }),
    standing(table, job, nowMs),
  ]);
  return [
    ...settledRuns(job, runs, nowMs).map((run): Event => {
      const { startedAt: at, run: id } = run;
      return {
        at,
        kind: 'run',
        id,
        view: { type: 'run', at: iso(at), run: runView(run) },
      };
    }),
    ...changes.map(({ at, from, to }): Event => {
      return { at, kind: 'change', id: to, view: { type: 'change', at: iso(at), from, to } };
    }),
  ];
}

/** The last run that may stand at a place or before it. */
function runKeyOf({ at, kind, id }: Place): string {
  return `${new Date(at).toISOString()}${kind === 'run' ? `#${id}` : '~'}`;
}

async function ofCheck(table: Table, check: Check, { limit, until, pingsBefore }: Wanted): Promise<Event[]> {
  const [pings, changes] = await Promise.all([
    listPings(table, check, { limit, before: pingsBefore }),
    listChanges(table, check, { limit, untilMs: until && until.at + 1 }),
  ]);
  return [
    ...pings.map(({ n, ping }): Event => {
      const { at, kind, rid, exitStatus, durationMs, bodySize } = ping;
      const said = { n, kind, run: rid, exitStatus, durationMs, bodySize };
      return { at, kind: 'ping', id: inOrder(n), view: { type: 'ping', at: iso(at), ping: said } };
    }),
    ...changes.map((change): Event => {
      return { at: change.at, kind: 'change', id: inOrder(change.n), view: { type: 'change', ...changeView(change) } };
    }),
  ];
}

async function ofAlerts(
  table: Table,
  subject: MarkSubject,
  caller: Caller,
  { limit, until }: Wanted,
): Promise<Event[]> {
  const steps = await alertSteps(table, subject, caller, { limit, untilMs: until?.at });
  return steps.map(({ at, id, view }): Event => {
    return { at, kind: 'alert', id, view: { type: 'alert', at: iso(at), alert: view } };
  });
}

/** A number as a text that sorts as it does. */
const inOrder = (n: number) => String(n).padStart(12, '0');

function isBefore(a: Place, b: Place): boolean {
  if (a.at !== b.at) return a.at < b.at;
  if (a.kind !== b.kind) return RANKS[a.kind] < RANKS[b.kind];
  return a.id < b.id;
}

/** @throws {Problem} 400 for a cursor of somebody's own making. */
function readCursor(cursor: string): { readonly until: Place; readonly pingsBefore: number | undefined } {
  const [at, kind, id, pingsBefore] = listIn(cursor);
  const isKind = typeof kind === 'string' && Object.hasOwn(RANKS, kind);
  const isPlace = typeof at === 'number' && Math.abs(at) <= 8.64e15 && isKind && typeof id === 'string';
  if (!isPlace || !(pingsBefore === null || (Number.isInteger(pingsBefore) && Number(pingsBefore) > 0))) {
    throw badRequest('The cursor is not one that this list gave; start again without it.');
  }
  return {
    until: { at, kind: kind as keyof typeof RANKS, id },
    pingsBefore: pingsBefore === null ? undefined : Number(pingsBefore),
  };
}

function listIn(cursor: string): unknown[] {
  try {
    const read: unknown = JSON.parse(cursor);
    return Array.isArray(read) ? read : [];
  } catch {
    return [];
  }
}
