// What a service's rules change of the alerts that it has by itself: how urgent they are, or that there are none.
import type { RuleDocument } from '../../../middleware/kernel/rules/document.ts';
import type { Condition } from '../condition.ts';
import { keyOf, type Judge, type ServiceAt } from './judge.ts';

/** As the rules call them. */
const CALLED: Partial<Record<Judge['kind'], keyof NonNullable<RuleDocument['builtInAlerts']>>> = {
  breaker: 'breakers',
  throttle: 'throttles',
  quota: 'quotas',
  slo: 'objectives',
  fleet: 'fleet',
  saturation: 'saturation',
};

/** What is off is not looked at: what fires of it is over. */
export async function conditionsBy({ kind, names, judge }: Judge, at: ServiceAt): Promise<readonly Condition[]> {
  const { service, nowMs, rules } = at;
  const called = CALLED[kind];
  const wanted = called && rules.builtInAlerts?.[called];
  if (wanted === undefined) return judge(at);
  if (wanted !== 'off') return (await judge(at)).map((condition) => ({ ...condition, severity: wanted }));
  return names(rules).map((name) => ({
    ...{ key: keyOf(kind, service, name), kind, service, name, owner: rules.owner, severity: 'deferred' },
    ...{ firing: false, since: nowMs },
    summary: `the rules of ${service} want nobody told of its ${called ?? kind}`,
  }));
}
