// Jobs: what the rules declare of them and what the batch monitor knows of them. Written by the control plane alone.
import { due, keys } from '../keys.ts';
import type { Item, Table } from '../port.ts';
import type { RunStatus } from './job-runs.ts';

/** A job as a rule document declares it; durations as they are written there. */
export interface JobDefinition {
  readonly schedule: string;
  readonly timezone?: string | undefined;
  readonly maxRuntime?: string | undefined;
  readonly startDeadline?: string | undefined;
  readonly owner?: string | undefined;
}

/** `new` before its first run has ended; `late` is never stored, it is what a reader sees between a slot and its deadline. */
export type JobStatus = 'new' | 'up' | 'late' | 'missed' | 'failed' | 'overrunning' | 'retired';

export type JobChange = { readonly at: number; readonly from: JobStatus; readonly to: JobStatus };

/** The end that speaks for the job: the last one by its time. */
export type LastEnd = { readonly at: number; readonly ok: boolean };

export type LastRun = {
  readonly run: string;
  readonly startedAt: number;
  readonly status: RunStatus;
  readonly endedAt?: number | undefined;
};

/** Times are ms since the epoch. */
export interface Job extends JobDefinition {
  readonly service: string;
  readonly job: string;
  /** Counts the writes of this item; every write leans on the one it has seen. */
  readonly rev: number;
  readonly declaredAt: number;
  /** Slots before this moment are not expected: the job was not there or had another schedule. */
  readonly watchFrom: number;
  readonly retiredAt?: number | undefined;
  readonly status: JobStatus;
  /** When the status began: the moment something went wrong, not the one it was noticed. */
  readonly since: number;
  /** The last start that counts: the next slot after it is the one expected. */
  readonly anchorAt?: number | undefined;
  readonly lastEnd?: LastEnd | undefined;
  readonly lastRun?: LastRun | undefined;
  /** The latest changes of status, oldest first. */
  readonly changes: JobChange[];
  /** When the monitor has to look at it. */
  readonly dueAt?: number | undefined;
}

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

/**
 * Makes a service's jobs those of its published document: new ones are watched from now on, changed ones by their new
 * schedule, absent ones are retired, and the rest keep what is known of them. May be repeated after a failure.
 */
export async function declareJobs(table: Table, declaration: Declaration): Promise<void> {
  const { service, owner, jobs, atMs } = declaration;
  for (const [job, definition] of Object.entries(jobs)) {
    // The list's entries first: a job that is watched is always listed.
    await table.put({ item: { ...keys.jobEntry(service, job), v: 1, service, job } });
    await table.put({ item: { ...keys.jobName(job, service), v: 1, service, job } });
    await changeJob(table, service, job, (current) =>
      declared(current, service, job, { ...definition, owner: definition.owner ?? owner }, atMs),
    );
  }
  for (const job of await jobsOf(table, service)) {
    if (Object.hasOwn(jobs, job)) continue;
    const left = await changeJob(table, service, job, (current) => retired(current, atMs));
    if (left !== undefined && left.retiredAt === undefined) continue;
    await table.delete({ key: keys.jobEntry(service, job) });
    await table.delete({ key: keys.jobName(job, service) });
  }
}

/** A job after a declaration; undefined when a later one has been there. Pure. */
export function declared(
  current: Job | undefined,
  service: string,
  job: string,
  definition: JobDefinition,
  atMs: number,
): Job | undefined {
  if (current && current.declaredAt > atMs) return undefined;
  const { schedule, timezone, maxRuntime, startDeadline, owner } = definition;
  const rules = { schedule, timezone, maxRuntime, startDeadline, owner };
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
  const rescheduled = current.schedule !== schedule || (current.timezone ?? 'UTC') !== (timezone ?? 'UTC');
  return {
    ...current,
    ...rules,
    rev: current.rev + 1,
    declaredAt: atMs,
    watchFrom: rescheduled ? atMs : current.watchFrom,
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
  return item as (Item & Job) | undefined;
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
    const next = await change(current);
    if (!next) return current;
    const written = await table.put({
      item: { ...keys.job(service, job), v: 1, ...next, ...(next.dueAt === undefined ? {} : { due: due.jobs }) },
      ...(current
        ? { condition: 'rev = :seen', values: { ':seen': current.rev } }
        : { condition: 'attribute_not_exists(pk)' }),
    });
    if (written.applied) return next;
    current = written.item as (Item & Job) | undefined;
  }
  throw new Error(`the job "${service}:${job}" changed ${TRIES} times while it was being written; try again`);
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
  const jobs = found.items.map(({ service, job }) => ({ service: service as string, job: job as string }));
  return found.cursor === undefined ? { jobs } : { jobs, cursor: found.cursor };
}

/** The services that have a job of this name; at most `limit` of them. */
export async function servicesWithJob(table: Table, job: string, limit: number): Promise<string[]> {
  const { items } = await table.query({ pk: keys.jobName(job, '').pk, limit });
  return items.map(({ service }) => service as string);
}

/** Jobs the monitor has to look at by `nowMs`, longest due first. */
export async function listDueJobs(
  table: Table,
  nowMs: number,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<JobPage> {
  const { limit, cursor } = page;
  const found = await table.query({
    pk: due.jobs,
    index: { name: 'due', dueUpTo: nowMs },
    limit,
    ...(cursor === undefined ? {} : { cursor }),
  });
  const jobs = found.items.map(({ service, job }) => ({ service: service as string, job: job as string }));
  return found.cursor === undefined ? { jobs } : { jobs, cursor: found.cursor };
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
