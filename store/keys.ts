// Every key of the table: `ctl#…` belongs to the control plane, `run#<service>#…` to a service's instances, which import
// their own alone: every governed function loads those. `now#<service>` is a service's own too, and everybody's to read.
import { clientKeys } from './client-key.ts';
import { instanceKeys, pad } from './instance-keys.ts';
import type { Key } from './port.ts';
import { runningKeys } from './running-key.ts';

export { due, RULE_COPIES } from './instance-keys.ts';

/** Checks that are due are listed in as many parts as a UUID's first digit tells apart: each ping moves one of them. */
export const dueChecks = (uuid: string) => `checks#${uuid.slice(0, 1)}`;
/** All of those parts. */
export const DUE_CHECKS: readonly string[] = [...'0123456789abcdef'].map(dueChecks);

/** Where marks wait of what there may be something new to say about. */
export const dueAlertMarks = 'alert-marks';

export const keys = {
  ...instanceKeys,
  ...clientKeys,
  ...runningKeys,
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
  /** The plan of a service's gray publication, and what became of it. */
  gray: (service: string): Key => ({ pk: `ctl#rules#${service}`, sk: 'gray' }),
  /** The list of a service's namespaces of configuration: one item each. */
  configEntry: (service: string, namespace: string): Key => ({ pk: `ctl#rules#${service}/config`, sk: namespace }),
  /** The secrets that readers of a service's configuration sign with: one item for all. */
  configReaders: (service: string): Key => ({ pk: `ctl#rules#${service}/config`, sk: '#readers' }),
  /** The list of services: one item each. */
  service: (service: string): Key => ({ pk: 'ctl#services', sk: service }),
  /** What is paused in the whole cell, for services that come later. */
  pause: (): Key => ({ pk: 'ctl#pause', sk: 'cell' }),
  /** That no faults are to be injected in the whole cell, for services that come later. */
  faultStop: (): Key => ({ pk: 'ctl#pause', sk: 'faults' }),
  /** API keys, by the hash of the key. */
  apiKey: (hash: string): Key => ({ pk: `ctl#key#${hash}`, sk: 'key' }),
  /** The list of API keys: one item each. */
  apiKeyEntry: (hash: string): Key => ({ pk: 'ctl#keys', sk: hash }),
  /** That one draft was approved, by its ETag and writing, by somebody: their name hashed, which may be as long as an e-mail address. */
  approval: (service: string, etag: string, who: string): Key => ({
    pk: `ctl#rules#${service}`,
    sk: `approval#${etag}#${who}`,
  }),
  /** The audit log of one day (UTC `yyyy-mm-dd`), in order of time. */
  audit: (day: string, at: string, id: string): Key => ({ pk: `ctl#audit#${day}`, sk: `${at}#${id}` }),
  /** A job's definition and state, written by the control plane alone. */
  job: (service: string, job: string): Key => ({ pk: `ctl#job#${service}#${job}`, sk: 'job' }),
  /** That somebody has seen what is wrong with a job. */
  jobAcknowledged: (service: string, job: string): Key => ({ pk: `ctl#job#${service}#${job}`, sk: 'acknowledged' }),
  /** The latest starts of a job by hand. */
  jobStarts: (service: string, job: string): Key => ({ pk: `ctl#job#${service}#${job}`, sk: 'starts' }),
  /** The list of jobs: one item each. */
  jobEntry: (service: string, job: string): Key => ({ pk: 'ctl#jobs', sk: `${service}#${job}` }),
  /** The services that have a job of this name, so that a name alone finds it. */
  jobName: (job: string, service: string): Key => ({ pk: `ctl#job-name#${job}`, sk: service }),
  /** The jobs that wait for a job: one item each. */
  jobWaiter: (service: string, job: string, waiterService: string, waiter: string): Key => ({
    pk: `ctl#job-waiters#${service}#${job}`,
    sk: `${waiterService}#${waiter}`,
  }),
  /** That there may be something new to say of a job or a check. */
  alertMark: (subject: string): Key => ({ pk: `ctl#alert-mark#${subject}`, sk: 'mark' }),
  /** A check: a job that is told of by pings. Its log is beside it. */
  check: (uuid: string): Key => ({ pk: `ctl#check#${uuid}`, sk: 'check' }),
  /** That somebody has seen what is wrong with a check. */
  checkAcknowledged: (uuid: string): Key => ({ pk: `ctl#check#${uuid}`, sk: 'acknowledged' }),
  /** The list of checks: one item each. */
  checkEntry: (service: string, uuid: string): Key => ({ pk: 'ctl#checks', sk: `${service}#${uuid}` }),
  checkPing: (uuid: string, n: number): Key => ({ pk: `ctl#check#${uuid}`, sk: `ping#${pad(n)}` }),
  /** A change of a check's status, by when it happened. */
  checkChange: (uuid: string, at: string, n: number): Key => ({
    pk: `ctl#check#${uuid}`,
    sk: `change#${at}#${pad(n)}`,
  }),
  /** A ping's body that is too long for the log. */
  checkBody: (uuid: string, id: string): Key => ({ pk: `ctl#check#${uuid}`, sk: `body#${id}` }),
  /** The checks of a service that have this slug. */
  checkSlug: (service: string, slug: string, uuid: string): Key => ({
    pk: `ctl#check-slug#${service}#${slug}`,
    sk: uuid,
  }),
  /** Which check somebody makes, or made, for a slug or for what else tells it from others. */
  checkClaim: (service: string, what: string): Key => ({ pk: `ctl#check-claim#${service}#${what}`, sk: 'claim' }),
  /** Which check a name that lets nobody ping stands for: its unique key, or its badge's. */
  checkAlias: (alias: string): Key => ({ pk: `ctl#check-alias#${alias}`, sk: 'alias' }),
  /** What a service's badges are found and signed by. */
  checkBadges: (service: string): Key => ({ pk: `ctl#check-badges#${service}`, sk: 'badges' }),
  /** How far the minutes of all services have been merged. */
  mergeProgress: (): Key => ({ pk: 'ctl#telemetry', sk: 'progress' }),
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
  /** The same of the five minutes of the day's present hour that are over; read with the day's own in one query. */
  seriesHourOverview: (service: string, day: string): Key => ({
    pk: `ctl#telemetry#${service}#1d`,
    sk: `${day}#hour`,
  }),
  /** Samples of one minute. */
  samples: (service: string, minute: string): Key => ({ pk: `ctl#telemetry#${service}#samples`, sk: minute }),
  /** What instances counted by the revision of their rules, in one minute. */
  graySides: (service: string, minute: string): Key => ({ pk: `ctl#telemetry#${service}#sides`, sk: minute }),
  /** What a service called and was called by: all services of an hour (slots of five minutes) or a day (of an hour). */
  edges: (span: string, slot: string, service: string): Key => ({
    pk: `ctl#telemetry#edges#${span}`,
    sk: `${slot}#${service}`,
  }),
} as const;
