// Which jobs have runs with something to tell that the tick has not told them yet: all others stand as they were last written.
import { listDueRuns } from '../../store/items/job-runs.ts';
import type { Job } from '../../store/items/jobs.ts';
import type { Table } from '../../store/port.ts';

const PAGE = 200;
/** While ticks come each minute there is one page of them, and mostly less. */
const MOST_PAGES = 5;

/** By `service:job`; undefined when they are too many, or not all can be read: then nobody knows without looking. */
export async function unsettledJobs(table: Table, nowMs: number): Promise<ReadonlySet<string> | undefined> {
  const found = new Set<string>();
  let cursor: string | undefined;
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const page = await listDueRuns(table, nowMs, { limit: PAGE, cursor });
    if (page.strangers > 0) return undefined;
    for (const { service, job } of page.runs) found.add(`${service}:${job}`);
    cursor = page.cursor;
    if (cursor === undefined) return found;
  }
  return undefined;
}

/** Whether neither a run nor the time that has passed makes anything else of a job than what is written. */
export const standsAsWritten = (
  { service, job, dueAt = Infinity }: Job,
  unsettled: ReadonlySet<string> | undefined,
  nowMs: number,
): boolean => unsettled !== undefined && dueAt > nowMs && !unsettled.has(`${service}:${job}`);
