// Sums up merged minutes: five minutes into the hour's items and its overview, hours into the day's items and the day's
// overview, with the edges of each. What is summed up is always the minutes themselves, so that doing it again gives the same.
import { putEdges } from '../../../store/items/edges.ts';
import { putSeries, readSeries, type SeriesOf } from '../../../store/items/series.ts';
import { sideBySide } from '../../api/passes.ts';
import type { HourOverviewData, OverviewData, SlotData, SlotsData, SumData } from '../sums/data.ts';
import { Slot } from '../sums/slot.ts';
import { Sum } from '../sums/sum.ts';
import { edgesOf } from '../topology/edges.ts';
import { fittingSlot, fittingSlots } from './fit.ts';
import { hourOverviewWith } from './hour-overview.ts';
import { EMPTY } from './memory.ts';
import { floorTo, MINUTE_MS, type ServiceTurn, type Turn } from './turn.ts';

const FIVE_MINUTES_MS = 5 * MINUTE_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Subjects of one service that are written at once. */
const SIDE_BY_SIDE = 8;

/** Which subjects of a minute may have changed; undefined for all there are. */
export type Touched = ReadonlyMap<number, ReadonlySet<string> | undefined>;

interface Level {
  readonly kind: 'hour' | 'day';
  readonly stepMs: number;
  readonly itemMs: number;
}
const FIVE_MINUTES: Level = { kind: 'hour', stepMs: FIVE_MINUTES_MS, itemMs: HOUR_MS };
const HOURS: Level = { kind: 'day', stepMs: HOUR_MS, itemMs: DAY_MS };

/** Sums up anew whatever a touched minute belongs to, as far as it is over. */
export async function rollUp(turn: ServiceTurn, service: string, touched: Touched): Promise<void> {
  for (const level of [FIVE_MINUTES, HOURS]) {
    for (const [from, subjects] of stretchesOf(touched, level.stepMs, turn.closing)) {
      turn.pace.check();
      await sumUp(turn, service, level, from, subjects);
    }
  }
}

/** By beginning: the stretches that touched minutes lie in and that end by `closing`. */
function stretchesOf(touched: Touched, stepMs: number, closing: number): Map<number, Set<string> | undefined> {
  const stretches = new Map<number, Set<string> | undefined>();
  for (const [at, subjects] of touched) {
    const from = floorTo(at, stepMs);
    if (from + stepMs > closing) continue;
    const known = stretches.get(from);
    const all = subjects === undefined || (stretches.has(from) && known === undefined);
    stretches.set(from, all ? undefined : new Set([...(known ?? []), ...subjects]));
  }
  return stretches;
}

async function sumUp(
  turn: ServiceTurn,
  service: string,
  level: Level,
  from: number,
  subjects: ReadonlySet<string> | undefined,
): Promise<void> {
  if (isKnownEmpty(turn, service, from, level.stepMs)) return;
  const slot = new Slot();
  const range = [from, from + level.stepMs] as const;
  for await (const { data } of readSeries(turn.table, { kind: 'minute', service }, ...range, { consistent: true })) {
    await turn.pace.work(() => slot.add(data as SlotData));
  }
  if (slot.empty) return;
  const changed = [...slot.sums()].filter(([subject]) => subjects?.has(subject) ?? true);
  const items = new Map<string, SlotsData>();
  await allSideBySide(changed, async ([subject, sum]) => {
    items.set(subject, await putSlot(turn, service, level, subject, from, sum.data()));
  });
  const edges = edgesOf(slot);
  if (edges) await putEdges(turn.table, level.kind, { service, from, data: edges }, { fence: turn.fence });
  if (level === HOURS) await putOverview(turn, service, from, items);
  else await putHourOverview(turn, service, from, { items, isWhole: subjects === undefined });
}

/** Most of the time nothing happens at all: then nothing needs to be read to know it. */
function isKnownEmpty({ memory }: Turn, service: string, from: number, ms: number): boolean {
  for (let at = from; at < from + ms; at += MINUTE_MS) if (memory.digestOf(service, at) !== EMPTY) return false;
  return true;
}

/** Puts the sum of a stretch into the item it is a part of, and gives that item. */
async function putSlot(
  { table, fence, pace }: ServiceTurn,
  service: string,
  { kind, stepMs, itemMs }: Level,
  subject: string,
  at: number,
  sum: SumData,
): Promise<SlotsData> {
  const from = floorTo(at, itemMs);
  const of: SeriesOf = { kind, service, subject };
  const item = (await read(table, of, from)) as SlotsData | undefined;
  const data = await pace.work(() => fittingSlots({ slots: { ...item?.slots, [(at - from) / stepMs]: sum } }));
  await putSeries(table, of, { from, data }, { fence });
  return data;
}

/** Of each subject all the hours that its item of the day has: each of them is over. */
async function putOverview(
  { table, fence }: Turn,
  service: string,
  hour: number,
  items: ReadonlyMap<string, SlotsData>,
): Promise<void> {
  const from = floorTo(hour, DAY_MS);
  const of: SeriesOf = { kind: 'overview', service };
  const known = (await read(table, of, from)) as OverviewData | undefined;
  const subjects: Record<string, SumData> = { ...known?.subjects };
  for (const [subject, { slots }] of items) {
    const sum = new Sum();
    for (const part of Object.values(slots)) sum.add(part);
    subjects[subject] = sum.data();
  }
  const hours = new Set([...(known?.hours ?? []), (hour - from) / HOUR_MS]);
  const data: OverviewData = fittingSlot({ subjects, hours: [...hours].sort((a, b) => a - b) });
  await putSeries(table, of, { from, data }, { fence });
}

/** Of the present hour alone: one that is over is in its day's. */
async function putHourOverview(
  { table, fence, closing, pace }: ServiceTurn,
  service: string,
  at: number,
  { items, isWhole }: { readonly items: ReadonlyMap<string, SlotsData>; readonly isWhole: boolean },
): Promise<void> {
  const from = floorTo(at, HOUR_MS);
  if (from + HOUR_MS <= closing) return;
  const of: SeriesOf = { kind: 'hourOverview', service };
  const known = (await read(table, of, from)) as HourOverviewData | undefined;
  const slot = (at - from) / FIVE_MINUTES_MS;
  const data = await pace.work(() => hourOverviewWith(known, { slot, items, isWhole }));
  if (data) await putSeries(table, of, { from, data }, { fence });
}

async function read(table: Turn['table'], of: SeriesOf, from: number): Promise<unknown> {
  for await (const { data } of readSeries(table, of, from, from + 1, { consistent: true })) return data;
  return undefined;
}

/** All are tried; then the first failure is thrown. */
async function allSideBySide<T>(list: readonly T[], work: (entry: T) => Promise<void>): Promise<void> {
  const failures: unknown[] = [];
  await sideBySide(SIDE_BY_SIDE, list, async (entry) => {
    if (failures.length > 0) return;
    await work(entry).catch((error: unknown) => void failures.push(error));
  });
  if (failures.length > 0) throw failures[0];
}
