// What follows a write of a quota's counter, beside the handler: who is still to be listed, or told of as near the limit.
import type { QuotaRecord } from '../../store/items/quota.ts';
import type { Instance } from '../kernel/instance.ts';
import { OTHERS_FINISH_MS, type Counting } from './quota.ts';
import { Unfinished } from './unfinished.ts';

/** Starts what the record says is still to be done: an instance's own part at once, what others left undone after a while. */
export function noteQuota(counting: Counting, record: QuotaRecord, isNew: boolean): void {
  const { instance, quota } = counting;
  if (!quota.listed) return;
  const nowMs = instance.clock.now();
  const isLeft = (sinceMs: number) => nowMs - sinceMs > OTHERS_FINISH_MS;
  if (!record.listed && (isNew || isLeft(record.beganMs ?? 0))) {
    unfinishedOf(instance).start(nameOf('listed', counting), listing(counting));
  }
  for (const percent of quota.notify) {
    if (record.taken * 100 < quota.limit * percent || record.told(percent)) continue;
    const reachedMs = record.reachedMs(percent);
    if (reachedMs !== 0 && !isLeft(reachedMs)) continue;
    unfinishedOf(instance).start(nameOf(`${percent}%`, counting), telling(counting, percent));
  }
}

/** A write that was not answered may have begun the counting of a key that is never met again. */
export function noteUnanswered(counting: Counting): void {
  if (!counting.quota.listed) return;
  unfinishedOf(counting.instance).later(nameOf('listed', counting), listing(counting));
}

/** Loaded when first needed: most throttles are no quotas. */
const writes = () => import('./quota-told.ts');
const listing = (counting: Counting) => async (signal: AbortSignal) => (await writes()).list(counting, signal);
const telling = (counting: Counting, percent: number) => async (signal: AbortSignal) =>
  (await writes()).tellReached(counting, percent, signal);

const UNFINISHED = {};

function unfinishedOf(instance: Instance): Unfinished {
  return instance.state(UNFINISHED, () => new Unfinished(instance));
}

function nameOf(what: string, { state, window }: Counting): string {
  return `quota-${what}:${state.rule}:${state.generation}:${window.startMs}:${state.key}`;
}
