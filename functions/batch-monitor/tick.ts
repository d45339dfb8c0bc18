// The tick: finds the runs and jobs that are due, judges each, and writes what became of them. Work grows with what is due.
import type { Clock } from '../../middleware/kernel/clock.ts';
import { errorFields, type Logger } from '../../middleware/kernel/logger.ts';
import { listDueRuns, listRuns, noteLost, noteMissed, settleRun, type Run } from '../../store/items/job-runs.ts';
import { changeJob, listDueJobs, type Job } from '../../store/items/jobs.ts';
import { changeCheck, DUE_CHECKS, listDueChecks, uniqueKeyOf } from '../../store/items/checks.ts';
import type { Table } from '../../store/port.ts';
import { caughtUp } from './checks/fold.ts';
import { judge } from './judge.ts';
import { settledRuns } from './judging/settled.ts';
import { pagesOf, sideBySide } from '../api/passes.ts';
import { verdictOf } from './verdict.ts';
import { isAwaited, tellOver } from './waited-for.ts';

const PAGE = 100;
/** Jobs looked at side by side; the runs of one job stay together, so that a tick never races itself. */
const SIDE_BY_SIDE = 8;
/** A job's latest runs are enough to judge it: what is older has been told already. */
const RUNS_READ = 50;
/** Nothing new is begun with less time than this, in ms: what is left over stays due for the next tick. */
const TIME_TO_STOP_MS = 5_000;
/** How often a job's runs are read again since something was heard of one meanwhile. */
const TRIES = 8;

export interface TickParts {
  readonly table: Table;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long the tick may still take, in ms. */
  readonly remainingMs?: () => number;
}

export interface TickReport {
  readonly runs: number;
  readonly jobs: number;
  readonly checks: number;
  /** What could not be looked at; it stays due and is looked at again by the next tick. */
  readonly failed: number;
  /** False when time ran out first. */
  readonly complete: boolean;
}

/**
 * One pass over all that is due. Safe to run twice at once and to die anywhere: each write leans on what it has seen,
 * a job is told of a run before the run is taken off what is due, and telling it twice changes nothing.
 */
export async function tick(parts: TickParts): Promise<TickReport> {
  const { table, clock, logger, remainingMs = () => Infinity } = parts;
  const nowMs = clock.now();
  const report = { runs: 0, jobs: 0, checks: 0, failed: 0, complete: true };

  async function contained(job: string, work: () => Promise<void>): Promise<void> {
    if (remainingMs() < TIME_TO_STOP_MS) {
      report.complete = false;
      return;
    }
    try {
      await work();
    } catch (error) {
      report.failed++;
      logger.error('the monitor could not look at something due', { job, ...errorFields(error) });
    }
  }

  function passOver(strangers: number): void {
    if (strangers === 0) return;
    // Of pages that hold nothing else nobody asks below: they could take the time of the whole tick.
    if (remainingMs() < TIME_TO_STOP_MS) report.complete = false;
    report.failed += strangers;
    logger.error('items are due that cannot be read, or that are not what their key says', { strangers });
  }

  const dueRuns = pagesOf(async (cursor) => {
    const { runs, strangers, ...rest } = await listDueRuns(table, nowMs, { limit: PAGE, cursor });
    passOver(strangers);
    return { found: byJob(runs), ...rest };
  });
  for await (const page of dueRuns) {
    await sideBySide(SIDE_BY_SIDE, page, ({ service, job, runs }) =>
      contained(`${service}:${job}`, async () => {
        await lookAtRuns(table, service, job, runs, nowMs);
        report.runs += runs.length;
      }),
    );
    if (!report.complete) return report;
  }
  const dueJobs = pagesOf(async (cursor) => {
    const { jobs, strangers, ...rest } = await listDueJobs(table, nowMs, { limit: PAGE, cursor });
    passOver(strangers);
    return { found: jobs, ...rest };
  });
  for await (const page of dueJobs) {
    await sideBySide(SIDE_BY_SIDE, page, ({ service, job }) =>
      contained(`${service}:${job}`, async () => {
        await lookAtJob(table, service, job, [], nowMs);
        report.jobs++;
      }),
    );
    if (!report.complete) return report;
  }
  const unread: unknown[] = [];
  await sideBySide(SIDE_BY_SIDE, DUE_CHECKS, (part) =>
    lookAtChecks(part).catch((error: unknown) => {
      unread.push(error);
    }),
  );
  if (unread.length > 0) throw unread[0];
  return report;

  async function lookAtChecks(part: string): Promise<void> {
    const dueChecks = pagesOf(async (cursor) => {
      const { uuids, strangers, ...rest } = await listDueChecks(table, part, nowMs, { limit: PAGE, cursor });
      passOver(strangers);
      return { found: uuids, ...rest };
    });
    for await (const page of dueChecks) {
      for (const uuid of page) {
        // By the name that lets nobody ping.
        await contained(`check ${uniqueKeyOf(uuid).slice(0, 16)}`, async () => {
          await changeCheck(table, uuid, (check) => caughtUp(check, nowMs));
          report.checks++;
        });
      }
      if (!report.complete) return;
    }
  }
}

