// The kinds of items in flyball's table, with a key of each, and services whose keys could be confused.
import { alertKeys } from '../../store/alert-keys.ts';
import { keys } from '../../store/keys.ts';

/** Letters for what a function may do with an item: Get, Put, Update, Delete, Query. */
export const LETTERS = { G: 'GetItem', P: 'PutItem', U: 'UpdateItem', D: 'DeleteItem', Q: 'Query' } as const;

/** One key of each kind there is, of a service. */
export const KINDS: Readonly<Record<string, (service: string) => string>> = {
  rules: (service) => keys.rulesHead(service).pk,
  copy: (service) => keys.rulesCopy(service, 7, 3).pk,
  services: (service) => keys.service(service).pk,
  key: () => keys.apiKey('0123abcd').pk,
  'key-list': () => keys.apiKeyEntry('').pk,
  pause: () => keys.pause().pk,
  audit: () => keys.audit('2026-11-21', '', '').pk,
  job: (service) => keys.job(service, 'nightly').pk,
  jobs: (service) => keys.jobEntry(service, 'nightly').pk,
  'job-name': (service) => keys.jobName('nightly', service).pk,
  'job-waiters': (service) => keys.jobWaiter(service, 'nightly', '', '').pk,
  alert: () => alertKeys.alert('0123abcd').pk,
  alerts: () => alertKeys.alertEntry('2026-11-21', '', '').pk,
  'alert-silences': () => alertKeys.silence('').pk,
  'alert-tick': () => alertKeys.alertTick().pk,
  'alert-mark': (service) => keys.alertMark(`job/${service}/nightly`).pk,
  check: () => keys.check('5bf66975-d4c7-4bf5-bcc8-b8d8a82ea278').pk,
  checks: (service) => keys.checkEntry(service, '').pk,
  'check-slug': (service) => keys.checkSlug(service, 'backup', '').pk,
  'check-claim': (service) => keys.checkClaim(service, 'backup').pk,
  'check-alias': () => keys.checkAlias('5bf66975').pk,
  'check-badges': (service) => keys.checkBadges(service).pk,
  run: (service) => keys.jobRun(service, 'nightly', '', '').pk,
  running: (service) => keys.running(service, 'nightly').pk,
  bucket: (service) => keys.bucket(service, 'everyone', 'token-bucket', 'g', 'client').pk,
  permits: (service) => keys.permits(service, 'db-writers', 0).pk,
  breaker: (service) => keys.breaker(service, 'payments').pk,
  'breaker-log': (service) => keys.breakerTransition(service, '2026-11-21', '', '').pk,
  deferral: (service) => keys.deferrals(service, 'message').pk,
  idempotency: (service) => keys.idempotency(service, 'settle#0123abcd').pk,
  line: (service) => keys.line(service, 'everyone', 'g', 'client').pk,
  usage: (service) => keys.usageWindow(service, 'monthly', '', 'g').pk,
  'usage-keys': (service) => keys.usageKey(service, 'monthly', '2026-11-01', 3, 'client', 'g').pk,
  'usage-signals': (service) => keys.usageSignal(service, '2026-11-21', '', '').pk,
  'usage-signal-counts': (service) => keys.usageSignalCount(service, '', '').pk,
  telemetry: (service) => keys.telemetryMinute(service, '2026-11-21T07:00', 'i').pk,
  series: (service) => keys.seriesMinute(service, '2026-11-21T07:00').pk,
  'series-hours': (service) => keys.seriesDay(service, 'resource#create-order', '2026-11-21').pk,
  sides: (service) => keys.graySides(service, '2026-11-21T07:00').pk,
  reporting: (service) => keys.reporting(service).pk,
  merge: () => keys.mergeProgress().pk,
};
/** Who has used quotas. */
const USAGE = ['usage', 'usage-keys', 'usage-signals', 'usage-signal-counts'];
/** Kinds that a service's own instances write. */
export const STATE = [
  'run',
  'running',
  'bucket',
  'permits',
  'breaker',
  'breaker-log',
  'deferral',
  'idempotency',
  'line',
  'telemetry',
  ...USAGE,
];

/** Services whose names begin or end as the one at hand does, beside all the others. */
export const neighboursOf = (service: string, others: readonly string[]): string[] => [
  ...new Set([...others, `${service}-x`, `x-${service}`, service.slice(0, -1), service]),
];
