// `/v1/jobs…`: which jobs there are, how each stands, what happened to it and when it is expected; `/v1/schedules/preview`.
import type { Clock } from '../../middleware/kernel/clock.ts';
import type { Logger } from '../../middleware/kernel/logger.ts';
import { listChanges } from '../../store/items/check-log.ts';
import type { Table } from '../../store/port.ts';
import { json, route, type Route } from '../api/index.ts';
import { checkShown, jobShown } from './acknowledged.ts';
import { changeView } from './checked.ts';
import { pingsOf, slotsOf } from './coming.ts';
import { awaitedByOf } from './awaited-by.ts';
import * as describedJobs from './described.ts';
import { eventPage } from './events.ts';
import { foundBy } from './found.ts';
import { jobPage, type OnUnreadable } from './listing.ts';
import { idOf, runPage } from './run-pages.ts';
import { scheduleRoutes } from './schedules.ts';
import { standing } from './standing.ts';
import { changesView, iso } from './views.ts';

/** Changes that are shown with a job. */
const MOST_CHANGES = 20;
const USUAL_COUNT = 5;

interface JobRoutesParts {
  readonly table: Table;
  readonly clock: Clock;
  readonly logger: Logger;
}

export function jobRoutes({ table, clock, logger }: JobRoutesParts): Route[] {
  const onUnreadable: OnUnreadable = (service, unreadable) =>
    logger.error('checks that cannot be read are left out of a list', { of: service, unreadable });
  return [
    route('GET', '/v1/jobs', 'viewer', describedJobs.listJobs, async (request) =>
      json(await jobPage(table, request, clock.now(), onUnreadable)),
    ),
    route('GET', '/v1/jobs/{job}', 'viewer', describedJobs.readJob, async (request) => {
      const found = await foundBy(table, request);
      const nowMs = clock.now();
      if (found.kind === 'declared') {
        const job = await standing(table, found.job, nowMs);
        const awaitedBy = await awaitedByOf(table, job, request.caller);
        return json({ ...(await jobShown(table, job, nowMs)), awaitedBy, changes: changesView(job) });
      }
      const newestFirst = await listChanges(table, found.check, { limit: MOST_CHANGES });
      const changes = newestFirst.reverse().map(changeView);
      return json({ ...(await checkShown(table, found.check, nowMs)), changes });
    }),
    route('GET', '/v1/jobs/{job}/runs', 'viewer', describedJobs.listRuns, async (request) =>
      json(await runPage(table, await foundBy(table, request), request, clock.now())),
    ),
    route('GET', '/v1/jobs/{job}/events', 'viewer', describedJobs.listEvents, async (request) =>
      json(await eventPage(table, await foundBy(table, request), request, clock.now())),
    ),
    route('GET', '/v1/jobs/{job}/next', 'viewer', describedJobs.nextRuns, async (request) => {
      const found = await foundBy(table, request);
      const count = Number(request.query.get('count') ?? USUAL_COUNT);
      const nowMs = clock.now();
      const times =
        found.kind === 'declared'
          ? slotsOf(await standing(table, found.job, nowMs), count)
          : pingsOf(found.check, count, nowMs);
      return json({ job: idOf(found), next: times.map(iso) });
    }),
    ...scheduleRoutes(clock),
  ];
}
