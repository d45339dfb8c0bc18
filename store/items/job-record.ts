// What a job's item holds, and how it is written and read.
import { due, keys } from '../keys.ts';
import type { Item, Key } from '../port.ts';
import { ITEM_VERSION } from './fields.ts';
import { definitionOf, type JobDefinition } from './job-definition.ts';
import type { RunMark, RunStatus } from './job-runs.ts';
import { fieldsUnlessNewer } from './newer.ts';

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

/** What a run said of itself, and when it began: the latest counts. */
export type Said = { readonly at: number; readonly name: string };

/** A pause made by hand: no slot in it is expected. Without an end it lasts until somebody ends it. */
export type Hold = {
  readonly from: number;
  readonly until?: number | undefined;
  readonly reason?: string | undefined;
  readonly by?: string | undefined;
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
  /** Slots before this moment were to be done by another time of the day, or by none. */
  readonly finishFrom?: number | undefined;
  /** Pauses made by hand, oldest first. */
  readonly holds?: Hold[] | undefined;
  readonly retiredAt?: number | undefined;
  readonly status: JobStatus;
  /** When the status began: the moment something went wrong, not the one it was noticed. */
  readonly since: number;
  /** The last start that counts: the next slot after it is the one expected. */
  readonly anchorAt?: number | undefined;
  readonly lastEnd?: LastEnd | undefined;
  readonly lastRun?: LastRun | undefined;
  /** The function that has run it, as its runs name it. */
  readonly ranBy?: Said | undefined;
  /** The rule or schedule of EventBridge that has run it. */
  readonly ranOn?: Said | undefined;
  /** Of the last run. */
  readonly marks?: RunMark[] | undefined;
  /** The latest changes of status, oldest first. */
  readonly changes: JobChange[];
  /** When the monitor has to look at it. */
  readonly dueAt?: number | undefined;
  /** What this write tells has not been marked yet: until it is, the job stays due. */
  readonly unmarked?: boolean | undefined;
}

export function itemOf(job: Job): Item & Key {
  const { unmarked, ...rest } = job;
  const key = keys.job(job.service, job.job);
  if (unmarked === true) {
    return { ...key, v: ITEM_VERSION, ...rest, due: due.jobs, dueAt: job.since, unmarked, dueThen: job.dueAt };
  }
  const waiting = job.dueAt === undefined ? {} : { due: due.jobs };
  return { ...key, v: ITEM_VERSION, ...rest, ...waiting };
}

/** @throws {NewerItem} when a newer flyball wrote it. @throws {UnreadableItem} when somebody else did. */
export function jobOf(item: Item): Job {
  const { text, number, optionalNumber } = fieldsUnlessNewer(item);
  return {
    ...definitionOf(item),
    service: text('service'),
    job: text('job'),
    schedule: text('schedule'),
    rev: number('rev'),
    declaredAt: number('declaredAt'),
    watchFrom: number('watchFrom'),
    finishFrom: optionalNumber('finishFrom'),
    holds: item['holds'] as Hold[] | undefined,
    retiredAt: optionalNumber('retiredAt'),
    status: text('status') as JobStatus,
    since: number('since'),
    anchorAt: optionalNumber('anchorAt'),
    lastEnd: item['lastEnd'] as LastEnd | undefined,
    lastRun: item['lastRun'] as LastRun | undefined,
    ranBy: item['ranBy'] as Said | undefined,
    ranOn: item['ranOn'] as Said | undefined,
    marks: item['marks'] as RunMark[] | undefined,
    changes: (item['changes'] ?? []) as JobChange[],
    dueAt: optionalNumber(item['unmarked'] === true ? 'dueThen' : 'dueAt'),
    unmarked: item['unmarked'] === true ? true : undefined,
  };
}
