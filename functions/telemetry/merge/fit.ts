// Makes sums fit an item of the table: first what is looked at least is let go, then the least busy are counted together. Pure.
import { pack } from '../../../store/items/telemetry-detail.ts';
import type { SlotData, SlotsData, SumData } from '../sums/data.ts';
import { partsOf, SERVICE } from '../sums/subject.ts';
import { Sum } from '../sums/sum.ts';

/** An item may have 400 KB, of which its key and names take a little. */
const LARGEST_PACKED = 380_000;
/** What is unpacked may be 4 MB. */
const LARGEST_JSON = 3_900_000;

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
    busiest(20),
  ]);
}

export function fittingSlots(data: SlotsData): SlotsData {
  const each = (lean: Lean) => (from: SlotsData) => ({ slots: mapped(from.slots, lean) });
  return fitting(data, [each(withFewKeys), each(withoutKeys), each(withoutMeasures)]);
}

/** Each step goes on from the one before. */
function fitting<T extends object>(data: T, steps: readonly ((data: T) => T)[]): T {
  let fitted = data;
  for (const step of steps) {
    if (fits(fitted)) return fitted;
    fitted = step(fitted);
  }
  return fitted;
}

function fits(data: object): boolean {
  const { length } = JSON.stringify(data);
  return length <= LARGEST_PACKED || (length <= LARGEST_JSON && pack(data).length <= LARGEST_PACKED);
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
