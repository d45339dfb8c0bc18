// Every key of the table, in one place: `ctl#…` belongs to the control plane, `run#<service>#…` to a service's instances.
import type { Key } from './port.ts';

/** How many copies of a rule document are written, so that a fleet's reads spread over partitions. */
export const RULE_COPIES = 16;

export const keys = {
  /** Sequence number, revision and gray of a service: the small item every instance polls. */
  rulesHead: (service: string): Key => ({ pk: `ctl#rules#${service}`, sk: 'head' }),
  /** One of the copies of a revision's compressed document. */
  rulesCopy: (service: string, revision: number, copy: number): Key => ({
    pk: `ctl#rules#${service}#copy#${copy}`,
    sk: `revision#${pad(revision)}`,
  }),
  /** A revision's record: author, note and time. */
  revision: (service: string, revision: number): Key => ({
    pk: `ctl#rules#${service}`,
    sk: `revision#${pad(revision)}`,
  }),
  /** The text a revision was published from; apart from its record, so that listing revisions stays cheap. */
  revisionSource: (service: string, revision: number): Key => ({
    pk: `ctl#rules#${service}`,
    sk: `source#${pad(revision)}`,
  }),
  draft: (service: string): Key => ({ pk: `ctl#rules#${service}`, sk: 'draft' }),
  /** The list of services: one item each. */
  service: (service: string): Key => ({ pk: 'ctl#services', sk: service }),
  /** What is paused in the whole cell, for services that come later. */
  pause: (): Key => ({ pk: 'ctl#pause', sk: 'cell' }),
  /** That no faults are to be injected in the whole cell, for services that come later. */
  faultStop: (): Key => ({ pk: 'ctl#pause', sk: 'faults' }),
  /** API keys, by the hash of the key. */
  apiKey: (hash: string): Key => ({ pk: `ctl#key#${hash}`, sk: 'key' }),
  /** The audit log of one day (UTC `yyyy-mm-dd`), in order of time. */
  audit: (day: string, at: string, id: string): Key => ({ pk: `ctl#audit#${day}`, sk: `${at}#${id}` }),
  /** A job's definition and state, written by the control plane alone. */
  job: (service: string, job: string): Key => ({ pk: `ctl#job#${service}#${job}`, sk: 'job' }),
  /** The list of jobs: one item each. */
  jobEntry: (service: string, job: string): Key => ({ pk: 'ctl#jobs', sk: `${service}#${job}` }),
  /** The services that have a job of this name, so that a name alone finds it. */
  jobName: (job: string, service: string): Key => ({ pk: `ctl#job-name#${job}`, sk: service }),
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
  /** How far the minutes of all services have been merged. */
  mergeProgress: (): Key => ({ pk: 'ctl#telemetry', sk: 'progress' }),
  /** Services that report and have no rules: one item each, found by the index of what is due. */
  announcement: (service: string): Key => ({ pk: `run#${service}#telemetry`, sk: 'announcement' }),
  /** The same once the merge has seen them, with when they last reported. */
  reporting: (service: string): Key => ({ pk: 'ctl#telemetry#reporting', sk: service }),
  /** All that a service's instances counted in one minute. */
  seriesMinute: (service: string, minute: string): Key => ({ pk: `ctl#telemetry#${service}#1m`, sk: minute }),
  /** Twelve slots of five minutes, an hour, of one subject: `resource#create-order`, `dependency#payments`, `service`. */
  seriesHour: (service: string, subject: string, hour: string): Key => ({
    pk: `ctl#telemetry#${service}#5m#${subject}`,
    sk: hour,
  }),
  /** Twenty-four slots of an hour, a day, of one subject. */
  seriesDay: (service: string, subject: string, day: string): Key => ({
    pk: `ctl#telemetry#${service}#1h#${subject}`,
    sk: day,
  }),
  /** All that a service's instances counted in the hours of a day that are over. */
  seriesOverview: (service: string, day: string): Key => ({ pk: `ctl#telemetry#${service}#1d`, sk: day }),
  /** Samples of one minute. */
  samples: (service: string, minute: string): Key => ({ pk: `ctl#telemetry#${service}#samples`, sk: minute }),
  /** What a service called and was called by: all services of an hour (slots of five minutes) or a day (of an hour). */
  edges: (span: string, slot: string, service: string): Key => ({
    pk: `ctl#telemetry#edges#${span}`,
    sk: `${slot}#${service}`,
  }),
} as const;

/** The value of the sparse index's hash key for a kind of due work. */
export const due = { jobs: 'jobs', runs: 'runs', services: 'services' } as const;

/** Sortable decimal: revisions are listed in order. */
function pad(n: number): string {
  return String(n).padStart(10, '0');
}
