// Finds what can hardly be meant, though nothing is wrong with it: warnings, no errors.
import type {
  BreakerRule,
  DependencyRule,
  ResourceRule,
  RuleDocument,
  ThrottleRule,
} from '../../../middleware/kernel/rules/document.ts';
import { parseRate } from '../../../middleware/kernel/rates.ts';
import { parseDuration, parseShare } from '../../../middleware/kernel/units.ts';
import type { Finding, Place, Report } from './findings.ts';
import { triggersOf } from './resources.ts';

/** An HTTP API gives up on its integration after this. */
const GATEWAY_MS = 30_000;
/** No invocation lasts longer. */
const LAMBDA_MS = 900_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const LONG_OPEN_MS = 600_000;
/** Of requests of which nothing is to be learnt. */
const MUCH_SAMPLED = 0.5;
/** Attempts of one call: each more multiplies what a dependency in trouble is asked. */
const MANY_ATTEMPTS = 5;
const MANY_DELIVERIES = 100;
const MUCH_HEDGED = 0.2;

/** What the rules alone tell. Pure. */
export function unlikely(document: RuleDocument): readonly Finding[] {
  const { resources = {}, throttles = {}, dependencies = {}, telemetry, logs, slos = {} } = document;
  const findings: Finding[] = [];
  const report: Report = (place, reason) => findings.push({ place, reason });
  for (const [name, rule] of Object.entries(resources)) ofResource(rule, ['resources', name], report);
  for (const [name, rule] of Object.entries(throttles)) ofThrottle(rule, resources, ['throttles', name], report);
  const longest = longestDeadline(resources);
  for (const [name, rule] of Object.entries(dependencies)) {
    ofDependency(rule, longest, ['dependencies', name], report);
  }
  if (telemetry?.sample !== undefined && parseShare(telemetry.sample) >= MUCH_SAMPLED) {
    report(['telemetry', 'sample'], `${telemetry.sample} of the requests that went well are kept, and paid for`);
  }
  if (logs?.level === 'DEBUG' && logs.until === undefined) {
    report(['logs', 'level'], 'DEBUG stays until somebody takes it back; give until');
  }
  for (const [name, { latency, resources: only }] of Object.entries(slos)) {
    const deadlines = (only ?? []).map((resource) => resources[resource]?.deadline?.timeout);
    const longer = latency === undefined ? undefined : deadlines.find((one) => one && isLonger(latency, one));
    if (longer === undefined) continue;
    report(
      ['slos', name, 'latency'],
      `${latency ?? ''} is longer than a deadline (${longer}) that ends requests before`,
    );
  }
  return findings;
}

function ofResource({ match, deadline, breaker, redelivery }: ResourceRule, place: Place, report: Report) {
  const timeout = deadline?.timeout;
  const triggers = triggersOf(match);
  if (timeout !== undefined && triggers.length === 1 && triggers[0] === 'http' && parseDuration(timeout) > GATEWAY_MS) {
    report(
      [...place, 'deadline', 'timeout'],
      `${timeout} is longer than an HTTP API waits for an answer (30s): its caller is told 503 before`,
    );
  }
  if (breaker) ofBreaker(breaker, [...place, 'breaker'], report);
  if (redelivery?.attempts !== undefined && redelivery.attempts > MANY_DELIVERIES) {
    report([...place, 'redelivery', 'attempts'], `a record that never succeeds is tried ${redelivery.attempts} times`);
  }
}

function ofThrottle(rule: ThrottleRule, resources: Resources, place: Place, report: Report): void {
  const { limit, burst, algorithm = 'token-bucket', mode = 'enforce', resources: only } = rule;
  if (algorithm === 'fixed-window') return;
  const { tokens, perMs } = parseRate(limit);
  const critical = (only ?? []).find((name) => resources[name]?.priority === 'critical');
  if (mode === 'enforce' && critical !== undefined && perMs / tokens > MINUTE_MS) {
    report([...place, 'limit'], `${limit} is less than a request a minute, of "${critical}", which is critical`);
  }
  if (burst !== undefined && (burst * perMs) / tokens > HOUR_MS) {
    report([...place, 'burst'], `${burst} at once are more than ${limit} gives in an hour: the limit is hardly one`);
  }
}

type Resources = NonNullable<RuleDocument['resources']>;

/** Undefined while some resource may take as long as it likes. */
function longestDeadline(resources: Resources): string | undefined {
  const timeouts = Object.values(resources).map(({ deadline }) => deadline?.timeout);
  const given = timeouts.filter((timeout) => timeout !== undefined);
  if (given.length === 0 || given.length < timeouts.length) return undefined;
  return given.reduce((longest, timeout) => (isLonger(timeout, longest) ? timeout : longest));
}

function ofDependency(rule: DependencyRule, longest: string | undefined, place: Place, report: Report): void {
  const { attemptTimeout, retry, breaker, hedge } = rule;
  const attempts = retry?.attempts ?? 1;
  if (attemptTimeout !== undefined) {
    if (parseDuration(attemptTimeout) > LAMBDA_MS) {
      report([...place, 'attemptTimeout'], `${attemptTimeout} is longer than any Lambda invocation lasts (15m)`);
    }
    if (longest !== undefined && parseDuration(attemptTimeout) * attempts > parseDuration(longest)) {
      const [where, what] =
        attempts > 1
          ? [['retry', 'attempts'], `${attempts} attempts of ${attemptTimeout}`]
          : [['attemptTimeout'], attemptTimeout];
      report([...place, ...where], `${what} take longer than any resource may (${longest}): the last never end`);
    }
  }
  if (attempts > MANY_ATTEMPTS) {
    report(
      [...place, 'retry', 'attempts'],
      `${attempts} attempts ask a dependency in trouble ${attempts} times as much`,
    );
  }
  if (retry?.budget !== undefined && parseShare(retry.budget) === 1) {
    report([...place, 'retry', 'budget'], '100% lets every call be repeated, which is no budget');
  }
  if (hedge?.most !== undefined && parseShare(hedge.most) > MUCH_HEDGED) {
    report([...place, 'hedge', 'most'], `${hedge.most} of all calls may be made twice`);
  }
  if (breaker) ofBreaker(breaker, [...place, 'breaker'], report);
}

function ofBreaker({ failureRate, openFor, window }: BreakerRule, place: Place, report: Report): void {
  if (failureRate !== undefined && parseShare(failureRate) === 1) {
    report([...place, 'failureRate'], '100% opens only when not a single call succeeds');
  }
  for (const field of ['initial', 'max'] as const) {
    const given = openFor?.[field];
    if (given !== undefined && parseDuration(given) > LONG_OPEN_MS) {
      report([...place, 'openFor', field], `${given} without a probe is longer than most outages last (10m)`);
    }
  }
  if (window && 'time' in window && parseDuration(window.time) > HOUR_MS) {
    report([...place, 'window', 'time'], `${window.time} of successes hide a failure that has just begun`);
  }
}

function isLonger(a: string, b: string): boolean {
  return parseDuration(a) > parseDuration(b);
}
