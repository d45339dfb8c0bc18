// Checks what a throttle admits: limits that ever admit something, overrides that can be met, and how the fleet is asked.
import type { ThrottleRule } from '../../../middleware/kernel/rules/document.ts';
import { compileGlob } from '../../../middleware/kernel/glob.ts';
import { parseRate, parseWindowRate } from '../../../middleware/kernel/rates.ts';
import { parseDuration } from '../../../middleware/kernel/units.ts';
import { checkTimezone } from '../../../middleware/kernel/zone.ts';
import { compileGcra } from '../../../middleware/throttle/gcra.ts';
import { isListed } from '../../../middleware/throttle/quota.ts';
import { leaseGoal } from '../../../middleware/throttle/quota-lease.ts';
import { leaseTerms } from '../../../middleware/throttle/terms.ts';
import type { Place, Report } from './findings.ts';

const LONGEST_WARM_UP_MS = 3_600_000;

type Override = NonNullable<ThrottleRule['overrides']>[number];
type Limit = Pick<ThrottleRule, 'limit' | 'burst'>;

export function checkLimits(rule: ThrottleRule, place: Place, report: Report): void {
  checkLimit(rule, rule, place, report);
  if (rule.algorithm === 'fixed-window') checkZone(rule, place, report);
  checkNotify(rule, place, report);
  const { overrides = [] } = rule;
  overrides.forEach((override, i) => {
    const at = [...place, 'overrides', i];
    checkLimit(rule, override, at, report);
    checkMatch(rule, override, at, report);
    const earlier = overrides.slice(0, i).findIndex((other) => covers(other, override));
    if (earlier >= 0) report([...at, 'match'], `is never met: override ${earlier} matches all of it, and comes first`);
  });
  checkSync(rule, place, report);
  checkWarmUp(rule, place, report);
}

function checkLimit({ algorithm, limit: own }: ThrottleRule, { limit, burst }: Limit, at: Place, report: Report): void {
  if (algorithm === 'fixed-window') {
    const [window, usual] = [parseWindowRate(limit), parseWindowRate(own)];
    if (window.unit === usual.unit && window.perMs === usual.perMs) return;
    report([...at, 'limit'], `an override has the windows of its rule: write it in those of ${own}`);
    return;
  }
  // Of a leaky bucket one can always leave at once.
  if (algorithm === 'leaky-bucket') return;
  if ((burst ?? parseRate(limit).tokens) < 1) {
    report([...at, 'limit'], `${limit} never holds one whole request; add burst: 1 or widen the period`);
  }
}

function checkZone({ limit, timezone }: ThrottleRule, place: Place, report: Report): void {
  if (timezone === undefined) return;
  const at = [...place, 'timezone'];
  if (parseWindowRate(limit).unit === 'time') report(at, `${limit} begins no window by the calendar: leave it out`);
  try {
    checkTimezone(timezone);
  } catch (error) {
    report(at, error instanceof Error ? error.message : String(error));
  }
}

/** Only quotas have a share that is used up, and only those whose keys are listed tell of it. */
function checkNotify({ algorithm, limit, scope, notify }: ThrottleRule, place: Place, report: Report): void {
  if (notify === undefined) return;
  const at = [...place, 'notify'];
  if (algorithm !== 'fixed-window') report(at, 'means something with algorithm: fixed-window alone');
  else if (scope === 'instance') report(at, 'means nothing with scope: instance, which counts for itself');
  else if (!isListed(parseWindowRate(limit).perMs)) report(at, `${limit} is too short to tell of: from an hour on`);
  notify.forEach((share, i) => {
    if (notify.indexOf(share) !== i) report([...at, i], `"${share}" stands here twice`);
  });
}

function checkMatch({ key = [] }: ThrottleRule, { match }: Override, at: Place, report: Report): void {
  for (const name of Object.keys(match)) {
    if (key.includes(name)) continue;
    const parts = key.length > 0 ? `it has ${key.join(', ')}` : 'it has none: one bucket is for all';
    report([...at, 'match', name], `is no part of the rule’s key; ${parts}`);
  }
}

/** True when whatever the later one matches, the earlier one does: a star of its own takes in whatever stands there. */
function covers(earlier: Override, later: Override): boolean {
  return Object.entries(earlier.match).every(([name, pattern]) => {
    const other = Object.hasOwn(later.match, name) ? later.match[name] : undefined;
    return other !== undefined && compileGlob(pattern)(other);
  });
}

function checkWarmUp(rule: ThrottleRule, place: Place, report: Report): void {
  const { algorithm = 'token-bucket', sync = 'auto', warmUp } = rule;
  if (warmUp === undefined) return;
  const at = [...place, 'warmUp'];
  if (algorithm !== 'token-bucket') {
    report(at, `means nothing with ${algorithm}: only a token-bucket warms up`);
  } else if (parseDuration(warmUp) > LONGEST_WARM_UP_MS) {
    report(at, `${warmUp} is longer than 1h, the longest that a bucket is remembered after it is full`);
  } else if (sync === 'leased' || sync === 'eventual') {
    report(at, `cannot be ${sync}: what a token costs is known when it is taken; leave sync out`);
  }
}

function checkSync({ algorithm = 'token-bucket', sync, scope, ...rule }: ThrottleRule, place: Place, report: Report) {
  if (scope === 'instance' || sync === undefined || sync === 'auto' || sync === 'per-request') return;
  const at = [...place, 'sync'];
  if (algorithm === 'fixed-window' && sync === 'leased') {
    checkLeasedQuota(rule, at, report);
    return;
  }
  if (algorithm !== 'token-bucket') {
    report(at, `${algorithm} cannot be ${sync}, only a token-bucket can: leave it out`);
    return;
  }
  if (rule.cost !== undefined && rule.cost !== 1) {
    report(at, `a rule with a cost cannot be ${sync}: each request is admitted whole or not at all; leave it out`);
    return;
  }
  if (sync !== 'leased') return;
  for (const { limit, burst } of [rule, ...(rule.overrides ?? [])]) {
    const gcra = compileGcra(parseRate(limit), burst);
    if (leaseTerms(gcra, 'leased')) continue;
    const ms = Math.round(gcra.capacityUs / 1000);
    report(
      at,
      `${limit} with a burst of ${gcra.burst}, which is ${ms} ms of it, is too little to lease: raise the burst or take auto`,
    );
    return;
  }
}

function checkLeasedQuota(rule: Pick<ThrottleRule, 'limit' | 'overrides'>, at: Place, report: Report): void {
  for (const { limit } of [rule, ...(rule.overrides ?? [])]) {
    if (leaseGoal(parseWindowRate(limit).tokens, 0, Infinity) > 0) continue;
    report(at, `${limit} is too little to lease, a thousandth at a time: raise the limit or take auto`);
    return;
  }
}
