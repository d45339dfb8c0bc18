// What a service's objectives say: which of them burn their budget too fast. The worst pair of windows speaks for the others.
import { behindMs, isSettled } from '../../telemetry/series/settled.ts';
import { burningUpTo } from '../../telemetry/slo/standings.ts';
import type { Burning } from '../../telemetry/slo/standing.ts';
import type { Condition, Severity } from '../condition.ts';
import { keyOf, type Judge } from './judge.ts';

/** Of windows that end longer ago nothing is said: what they show may be over. */
const MOST_BEHIND_MS = 10 * 60_000;
/** The longest of the windows that say that it goes on. */
const LATELY_MS = 6 * 3_600_000;

const SEVERITY: Readonly<Record<'page' | 'ticket', Severity>> = { page: 'realtime', ticket: 'deferred' };

export const objectives: Judge = {
  kind: 'slo',
  names: (rules) => Object.keys(rules.slos ?? {}),
  async judge({ table, service, nowMs, rules, settled }) {
    if (rules.slos === undefined) return [];
    // Something in the windows that is to be merged still, or cannot be read, would look like an outage, or like none.
    const { upTo } = settled;
    if (behindMs(settled, nowMs) > MOST_BEHIND_MS || !isSettled(settled, upTo - LATELY_MS, upTo)) return [];
    const { burning, unreadable } = await burningUpTo(table, service, rules, settled, nowMs);
    return unreadable > 0 ? [] : burning.map((slo) => objectiveCondition(service, rules.owner, slo, upTo));
  },
};

/** One for each objective: its severity is that of the gravest pair of windows that fires. */
export function objectiveCondition(service: string, owner: string | undefined, slo: Burning, upTo: number): Condition {
  const { name } = slo;
  // Pairs are listed from the fastest burn to the slowest.
  const burning = slo.alerts.find(({ firing }) => firing);
  const about = { key: keyOf('slo', service, name), kind: 'slo' as const, service, name, owner };
  if (burning === undefined) {
    return { ...about, severity: 'deferred', firing: false, since: upTo, summary: `${name} keeps to its budget` };
  }
  const { long, short, factor, severity } = burning;
  const burnt = slo.burnRates[long];
  const rate = burnt?.rate ?? factor;
  return {
    ...about,
    severity: SEVERITY[severity],
    firing: true,
    // The short window says that it goes on, and began in it at the latest.
    since: Date.parse(slo.burnRates[short]?.from ?? slo.to),
    summary:
      `${name} burns its budget ${String(rate)} times as fast as it may, over ${long} and ${short}: ` +
      `${String(burnt?.bad ?? 0)} of ${String(burnt?.total ?? 0)} requests were bad in ${long}`,
  };
}
