// The tick: finds the runs and jobs that are due, judges each, and writes what became of them. Work grows with what is due.
import type { Clock } from '../../middleware/kernel/clock.ts';
import { errorFields, type Logger } from '../../middleware/kernel/logger.ts';
import { listDueRuns, listRuns, noteMissed, settleRun, type Run } from '../../store/items/job-runs.ts';
import { changeJob, listDueJobs, type Job } from '../../store/items/jobs.ts';
import type { Table } from '../../store/port.ts';
import { judge } from './judge.ts';
import { verdictOf } from './verdict.ts';

const PAGE = 100;
/** A job's latest runs are enough to judge it: what is older has been told already. */
const RUNS_READ = 50;

export interface TickParts {
  readonly table: Table;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface TickReport {
  readonly runs: number;
  readonly jobs: number;
  /** What could not be looked at; it stays due and is looked at again by the next tick. */
  readonly failed: number;
}

/**
 * One pass over all that is due. Safe to run twice at once and to die anywhere: each write leans on what it has seen,
 * a job is told of a run before the run is taken off what is due, and telling it twice changes nothing.
 */
export async function tick({ table, clock, logger }: TickParts): Promise<TickReport> {
  const nowMs = clock.now();
  const report = { runs: 0, jobs: 0, failed: 0 };

  async function contained(what: Record<string, unknown>, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      report.failed++;
      logger.error('the monitor could not look at something due', { ...what, ...errorFields(error) });
    }
  }

  for await (const run of all((cursor) => listDueRuns(table, nowMs, { limit: PAGE, cursor }).then(byRuns))) {
    await contained({ job: run.job, run: run.run }, async () => {
      await lookAtRun(table, run, nowMs);
      report.runs++;
    });
  }
  for await (const { service, job } of all((cursor) =>
    listDueJobs(table, nowMs, { limit: PAGE, cursor }).then(byJobs),
  )) {
    await contained({ service, job }, async () => {
      await lookAtJob(table, service, job, [], nowMs);
      report.jobs++;
    });
  }
  return report;
}

async function lookAtRun(table: Table, run: Run, nowMs: number): Promise<void> {
  const verdict = verdictOf(run, nowMs);
  const settled: Run = { ...run, ...verdict };
  await lookAtJob(table, run.service, run.job, [settled], nowMs);
  await settleRun(table, run, verdict);
}

/** Judges a job by its latest runs; `settled` are runs as they are about to be written. */
async function lookAtJob(
  table: Table,
  service: string,
  job: string,
  settled: readonly Run[],
  nowMs: number,
): Promise<void> {
  await changeJob(table, service, job, async (current): Promise<Job | undefined> => {
    if (!current) return undefined;
    const { runs } = await listRuns(table, { service, job }, { limit: RUNS_READ, consistent: true });
    const known = runs.map((run) => settled.find((other) => sameRun(run, other)) ?? run);
    const unread = settled.filter((run) => !runs.some((other) => sameRun(run, other)));
    const judgement = judge(current, [...known, ...unread], nowMs);
    for (const slot of judgement.missed) await noteMissed(table, { service, job }, slot);
    return { ...judgement.job, rev: current.rev + 1 };
  });
}

const sameRun = (a: Run, b: Run) => a.run === b.run && a.startedAt === b.startedAt;

interface PageOf<T> {
  readonly found: readonly T[];
  readonly cursor?: string | undefined;
}

const byRuns = ({ runs, cursor }: { readonly runs: Run[]; readonly cursor?: string }) => ({ found: runs, cursor });
const byJobs = <T>({ jobs, cursor }: { readonly jobs: readonly T[]; readonly cursor?: string }) => ({
  found: jobs,
  cursor,
});

async function* all<T>(read: (cursor: string | undefined) => Promise<PageOf<T>>): AsyncGenerator<T> {
  let cursor: string | undefined;
  do {
    const page = await read(cursor);
    yield* page.found;
    cursor = page.cursor;
  } while (cursor !== undefined);
}
