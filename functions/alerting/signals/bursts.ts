// Rules of alerts whose windows are seconds: whether any window of the last minutes reached its count, by what instances counted
// by the second.
import type { AlertRule, RuleDocument } from '../../../middleware/kernel/rules/document.ts';
import { burstOf, type Burst } from '../../../middleware/telemetry/bursts.ts';
import { meets } from '../../api/planned.ts';
import { Reader } from '../../telemetry/series/reader.ts';
import { behindMs, isSettled } from '../../telemetry/series/settled.ts';
import type { Condition } from '../condition.ts';
import { keyOf, type Judge } from './judge.ts';

const MINUTE_MS = 60_000;
/** Of windows that end longer ago nothing is said: what they show may be over. */
const MOST_BEHIND_MS = 10 * MINUTE_MS;
/** A tick that does not run, and a minute that is merged late, hide no burst. */
const SEEN_FOR_MS = 5 * MINUTE_MS;
/** A window's own length, and what instances' minutes that began before it go on for. */
const BEFORE_MS = 2 * MINUTE_MS;

/** A stretch of time, in epoch ms: `to` is no longer in it. */
export interface Window {
  readonly from: number;
  readonly to: number;
  readonly found: number;
}

interface Watched {
  readonly name: string;
  readonly rule: AlertRule;
  readonly burst: Burst;
  /** By second. */
  readonly counts: Map<number, number>;
}

export const burstRules: Judge = {
  kind: 'rule',
  names: (rules) => watchedIn(rules).map(({ name }) => name),
  async judge({ table, service, nowMs, rules, settled }) {
    const watched = watchedIn(rules);
    const { upTo } = settled;
    const from = upTo - SEEN_FOR_MS - BEFORE_MS;
    if (watched.length === 0 || behindMs(settled, nowMs) > MOST_BEHIND_MS || !isSettled(settled, from, upTo)) return [];
    const reader = new Reader(table, service);
    await reader.minutes(from, upTo, (_at, { bursts = {} }) => {
      for (const { burst, counts } of watched) {
        const added = Object.hasOwn(bursts, burst.id) ? (bursts[burst.id] ?? []) : [];
        for (const [second, count] of added) counts.set(second, (counts.get(second) ?? 0) + count);
      }
    });
    if (reader.unreadable > 0) return [];
    return watched.flatMap((each) => burstCondition(service, rules.owner, each, upTo) ?? []);
  },
};

function watchedIn({ alerts = {} }: Partial<RuleDocument>): readonly Watched[] {
  return Object.entries(alerts).flatMap(([name, rule]) => {
    const burst = burstOf(rule);
    return burst ? [{ name, rule, burst, counts: new Map<number, number>() }] : [];
  });
}

/** Undefined when there were bursts, and all of them were known to come: they begin nothing, and end nothing. */
function burstCondition(
  service: string,
  ownerOfAll: string | undefined,
  watched: Watched,
  upTo: number,
): Condition | undefined {
  const { name, rule, burst, counts } = watched;
  const { severity = 'high', owner = ownerOfAll, runbook } = rule;
  const windows = windowsOf(counts, burst.seconds).filter(({ to }) => to > upTo - SEEN_FOR_MS);
  const reached = windows.filter(({ found }) => found >= burst.atLeast);
  const news = reached.filter((window) => !meets(rule.except ?? [], window));
  if (reached.length > 0 && news.length === 0) return undefined;
  const firing = news.length > 0;
  const fullest = fullestOf(firing ? news : windows);
  return {
    ...{ key: keyOf('rule', service, name), kind: 'rule', service, name, owner, severity, firing },
    since: firing && fullest ? fullest.from : upTo,
    summary: `${name}: ${String(fullest?.found ?? 0)} ${countedBy(rule)}, ${String(burst.atLeast)} are too many`,
    ...(runbook === undefined ? {} : { runbook }),
  };
}

function countedBy({ when: { requests, failures } }: AlertRule): string {
  if (failures) return `requests failed in ${failures.within}`;
  const { slowerThan, within = '' } = requests ?? {};
  return slowerThan === undefined ? `requests in ${within}` : `requests took longer than ${slowerThan} in ${within}`;
}

/** One for each second in which anything ended: all seconds that a window of so many that ends in it can touch, one more. */
export function windowsOf(counts: ReadonlyMap<number, number>, seconds: number): readonly Window[] {
  return [...counts.keys()].map((last) => {
    let found = 0;
    for (let second = last - seconds; second <= last; second++) found += counts.get(second) ?? 0;
    return { from: (last - seconds) * 1_000, to: (last + 1) * 1_000, found };
  });
}

function fullestOf(windows: readonly Window[]): Window | undefined {
  return windows.reduce<Window | undefined>(
    (fullest, window) => (fullest && fullest.found >= window.found ? fullest : window),
    undefined,
  );
}
