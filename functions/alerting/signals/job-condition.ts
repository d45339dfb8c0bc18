// What a job's state says to those who look after it: whether it fires, how urgent it is, and what they have to know. Pure.
import { holdAt } from '../../batch-monitor/holding.ts';
import { pauseTurnsAfter } from '../../batch-monitor/judging/pause-turns.ts';
import type { Standing } from '../../batch-monitor/standing.ts';
import { standingNow } from '../../batch-monitor/views.ts';
import { jobSubject } from '../../../store/items/alert-marks.ts';
import type { Run, RunStatus } from '../../../store/items/job-runs.ts';
import type { Hold, JobStatus } from '../../../store/items/jobs.ts';
import type { Condition, Severity } from '../condition.ts';
import { moment } from '../channels/moments.ts';
import { exceptionOf, oneLine } from './exception.ts';
import { lastFailed, summaryOf } from './job-summary.ts';

/** What stands still when a job does not go on. */
export interface Blocked {
  /** As people name them: `billing:invoices`. */
  readonly names: readonly string[];
  /** When the first of them has its deadline. */
  readonly neededBy: number | undefined;
}

/** In these somebody may have to do something. */
const WRONG: ReadonlySet<string> = new Set<JobStatus>(['missed', 'failed', 'overrunning']);
const ILL: ReadonlySet<RunStatus> = new Set<RunStatus>(['failed', 'lost', 'missed', 'overran']);

const TOLD: Readonly<Record<string, string>> = {
  up: 'went well',
  new: 'has not ended yet since it is watched',
  late: 'is awaited',
  paused: 'is paused',
  retired: 'is in no rules any more',
};

/** Whether somebody is to be told: whoever pauses a job by hand knows already. */
export const isWrong = (job: Standing, nowMs: number): boolean =>
  WRONG.has(standingNow(job, nowMs).status) && holdAt(job, nowMs) === undefined;

/** When time alone may change what is said of a job: of one that is wrong, also where that is quiet, when a pause turns. */
export const turnsAfter = (job: Standing, nowMs: number): number | undefined =>
  WRONG.has(job.status) ? pauseTurnsAfter(job, nowMs) : undefined;

/** `runs` are its latest ones as they stand, newest first. */
export function jobCondition(job: Standing, runs: readonly Run[], blocked: Blocked, nowMs: number): Condition {
  const { service, job: name, owner, tags, because } = job;
  const { status, since } = standingNow(job, nowMs);
  const firing = isWrong(job, nowMs);
  const named = { key: jobSubject(job), kind: 'job' as const, service, name };
  const found = { owner: owner === '' ? undefined : owner, tags, runbook: job.alert?.runbook };
  if (!firing) {
    return {
      ...named,
      ...found,
      severity: severityOf(job),
      firing,
      since,
      summary: `${name} ${quietWords(job, status, nowMs)}`,
    };
  }
  const failures = failuresInARow(runs);
  const error = status === 'failed' ? lastFailed(runs)?.error : undefined;
  // What it keeps closed while it runs stands still for as long as it does.
  const closed =
    status === 'overrunning' ? (job.pausing ?? []).map((resource) => `${service} resource ${resource}`) : [];
  const blocks = [...blocked.names, ...closed];
  return {
    ...named,
    ...found,
    severity: severityOf(job, closed.length > 0),
    firing,
    since,
    summary: summaryOf(job, runs, failures),
    ...(error === undefined ? {} : { exception: exceptionOf(error) }),
    ...(blocks.length === 0 ? {} : { blocks }),
    ...(because === undefined ? {} : { because: `job/${because.replace(':', '/')}` }),
    ...(failures === 0 ? {} : { failures }),
    ...(blocked.neededBy === undefined ? {} : { neededBy: blocked.neededBy }),
    ...(job.alert?.deferUntil === undefined ? {} : { deferUntil: job.alert.deferUntil }),
  };
}

function quietWords(job: Standing, status: string, nowMs: number): string {
  const hold = holdAt(job, nowMs);
  const held = hold !== undefined && (status === 'paused' || WRONG.has(status));
  return held ? heldWords(hold, job.timezone) : (TOLD[status] ?? status);
}

function heldWords({ by, until }: Hold, timezone = 'UTC'): string {
  const who = by === undefined ? '' : ` by ${oneLine(by)}`;
  return `is paused${who}${until === undefined ? '' : ` until ${moment(until, timezone)}`}`;
}

/** Of a job that no rules know, and never will. */
export const unknownJob = (service: string, name: string, nowMs: number): Condition => ({
  ...{ key: jobSubject({ service, job: name }), kind: 'job', service, name },
  ...{ severity: 'deferred', firing: false, since: nowMs, summary: `${name} is in no rules any more` },
});

function severityOf({ alert, blocking = false }: Standing, closes = false): Severity {
  return alert?.severity ?? (blocking || closes ? 'realtime' : 'deferred');
}

/** How many of the last runs failed, up to one that did not; those that were refused or still run say nothing. */
function failuresInARow(runs: readonly Run[]): number {
  let count = 0;
  for (const { status } of runs) {
    if (status === 'succeeded') break;
    if (ILL.has(status)) count++;
  }
  return count;
}
