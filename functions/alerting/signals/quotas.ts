// What quotas say: which of them are nearly used up, or are, and when at this rate they will be.
import { provideEverything } from '../../../middleware/throttle/everything.ts';
import { Memory } from '../../../middleware/throttle/memory.ts';
import { isListed, notifiedShares } from '../../../middleware/throttle/quota.ts';
import { compileThrottle } from '../../../middleware/throttle/rule.ts';
import { parseWindowRate } from '../../../middleware/kernel/rates.ts';
import type { RuleDocument, ThrottleRule } from '../../../middleware/kernel/rules/document.ts';
import { readUsageSignals, readUsageSignalSpan, type UsageSignal } from '../../../store/items/usage-signals.ts';
import type { Condition } from '../condition.ts';
import { keyOf, type Judge, type ServiceAt } from './judge.ts';

/** Of the limit, percent: what is told of before that is for whoever looks. */
const NEARLY = 80;
const USED_UP = 100;
const PAGE = 100;
const MOST_PAGES = 5;
const MOST_NAMED = 3;
/** A month with a day on which clocks are set back. */
const SLACK_MS = 86_400_000;

// Rules are compiled without waiting.
provideEverything();

type Rules = Partial<RuleDocument>;

export const quotas: Judge = {
  kind: 'quota',
  names: (rules) => watchedIn(rules).map(([name]) => name),
  async judge(at) {
    const watched = watchedIn(at.rules);
    if (watched.length === 0) return [];
    const { signals, complete } = await signalsOf(at, Math.max(...watched.map(([, rule]) => longestMs(rule))));
    const conditions = watched.map(([name, rule]) => quotaCondition(at, { name, rule }, signals));
    // Of what was not read nothing can be told.
    return conditions.filter(({ firing }) => firing || complete);
  },
};

/** Shares, in percent, that are alerts of a quota in `enforce`; none of another throttle. */
export function alertedShares({ algorithm, limit, scope, mode = 'enforce', notify }: ThrottleRule): number[] {
  if (algorithm !== 'fixed-window' || scope === 'instance' || mode !== 'enforce') return [];
  if (!isListed(parseWindowRate(limit).perMs)) return [];
  return notifiedShares(notify).filter((share) => share >= NEARLY);
}

const watchedIn = ({ throttles = {} }: Rules) =>
  Object.entries(throttles).filter(([, rule]) => alertedShares(rule).length > 0);

const limitsOf = ({ limit, overrides = [] }: ThrottleRule) =>
  [limit, ...overrides.map((override) => override.limit)].map((text) => parseWindowRate(text));

const longestMs = (rule: ThrottleRule) => Math.max(...limitsOf(rule).map(({ perMs }) => perMs)) + SLACK_MS;

/** Two queries while no quota comes near its limit. */
async function signalsOf({ table, service, nowMs }: ServiceAt, windowMs: number) {
  const signals: UsageSignal[] = [];
  const span = await readUsageSignalSpan(table, service, nowMs - windowMs, nowMs + 1);
  if (!span) return { signals, complete: true };
  let cursor: string | undefined;
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const page = await readUsageSignals(table, service, {
      ...{ ...span, limit: PAGE },
      ...(cursor === undefined ? {} : { cursor }),
    });
    signals.push(...page.signals);
    cursor = page.cursor;
    if (cursor === undefined) return { signals, complete: true };
  }
  return { signals, complete: false };
}

/** Of a rule with a key it is one condition for all of its keys. */
export function quotaCondition(
  { service, nowMs, rules }: Pick<ServiceAt, 'service' | 'nowMs' | 'rules'>,
  { name, rule }: { readonly name: string; readonly rule: ThrottleRule },
  signals: readonly UsageSignal[],
): Condition {
  const about = { key: keyOf('quota', service, name), kind: 'quota' as const, service, name, owner: rules.owner };
  const counts = asCounted(name, rule);
  const now = signals.filter(
    (signal) => counts(signal) && signal.percent >= NEARLY && signal.startMs <= nowMs && nowMs < signal.endMs,
  );
  const usedUp = now.filter(({ percent }) => percent >= USED_UP);
  // The latest share of each that is nearly used up counts; of those that are used up all are told.
  const grave = (usedUp.length > 0 ? usedUp : now).toSorted((a, b) => b.percent - a.percent || a.atMs - b.atMs);
  const [first] = grave;
  if (first === undefined) {
    return { ...about, severity: 'deferred', firing: false, since: nowMs, summary: `${name} is not near its limit` };
  }
  const keys = (rule.key ?? []).length === 0 ? [] : [...new Set(grave.map(({ key }) => key))];
  const { percent, limit } = first;
  const summary =
    percent >= USED_UP
      ? `${name} is used up${keysOf(keys)}: all ${String(limit)} until ${iso(first.endMs)}`
      : `${name} is used up to ${String(percent)} % of ${String(limit)}${keysOf(keys)}; ${forecastOf(first)}`;
  return {
    ...{ ...about, severity: percent >= USED_UP ? ('high' as const) : ('deferred' as const), firing: true, summary },
    since: Math.min(...grave.map(({ atMs }) => atMs)),
  };
}

/** Whether a signal is of the limits that are in force: others count windows of their own, or another number. */
function asCounted(name: string, rule: ThrottleRule): (signal: UsageSignal) => boolean {
  const compiled = compileThrottle(name, rule, new Memory());
  const generations = new Set([compiled, ...(compiled.overrides?.all ?? [])].map(({ generation }) => generation));
  const limits = new Set(limitsOf(rule).map(({ tokens }) => tokens));
  return (signal) => signal.rule === name && generations.has(signal.generation) && limits.has(signal.limit);
}

/** By how fast it was used up to that share, from the beginning of its window. */
function forecastOf({ percent, atMs, startMs, endMs }: UsageSignal): string {
  const usedUpAt = Math.round(startMs + ((atMs - startMs) * USED_UP) / percent);
  return usedUpAt < endMs
    ? `as fast as that, all of it by ${iso(usedUpAt)}, before its window ends at ${iso(endMs)}`
    : `as fast as that, it lasts until its window ends at ${iso(endMs)}`;
}

function keysOf(keys: readonly string[]): string {
  if (keys.length === 0) return '';
  const more = keys.length > MOST_NAMED ? ` and ${String(keys.length - MOST_NAMED)} more` : '';
  return ` (${keys.slice(0, MOST_NAMED).join(', ')}${more})`;
}

const iso = (ms: number) => new Date(ms).toISOString();
