// What a service's own rules of alerts say: whether what was counted of it in their windows is what somebody is to be told of.
import { burstOf } from '../../../middleware/telemetry/bursts.ts';
import { parseDuration } from '../../../middleware/kernel/units.ts';
import type { AlertRule } from '../../../middleware/kernel/rules/document.ts';
import { meets } from '../../api/planned.ts';
import { behindMs, isSettled } from '../../telemetry/series/settled.ts';
import { Reader } from '../../telemetry/series/reader.ts';
import type { SumData } from '../../telemetry/sums/data.ts';
import { resourceSubject, SERVICE } from '../../telemetry/sums/subject.ts';
import type { Condition } from '../condition.ts';
import { Counted } from './counted.ts';
import { keyOf, type Judge, type ServiceAt } from './judge.ts';

/** Of windows that end longer ago nothing is said: what they show may be over. */
const MOST_BEHIND_MS = 10 * 60_000;

export const alertRules: Judge = {
  kind: 'rule',
  names: (rules) => ofMinutes(rules.alerts).map(([name]) => name),
  async judge({ table, service, nowMs, rules, settled }) {
    const { upTo } = settled;
    if (rules.alerts === undefined || behindMs(settled, nowMs) > MOST_BEHIND_MS) return [];
    const watched = ofMinutes(rules.alerts).map(([name, rule]) => new Watched(name, rule, upTo));
    // Of a window with a minute that is to be merged still nothing can be told.
    const told = watched.filter(({ from }) => isSettled(settled, from, upTo));
    const reader = new Reader(table, service);
    await reader.minutes(Math.min(upTo, ...told.map(({ from }) => from)), upTo, (at, { subjects }) => {
      for (const each of told) each.add(at, subjects);
    });
    if (reader.unreadable > 0) return [];
    return told.flatMap((each) => {
      const condition = ruleCondition({ service, rules }, each);
      // What is known to come is not news: it begins nothing. What is well by then is well.
      return condition.firing && meets(each.rule.except ?? [], each) ? [] : [condition];
    });
  },
};

/** Those of seconds are judged by what is counted by the second. */
function ofMinutes(alerts: Readonly<Record<string, AlertRule>> = {}): readonly (readonly [string, AlertRule])[] {
  return Object.entries(alerts).filter(([, rule]) => !burstOf(rule));
}

/** A rule, and what was counted in its window. */
class Watched {
  readonly name: string;
  readonly rule: AlertRule;
  readonly from: number;
  readonly to: number;
  readonly counted = new Counted();
  readonly #subjects: readonly string[];

  constructor(name: string, rule: AlertRule, upTo: number) {
    this.name = name;
    this.rule = rule;
    this.to = upTo;
    this.from = upTo - parseDuration(withinOf(rule));
    this.#subjects = rule.resources ? [...new Set(rule.resources)].map(resourceSubject) : [SERVICE];
  }

  add(at: number, subjects: Readonly<Record<string, SumData>>): void {
    if (at < this.from || at >= this.to) return;
    for (const subject of this.#subjects) {
      const data = Object.hasOwn(subjects, subject) ? subjects[subject] : undefined;
      if (data) this.counted.add(data);
    }
  }
}

function withinOf({ when: { requests, failures, business, latency } }: AlertRule): string {
  return (requests ?? failures ?? business ?? latency)?.within ?? '1m';
}

function ruleCondition(
  { service, rules }: Pick<ServiceAt, 'service' | 'rules'>,
  { name, rule, counted, from, to }: Watched,
): Condition {
  const { severity = 'high', owner = rules.owner, runbook } = rule;
  const { firing, summary } = counted.judged(rule.when);
  return {
    ...{ key: keyOf('rule', service, name), kind: 'rule', service, name, owner, severity, firing },
    since: firing ? from : to,
    summary: `${name}: ${summary}`,
    ...(runbook === undefined ? {} : { runbook }),
  };
}
