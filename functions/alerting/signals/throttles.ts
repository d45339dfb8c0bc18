// What throttles say that are for all callers together: a service that goes on refusing what it is asked has too small a limit, or too much to do.
import type { RuleDocument } from '../../../middleware/kernel/rules/document.ts';
import { behindMs, isSettled } from '../../telemetry/series/settled.ts';
import { Reader } from '../../telemetry/series/reader.ts';
import type { SlotData } from '../../telemetry/sums/data.ts';
import { resourceSubject, SERVICE } from '../../telemetry/sums/subject.ts';
import type { Condition } from '../condition.ts';
import { keyOf, type Judge } from './judge.ts';
import { alertedShares } from './quotas.ts';

const MINUTE_MS = 60_000;
/** In each of the last minutes it has to refuse too much: a burst that a limit has cut is what the limit is for. */
const LOOKED_AT_MS = 3 * MINUTE_MS;
/** Of what was counted longer ago nothing is said: it may be over. */
const MOST_BEHIND_MS = 10 * MINUTE_MS;
const LEAST_REFUSED = 20;
const LEAST_SHARE = 0.01;

type Rules = Partial<RuleDocument>;

export const throttles: Judge = {
  kind: 'throttle',
  names: namesOf,
  async judge({ table, service, nowMs, rules, settled }) {
    const names = namesOf(rules);
    const { upTo } = settled;
    const from = upTo - LOOKED_AT_MS;
    if (names.length === 0 || behindMs(settled, nowMs) > MOST_BEHIND_MS || !isSettled(settled, from, upTo)) return [];
    const reader = new Reader(table, service);
    const minutes: SlotData[] = [];
    await reader.minutes(from, upTo, (_at, data) => minutes.push(data));
    if (reader.unreadable > 0) return [];
    return names.map((name) => throttleCondition({ service, rules, upTo }, name, minutes));
  },
};

/**
 * Of a throttle with a key it is callers who are beyond limits of their own; others than those in `enforce` refuse nothing,
 * and a quota says itself that it is used up.
 */
function namesOf({ throttles: all = {} }: Rules): string[] {
  return Object.entries(all).flatMap(([name, rule]) => {
    const { key = [], mode = 'enforce' } = rule;
    return key.length === 0 && mode === 'enforce' && !alertedShares(rule).includes(100) ? [name] : [];
  });
}

/** `minutes` are those of the last three in which there was anything. */
export function throttleCondition(
  at: { readonly service: string; readonly rules: Rules; readonly upTo: number },
  name: string,
  minutes: readonly SlotData[],
): Condition {
  const { service, rules, upTo } = at;
  const counted = minutes.map((minute) => countedOf(rules, name, minute));
  const tooMany = counted.filter(
    ({ refused, requests }) => refused >= LEAST_REFUSED && refused >= LEAST_SHARE * requests,
  );
  const firing = tooMany.length >= LOOKED_AT_MS / MINUTE_MS;
  const refused = counted.reduce((sum, each) => sum + each.refused, 0);
  const requests = counted.reduce((sum, each) => sum + each.requests, 0);
  return {
    ...{ key: keyOf('throttle', service, name), kind: 'throttle', service, name, owner: rules.owner },
    ...{ severity: 'high', firing, since: firing ? upTo - LOOKED_AT_MS : upTo },
    summary: `${name} refused ${String(refused)} of ${String(requests)} requests in 3m`,
  };
}

function countedOf({ throttles: all = {}, resources = {} }: Rules, name: string, { subjects }: SlotData) {
  const rule = Object.hasOwn(all, name) ? all[name] : undefined;
  const prefix = `throttle/${name}/`;
  const refusals = Object.entries(subjects[SERVICE]?.refusals ?? {}).filter(([refusal]) => refusal.startsWith(prefix));
  const refused = refusals.map(([refusal, count]) => {
    const resource = refusal.slice(prefix.length);
    // Messages of a queue come again.
    const waits = Object.hasOwn(resources, resource) && resources[resource]?.match.trigger === 'queue';
    return waits ? 0 : count;
  });
  const of = rule?.resources ? [...new Set(rule.resources)].map(resourceSubject) : [SERVICE];
  const outcomes = of.flatMap((subject) => Object.values(subjects[subject]?.outcomes ?? {}));
  return { refused: sumOf(refused), requests: sumOf(outcomes) };
}

const sumOf = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);
