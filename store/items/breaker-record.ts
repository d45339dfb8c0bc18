// What a breaker's item holds, and how it is read: the state with its epoch, the fleet's window, what an operator forced.
import type { Item, Value } from '../port.ts';
import { becauseOf, type Because } from './breaker-because.ts';
import { bucketsOf, type BreakerBucket } from './breaker-buckets.ts';

/** The one probe that is out: whose it is, the token that fences it, and until when its slot is leased (epoch ms). */
export interface BreakerProbe {
  readonly by: string;
  readonly token: string;
  readonly until: number;
}

export type BreakerState =
  | { readonly kind: 'CLOSED' }
  | { readonly kind: 'OPEN'; readonly until: number; readonly openForMs: number }
  | {
      readonly kind: 'HALF_OPEN';
      readonly openForMs: number;
      readonly successes: number;
      readonly probe: BreakerProbe | undefined;
    };

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
  /** Why it is in this state, as whoever moved it has said; absent where it has never moved, or a library moved it that does not say. */
  readonly because?: Because;
}

export const NO_BREAKER: BreakerRecord = { epoch: 0, state: { kind: 'CLOSED' }, forced: undefined, buckets: [] };

/** The layout of the item; a reader can tell a later one. */
export const BREAKER_LAYOUT = 1;

export function recordOf(item: Item | undefined): BreakerRecord {
  if (item === undefined) return NO_BREAKER;
  const epoch = number(item['epoch']) ?? 0;
  const because = becauseOf(item['because'], epoch);
  return {
    epoch,
    state: stateOf(item),
    forced: forcedOf(item['forced']),
    buckets: bucketsOf(item),
    ...(because ? { because } : {}),
  };
}

function stateOf(item: Item): BreakerState {
  const openForMs = number(item['openForMs']) ?? 0;
  if (item['state'] === 'OPEN') return { kind: 'OPEN', until: number(item['openUntil']) ?? 0, openForMs };
  if (item['state'] !== 'HALF_OPEN') return { kind: 'CLOSED' };
  const token = text(item['probeToken']);
  const probe =
    token === undefined
      ? undefined
      : { token, by: text(item['probeBy']) ?? '', until: number(item['probeUntil']) ?? 0 };
  return { kind: 'HALF_OPEN', openForMs, successes: number(item['successes']) ?? 0, probe };
}

function forcedOf(value: Value | undefined): ForcedState | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uint8Array) {
    return undefined;
  }
  const state = value['state'];
  if (state !== 'FORCED_OPEN' && state !== 'FORCED_CLOSED') return undefined;
  return { state, until: number(value['until']), reason: text(value['reason']) ?? '', by: text(value['by']) ?? '' };
}

const number = (value: Value | undefined) => (typeof value === 'number' ? value : undefined);
const text = (value: Value | undefined) => (typeof value === 'string' ? value : undefined);
