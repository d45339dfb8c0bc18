// Pages of the runs of a job: a declared one's as they were written, a check's as its pings tell them.
import { listPings } from '../../store/items/check-log.ts';
import type { Check } from '../../store/items/check-record.ts';
import { uniqueKeyOf } from '../../store/items/checks.ts';
import { listRuns } from '../../store/items/job-runs.ts';
import type { Job } from '../../store/items/jobs.ts';
import type { Table } from '../../store/port.ts';
import { badRequest, pageOf, sealCursor, type ApiRequest } from '../api/index.ts';
import { runsOfPings } from './check-runs.ts';
import type { Found } from './found.ts';
import { settledRuns } from './judging/settled.ts';
import { runView } from './views.ts';

/** How many pings after a page are searched for the ends of its starts. */
const LOOKED_AHEAD = 200;

type Page = { readonly job: string; readonly runs: readonly Record<string, unknown>[]; readonly cursor?: string };

/** The id a job is shown by. */
export const idOf = (found: Found): string =>
  found.kind === 'declared' ? `${found.job.service}:${found.job.job}` : uniqueKeyOf(found.check.uuid);

export function runPage(table: Table, found: Found, request: ApiRequest, nowMs: number): Promise<Page> {
  const list = `runs:${idOf(found)}`;
  return found.kind === 'declared'
    ? declaredPage(table, found.job, request, list, nowMs)
    : checkPage(table, found.check, request, list, nowMs);
}

async function declaredPage(table: Table, job: Job, request: ApiRequest, list: string, nowMs: number): Promise<Page> {
  const page = await listRuns(table, job, pageOf(request, list));
  return {
    job: `${job.service}:${job.job}`,
    runs: settledRuns(job, page.runs, nowMs).map(runView),
    ...(page.cursor === undefined ? {} : { cursor: sealCursor(list, page.cursor) }),
  };
}

async function checkPage(table: Table, check: Check, request: ApiRequest, list: string, nowMs: number): Promise<Page> {
  const { limit, cursor } = pageOf(request, list);
  const before = cursor === undefined ? undefined : numberIn(cursor);
  const pings = await listPings(table, check, { limit, before });
  const last = pings.at(-1);
  const later =
    before !== undefined && pings.some(({ ping }) => ping.kind === 'start')
      ? (await listPings(table, check, { limit: LOOKED_AHEAD, before: before + LOOKED_AHEAD })).filter(
          ({ n }) => n >= before,
        )
      : [];
  return {
    job: uniqueKeyOf(check.uuid),
    runs: runsOfPings(check, pings, later, nowMs),
    ...(pings.length < limit || last === undefined || last.n <= 1 ? {} : { cursor: sealCursor(list, String(last.n)) }),
  };
}

/** @throws {Problem} 400 for a cursor of somebody's own making. */
export function numberIn(cursor: string): number {
  if (!/^[1-9][0-9]{0,11}$/.test(cursor)) {
    throw badRequest('The cursor is not one that this list gave; start again without it.');
  }
  return Number(cursor);
}
