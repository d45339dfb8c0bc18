// A bucket that more instances lease from than one item can bear is kept in parts, each with a part of the rate.
import { peekBucket, readBucket, type BucketRecord } from '../../store/items/throttle.ts';
import { closePart, partName, reopenBucket, splitBucket } from '../../store/items/throttle-shards.ts';
import type { Instance } from '../kernel/instance.ts';
import { lagUs, type BucketState, type Terms } from './bucket.ts';
import { divisionOf, partOf, type Division, type PartGranted } from './division.ts';
import { fleetNowUs } from './fleet-clock.ts';
import { takeTokens, type Patience, type Wanted } from './fleet.ts';
import type { Gcra } from './gcra.ts';
import type { FleetState } from './limiter.ts';

/** An old part of a bucket tells those who come late that it is closed. */
const CLOSED_KEPT_S = 86_400;
/** How often to follow a bucket that moves. */
const MOST_MOVES = 3;

/**
 * Takes tokens from one part of a bucket, chosen by chance; from another if that has none.
 * @throws {StoreUnavailable} and whatever else the store says or `patience` throws.
 */
export async function takeFromParts(
  instance: Instance,
  gcra: Gcra,
  state: FleetState,
  known: Division,
  wanted: Wanted,
  patience: Patience,
): Promise<PartGranted> {
  let division = known;
  let first = -1;
  for (let moves = 0; ;) {
    const { parts } = division;
    const part = anotherPart(instance, parts, first);
    const rate = partOf(gcra, parts);
    const request = parts === 1 ? wanted : { ...wanted, initial: beginning(gcra, division) };
    const granted = await takeTokens(instance, rate, partState(instance, state, division, part), request, patience);
    const answer = { ...granted, division, intervalUs: rate.intervalUs };
    if (granted.moved) {
      if (++moves > MOST_MOVES) return answer;
      division = await follow(instance, gcra, state, division, granted.record, wanted.terms, patience);
      first = -1;
    } else if (granted.tokens > 0 || parts === 1 || first >= 0) {
      return answer;
    } else {
      first = part;
    }
  }
}

function anotherPart({ random }: Instance, parts: number, than: number): number {
  const part = Math.floor(random() * parts);
  return part === than ? (part + 1) % parts : part;
}

function partState(instance: Instance, state: FleetState, division: Division, part: number): FleetState {
  return partName({ ...state, service: instance.service }, division, part);
}

/** Where a part begins: at the end of what was before it, with no burst of its own. */
function beginning({ capacityUs }: Gcra, { openedUs }: Division): BucketState {
  return { tatUs: openedUs, baseUs: openedUs - capacityUs };
}

/** How a bucket is divided, for one that is asked too much to say so itself: a read that many can make. */
export async function readDivision(instance: Instance, state: FleetState, patience: Patience): Promise<Division> {
  const name = { ...state, service: instance.service };
  return divisionOf(await peekBucket(instance.table, name, within(patience)));
}

/** What the bucket is divided into now. An instance that finds a change half done finishes it. */
export async function follow(
  instance: Instance,
  gcra: Gcra,
  state: FleetState,
  known: Division,
  closed: BucketRecord | undefined,
  terms: Terms,
  patience: Patience,
): Promise<Division> {
  const name = { ...state, service: instance.service };
  const whole = known.parts === 1 ? closed : await readBucket(instance.table, name, within(patience));
  const now = divisionOf(whole);
  const hasChanged = now.parts !== known.parts || now.sinceMs !== known.sinceMs;
  if (hasChanged || closed?.parts === undefined) return now;
  return reshape(instance, gcra, state, now, closed.parts, terms, patience);
}

/** One exchange of several; when its invocation has ended, none follows. */
function within(patience: Patience): { timeoutMs: number; signal?: AbortSignal } {
  const timeoutMs = patience.timeoutMs();
  return patience.signal ? { timeoutMs, signal: patience.signal } : { timeoutMs };
}

/**
 * Divides a bucket anew, so that nothing is granted twice: the old parts are closed, one write each, and the new ones go
 * on where the furthest of them ended. Whoever finds it half done goes on with it; all find the same end.
 */
export async function reshape(
  instance: Instance,
  gcra: Gcra,
  state: FleetState,
  now: Division,
  to: number,
  terms: Terms,
  patience: Patience,
): Promise<Division> {
  const { table, service, clock } = instance;
  const name = { ...state, service };
  const options = () => within(patience);
  const atMs = clock.now();
  if (now.parts === 1) {
    await splitBucket(table, name, to, atMs, options());
  } else {
    const initial = {
      ...beginning(gcra, now),
      expiration: Math.ceil((fleetNowUs(instance) + lagUs(terms)) / 1e6) + CLOSED_KEPT_S,
    };
    let openedUs = now.openedUs;
    for (let part = 0; part < now.parts; part++) {
      const record = await closePart(table, name, now, to, part, initial, options());
      openedUs = Math.max(openedUs, record?.tatUs ?? 0);
    }
    await reopenBucket(table, name, now, to, openedUs, atMs, options());
  }
  return divisionOf(await readBucket(table, name, options()));
}
