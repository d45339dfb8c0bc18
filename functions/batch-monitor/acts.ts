// What people do with jobs: pause them, resume them, and say that they have seen what is wrong. Each leaves an audit entry.
import type { Clock } from '../../middleware/kernel/clock.ts';
import { putAcknowledgement, type Acknowledgement, type Subject } from '../../store/items/acknowledgements.ts';
import { jobSubject, putMark } from '../../store/items/alert-marks.ts';
import { checkSubject } from '../../store/items/check-marks.ts';
import { uniqueKeyOf } from '../../store/items/checks.ts';
import { changeJob, type Job } from '../../store/items/jobs.ts';
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
  type Route,
} from '../api/index.ts';
import { record, type TrailParts } from '../api/trail.ts';
import { shownNow } from './acknowledged.ts';
import { standingOf } from './checked.ts';
import { paused, resumed } from './checks/fold.ts';
import { changeOrPutOff } from './checks/contended.ts';
import * as described from './described-acts.ts';
import { foundBy, type Found } from './found.ts';
import { held, released } from './holding.ts';
import { expectationOf } from './judge.ts';
import { standing } from './standing.ts';
import { iso, standingNow } from './views.ts';

export interface ActParts extends TrailParts {
  readonly clock: Clock;
}

/** Of these nothing is wrong. */
const WELL: ReadonlySet<string> = new Set(['new', 'up', 'paused', 'retired']);

export function actRoutes(parts: ActParts): Route[] {
  const { table, clock } = parts;
  return [
    route('POST', '/v1/jobs/{job}/pause', 'editor', described.pauseJob, async (request) => {
      const nowMs = clock.now();
      const { reason, until } = said(request, described.pauseBody, nowMs);
      const found = await foundBy(table, request);
      if (found.kind === 'check') {
        if (until !== undefined) {
          const why = 'a check is paused until its next ping, or until somebody resumes it; leave until out';
          throw unprocessable('A check is not paused for so long.', 'INVALID_BODY', [{ path: '/until', reason: why }]);
        }
        await changeOrPutOff(table, found.check.uuid, (check) => paused(check, nowMs));
      } else {
        const { name: by } = request.caller;
        await changed(table, found.job, async (job) => {
          // Slots that were missed by now stay so.
          const awaited = expectationOf(await standing(table, job, nowMs));
          return held(job, { until, reason, by }, nowMs, awaited?.slot);
        });
      }
      return done(parts, request, found, { action: 'job.pause', note: reason, until });
    }),
    route('POST', '/v1/jobs/{job}/resume', 'editor', described.resumeJob, async (request) => {
      const nowMs = clock.now();
      const { reason } = bodyOf(request, described.resumeBody);
      const found = await foundBy(table, request);
      const notPaused = () => new Problem(409, 'Nobody has paused it by hand.', { code: 'NOT_PAUSED' });
      if (found.kind === 'check') {
        await changeOrPutOff(table, found.check.uuid, (check) => {
          const fresh = resumed(check, nowMs);
          if (!fresh) throw notPaused();
          return fresh;
        });
      } else {
        await changed(table, found.job, (job) => {
          const next = released(job, nowMs);
          if (!next) throw notPaused();
          return next;
        });
      }
      return done(parts, request, found, { action: 'job.resume', note: reason });
    }),
    route('POST', '/v1/jobs/{job}/acknowledge', 'editor', described.acknowledgeJob, async (request) => {
      const nowMs = clock.now();
      const { reason, until } = said(request, described.pauseBody, nowMs);
      const found = await foundBy(table, request);
      const stands =
        found.kind === 'declared'
          ? standingNow(await standing(table, found.job, nowMs), nowMs)
          : standingOf(found.check, nowMs);
      if (WELL.has(stands.status)) {
        throw new Problem(409, `There is nothing to acknowledge: it is ${stands.status}.`, { code: 'NOTHING_WRONG' });
      }
      const { name: by } = request.caller;
      const acknowledgement: Acknowledgement = { ...stands, at: nowMs, until, reason, by };
      await putAcknowledgement(table, subjectOf(found), acknowledgement);
      // Its alert is told by who evaluates alerts; whose mark is lost is looked at again within the hour.
      await putMark(table, markSubjectOf(found), nowMs);
      return done(parts, request, found, { action: 'job.acknowledge', note: reason, until });
    }),
  ];
}

export const subjectOf = (found: Found): Subject => (found.kind === 'declared' ? found.job : found.check);

const markSubjectOf = (found: Found) => (found.kind === 'declared' ? jobSubject(found.job) : checkSubject(found.check));

function said(request: ApiRequest, schema: typeof described.pauseBody, nowMs: number) {
  const { reason, until: written } = bodyOf(request, schema);
  const until = written === undefined ? undefined : readTime(written);
  if (until !== undefined && until <= nowMs) {
    throw unprocessable('The body is not what this route takes.', 'INVALID_BODY', [
      { path: '/until', reason: 'has passed already' },
    ]);
  }
  return { reason, until };
}

/** @throws {Problem} 404 when it has been deleted, 409 when rules no longer declare it. */
async function changed(
  table: Table,
  { service, job: name }: Job,
  change: (job: Job) => Job | Promise<Job>,
): Promise<void> {
  await changeJob(table, service, name, async (job) => {
    if (!job) throw notFound(`There is no job ${service}:${name}.`);
    if (job.retiredAt !== undefined) {
      throw new Problem(409, 'No published document has this job any more.', { code: 'RETIRED' });
    }
    return { ...(await change(job)), rev: job.rev + 1 };
  });
}

/** Answers with the job as it stands then. */
async function done(
  parts: ActParts,
  request: ApiRequest<'job'>,
  found: Found,
  deed: { readonly action: string; readonly note: string | undefined; readonly until?: number | undefined },
) {
  const { action, note, until } = deed;
  const service = found.kind === 'declared' ? found.job.service : found.check.service;
  const target =
    found.kind === 'declared' ? `job ${found.job.job}` : `check ${uniqueKeyOf(found.check.uuid).slice(0, 16)}`;
  await record(parts, request, {
    ...{ action, service, target },
    ...(note === undefined ? {} : { note }),
    ...(until === undefined ? {} : { detail: { until: iso(until) } }),
  });
  return json(await shownNow(parts.table, await foundBy(parts.table, request), parts.clock.now()));
}
