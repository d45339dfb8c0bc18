// Jobs: what the rules declare of them and what the batch monitor knows of them. Written by the control plane alone.
import { isDeepStrictEqual } from 'node:util';
import { due, keys } from '../keys.ts';
import type { Page, Table } from '../port.ts';
import { markedThen } from './alert-marks.ts';
import { ITEM_VERSION } from './fields.ts';
import { definitionOf, type JobDefinition } from './job-definition.ts';
import { awaitedBy, awaits, markedWith, tells } from './job-marks.ts';
import { itemOf, jobOf, type Job } from './job-record.ts';
import { forgetWaiters, putWaiters, type JobName } from './job-waiters.ts';

export type { CountBound, JobDefinition, PlannedPause } from './job-definition.ts';
export type { Hold, Job, JobChange, JobStatus, LastEnd, LastRun, Said } from './job-record.ts';

export interface Declaration {
  readonly service: string;
  /** Owns the jobs that name no owner of their own. */
  readonly owner?: string | undefined;
  readonly jobs: Readonly<Record<string, JobDefinition>>;
  /** When the document was published; an earlier declaration never overwrites a later one. */
  readonly atMs: number;
}

/** Lost races on one item before a writer gives up. */
const TRIES = 8;

/** Jobs written at a time: a service's jobs are declared within one request, and the table is everybody's. */
const AT_A_TIME = 8;

/**
 * Makes a service's jobs those of its published document: new ones are watched from now on, changed ones by their new
 * schedule, absent ones are retired, and the rest keep what is known of them. Repeated after a failure it goes on where
 * it was cut off: of a job that this declaration has reached, nothing is written again.
 */
export async function declareJobs(table: Table, declaration: Declaration): Promise<void> {
  const { service, owner, jobs, atMs } = declaration;
  await forEach(Object.entries(jobs), async ([job, definition]) => {
    let dropped: JobName[] = [];
    await changeJob(table, service, job, async (current) => {
      const next = declared(current, service, job, { ...definition, owner: definition.owner ?? owner }, atMs);
      if (!next) return undefined;
      // The list's entries first: a job that is watched is always listed.
      await table.put({ item: { ...keys.jobEntry(service, job), v: ITEM_VERSION, service, job } });
      await table.put({ item: { ...keys.jobName(job, service), v: ITEM_VERSION, service, job } });
      await putWaiters(table, next, awaitedBy(next));
      dropped = current === undefined ? [] : awaitedBy(current).filter((each) => !awaits(next, each));
      return next;
    });
    await forgetWaiters(table, { service, job }, dropped);
  });
  const absent = (await jobsOf(table, service)).filter((job) => !Object.hasOwn(jobs, job));
  await forEach(absent, async (job) => {
    const left = await changeJob(table, service, job, (current) => retired(current, atMs));
    if (left !== undefined && left.retiredAt === undefined) return;
    await table.delete({ key: keys.jobEntry(service, job) });
    await table.delete({ key: keys.jobName(job, service) });
    if (left !== undefined) await forgetWaiters(table, left, awaitedBy(left));
  });
}

/** A few at a time; after a failure none is begun any more, and none is left running. @throws the first failure. */
async function forEach<T>(all: readonly T[], act: (one: T) => Promise<void>): Promise<void> {
  const waiting = all.values();
  let failed = false;
  const work = async () => {
    // One iterator for all who work: each takes the next.
    for (const one of waiting) {
      try {
        if (!failed) await act(one);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: AT_A_TIME }, work));
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
}

/** A job after a declaration; undefined when this or a later one has been there. Pure. */
export function declared(
  current: Job | undefined,
  service: string,
  job: string,
  definition: JobDefinition,
  atMs: number,
): Job | undefined {
  if (current && current.declaredAt > atMs) return undefined;
  const rules = definitionOf(definition);
  const known = current && definitionOf(current);
  if (current?.declaredAt === atMs && current.retiredAt === undefined && isDeepStrictEqual(known, rules)) {
    return undefined;
  }
  if (!current || current.retiredAt !== undefined) {
    return {
      service,
      job,
      ...rules,
      rev: (current?.rev ?? 0) + 1,
      declaredAt: atMs,
      watchFrom: atMs,
      status: 'new',
      since: atMs,
      changes: [],
      dueAt: atMs,
    };
  }
  const { schedule, timezone } = definition;
  const rescheduled = current.schedule !== schedule || (current.timezone ?? 'UTC') !== (timezone ?? 'UTC');
  return {
    ...current,
    ...rules,
    rev: current.rev + 1,
    declaredAt: atMs,
    watchFrom: rescheduled ? atMs : current.watchFrom,
    finishFrom: current.finishBy === definition.finishBy ? current.finishFrom : atMs,
    dueAt: atMs,
  };
}

