// One service's part of a tick: its minutes merged anew, those that came late too, and all that is summed up of them.
import type { OpenRange } from '../../../store/items/merge-progress.ts';
import type { SlotData } from '../sums/data.ts';
import { latecomersOf, nameOf, rangeOf, type LateMinute } from './late.ts';
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
  /** What earlier ticks left of those that came late. */
  readonly late?: OpenRange | undefined;
  /** How many that came late may be merged. */
  readonly mostLate: number;
}

export interface ServiceMerged {
  /** Minutes that were merged for good, with what was counted in them; undefined when nothing was. */
  readonly closed: ReadonlyMap<number, SlotData | undefined>;
  /** How many minutes that came late were merged. */
  readonly late: number;
  /** Where there are more of those. */
  readonly lateLeft: OpenRange | undefined;
}

/** Rejects when anything of it failed: then all of it is to be done again. */
export async function mergeService(
  turn: ServiceTurn,
  service: string,
  { finals, partials, late: earlier, mostLate }: ServiceWork,
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
  const latecomers = latecomersOf(news, earlier).filter(([at]) => !closed.has(at));
  const left: number[] = [];
  for (const [i, [at, of]] of latecomers.entries()) {
    // What is left is named in no item that is read again: it is noted.
    if (i >= mostLate || turn.remainingMs() < TIME_TO_SUM_UP_MS) {
      left.push(at);
      continue;
    }
    const { subjects } = await mergeMinute(turn, service, { at, final: true, ...(of ? { of } : {}) });
    touched.set(at, subjects);
  }
  await rollUp(turn, service, touched);
  for (const late of news) if (touched.has(late.at)) turn.memory.lateMerged(nameOf(service, late), late.namedIn);
  return { closed, late: latecomers.length - left.length, lateLeft: rangeOf(left) };
}
