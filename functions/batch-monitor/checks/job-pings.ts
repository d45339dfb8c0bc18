// Pings for a job that rules declare: cron on a server tells of its runs as a function does of its own.
import { parseDuration } from '../../../middleware/kernel/units.ts';
import { noteHeard } from '../../../store/items/job-heard.ts';
import { beginRun, endRun, listRuns, type Run, type RunError, type RunStart } from '../../../store/items/job-runs.ts';
import { readJob, type Job } from '../../../store/items/jobs.ts';
import { noteOver, noteRunning } from '../../../store/items/running.ts';
import type { Table } from '../../../store/port.ts';
import { isName } from '../../api/index.ts';
import { isAwaited } from '../waited-for.ts';
import type { PingMeant } from './ping-request.ts';
import { quoted } from './posted.ts';

/** What a ping says of a run. */
export interface JobPing extends PingMeant {
  readonly at: number;
  readonly rid?: string;
  readonly body: Uint8Array;
}

/** A run that nobody has told the end of for so long, in ms, is given up: no platform ends it. */
const LIMIT_MS = 86_400_000;
/** Runs among which the one is searched that an end names. */
const RUNS_READ = 50;
/** What runs are called that name themselves by no `rid`: the end of one is the end of the latest. */
const UNNAMED = 'ping-';
const LONGEST_MESSAGE = 1_024;

/** The declared job that a ping key's service has under a name; undefined of one that no document has any more. */
export async function pingedJob(table: Table, service: string, name: string): Promise<Job | undefined> {
  const job = isName(name) ? await readJob(table, service, name) : undefined;
  return job?.retiredAt === undefined ? job : undefined;
}

/** Begins a run, ends the one that is under way, or notes that it is alive. `newId` tells unnamed ones apart. */
export async function pingJob(table: Table, job: Job, ping: JobPing, newId: () => string): Promise<void> {
  const { at, kind, rid } = ping;
  if (kind === 'start') {
    const start = startOf(job, at, rid ?? `${UNNAMED}${newId()}`);
    if (isAwaited(job)) await noteRunning(table, start);
    await beginRun(table, start);
    return;
  }
  const { runs } = await listRuns(table, job, { limit: RUNS_READ, consistent: true });
  const open = runs.filter((run) => run.endedAt === undefined && isMeant(run, rid));
  if (kind === 'log') {
    const [latest] = open;
    if (latest) await noteHeard(table, latest, { heardAt: at });
    return;
  }
  for (const run of open) {
    const { applied } = await endRun(table, run, endOf(ping, run.startedAt));
    if (!applied) continue;
    // Dying before this leaves it to the tick, for which the run is due now.
    if (isAwaited(job)) await noteOver(table, job, [run]);
    return;
  }
  // Nobody has told of its beginning, so that it began and ended now, as far as anybody knows.
  if (rid !== undefined && runs.some(({ run }) => run === rid)) return;
  await endRun(table, startOf(job, at, rid ?? `${UNNAMED}${newId()}`), endOf(ping, at));
}

const isMeant = ({ run }: Run, rid: string | undefined) => (rid === undefined ? run.startsWith(UNNAMED) : run === rid);

function startOf({ service, job, maxRuntime, noHeartbeatFor }: Job, at: number, run: string): RunStart {
  const maxRuntimeMs = maxRuntime === undefined ? undefined : parseDuration(maxRuntime);
  return {
    ...{ service, job, run, startedAt: at, instance: '', requestId: '' },
    maxRuntimeAt: maxRuntimeMs === undefined ? undefined : at + maxRuntimeMs,
    silenceMs: noHeartbeatFor === undefined ? undefined : parseDuration(noHeartbeatFor),
    limitAt: at + Math.max(LIMIT_MS, maxRuntimeMs ?? 0),
  };
}

function endOf(ping: JobPing, startedAt: number) {
  const { at, kind } = ping;
  const end = { endedAt: Math.max(at, startedAt), durationMs: Math.max(0, at - startedAt) };
  return kind === 'fail'
    ? ({ ...end, status: 'failed', error: errorOf(ping) } as const)
    : ({ ...end, status: 'succeeded' } as const);
}

/** What is known of why it failed: its exit status, and what it has sent. */
function errorOf({ exitStatus, body }: JobPing): RunError {
  const message = quoted(body, LONGEST_MESSAGE);
  if (exitStatus !== undefined) return { name: `exit status ${exitStatus}`, message };
  return { name: '', message: message || 'a ping said so' };
}
