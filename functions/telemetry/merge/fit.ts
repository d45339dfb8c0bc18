// Makes sums fit an item of the table: first what is looked at least is let go, then the least busy are counted together. Pure.
import { pack } from '../../../store/items/telemetry-detail.ts';
import type { Counts } from '../../../store/items/telemetry.ts';
import type { SlotData, SlotsData, SumData } from '../sums/data.ts';
import { partsOf, SERVICE } from '../sums/subject.ts';
import { COUNTS, Sum } from '../sums/sum.ts';

/** An item may have 400 KB, of which its key and names take a little. */
const LARGEST_PACKED = 380_000;
/** What is unpacked may be 4 MB. */
const LARGEST_JSON = 3_900_000;

const OTHER = 'other';

type Lean = (sum: SumData) => SumData;

const FEW_ERRORS = 10;
const FEW_KEYS = 5;
const FEW_RULES = 50;

const withoutMeasures: Lean = ({ waits: _w, bytesIn: _i, bytesOut: _o, left: _l, ...rest }) => rest;

const withFewKeys: Lean = ({ keys, errors, ...rest }) => ({
  ...rest,
  ...(keys ? { keys: fewKeys(keys) } : {}),
  ...(errors ? { errors: errors.slice(0, FEW_ERRORS) } : {}),
});

/** Counts of all kinds, in attempts too. */
const withFewNames =
  (most: number): Lean =>
  (sum) => {
    const counts = COUNTS.flatMap((kind) => {
      const { [kind]: all } = sum;
      return all ? [[kind, mostFrequent(all, most)] as const] : [];
    });
    const attempts = sum.attempts && withFewNames(most)(sum.attempts);
    return { ...sum, ...Object.fromEntries(counts), ...(attempts ? { attempts } : {}) };
  };
const withoutKeys: Lean = ({ keys: _k, errors: _e, ...rest }) => rest;

function fewKeys(keys: NonNullable<SumData['keys']>): NonNullable<SumData['keys']> {
  const rules = Object.entries(keys).slice(0, FEW_RULES);
  return Object.fromEntries(rules.map(([rule, busy]) => [rule, busy.slice(0, FEW_KEYS)]));
}

/** The sums themselves when they fit, else those that keep most. */
export function fittingSlot<T extends SlotData>(data: T): T {
  const each = (lean: Lean) => (from: T) => ({ ...from, subjects: mapped(from.subjects, lean) });
  const busiest = (most: number) => (from: T) => ({ ...from, subjects: busiestOf(from.subjects, most) });
  return fitting(data, [
    each(withFewKeys),
    each(withoutMeasures),
    busiest(500),
    busiest(200),
    each(withoutKeys),
    busiest(100),
    busiest(50),
    each(withFewNames(50)),
    busiest(20),
    each(withFewNames(5)),
  ]);
}

export function fittingSlots(data: SlotsData): SlotsData {
  const each = (lean: Lean) => (from: SlotsData) => ({ slots: mapped(from.slots, lean) });
  return fitting(data, [
    each(withFewKeys),
    each(withoutKeys),
    each(withoutMeasures),
    each(withFewNames(50)),
    each(withFewNames(5)),
  ]);
}

/** Each step goes on from the one before. `most` is how many bytes it may have, packed. */
export function fitting<T extends object>(data: T, steps: readonly ((data: T) => T)[], most = LARGEST_PACKED): T {
  let fitted = data;
  for (const step of steps) {
    if (fits(fitted, most)) return fitted;
    fitted = step(fitted);
  }
  return fitted;
}

/** Whether they fit an item as they are. */
export function fits(data: object, most = LARGEST_PACKED): boolean {
  // In bytes, as it is unpacked: a character may take three.
  const length = Buffer.byteLength(JSON.stringify(data));
  return length <= most || (length <= LARGEST_JSON && pack(data).length <= most);
}

/** The largest counts by name, and the others together. */
export function mostFrequent(counts: Counts, most: number): Counts {
  const ranked = Object.entries(counts).sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  if (ranked.length <= most) return counts;
  const kept = new Map(ranked.slice(0, most));
  for (const [, count] of ranked.slice(most)) kept.set(OTHER, (kept.get(OTHER) ?? 0) + count);
  return Object.fromEntries(kept);
}

function mapped(sums: { readonly [name: string]: SumData }, lean: Lean): { readonly [name: string]: SumData } {
  return Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, lean(sum)]));
}

function busiestOf(subjects: SlotData['subjects'], most: number): SlotData['subjects'] {
  const ranked = Object.entries(subjects)
    .map(([name, sum]) => ({ name, sum, total: name === SERVICE ? Infinity : totalOf(sum) }))
    .sort((a, b) => b.total - a.total || (a.name < b.name ? -1 : 1));
  const kept = new Map(ranked.slice(0, most).map(({ name, sum }) => [name, sum]));
  for (const { name, sum } of ranked.slice(most)) {
    const other = `${partsOf(name).kind}#other`;
    const together = new Sum();
    for (const part of [kept.get(other), sum]) if (part) together.add(part);
    kept.set(other, together.data());
  }
  return Object.fromEntries(kept);
}

function totalOf({ outcomes = {} }: SumData): number {
  return Object.values(outcomes).reduce((sum, count) => sum + count, 0);
}
