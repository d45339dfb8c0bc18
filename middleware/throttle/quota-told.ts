// Lists the users of a quota, and tells of those near its limit: writes beside the handler, each to one effect however often.
import { putUsageKey, putUsageWindow } from '../../store/items/usage.ts';
import { putUsageSignal } from '../../store/items/usage-signals.ts';
import { expirationOf, OTHERS_FINISH_MS, type Counting } from './quota.ts';
import { Recent } from './recent.ts';

/** Windows an instance knows to be listed. */
const REMEMBERED = 1_000;
const LISTED = {};

/** Lists a key among those that used its window. */
export async function list({ instance, state, window, counter }: Counting, signal: AbortSignal): Promise<void> {
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
export async function tellReached(counting: Counting, percent: number, signal: AbortSignal): Promise<void> {
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
