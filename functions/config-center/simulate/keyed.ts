// How many requests a limit by key must have refused, and can have refused: from the busiest keys that instances told of, else
// from samples. Pure.
import type { BusyKey, Sample } from '../../../store/items/telemetry-detail.ts';
import type { Asked } from './asked.ts';
import { fewestRefused, mostRefused } from './bounds.ts';
import { refusedEvenly, type Limit } from './limit.ts';

/** As many as the merge keeps of a rule; where there are fewer, all keys are among them. */
const MOST_TOLD = 20;
/** A key that an instance does not tell of made up less than 1/32 of its minute; twice that, for what merging lets go. */
const HIDDEN_SHARE = 2 / 32;
/** Told apart in a stretch; others are taken together. */
const MOST_KEYS = 400;

/** Bounds of all keys together, and what an even spread makes of those that are known. */
export interface KeyedRefusals {
  readonly low: number;
  readonly estimate: number;
  readonly high: number;
}

/** `partly`: the keys were told of more requests than are asked about now. */
export function byBusiestKeys(
  told: readonly (readonly BusyKey[])[],
  { most: asked, lead }: Pick<Asked, 'most' | 'lead'>,
  limit: Limit,
  { fromMs, partly }: { readonly fromMs: number; readonly partly: boolean },
): KeyedRefusals {
  /** By minute: how often a key that is not told of may have been met, and all that were not told of. */
  const hidden = told.map((keys, i) => hiddenOf(keys, [...lead, ...asked][i] ?? 0));
  const most = (counts: readonly number[]) =>
    mostRefused(counts.slice(lead.length), limit.least, counts.slice(0, lead.length));
  const names = busiest(told);
  let [low, estimate, high] = [0, 0, 0];
  for (const name of names) {
    const entries = told.map((keys) => keys.find(([key]) => key === name));
    const recorded = entries.slice(lead.length);
    low += fewestRefused(
      recorded.map((entry) => (entry && !partly ? Math.max(0, entry[1] - entry[2]) : 0)),
      limit.most,
    );
    high += most(entries.map((entry, i) => (entry ? entry[1] + (hidden[i]?.more ?? 0) : (hidden[i]?.ofOne ?? 0))));
    const likely = recorded.map((entry) => Math.round(entry ? entry[1] - entry[2] / 2 : 0));
    if (likely.some((count) => count > limit.least.burst / 4)) estimate += refusedEvenly(limit, likely, fromMs);
  }
  const others = told.slice(lead.length).map((keys, i) => {
    const beyond = keys.reduce((sum, [key, count]) => sum + (names.has(key) ? 0 : count), 0);
    return beyond + (hidden[lead.length + i]?.all ?? 0);
  });
  const canBeRefused = most(hidden.map(({ ofOne }) => ofOne)) > 0;
  return { low, estimate, high: high + (canBeRefused ? others.reduce((sum, count) => sum + count, 0) : 0) };
}

function hiddenOf(keys: readonly BusyKey[], asked: number) {
  const certain = keys.reduce((sum, [, count, over]) => sum + Math.max(0, count - over), 0);
  const all = Math.max(0, asked - certain);
  const more = keys.length < MOST_TOLD ? all : Math.min(all, Math.ceil(asked * HIDDEN_SHARE));
  const least = keys.length < MOST_TOLD ? 0 : (keys.at(-1)?.[1] ?? 0);
  return { all, more, ofOne: Math.min(all, least + more) };
}

function busiest(told: readonly (readonly BusyKey[])[]): ReadonlySet<string> {
  const totals = new Map<string, number>();
  for (const keys of told) for (const [key, count] of keys) totals.set(key, (totals.get(key) ?? 0) + count);
  const sorted = [...totals].sort(([, a], [, b]) => b - a).slice(0, MOST_KEYS);
  return new Set(sorted.map(([key]) => key));
}

/** Parts of a key that samples have, as hashes. */
export const SAMPLED_PARTS: ReadonlySet<string> = new Set(['client', 'ip', 'source']);

/** One in 16,000 on either side, if what is drawn is drawn by chance. */
const SIGMAS = 4;
const UNSEEN = 9.7;

/** From samples, each of which stands for several requests: what holds but once in thousands of cases. */
export function bySamples(
  samples: readonly Sample[],
  key: readonly string[],
  asked: { readonly total: number; readonly minutes: number; readonly fromMs: number },
  limit: Limit,
): KeyedRefusals & { readonly sampled: number; readonly error: number } {
  const keys = new Map<string, { weight: number; variance: number; largest: number }>();
  let drawn = 0;
  for (const { why, weight, keys: hashes } of samples) {
    const name = key.map((part) => hashes?.[part] ?? '').join(',');
    const sum = keys.get(name) ?? { weight: 0, variance: 0, largest: 1 };
    keys.set(name, sum);
    sum.weight += weight;
    sum.variance += weight * Math.max(0, weight - 1);
    sum.largest = Math.max(sum.largest, weight);
    if (why === 'sampled') drawn = Math.max(drawn, weight);
  }
  const { total, minutes, fromMs } = asked;
  const [burst, flow] = [limit.most.burst, limit.most.aMinute * (minutes + 1)];
  let [low, estimate, high, seen, variance] = [0, 0, 0, 0, 0];
  for (const { weight, variance: of, largest } of keys.values()) {
    const error = SIGMAS * Math.sqrt(of);
    seen += Math.max(0, weight - error);
    variance += of;
    low += Math.max(0, weight - error - UNSEEN * (largest - 1) - burst - flow);
    const most = Math.min(total, weight + error + UNSEEN * largest);
    if (most > limit.least.burst) high += most;
    if (weight > limit.least.burst) {
      const each = new Array<number>(minutes).fill(Math.round(weight / minutes));
      estimate += refusedEvenly(limit, each, fromMs);
    }
  }
  // A key nobody drew was met less often than this.
  const unseen = drawn === 0 ? total : Math.min(total, UNSEEN * drawn);
  const rest = unseen > limit.least.burst ? Math.max(0, total - seen) : 0;
  return { low, estimate, high: Math.min(total, high + rest), sampled: samples.length, error: 2 * Math.sqrt(variance) };
}
