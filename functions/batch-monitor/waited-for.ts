// Takes runs that are over off what instances wait for: those that were killed, and whatever else nobody has taken away.
import { UnreadableItem } from '../../store/items/fields.ts';
import type { Run } from '../../store/items/job-runs.ts';
import type { Job } from '../../store/items/jobs.ts';
import { readRunning, type RunningRun } from '../../store/items/running-read.ts';
import { noteOver } from '../../store/items/running.ts';
import type { Table } from '../../store/port.ts';

/** What is past its time is no longer looked at by anybody; it stays until clocks cannot disagree about that, in ms. */
const KEPT_MS = 60_000;
/** As many as one update may name, and so many updates: what is left is for the next tick. */
const AT_A_TIME = 100;
const MOST = 500;

/** Whether instances may wait for its runs to be over. */
export const isAwaited = ({ announced, pausing }: Job) => announced === true || pausing !== undefined;

/** `runs` are the job's latest, as they stand at `nowMs`. */
export async function tellOver(table: Table, job: Job, runs: readonly Run[], nowMs: number): Promise<void> {
  let listed: RunningRun[];
  try {
    listed = await readRunning(table, job.service, job.job);
  } catch (error) {
    // Its service has written something else there: nobody waits for that.
    if (error instanceof UnreadableItem) return;
    throw error;
  }
  const over = overAmong(listed, runs, nowMs).slice(0, MOST);
  for (let i = 0; i < over.length; i += AT_A_TIME) await noteOver(table, job, over.slice(i, i + AT_A_TIME));
}

/** Those that have ended or are lost, and those whose time has passed. One that overruns is still under way. */
export function overAmong(listed: readonly RunningRun[], runs: readonly Run[], nowMs: number): RunningRun[] {
  return listed.filter(({ run: id, startedAt, until }) => {
    if (until + KEPT_MS <= nowMs) return true;
    const known = runs.find((run) => run.run === id && run.startedAt === startedAt);
    return known !== undefined && known.status !== 'running' && known.status !== 'overran';
  });
}
