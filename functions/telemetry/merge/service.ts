// One service's part of a tick: its minutes merged anew, those that came late too, and all that is summed up of them.
import type { SlotData } from '../sums/data.ts';
import { nameOf, type LateMinute } from './late.ts';
import { mergeMinute } from './minute.ts';
import { rollUp } from './rollup.ts';
import type { ServiceTurn } from './turn.ts';

/** No minute of a long row is begun with less time than this, in ms: what was merged of it has yet to be summed up. */
const TIME_TO_SUM_UP_MS = 10_000;

export interface ServiceWork {
  /** Minutes to merge for good, newest first. */
  readonly finals: readonly number[];
  /** Minutes that are shown before all of them is there. */
  readonly partials: readonly number[];
}

export interface ServiceMerged {
  /** Minutes that were merged for good, with what was counted in them; undefined when nothing was. */
  readonly closed: ReadonlyMap<number, SlotData | undefined>;
  /** How many minutes came late. */
  readonly late: number;
}

/** Rejects when anything of it failed: then all of it is to be done again. */
export async function mergeService(
  turn: ServiceTurn,
  service: string,
  { finals, partials }: ServiceWork,
): Promise<ServiceMerged> {
  const closed = new Map<number, SlotData | undefined>();
  const named: LateMinute[] = [];
  for (const at of finals) {
    if (closed.size > 0 && turn.remainingMs() < TIME_TO_SUM_UP_MS) break;
    const { data, late } = await mergeMinute(turn, service, { at, final: true });
    closed.set(at, data);
    named.push(...late);
  }
  for (const at of partials) {
    const { late } = await mergeMinute(turn, service, { at, final: false });
    named.push(...late);
  }

  const touched = new Map<number, ReadonlySet<string> | undefined>();
  for (const at of closed.keys()) touched.set(at, undefined);
  const news = named.filter((late) => !turn.memory.isLateMerged(nameOf(service, late)));
  const latecomers = Map.groupBy(
    news.filter(({ at }) => !closed.has(at)),
    ({ at }) => at,
  );
  for (const [at, by] of latecomers) {
    const of = new Set(by.map(({ instance }) => instance));
    const { subjects } = await mergeMinute(turn, service, { at, final: true, of });
    touched.set(at, subjects);
  }
  await rollUp(turn, service, touched);
  for (const late of news) turn.memory.lateMerged(nameOf(service, late), late.namedIn);
  return { closed, late: latecomers.size };
}
