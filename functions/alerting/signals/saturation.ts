// What fills up: whether a service's environments have next to no memory, /tmp or time left, and when they will have none.
import { hashOf } from '../../../middleware/fault/chance.ts';
import { reachedAt, type Point } from '../../telemetry/saturation/forecast.ts';
import { Used } from '../../telemetry/saturation/used.ts';
import { Reader } from '../../telemetry/series/reader.ts';
import { behindMs } from '../../telemetry/series/settled.ts';
import { FIVE_MINUTES, HOUR_MS, MINUTE_MS } from '../../telemetry/series/span.ts';
import type { SumData } from '../../telemetry/sums/data.ts';
import { SERVICE } from '../../telemetry/sums/subject.ts';
import type { Condition } from '../condition.ts';
import { keyOf, type Judge, type ServiceAt } from './judge.ts';

const LOOKED_BACK_MS = 6 * HOUR_MS;
/** Of what was counted longer ago nothing is said: it may be over. */
const MOST_BEHIND_MS = 10 * MINUTE_MS;
/** A service has its turn once in so many minutes: what fills up within hours need not be read each minute. */
const TURNS = 10;

/** Shares of a limit. Nobody reports any more when it is all of the memory. */
const FULL = 0.95;
const NO_LONGER_FULL = 0.9;
/** One step may be a single large request. */
const STEPS_IN_A_ROW = 3;

/** What is looked at, with how a summary begins and what it is a share of. */
const LOOKED_AT = {
  memory: { words: ['an environment uses', 'of its memory'], read: (used: Used) => used.memoryShare() },
  tmp: { words: ['an environment uses', 'of its /tmp'], read: (used: Used) => used.tmpShare() },
  time: { words: ['one of a hundred invocations takes', 'of its timeout'], read: (used: Used) => used.timeShare() },
} as const;
export type LookedAt = keyof typeof LOOKED_AT;
const NAMES = ['memory', 'tmp', 'time'] as const satisfies readonly LookedAt[];

export const saturation: Judge = {
  kind: 'saturation',
  // Of services without rules, too: they have environments all the same.
  names: () => NAMES,
  async judge(at) {
    const { table, service, nowMs, settled } = at;
    if (!isItsTurn(service, nowMs) || behindMs(settled, nowMs) > MOST_BEHIND_MS) return [];
    const to = Math.floor(settled.upTo / FIVE_MINUTES.ms) * FIVE_MINUTES.ms;
    const span = { from: to - LOOKED_BACK_MS, to, stepMs: FIVE_MINUTES.ms, settled };
    const used = new Used(span);
    const reader = new Reader(table, service);
    let unread = 0;
    await reader.slots(FIVE_MINUTES, SERVICE, span.from, span.to, (from, data: SumData) => {
      unread += data.unreadable ?? 0;
      used.add(from, data);
    });
    if (reader.unreadable > 0) return [];
    const conditions = NAMES.flatMap((name) => {
      const measured = LOOKED_AT[name].read(used).filter((step) => step.settled);
      return saturationCondition(at, name, measured) ?? [];
    });
    // The fullest may be among those that could not be read.
    return conditions.filter(({ firing }) => firing || unread === 0);
  },
};

/** The same minutes of the hour for a service, another for others. */
export function isItsTurn(service: string, nowMs: number): boolean {
  return (Math.floor(nowMs / MINUTE_MS) + (hashOf(service) >>> 0)) % TURNS === 0;
}

/**
 * `shares` are those of the steps in which anything was measured, in order of time. Undefined between what begins and what
 * ends: it stays as it is. So what goes up and down at an edge is one episode.
 */
export function saturationCondition(
  { service, nowMs, rules }: Pick<ServiceAt, 'service' | 'nowMs' | 'rules'>,
  name: LookedAt,
  shares: readonly Point[],
): Condition | undefined {
  const about = { key: keyOf('saturation', service, name), kind: 'saturation' as const, service, name };
  const found = { ...about, owner: rules.owner };
  const [uses, ofWhat] = LOOKED_AT[name].words;
  const latest = shares.slice(-STEPS_IN_A_ROW);
  const last = latest.at(-1);
  const used = `${uses} ${percentOf(last?.value ?? 0)} ${ofWhat}`;
  if (latest.length === STEPS_IN_A_ROW && latest.every(isFull)) {
    const from = shares[shares.findLastIndex((share) => !isFull(share)) + 1]?.atMs ?? nowMs;
    const since = new Date(from).toISOString();
    return { ...found, severity: 'high', firing: true, since: from, summary: `${used}: it is full since ${since}` };
  }
  if (shares.some(isFull) && latest.some(({ value }) => value >= NO_LONGER_FULL)) return undefined;
  // What fills up in a warm-up, or with the day, does not go on: the later half has to tell the same.
  const reached = [shares, shares.slice(Math.floor(shares.length / 2))].map((each) => reachedAt(each, 1, nowMs));
  const [byAll, byLater] = reached;
  if (last !== undefined && byAll !== undefined && byLater !== undefined) {
    const at = new Date(Math.min(byAll, byLater)).toISOString();
    const since = last.atMs + FIVE_MINUTES.ms;
    return { ...found, severity: 'deferred', firing: true, since, summary: `${used}; as fast as that, all by ${at}` };
  }
  if (byAll !== undefined || byLater !== undefined) return undefined;
  const quiet = `nothing says that ${name === 'tmp' ? '/tmp' : name} will be full`;
  return { ...found, severity: 'deferred', firing: false, since: nowMs, summary: quiet };
}

const isFull = ({ value }: Point): boolean => value >= FULL;

const percentOf = (share: number) => `${String(Math.round(share * 100))} %`;
