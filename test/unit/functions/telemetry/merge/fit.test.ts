// Sums always fit an item of the table; what they count is kept.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { fittingSlot, fittingSlots } from '../../../../../functions/telemetry/merge/fit.ts';
import type { SlotData, SumData } from '../../../../../functions/telemetry/sums/data.ts';
import { pack, unpack, type BusyKey } from '../../../../../store/items/telemetry-detail.ts';

const LARGEST_ITEM = 400 * 1024;

/** Texts that nothing makes shorter. */
function noise(seed: number, length: number): string {
  return createHash('shake256', { outputLength: length }).update(String(seed)).digest('base64').slice(0, length);
}

const keysOf = (rules: number, seed: number): NonNullable<SumData['keys']> =>
  Object.fromEntries(
    Array.from({ length: rules }, (_, rule) => [
      `rule-${String(rule)}`,
      Array.from({ length: 20 }, (_key, i): BusyKey => [noise(seed + rule * 31 + i, 100), 20 - i, 0]),
    ]),
  );

const resource = (i: number): SumData => ({
  outcomes: { ok: i + 1 },
  durations: noise(5 * i, 200),
  waits: noise(5 * i + 1, 200),
  bytesIn: noise(5 * i + 2, 200),
  bytesOut: noise(5 * i + 3, 200),
  left: noise(5 * i + 4, 200),
});

function slotOf(resources: number, rules: number): SlotData {
  const names = Array.from({ length: resources }, (_, i) => [`resource#r${String(i)}`, resource(i)] as const);
  return { subjects: { service: { outcomes: { ok: 7 }, keys: keysOf(rules, 1) }, ...Object.fromEntries(names) } };
}

const totalOf = ({ subjects }: SlotData) =>
  Object.entries(subjects).reduce(
    (sum, [name, { outcomes }]) => sum + (name === 'service' ? 0 : (outcomes?.['ok'] ?? 0)),
    0,
  );

describe('sums of a stretch', () => {
  it('are left as they are when they fit', () => {
    const slot = slotOf(200, 5);
    expect(fittingSlot(slot)).toBe(slot);
  });

  it.each([
    ['much is known of each subject', 900, 0],
    ['there are many busy keys', 10, 300],
    ['both', 999, 300],
  ])('fit when %s, and count the same', (_why, resources, rules) => {
    const slot = slotOf(resources, rules);
    expect(pack(slot).length).toBeGreaterThan(LARGEST_ITEM);
    const fitted = fittingSlot(slot);
    expect(pack(fitted).length).toBeLessThan(LARGEST_ITEM);
    expect(totalOf(fitted)).toBe(totalOf(slot));
    expect(fitted.subjects['service']?.outcomes).toEqual({ ok: 7 });
  });

  it('keep what else belongs to them', () => {
    expect(fittingSlot({ ...slotOf(999, 0), hours: [1, 2] }).hours).toEqual([1, 2]);
  });
});

describe('names that are as many and as long as they may be', () => {
  /** Three bytes a character. */
  const named = (seed: number): SumData => {
    const names = (kind: string) =>
      Object.fromEntries(
        Array.from({ length: 1_000 }, (_, i) => [
          [...noise(seed * 1_000 + i, 290)].map((char) => String.fromCharCode(0x4e00 + char.charCodeAt(0))).join('') +
            kind,
          i + 1,
        ]),
      );
    return { outcomes: names('a'), refusals: names('b'), shadow: names('c'), transitions: names('d') };
  };
  const countOf = ({ outcomes = {} }: SumData) => Object.values(outcomes).reduce((sum, count) => sum + count, 0);

  it('can be read again', () => {
    const slot: SlotData = { subjects: { service: named(1), 'dependency#payments': { attempts: named(2) } } };
    const fitted = fittingSlot(slot);
    expect(unpack(pack(fitted))).toEqual(fitted);
    expect(pack(fitted).length).toBeLessThan(LARGEST_ITEM);
    expect(countOf(fitted.subjects['service'] ?? {})).toBe(500_500);
    expect(countOf(fitted.subjects['dependency#payments']?.attempts ?? {})).toBe(500_500);
  });

  it('can be read again in the slots of one subject', () => {
    const fitted = fittingSlots({ slots: Object.fromEntries([0, 1, 2].map((hour) => [hour, named(hour)])) });
    expect(unpack(pack(fitted))).toEqual(fitted);
    expect(pack(fitted).length).toBeLessThan(LARGEST_ITEM);
    expect(Object.values(fitted.slots).map(countOf)).toEqual([500_500, 500_500, 500_500]);
  });
});

it('slots of one subject fit', () => {
  const sum: SumData = { outcomes: { ok: 1 }, keys: keysOf(30, 3) };
  const slots = Object.fromEntries(Array.from({ length: 24 }, (_, hour) => [hour, sum]));
  const various = Object.fromEntries(
    Object.entries(slots).map(([hour, each]) => [hour, { ...each, keys: keysOf(30, Number(hour) * 1_000) }]),
  );
  expect(pack({ slots: various }).length).toBeGreaterThan(LARGEST_ITEM);
  const fitted = fittingSlots({ slots: various });
  expect(pack(fitted).length).toBeLessThan(LARGEST_ITEM);
  expect(Object.values(fitted.slots).map(({ outcomes }) => outcomes)).toEqual(Array(24).fill({ ok: 1 }));
});
