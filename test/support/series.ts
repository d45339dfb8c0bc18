// Writes series as the merge does, from sums that a test has made: minutes, and what is summed up of them.
import type { HourOverviewData, OverviewData, SlotsData } from '../../functions/telemetry/sums/data.ts';
import { Slot } from '../../functions/telemetry/sums/slot.ts';
import type { SubjectName } from '../../functions/telemetry/sums/subject.ts';
import { Sum } from '../../functions/telemetry/sums/sum.ts';
import { putSeries } from '../../store/items/series.ts';
import { minuteOf, readMinutes } from '../../store/items/telemetry.ts';
import type { Table } from '../../store/port.ts';

const MINUTE = 60_000;
const FIVE_MINUTES = 5 * MINUTE;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export type Slots = ReadonlyMap<number, Slot>;

/** What instances put for the minutes that begin in [from, to), added up. */
export async function slotsOf(table: Table, service: string, from: number, to: number): Promise<Slots> {
  const slots = new Map<number, Slot>();
  for (let at = from; at < to; at += MINUTE) {
    const slot = new Slot();
    const { minutes, unreadable } = await readMinutes(table, service, minuteOf(at));
    for (const minute of minutes) slot.addMinute(minute);
    slot.addUnreadable(unreadable);
    if (!slot.empty) slots.set(at, slot);
  }
  return slots;
}

export async function putMinuteSlots(table: Table, service: string, slots: Slots): Promise<void> {
  for (const [from, slot] of slots) await putSeries(table, { kind: 'minute', service }, { from, data: slot.data() });
}

/** Five-minute slots of those that end by `until`. */
export async function putHours(table: Table, service: string, slots: Slots, until: number): Promise<void> {
  for (const [subject, hours] of summed(slots, FIVE_MINUTES, HOUR, until)) {
    for (const [from, data] of hours) await putSeries(table, { kind: 'hour', service, subject }, { from, data });
  }
}

/** What is over, in five minutes that end by `until`, of the hour that they and `until` lie in. */
export async function putHourOverview(table: Table, service: string, slots: Slots, until: number): Promise<void> {
  const from = Math.floor(until / HOUR) * HOUR;
  const slot = new Slot();
  const named = new Set<number>();
  for (const [at, minute] of slots) {
    const begin = Math.floor(at / FIVE_MINUTES) * FIVE_MINUTES;
    if (begin < from || begin + FIVE_MINUTES > until) continue;
    slot.add(minute.data());
    named.add((begin - from) / FIVE_MINUTES);
  }
  if (slot.empty) return;
  const data: HourOverviewData = { ...slot.data(), slots: [...named].sort((a, b) => a - b) };
  await putSeries(table, { kind: 'hourOverview', service }, { from, data });
}

/** Hours of those that end by `until`, and the overviews of their days. */
export async function putDays(table: Table, service: string, slots: Slots, until: number): Promise<void> {
  const overviews = new Map<number, { readonly slot: Slot; readonly hours: Set<number> }>();
  for (const [subject, days] of summed(slots, HOUR, DAY, until)) {
    for (const [from, data] of days) {
      await putSeries(table, { kind: 'day', service, subject }, { from, data });
      const overview = overviews.get(from) ?? { slot: new Slot(), hours: new Set<number>() };
      overviews.set(from, overview);
      for (const [hour, sum] of Object.entries(data.slots)) {
        overview.slot.addSum(subject, sum);
        overview.hours.add(Number(hour));
      }
    }
  }
  for (const [from, { slot, hours }] of overviews) {
    const data: OverviewData = { ...slot.data(), hours: [...hours].sort((a, b) => a - b) };
    await putSeries(table, { kind: 'overview', service }, { from, data });
  }
}

/** By subject and item, the slots of `stepMs` that are over. */
function summed(slots: Slots, stepMs: number, itemMs: number, until: number): Map<SubjectName, Map<number, SlotsData>> {
  const sums = new Map<SubjectName, Map<number, Sum>>();
  for (const [at, slot] of slots) {
    const begin = Math.floor(at / stepMs) * stepMs;
    if (begin + stepMs > until) continue;
    for (const [subject, sum] of slot.sums()) {
      const bySlot = sums.get(subject as SubjectName) ?? new Map<number, Sum>();
      sums.set(subject as SubjectName, bySlot);
      const total = bySlot.get(begin) ?? new Sum();
      bySlot.set(begin, total);
      total.add(sum.data());
    }
  }
  return new Map([...sums].map(([subject, bySlot]) => [subject, inItems(bySlot, stepMs, itemMs)]));
}

function inItems(bySlot: ReadonlyMap<number, Sum>, stepMs: number, itemMs: number): Map<number, SlotsData> {
  const items = new Map<number, { slots: Record<string, ReturnType<Sum['data']>> }>();
  for (const [at, sum] of bySlot) {
    const from = Math.floor(at / itemMs) * itemMs;
    const item = items.get(from) ?? { slots: {} };
    items.set(from, item);
    item.slots[String((at - from) / stepMs)] = sum.data();
  }
  return items;
}
