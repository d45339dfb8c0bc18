// The update expressions of a breaker's item: what is set, added and removed, and under which condition.
import { writtenBecause, type Because } from './breaker-because.ts';
import { bucketAttribute, COUNTS, type BreakerBucket } from './breaker-buckets.ts';
import { BREAKER_LAYOUT, moreOf, type BreakerState, type ForcedState } from './breaker-record.ts';
import { NO_TALLYING, segmentAttribute, tally, type Tallying } from './breaker-tallies.ts';
import { Update, type Change } from './update-expression.ts';

/** What a change must still find for it to apply; otherwise another was faster, and the answer shows what stands. */
export interface Seen {
  readonly epoch: number;
  /** Where the change is made from what was seen of it: no probe, no result may have come or gone meanwhile. */
  readonly state?: BreakerState;
  /** What was seen is a copy: an item that is behind it has been lost, or is an old one restored, and gives way. */
  readonly copied?: boolean;
}

export interface Next {
  readonly epoch: number;
  readonly state: BreakerState;
  /** Why it moves. What does not change the kind of state leaves what is written. */
  readonly because?: Because;
}

/** Adds deltas and forgets stale buckets, if the epoch still stands; of a window of calls, also its newest segment. */
export function publishing(
  epoch: number,
  deltas: readonly BreakerBucket[],
  stale: readonly BreakerBucket[],
  { added: more, past, segments }: Tallying = NO_TALLYING,
): Change {
  const update = new Update();
  const added = new Set<string>();
  update.set('v', BREAKER_LAYOUT);
  for (const bucket of deltas) {
    for (const [letter, count] of COUNTS) {
      const attribute = bucketAttribute(letter, bucket);
      if (bucket[count] === 0) continue;
      added.add(attribute);
      update.add(attribute, bucket[count]);
    }
  }
  removeBuckets(update, stale, added);
  tally(update, more, past);
  if (!segments) return update.when(inEpoch(update, epoch));
  const attribute = segmentAttribute(segments.width);
  update.set(attribute, segments.newest);
  const name = update.name(attribute);
  const behind = `(attribute_not_exists(${name}) OR ${name} <= ${update.value(segments.known)})`;
  return update.when(`${inEpoch(update, epoch)} AND ${behind}`);
}

/**
 * Moves to `next`, if what was seen still stands; `forced` also sets or lifts what an operator forced. `asFound` says so
 * where what was seen could not be read.
 */
export function moving(
  seen: Seen,
  next: Next,
  forced: { readonly to: ForcedState | undefined } | undefined,
  drop: readonly BreakerBucket[],
  asFound?: (update: Update) => string,
): Change {
  const update = new Update();
  const { state } = next;
  const halfOpen = state.kind === 'HALF_OPEN' ? state : undefined;
  const ramp = state.kind === 'CLOSED' ? state.ramp : undefined;
  const probe = halfOpen?.probes[0];
  update.set('v', BREAKER_LAYOUT);
  update.set('epoch', next.epoch);
  update.set('state', state.kind);
  update.set('openUntil', state.kind === 'OPEN' ? state.until : undefined);
  update.set('openForMs', state.kind === 'CLOSED' ? ramp?.openForMs : state.openForMs);
  update.set('rampFrom', ramp?.from);
  update.set('successes', halfOpen?.successes);
  update.set('probeToken', probe?.token);
  update.set('probeBy', probe?.by);
  update.set('probeUntil', probe?.until);
  update.set('more', halfOpen && moreOf(halfOpen, next.epoch));
  update.set('turn', halfOpen?.turn);
  if (next.because) update.set('because', writtenBecause(next.because, next.epoch));
  if (forced) update.set('forced', forced.to && { ...forced.to });
  removeBuckets(update, drop, new Set());
  if (asFound) return update.when(asFound(update));
  const stands = [inEpoch(update, seen.epoch), ...inTurn(update, seen.state)].join(' AND ');
  return update.when(seen.copied && seen.epoch > 0 ? `(${stands}) OR ${isBehind(update, seen.epoch)}` : stands);
}

function isBehind(update: Update, epoch: number): string {
  const name = update.name('epoch');
  return `attribute_not_exists(${name}) OR ${name} < ${update.value(epoch)}`;
}

/** Instances of 0.2 know no turns: what they change is named as well. */
function inTurn(update: Update, state: BreakerState | undefined): string[] {
  if (state?.kind !== 'HALF_OPEN') return [];
  const { turn, successes, probes } = state;
  return [
    stillIs(update, 'turn', turn === 0 ? undefined : turn),
    stillIs(update, 'successes', successes),
    stillIs(update, 'probeToken', probes[0]?.token),
  ];
}

function stillIs(update: Update, attribute: string, value: number | string | undefined): string {
  const name = update.name(attribute);
  return value === undefined ? `attribute_not_exists(${name})` : `${name} = ${update.value(value)}`;
}

/** An item without an epoch has had no transition yet. */
function inEpoch(update: Update, epoch: number): string {
  return stillIs(update, 'epoch', epoch === 0 ? undefined : epoch);
}

/** One attribute may not stand in both ADD and REMOVE of an update. */
function removeBuckets(update: Update, buckets: readonly BreakerBucket[], kept: ReadonlySet<string>): void {
  for (const bucket of buckets) {
    for (const [letter, count] of COUNTS) {
      const attribute = bucketAttribute(letter, bucket);
      if (bucket[count] > 0 && !kept.has(attribute)) update.remove(attribute);
    }
  }
}