interface RunsOfJob {
  readonly service: string;
  readonly job: string;
  readonly runs: Run[];
}

function byJob(runs: readonly Run[]): RunsOfJob[] {
  const groups = new Map<string, RunsOfJob>();
  for (const run of runs) {
    const { service, job } = run;
    const group = groups.get(`${service}:${job}`) ?? { service, job, runs: [] };
    group.runs.push(run);
    groups.set(`${service}:${job}`, group);
  }
  return [...groups.values()];
}

async function lookAtRuns(table: Table, service: string, job: string, due: Run[], nowMs: number): Promise<void> {
  const { looked, known, judged } = await lookAtJob(table, service, job, due, nowMs);
  // Before the runs are taken off what is due, so that whoever dies here does it again.
  if (judged && isAwaited(judged)) await tellOver(table, judged, known, nowMs);
  for (const { seen, settled } of looked) await settleRun(table, seen, settled);
}

interface Looked {
  readonly seen: Run;
  readonly settled: Run;
}

interface Outlook {
  /** The runs that are due, as they were seen and as they are to be written. */
  readonly looked: Looked[];
  /** All that were looked at, as they stand. */
  readonly known: Run[];
  /** The job, if there is one. */
  readonly judged: Job | undefined;
}

/** Judges a job by its latest runs. */
async function lookAtJob(
  table: Table,
  service: string,
  job: string,
  due: readonly Run[],
  nowMs: number,
): Promise<Outlook> {
  let looked: Looked[] = [];
  let settled: Run[] = [];
  const judged = await changeJob(table, service, job, async (current): Promise<Job | undefined> => {
    // Nobody is told of the runs of a job that there is not; they are settled by what they say themselves.
    if (!current) {
      looked = due.map((seen) => ({ seen, settled: { ...seen, dueAt: undefined, ...verdictOf(seen, nowMs) } }));
      return undefined;
    }
    const { runs, known, settled: all } = await settledTogether(table, current, due, nowMs);
    settled = all;
    looked = known.flatMap((seen, i) => {
      const run = settled[i];
      return run !== undefined && isDue(seen, nowMs) ? [{ seen, settled: run }] : [];
    });
    const knownFrom = runs.length < RUNS_READ ? -Infinity : runs.at(-1)?.startedAt;
    const judgement = judge(current, settled, nowMs, knownFrom);
    for (const slot of judgement.missed) await noteMissed(table, { service, job }, slot);
    return { ...judgement.job, rev: current.rev + 1 };
  });
  return { looked, known: settled, judged };
}

/** A job's latest runs, those that are due among them, as they were seen and as they stand. */
async function settledTogether(table: Table, job: Job, due: readonly Run[], nowMs: number) {
  for (let tries = 0; ; tries++) {
    const { runs } = await listRuns(table, job, { limit: RUNS_READ, consistent: true });
    // What the index says may be older than the run is.
    const known = [...runs, ...due.filter((run) => !runs.some((other) => sameRun(run, other)))];
    const settled = settledRuns(job, known, nowMs);
    const written = await Promise.all(settled.map((run, i) => isLostAsSeen(table, known[i], run)));
    if (!written.includes(false)) return { runs, known, settled };
    if (tries >= TRIES) throw new Error(`runs of "${job.service}:${job.job}" were heard of ${TRIES} times meanwhile`);
  }
}

/** A fact before the job is told: of a run that is found to be lost and has not ended, that it is. */
async function isLostAsSeen(table: Table, seen: Run | undefined, { lostAt }: Run): Promise<boolean> {
  if (seen === undefined || lostAt === undefined || seen.lostAt !== undefined || seen.endedAt !== undefined)
    return true;
  return (await noteLost(table, seen, lostAt)).applied;
}

const isDue = ({ dueAt }: Run, nowMs: number) => dueAt !== undefined && dueAt <= nowMs;

const sameRun = (a: Run, b: Run) => a.run === b.run && a.startedAt === b.startedAt;
