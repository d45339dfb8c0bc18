// Which jobs wait for a job, as whoever asks may know.
import { awaits } from '../../store/items/job-marks.ts';
import { listWaiters, type JobName } from '../../store/items/job-waiters.ts';
import { readJob } from '../../store/items/jobs.ts';
import type { Table } from '../../store/port.ts';
import { inScope, type Caller } from '../api/index.ts';

/** More are not shown. */
const MOST_SHOWN = 50;

/** `service:job` of each, by name; undefined when none does. */
export async function awaitedByOf(table: Table, job: JobName, caller: Caller): Promise<string[] | undefined> {
  const named = await listWaiters(table, job, MOST_SHOWN);
  const known = await Promise.all(
    named.filter(({ service }) => inScope(caller, service)).map((each) => readJob(table, each.service, each.job)),
  );
  // An entry may be older than what its job waits for.
  const waiting = known.flatMap((each) =>
    each !== undefined && each.retiredAt === undefined && awaits(each, job) ? [`${each.service}:${each.job}`] : [],
  );
  return waiting.length === 0 ? undefined : waiting;
}
