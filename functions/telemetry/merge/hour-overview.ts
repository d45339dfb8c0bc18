// What is over of the present hour, of all of a service's subjects in one item: who begins to read a day's counters reads that
// in place of its minutes. Pure.
import type { HourOverviewData, SlotsData, SumData } from '../sums/data.ts';
import { Sum } from '../sums/sum.ts';
import { fits } from './fit.ts';

export interface SlotOfHour {
  /** Of five minutes, 0 to 11. */
  readonly slot: number;
  /** The hour's items of the subjects that the slot was summed up of. */
  readonly items: ReadonlyMap<string, SlotsData>;
  /** Whether those are all that counted anything in the slot. */
  readonly isWhole: boolean;
}

/**
 * The overview with a slot that was summed up anew; undefined when it stays as it is. Only slots that it names are in its
 * sums: of others it is not known whether each subject has them yet, and who reads them reads their minutes.
 */
export function hourOverviewWith(
  known: HourOverviewData | undefined,
  { slot, items, isWhole }: SlotOfHour,
): HourOverviewData | undefined {
  const named = new Set(known?.slots);
  if (!isWhole && !named.has(slot)) return undefined;
  const slots = [...named.add(slot)].sort((a, b) => a - b);
  const subjects: Record<string, SumData> = { ...known?.subjects };
  for (const [subject, item] of items) {
    const sum = new Sum();
    for (const each of slots) {
      const part = item.slots[each];
      if (part) sum.add(counted(part));
    }
    subjects[subject] = sum.data();
  }
  const data: HourOverviewData = { subjects, slots };
  // Counted together as `other`, a subject would be counted twice as soon as it is the busier one.
  return fits(data) ? data : { subjects: {}, slots: [] };
}

/** What the counters of a day are made of; sizes, waits, keys and errors are in the hour's items. */
function counted({ outcomes, durations, refusals, transitions, internal, attempts, retries }: SumData): SumData {
  const tried = attempts?.outcomes;
  return {
    ...(outcomes ? { outcomes } : {}),
    ...(durations === undefined ? {} : { durations }),
    ...(refusals ? { refusals } : {}),
    ...(transitions ? { transitions } : {}),
    ...(internal ? { internal } : {}),
    ...(tried ? { attempts: { outcomes: tried } } : {}),
    ...(retries === undefined ? {} : { retries }),
  };
}
