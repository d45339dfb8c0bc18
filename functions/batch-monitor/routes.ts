// `/v1/jobs…`: which jobs there are, how each stands, and its runs; and `/v1/schedules/preview`.
import type { Clock } from '../../middleware/kernel/clock.ts';
import { listRuns } from '../../store/items/job-runs.ts';
import { readJob, servicesWithJob, type Job } from '../../store/items/jobs.ts';
import type { Table } from '../../store/port.ts';
import {
  inScope,
  isName,
  json,
  notFound,
  pageOf,
  Problem,
  requireScope,
  route,
  sealCursor,
  type ApiRequest,
  type Route,
} from '../api/index.ts';
import * as describedJobs from './described.ts';
import { jobPage } from './listing.ts';
import { scheduleRoutes } from './schedules.ts';
import { standing } from './standing.ts';
import { verdictOf } from './verdict.ts';
import { jobDetail, jobView, runView } from './views.ts';

export function jobRoutes({ table, clock }: { readonly table: Table; readonly clock: Clock }): Route[] {
  return [
    route('GET', '/v1/jobs', 'viewer', describedJobs.listJobs, async (request) => {
      const page = await jobPage(table, request);
      const nowMs = clock.now();
      // Side by side, and a page is bounded: a job that has failed since the last tick must not be listed as up.
      const standings = await Promise.all(
        page.jobs.map(async (entry) => {
          const job = await readJob(table, entry.service, entry.job);
          return job && standing(table, job, nowMs);
        }),
      );
      return json({
        jobs: standings.filter((job) => job !== undefined).map((job) => jobView(job, nowMs)),
        ...(page.cursor === undefined ? {} : { cursor: page.cursor }),
      });
    }),
    route('GET', '/v1/jobs/{job}', 'viewer', describedJobs.readJob, async (request) => {
      const nowMs = clock.now();
      return json(jobDetail(await standing(table, await jobOf(table, request), nowMs), nowMs));
    }),
    route('GET', '/v1/jobs/{job}/runs', 'viewer', describedJobs.listRuns, async (request) => {
      const job = await jobOf(table, request);
      const nowMs = clock.now();
      const list = `runs:${job.service}:${job.job}`;
      const page = await listRuns(table, job, pageOf(request, list));
      return json({
        job: `${job.service}:${job.job}`,
        runs: page.runs.map((run) => runView({ ...run, ...verdictOf(run, nowMs) })),
        ...(page.cursor === undefined ? {} : { cursor: sealCursor(list, page.cursor) }),
      });
    }),
    ...scheduleRoutes(clock),
  ];
}

/** The job a path names: `service:job`, or `job` alone where one service the caller may see has it. */
async function jobOf(table: Table, request: ApiRequest<'job'>): Promise<Job> {
  const id = request.params.job;
  const [first = '', second] = id.split(':', 2);
  const name = second ?? first;
  const unknown = () => notFound(`There is no job ${id.slice(0, 128)}.`);
  if (!isName(name) || !isName(first)) throw unknown();
  let service = second === undefined ? request.query.get('service') : first;
  if (service === null) {
    const services = (await servicesWithJob(table, name, 50)).filter((each) => inScope(request.caller, each));
    if (services.length > 1) {
      const ids = services.map((each) => `${each}:${name}`);
      throw new Problem(409, `Several services have a job ${name}; name it as ${ids.join(' or ')}.`, {
        code: 'AMBIGUOUS',
      });
    }
    service = services[0] ?? '';
  }
  if (!isName(service)) throw unknown();
  requireScope(request.caller, service);
  const job = await readJob(table, service, name);
  if (!job) throw unknown();
  return job;
}
