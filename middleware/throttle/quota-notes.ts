// What follows a write of a quota's counter, beside the handler: the key is listed, and who nears the limit is told of.
import type { QuotaCounter, QuotaRecord } from '../../store/items/quota.ts';
import { putUsageKey, putUsageWindow } from '../../store/items/usage.ts';
import { putUsageSignal } from '../../store/items/usage-signals.ts';
import type { Instance } from '../kernel/instance.ts';
import type { FleetState } from './limiter.ts';
import { expirationOf, type Quota } from './quota.ts';
import { Recent } from './recent.ts';
import { Unfinished } from './unfinished.ts';
import type { Window } from './window.ts';

/** Whoever began something is left so much time to finish it before another instance does. */
const OTHERS_FINISH_MS = 5_000;
const REMEMBERED = 1_000;

/** One key's counter in one window, as its instance meets it. */
export interface Counting {
  readonly instance: Instance;
  readonly quota: Quota;
  readonly state: FleetState;
  readonly window: Window;
  readonly counter: QuotaCounter;
}

/** Starts what the record says is still to be done: an instance's own part at once, what others left undone after a while. */
export function noteQuota(counting: Counting, record: QuotaRecord, isNew: boolean): void {
  const { instance, quota } = counting;
  if (!quota.listed) return;
  const nowMs = instance.clock.now();
  const isLeft = (sinceMs: number) => nowMs - sinceMs > OTHERS_FINISH_MS;
  if (!record.listed && (isNew || isLeft(record.beganMs ?? 0))) {
    unfinishedOf(instance).start(nameOf('listed', counting), (signal) => list(counting, signal));
  }
  for (const percent of quota.notify) {
    if (record.taken * 100 < quota.limit * percent || record.told(percent)) continue;
    const reachedMs = record.reachedMs(percent);
    if (reachedMs !== 0 && !isLeft(reachedMs)) continue;
    unfinishedOf(instance).start(nameOf(`${percent}%`, counting), (signal) => tellReached(counting, percent, signal));
  }
}

/** A write that was not answered may have begun the counting of a key that is never met again. */
export function noteUnanswered(counting: Counting): void {
  if (!counting.quota.listed) return;
  unfinishedOf(counting.instance).later(nameOf('listed', counting), (signal) => list(counting, signal));
}

async function list({ instance, state, window, counter }: Counting, signal: AbortSignal): Promise<void> {
  const { table, service } = instance;
  const { rule, generation, key } = state;
  const used = { service, rule, generation, ...window };
  const expiration = expirationOf(window);
  const listed = instance.state(LISTED, () => new Recent<true>(REMEMBERED));
  const name = `${rule}:${generation}:${window.startMs}`;
  if (!listed.get(name)) {
    await putUsageWindow(table, used, expiration, { signal });
    listed.set(name, true);
  }
  await putUsageKey(table, used, key, expiration, { signal });
  await counter.list({ signal });
}

/** The first to note it tells of it; what that one could not finish, another does later, to the same effect. */
async function tellReached(counting: Counting, percent: number, signal: AbortSignal): Promise<void> {
  const { instance, quota, state, window, counter } = counting;
  const { table, service, logger, recorder, clock } = instance;
  const { rule, generation, key } = state;
  const { applied, record } = await counter.reach(percent, clock.now(), { signal });
  const atMs = record?.reachedMs(percent) ?? 0;
  if (atMs === 0 || record?.told(percent) || (!applied && clock.now() - atMs <= OTHERS_FINISH_MS)) return;
  const { limit } = quota;
  const reached = { service, rule, key, generation, percent, atMs, limit, ...window };
  const told = await putUsageSignal(table, reached, { signal });
  if (told !== 'known') recorder.internal(`quota:${percent}%:${rule}`);
  if (told === 'new') {
    logger.warn('A quota has been used up to a share of its limit', {
      ...{ rule, key, share: `${percent}%`, limit },
      window: { from: new Date(window.startMs).toISOString(), to: new Date(window.endMs).toISOString() },
    });
  }
  await counter.tell(percent, { signal });
}

const LISTED = {};
const UNFINISHED = {};

function unfinishedOf(instance: Instance): Unfinished {
  return instance.state(UNFINISHED, () => new Unfinished(instance));
}

function nameOf(what: string, { state, window }: Counting): string {
  return `quota-${what}:${state.rule}:${state.generation}:${window.startMs}:${state.key}`;
}