/** A job that its service's document no longer has; undefined when there is nothing to do. Pure. */
export function retired(current: Job | undefined, atMs: number): Job | undefined {
  if (!current || current.retiredAt !== undefined || current.declaredAt > atMs) return undefined;
  return {
    ...current,
    rev: current.rev + 1,
    declaredAt: atMs,
    retiredAt: atMs,
    status: 'retired',
    since: atMs,
    dueAt: undefined,
  };
}

export async function readJob(table: Table, service: string, job: string): Promise<Job | undefined> {
  const item = await table.get(keys.job(service, job), { consistent: true });
  return item && jobOf(item);
}

/**
 * Replaces a job by what `change` makes of it (undefined leaves it as it is), unless somebody else writes first: then
 * it is asked again with what they wrote. @throws {Error} when that happens too often in a row.
 * @returns the job as it stands then.
 */
export async function changeJob(
  table: Table,
  service: string,
  job: string,
  change: (current: Job | undefined) => Job | undefined | Promise<Job | undefined>,
): Promise<Job | undefined> {
  let current = await readJob(table, service, job);
  for (let tries = 0; tries < TRIES; tries++) {
    const made = await change(current);
    if (!made) return current?.unmarked === true ? markedJob(table, current) : current;
    const next: Job = { ...made, unmarked: current?.unmarked === true || tells(current, made) || undefined };
    const written = await table.put({
      item: itemOf(next),
      ...(current
        ? { condition: 'rev = :seen', values: { ':seen': current.rev } }
        : { condition: 'attribute_not_exists(pk)' }),
    });
    if (written.applied) return next.unmarked === true ? markedJob(table, next) : next;
    current = written.item && jobOf(written.item);
  }
  throw new Error(`the job "${service}:${job}" changed ${TRIES} times while it was being written; try again`);
}

/** Marks what the last write of a job tells, and then says that this is done. */
async function markedJob(table: Table, job: Job): Promise<Job> {
  const told: Job = { ...job, unmarked: undefined };
  const done = await markedThen(table, { subjects: markedWith(job), atMs: job.since }, () =>
    table.put({ item: itemOf(told), condition: 'rev = :seen', values: { ':seen': job.rev } }),
  );
  return done ? told : job;
}

export interface JobPage {
  readonly jobs: readonly { readonly service: string; readonly job: string }[];
  readonly cursor?: string;
}

/** The jobs of one service or of all, by name. */
export async function listJobs(
  table: Table,
  page: { readonly service?: string | undefined; readonly limit: number; readonly cursor?: string | undefined },
): Promise<JobPage> {
  const { service, limit, cursor } = page;
  const found = await table.query({
    pk: keys.jobEntry('', '').pk,
    ...(service === undefined ? {} : { sk: { beginsWith: keys.jobEntry(service, '').sk } }),
    limit,
    ...(cursor === undefined ? {} : { cursor }),
  });
  return namesOf(found);
}

/** The services that have a job of this name; at most `limit` of them. */
export async function servicesWithJob(table: Table, job: string, limit: number): Promise<string[]> {
  const { items } = await table.query({ pk: keys.jobName(job, '').pk, limit });
  return items.flatMap(({ sk }) => (typeof sk === 'string' ? [sk] : []));
}

/**
 * Jobs the monitor has to look at by `nowMs`, longest due first. Any service may put items of its own into the index:
 * `strangers` counts those that are not where jobs are.
 */
export async function listDueJobs(
  table: Table,
  nowMs: number,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<JobPage & { readonly strangers: number }> {
  const { limit, cursor } = page;
  const found = await table.query({
    pk: due.jobs,
    index: { name: 'due', dueUpTo: nowMs },
    limit,
    ...(cursor === undefined ? {} : { cursor }),
  });
  // Names alone: one that only a newer flyball can read keeps nobody from looking at the others.
  const jobs = found.items.flatMap(({ pk, service, job }) =>
    typeof service === 'string' && typeof job === 'string' && pk === keys.job(service, job).pk
      ? [{ service, job }]
      : [],
  );
  const strangers = found.items.length - jobs.length;
  return { jobs, strangers, ...(found.cursor === undefined ? {} : { cursor: found.cursor }) };
}

/** By their keys: an entry that only a newer flyball can read hides no other. */
function namesOf({ items, cursor }: Page): JobPage {
  const jobs = items.map(({ sk }) => {
    const [service = '', job = ''] = typeof sk === 'string' ? sk.split('#') : [];
    return { service, job };
  });
  return cursor === undefined ? { jobs } : { jobs, cursor };
}

async function jobsOf(table: Table, service: string): Promise<string[]> {
  const names: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await listJobs(table, { service, limit: 500, cursor });
    names.push(...page.jobs.map(({ job }) => job));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return names;
}
