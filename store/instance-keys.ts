// The keys of the table that instances read and write: a service's own, `run#<service>#…`, and where its rules are.
import type { Key } from './port.ts';

/** How many copies of a rule document are written, so that a fleet's reads spread over partitions. */
export const RULE_COPIES = 16;

export const instanceKeys = {
  /** Sequence number, revision and gray of a service: the small item every instance polls. */
  rulesHead: (service: string): Key => ({ pk: `ctl#rules#${service}`, sk: 'head' }),
  /** One of the copies of a revision's compressed document. */
  rulesCopy: (service: string, revision: number, copy: number): Key => ({
    pk: `ctl#rules#${service}#copy#${copy}`,
    sk: `revision#${pad(revision)}`,
  }),
  /** One run of a job, written by the instance that runs it. */
  jobRun: (service: string, job: string, startedAt: string, run: string): Key => ({
    pk: `run#${service}#job#${job}`,
    sk: `run#${startedAt}#${run}`,
  }),
  /** A throttle's bucket for one generation (limit and burst) and one value of its key. */
  bucket: (service: string, rule: string, algorithm: string, generation: string, key: string): Key => ({
    pk: `run#${service}#throttle#${rule}#${algorithm}#${generation}#${key}`,
    sk: 'bucket',
  }),
  /** Permits of a concurrency rule: one item for so many slots. */
  permits: (service: string, rule: string, shard: number): Key => ({
    pk: `run#${service}#concurrency#${rule}#${shard}`,
    sk: 'permits',
  }),
  /** The windows in which a quota was used: one item each. `start` is ISO 8601. */
  usageWindow: (service: string, rule: string, start: string, generation: string): Key => ({
    pk: `run#${service}#usage#${rule}`,
    sk: `${start}#${generation}`,
  }),
  /** The keys that used a quota in one window: one item each, in so many lists that no partition takes all of them. */
  usageKey: (service: string, rule: string, start: string, shard: number, key: string, generation: string): Key => ({
    pk: `run#${service}#usage#${rule}#${start}#${shard}`,
    sk: `${key}#${generation}`,
  }),
  /** The quotas that came near their limit on one day (UTC `yyyy-mm-dd`), in order of time. */
  usageSignal: (service: string, day: string, at: string, id: string): Key => ({
    pk: `run#${service}#usage-signals#${day}`,
    sk: `${at}#${id}`,
  }),
  /** How many such signals a rule gave in an hour (`yyyy-mm-ddThh`), listed or not. */
  usageSignalCount: (service: string, hour: string, rule: string): Key => ({
    pk: `run#${service}#usage-signals`,
    sk: `${hour}#${rule}`,
  }),
  /** A breaker's authoritative state and the fleet's window; of a rule with a key for one value of it, as it is stored. */
  breaker: (service: string, breaker: string, key?: string): Key => ({
    pk: `run#${service}#breaker#${breaker}${key === undefined ? '' : `#key#${key}`}`,
    sk: 'state',
  }),
  /** What a part of a large fleet counts of a breaker, with a copy of its state. Counted from 1: the first is the breaker's own item. */
  breakerShard: (service: string, breaker: string, shard: number): Key => ({
    pk: `run#${service}#breaker#${breaker}#shard#${shard}`,
    sk: 'state',
  }),
  /** How the breakers changed on one day (UTC `yyyy-mm-dd`), in order of time. */
  breakerTransition: (service: string, day: string, at: string, id: string): Key => ({
    pk: `run#${service}#breaker-log#${day}`,
    sk: `${at}#${id}`,
  }),
  /** How often a queue record was sent back by flyball itself, which is not an attempt. */
  deferrals: (service: string, messageId: string): Key => ({ pk: `run#${service}#deferral#${messageId}`, sk: 'count' }),
  /** That a piece of work is being done, or has been: by its name and the hash of what it is done for. */
  idempotency: (service: string, key: string): Key => ({ pk: `run#${service}#idempotency#${key}`, sk: 'record' }),
  /** Up to when the records that wait for a rule's tokens have been told to stay away. */
  line: (service: string, rule: string, generation: string, key: string): Key => ({
    pk: `run#${service}#line#${rule}#${generation}#${key}`,
    sk: 'line',
  }),
  /** One instance's minute of telemetry. `minute` is `yyyy-mm-ddThh:mm` in UTC. */
  telemetryMinute: (service: string, minute: string, instance: string): Key => ({
    pk: `run#${service}#telemetry#${minute}`,
    sk: instance,
  }),
  /** Services that report and have no rules: one item each, found by the index of what is due. */
  announcement: (service: string): Key => ({ pk: `run#${service}#telemetry`, sk: 'announcement' }),
} as const;

/** The value of the sparse index's hash key for a kind of due work. */
export const due = { jobs: 'jobs', runs: 'runs', services: 'services', grays: 'grays' } as const;

/** Sortable decimal: revisions are listed in order. */
export function pad(n: number): string {
  return String(n).padStart(10, '0');
}
