// Checks what a throttle says of single requests: what they cost, how long they are held, and what they are told.
import type { ResourceRule, ThrottleRule } from '../../../middleware/kernel/rules/document.ts';
import { parseRate } from '../../../middleware/kernel/rates.ts';
import { parseDuration } from '../../../middleware/kernel/units.ts';
import { limiterOf } from '../../../middleware/throttle/algorithm.ts';
import { provideEverything } from '../../../middleware/throttle/everything.ts';
import { spareOf } from '../../../middleware/throttle/leaky-bucket.ts';
import type { Place, Report } from './findings.ts';
import { triggersOf } from './resources.ts';

// Rules are compiled without waiting.
provideEverything();

/** Gateways give up after 29 s; whoever is held longer than twice that waits for nobody. */
const LONGEST_WAIT_MS = 60_000;

type Limit = Pick<ThrottleRule, 'limit' | 'burst'>;

/** `ruleOf` gives the resources that are sound. */
export function checkRequests(
  rule: ThrottleRule,
  ruleOf: (resource: string) => ResourceRule | undefined,
  place: Place,
  report: Report,
): void {
  checkWait(rule, place, report);
  checkCost(rule, place, report);
  for (const resource of rule.resources ?? []) {
    const sound = ruleOf(resource);
    const triggers = sound && triggersOf(sound.match);
    if (!triggers || triggers.includes('http')) continue;
    if (rule.headers === 'always') {
      report([...place, 'headers'], `means nothing for resource "${resource}": its answers have no headers`);
    }
    if (typeof rule.cost === 'string' && !triggers.includes('direct')) {
      report([...place, 'cost'], `"${rule.cost}" has no value in resource "${resource}": its events have none`);
    }
  }
}

function checkWait(rule: ThrottleRule, place: Place, report: Report): void {
  const { algorithm, maxWait } = rule;
  const at = [...place, 'maxWait'];
  if (algorithm !== 'leaky-bucket') {
    if (maxWait !== undefined) report(at, 'means something with algorithm: leaky-bucket alone');
    return;
  }
  if (maxWait === undefined) {
    report(at, 'a leaky-bucket holds requests until their turn: say how long at most, for example maxWait: 2s');
  } else if (parseDuration(maxWait) > LONGEST_WAIT_MS) {
    report(at, `${maxWait} is longer than any gateway waits; 60s is the most`);
  }
  limitsOf(rule).forEach(({ limit, burst }, i) => {
    const least = spareOf(parseRate(limit), rule.scope !== 'instance') + 1;
    if (burst === undefined || burst >= least) return;
    report(
      [...place, ...(i === 0 ? [] : ['overrides', i - 1]), 'burst'],
      `must be ${least} or more for ${limit} over a fleet, whose clocks differ: raise it, leave it out, or take scope: instance`,
    );
  });
}

function checkCost(rule: ThrottleRule, place: Place, report: Report): void {
  const { cost, mostCost } = rule;
  if (mostCost !== undefined && typeof cost !== 'string') {
    report(
      [...place, 'mostCost'],
      'means something where requests say their cost: with cost: header:NAME or query:NAME',
    );
    return;
  }
  const [field, dearest] = typeof cost === 'number' ? ['cost', cost] : ['mostCost', mostCost];
  if (dearest === undefined) return;
  for (const each of limitsOf(rule)) {
    const { holds } = limiterOf({ ...rule, ...each });
    if (dearest <= holds) continue;
    report([...place, field], `${dearest} is more than ${each.limit} ever has at once, which is ${holds}`);
    return;
  }
}

function limitsOf({ limit, burst, overrides = [] }: ThrottleRule): readonly Limit[] {
  return [{ limit, burst }, ...overrides.map((override) => ({ limit: override.limit, burst: override.burst }))];
}
