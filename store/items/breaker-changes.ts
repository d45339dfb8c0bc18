// The update expressions of a breaker's item: what is set, added and removed, and under which condition.
import { writtenBecause, type Because } from './breaker-because.ts';
import { bucketAttribute, COUNTS, type BreakerBucket } from './breaker-buckets.ts';
import { BREAKER_LAYOUT, type BreakerState, type ForcedState } from './breaker-record.ts';
import { Update, type Change } from './update-expression.ts';

/** What a change must still find for it to apply; otherwise another was faster, and the answer shows what stands. */
export interface Seen {
  readonly epoch: number;
  /** The probe's slot must still be held under this token. */
  readonly holding?: string;
  /** The probe's slot must be free, or its lease over by this time (epoch ms). */
  readonly freeAt?: number;
}

export interface Next {
  readonly epoch: number;
  readonly state: BreakerState;
  /** Why it moves. What does not change the kind of state leaves what is written. */
  readonly because?: Because;
}

/** Adds deltas and forgets stale buckets, if the epoch still stands. */
export function publishing(epoch: number, deltas: readonly BreakerBucket[], stale: readonly BreakerBucket[]): Change {
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
  return update.when(inEpoch(update, epoch));
}

/** Moves to `next`, if what was seen still stands; `forced` also sets or lifts what an operator forced. */
export function moving(
  seen: Seen,
  next: Next,
  forced: { readonly to: ForcedState | undefined } | undefined,
  drop: readonly BreakerBucket[],
): Change {
  const update = new Update();
  const { state } = next;
  const probe = state.kind === 'HALF_OPEN' ? state.probe : undefined;
  update.set('v', BREAKER_LAYOUT);
  update.set('epoch', next.epoch);
  update.set('state', state.kind);
  update.set('openUntil', state.kind === 'OPEN' ? state.until : undefined);
  update.set('openForMs', state.kind === 'CLOSED' ? undefined : state.openForMs);
  update.set('successes', state.kind === 'HALF_OPEN' ? state.successes : undefined);
  update.set('probeToken', probe?.token);
  update.set('probeBy', probe?.by);
  update.set('probeUntil', probe?.until);
  if (next.because) update.set('because', writtenBecause(next.because, next.epoch));
  if (forced) update.set('forced', forced.to && { ...forced.to });
  removeBuckets(update, drop, new Set());
  const conditions = [inEpoch(update, seen.epoch)];
  if (seen.holding !== undefined) {
    conditions.push(`${update.name('probeToken')} = ${update.value(seen.holding)}`);
  }
  if (seen.freeAt !== undefined) {
    const [token, until] = [update.name('probeToken'), update.name('probeUntil')];
    conditions.push(`(attribute_not_exists(${token}) OR ${until} < ${update.value(seen.freeAt)})`);
  }
  return update.when(conditions.join(' AND '));
}

/** An item without an epoch has had no transition yet. */
function inEpoch(update: Update, epoch: number): string {
  const name = update.name('epoch');
  return epoch === 0 ? `attribute_not_exists(${name})` : `${name} = ${update.value(epoch)}`;
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
