// What follows a write of a quota's counter, beside the handler: the key is listed, and who nears the limit is told of.
import type { QuotaCounter, QuotaRecord } from '../../store/items/quota.ts';
import { putUsageKey, putUsageWindow, type UsageWindow } from '../../store/items/usage.ts';
import { putUsageSignal } from '../../store/items/usage-signals.ts';
import type { Instance } from '../kernel/instance.ts';
import type { FleetState } from './limiter.ts';
import { expirationOf, type Quota } from './quota.ts';
import { Recent } from './recent.ts';
import type { Window } from './window.ts';

/** Whoever began something is left so much time to finish it before another does. */
const OTHERS_FINISH_MS = 5_000;
/** What failed is tried again after so long. */
const AGAIN_MS = 10_000;
const REMEMBERED = 10_000;

/** What this instance has tried, and which windows it has listed. */
class Tried {
  readonly #at = new Recent<number>(REMEMBERED);
  readonly windows = new Recent<true>(REMEMBERED);

  /** True if it is time to try. */
  may(what: string, nowMs: number): boolean {
    const lastMs = this.#at.get(what);
    if (lastMs !== undefined && nowMs - lastMs < AGAIN_MS) return false;
    this.#at.set(what, nowMs);
    return true;
  }
}

const OWNER = {};

/** Starts what the record says is still to be done: its own part at once, what others left undone after a while. */
export function noteQuota(
  instance: Instance,
  quota: Quota,
  state: FleetState,
  window: Window,
  counter: QuotaCounter,
  record: QuotaRecord,
  isNew: boolean,
): void {
  if (!quota.listed) return;
  const nowMs = instance.clock.now();
  const due = (sinceMs: number) => nowMs - sinceMs > OTHERS_FINISH_MS;
  const start = (what: string, run: (signal: AbortSignal) => Promise<void>) => {
    const name = `${what}:${state.rule}:${state.key}:${window.startMs}`;
    const tried = instance.state(OWNER, () => new Tried());
    if (tried.may(name, nowMs)) void instance.syncs.start(name, run);
  };
  if (!record.listed && (isNew || due(record.beganMs ?? 0))) {
    start('quota-listed', (signal) => list(instance, state, window, counter, signal));
  }
  for (const percent of quota.notify) {
    if (record.taken * 100 < quota.limit * percent || record.told(percent)) continue;
    const reachedMs = record.reachedMs(percent);
    if (reachedMs === 0 || due(reachedMs)) {
      start(`quota-${percent}`, (signal) => signalReached(instance, quota, state, window, counter, percent, signal));
    }
  }
}

async function list(
  instance: Instance,
  { rule, generation, key }: FleetState,
  window: Window,
  counter: QuotaCounter,
  signal: AbortSignal,
): Promise<void> {
  const { table, service } = instance;
  const { windows } = instance.state(OWNER, () => new Tried());
  const used: UsageWindow = { service, rule, generation, ...window };
  const expiration = expirationOf(window);
  const name = `${rule}:${generation}:${window.startMs}`;
  if (!windows.get(name)) {
    await putUsageWindow(table, used, expiration, { signal });
    windows.set(name, true);
  }
  await putUsageKey(table, used, key, expiration, { signal });
  await counter.list({ signal });
}

/** The first to note it tells of it; what that one could not finish, another does later, to the same effect. */
async function signalReached(
  instance: Instance,
  { limit }: Quota,
  { rule, generation, key }: FleetState,
  window: Window,
  counter: QuotaCounter,
  percent: number,
  signal: AbortSignal,
): Promise<void> {
  const { table, service, logger, recorder, clock } = instance;
  const { applied, record } = await counter.reach(percent, clock.now(), { signal });
  const atMs = record?.reachedMs(percent) ?? 0;
  if (atMs === 0 || record?.told(percent) || (!applied && clock.now() - atMs <= OTHERS_FINISH_MS)) return;
  const told = await putUsageSignal(
    table,
    { service, rule, key, generation, percent, atMs, limit, ...window },
    { signal },
  );
  if (told !== 'known') recorder.internal(`quota:${percent}%:${rule}`);
  if (told === 'new') {
    logger.warn('A quota has been used up to a share of its limit', {
      rule,
      key,
      share: `${percent}%`,
      limit,
      window: { from: new Date(window.startMs).toISOString(), to: new Date(window.endMs).toISOString() },
    });
  }
  await counter.tell(percent, { signal });
}
