// What a fleet says: whether instances still run older rules than those that were published a while ago.
import { MINUTE_MS, readFleetMinutes, type FleetMinute } from '../../config-center/fleet/minutes.ts';
import { summaryOfMinute } from '../../config-center/fleet/summary.ts';
import { behindMs, isSettled } from '../../telemetry/series/settled.ts';
import { readState, type RulesState } from '../../../store/items/rules.ts';
import type { Condition } from '../condition.ts';
import { keyOf, type Judge, type ServiceAt } from './judge.ts';

/** In each of the last minutes somebody has to be behind: what thaws and reports before it has read is none of them. */
const LOOKED_AT_MS = 3 * MINUTE_MS;
/** Instances that were frozen meanwhile have the time to be called, and to read. */
const PATIENCE_MS = 10 * MINUTE_MS;
/** Of what was reported longer ago nothing is said: it may be over. */
const MOST_BEHIND_MS = 10 * MINUTE_MS;
const NAME = 'rules';

export const fleet: Judge = {
  kind: 'fleet',
  names: (rules) => (Object.keys(rules).length === 0 ? [] : [NAME]),
  async judge(at) {
    const { table, service, nowMs, rules, settled } = at;
    const { upTo } = settled;
    const from = upTo - LOOKED_AT_MS;
    if (Object.keys(rules).length === 0) return [];
    if (behindMs(settled, nowMs) > MOST_BEHIND_MS || !isSettled(settled, from, upTo)) return [];
    const state = await readState(table, service);
    if (!state.head) return [];
    const minutes: FleetMinute[] = [];
    for await (const minute of readFleetMinutes(table, service, from, upTo)) minutes.push(minute);
    return [fleetCondition(at, state, minutes)];
  },
};

/** `minutes` are the last ones that instances have told of. */
export function fleetCondition(
  { service, rules, settled }: Pick<ServiceAt, 'service' | 'rules' | 'settled'>,
  state: RulesState,
  minutes: readonly FleetMinute[],
): Condition {
  const { upTo } = settled;
  const about = {
    ...{ key: keyOf('fleet', service, NAME), kind: 'fleet' as const, service, name: NAME },
    ...{ owner: rules.owner, severity: 'high' as const },
  };
  const { revision = 0, publishedAt = 0, changedAt = 0 } = state.head ?? {};
  const since = Math.max(publishedAt, changedAt);
  const summaries = minutes.map((minute) => summaryOfMinute(minute, state));
  const behind = summaries.map(({ standings }) => standings.stale + standings.rejected);
  const last = summaries.at(-1);
  const patient = since + PATIENCE_MS <= upTo - LOOKED_AT_MS;
  if (!last || !patient || behind.some((count) => count === 0)) {
    return { ...about, firing: false, since: upTo, summary: 'instances run the rules that are published' };
  }
  const refused = last.standings.rejected;
  const why = refused > 0 ? `; ${String(refused)} could not follow it, and keep the last that they could` : '';
  const summary = `${String(behind.at(-1))} of ${String(last.instances)} instances run older rules than revision ${String(revision)}${why}`;
  return { ...about, firing: true, since, summary };
}
