// Whose doing a refusal is: what callers bring upon themselves spends no budget, what the service cannot serve does. Pure.
import type { RuleDocument } from '../../../middleware/kernel/rules/document.ts';
import type { Counts } from '../../../store/items/telemetry.ts';

/**
 * `callers`: not let in, met by a fault of a drill, or beyond a limit that each caller has; `deferred`: a queue's messages, which come again;
 * `service`: everything else.
 */
export type Doing = 'callers' | 'deferred' | 'service';

/** Of a refusal as it is counted, `policy/rule/resource`. */
export type Whose = (refusal: string) => Doing;

/** By the rules in force: a throttle they no longer have was the service's. */
export function whoseDoing({ resources = {}, throttles = {} }: Pick<RuleDocument, 'resources' | 'throttles'>): Whose {
  return (refusal) => {
    const [policy = '', rule = ''] = refusal.split('/', 2);
    // What a drill aborts is nobody's failure; what becomes of its other faults is the service's own.
    if (policy === 'access' || policy === 'fault') return 'callers';
    if (policy !== 'throttle' && policy !== 'shed') return 'service';
    const resource = refusal.slice(policy.length + rule.length + 2);
    if (Object.hasOwn(resources, resource) && resources[resource]?.match.trigger === 'queue') return 'deferred';
    if (policy === 'shed') return 'service';
    const key = Object.hasOwn(throttles, rule) ? throttles[rule]?.key : undefined;
    return key && key.length > 0 ? 'callers' : 'service';
  };
}

/**
 * How many of the requests that ended `refused` count as bad. Refusals are also counted of records of a queue and of calls that
 * a fallback answered, so that there may be more of them than refused requests: no more count than are left when those of
 * callers are taken out, and no more than the service's own.
 */
export function badRefusals(refused: number, refusals: Counts, whose: Whose): number {
  const by: Record<Doing, number> = { callers: 0, deferred: 0, service: 0 };
  for (const [refusal, count] of Object.entries(refusals)) by[whose(refusal)] += count;
  return Math.min(Math.max(0, refused - by.callers), by.service);
}
