// What a breaker's item holds, and how it is read: the state with its epoch, the fleet's window, what an operator forced.
import type { Item, Value } from '../port.ts';
import { becauseOf, type Because } from './breaker-because.ts';
import { bucketsOf, type BreakerBucket } from './breaker-buckets.ts';
import { talliesOf, type BreakerTally } from './breaker-tallies.ts';

/** A probe that is out: whose it is, the token that fences it, and until when its slot is leased (epoch ms). */
export interface BreakerProbe {
  readonly by: string;
  readonly token: string;
  readonly until: number;
}

/** Since when calls are let back in by and by (epoch ms), and how long it had been open for. */
export interface BreakerRamp {
  readonly from: number;
  readonly openForMs: number;
}

export interface HalfOpenState {
  readonly kind: 'HALF_OPEN';
  readonly openForMs: number;
  /** Results of this half-open period, over the whole fleet. A slow one counts as a success or a failure as well. */
  readonly successes: number;
  readonly failed: number;
  readonly slowed: number;
  /** One for each slot taken; the lease of some may be over. */
  readonly probes: readonly BreakerProbe[];
  /** Grows with every change within the period: whoever changes it names the turn that was seen. */
  readonly turn: number;
}

export type BreakerState =
  | { readonly kind: 'CLOSED'; readonly ramp?: BreakerRamp | undefined }
  | { readonly kind: 'OPEN'; readonly until: number; readonly openForMs: number }
  | HalfOpenState;

/** Set by an operator; stands above the state until `until` (epoch ms), or until it is released when there is none. */
export interface ForcedState {
  readonly state: 'FORCED_OPEN' | 'FORCED_CLOSED';
  readonly until: number | undefined;
  readonly reason: string;
  readonly by: string;
}

export interface BreakerRecord {
  /** The time of the last transition, strictly increasing; 0 before the first. */
  readonly epoch: number;
  readonly state: BreakerState;
  readonly forced: ForcedState | undefined;
  readonly buckets: readonly BreakerBucket[];
  readonly tallies: readonly BreakerTally[];
  /** In so many items the fleet counts; absent where it is one. */
  readonly shards?: number;
  /** Why it is in this state, as whoever moved it has said; absent where it has never moved, or a library moved it that does not say. */
  readonly because?: Because;
}

export const NO_BREAKER: BreakerRecord = {
  epoch: 0,
  state: { kind: 'CLOSED' },
  forced: undefined,
  buckets: [],
  tallies: [],
};

/** The layout of the item; a reader can tell a later one. */
export const BREAKER_LAYOUT = 1;

/** Whoever moves a breaker writes to all of its shards: a number that nobody has written is not believed. */
export const MOST_SHARDS = 32;

function isShards(value: Value | undefined): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MOST_SHARDS;
}

export function recordOf(item: Item | undefined): BreakerRecord {
  if (item === undefined) return NO_BREAKER;
  const epoch = number(item['epoch']) ?? 0;
  const because = becauseOf(item['because'], epoch);
  return {
    epoch,
    state: stateOf(item),
    forced: forcedOf(item['forced']),
    buckets: bucketsOf(item),
    tallies: talliesOf(item),
    ...(isShards(item['shards']) ? { shards: item['shards'] } : {}),
    ...(because ? { because } : {}),
  };
}

function stateOf(item: Item): BreakerState {
  const openForMs = number(item['openForMs']) ?? 0;
  if (item['state'] === 'OPEN') return { kind: 'OPEN', until: number(item['openUntil']) ?? 0, openForMs };
  if (item['state'] === 'HALF_OPEN') return halfOpenOf(item, openForMs);
  const from = number(item['rampFrom']);
  return from === undefined ? { kind: 'CLOSED' } : { kind: 'CLOSED', ramp: { from, openForMs } };
}

/**
 * The first probe stands in attributes of its own, where instances of 0.2 look for the only one. The rest is `more`; they
 * leave it as it was when they move the item to another period, hence the epoch it belongs to.
 */
function halfOpenOf(item: Item, openForMs: number): HalfOpenState {
  const first = probeOf(item['probeToken'], item['probeUntil'], item['probeBy']);
  const more = fields(item['more']);
  const current = more !== undefined && more['in'] === item['epoch'] ? more : {};
  const others = Array.isArray(current['probes']) ? current['probes'] : [];
  const probes = others.map((probe) => probeOf(fields(probe)?.['token'], fields(probe)?.['until']));
  return {
    kind: 'HALF_OPEN',
    openForMs,
    successes: number(item['successes']) ?? 0,
    failed: number(current['failed']) ?? 0,
    slowed: number(current['slowed']) ?? 0,
    probes: [first, ...probes].filter((probe) => probe !== undefined),
    turn: number(item['turn']) ?? 0,
  };
}

/** What `more` holds of a half-open state; undefined when there is nothing that `probeToken` and `successes` do not say. */
export function moreOf(state: HalfOpenState, epoch: number): Value | undefined {
  const { failed, slowed, probes } = state;
  if (failed === 0 && slowed === 0 && probes.length <= 1) return undefined;
  return { in: epoch, failed, slowed, probes: probes.slice(1).map(({ token, until }) => ({ token, until })) };
}

/** A token begins with the name of its instance, which is stored besides for the first probe alone. */
function probeOf(token: Value | undefined, until: Value | undefined, by?: Value): BreakerProbe | undefined {
  if (typeof token !== 'string') return undefined;
  const instance = text(by) ?? token.slice(0, Math.max(0, token.lastIndexOf('/')));
  return { by: instance, token, until: number(until) ?? 0 };
}

function forcedOf(given: Value | undefined): ForcedState | undefined {
  const value = fields(given);
  if (value === undefined) return undefined;
  const state = value['state'];
  if (state !== 'FORCED_OPEN' && state !== 'FORCED_CLOSED') return undefined;
  return { state, until: number(value['until']), reason: text(value['reason']) ?? '', by: text(value['by']) ?? '' };
}

/** The fields of a map; undefined of anything else. */
function fields(value: Value | undefined): { readonly [name: string]: Value | undefined } | undefined {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
  return isMap ? value : undefined;
}

const number = (value: Value | undefined) => (typeof value === 'number' ? value : undefined);
const text = (value: Value | undefined) => (typeof value === 'string' ? value : undefined);
