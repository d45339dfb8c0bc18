// What is over of an hour, put together slot by slot: what it names is in its sums, and nothing else is.
import { describe, expect, it } from 'vitest';
import { hourOverviewWith } from '../../../../../functions/telemetry/merge/hour-overview.ts';
import type { HourOverviewData, SlotsData } from '../../../../../functions/telemetry/sums/data.ts';

const ok = (count: number) => ({ outcomes: { ok: count } });
const items = (of: Record<string, SlotsData['slots']>) =>
  new Map(Object.entries(of).map(([subject, slots]) => [subject, { slots }]));

describe('the overview of an hour', () => {
  const known: HourOverviewData = { slots: [0], subjects: { 'resource#a': ok(1), 'resource#b': ok(2) } };

  it('grows by a slot, and keeps those who counted nothing in it', () => {
    const of = items({ 'resource#a': { '0': ok(1), '1': ok(10) } });
    expect(hourOverviewWith(known, { slot: 1, items: of, isWhole: true })).toEqual({
      slots: [0, 1],
      subjects: { 'resource#a': ok(11), 'resource#b': ok(2) },
    });
  });

  it('is the same when a slot is summed up again, and has what came late to it', () => {
    const of = items({ 'resource#a': { '0': ok(5) } });
    const data = hourOverviewWith(known, { slot: 0, items: of, isWhole: false });
    expect(data).toEqual({ slots: [0], subjects: { 'resource#a': ok(5), 'resource#b': ok(2) } });
    expect(hourOverviewWith(data, { slot: 0, items: of, isWhole: true })).toEqual(data);
  });

  it('has nothing of slots that it does not name: a merge that died has put some of their subjects', () => {
    const of = items({ 'resource#a': { '0': ok(1), '1': ok(10), '2': ok(100) } });
    expect(hourOverviewWith(known, { slot: 2, items: of, isWhole: true })).toEqual({
      slots: [0, 2],
      subjects: { 'resource#a': ok(101), 'resource#b': ok(2) },
    });
    expect(hourOverviewWith(undefined, { slot: 2, items: of, isWhole: true })).toEqual({
      slots: [2],
      subjects: { 'resource#a': ok(100) },
    });
  });

  it('names no slot of which only some subjects were summed up', () => {
    const of = items({ 'resource#a': { '1': ok(10) } });
    expect(hourOverviewWith(known, { slot: 1, items: of, isWhole: false })).toBeUndefined();
    expect(hourOverviewWith(undefined, { slot: 1, items: of, isWhole: false })).toBeUndefined();
  });

  it('has what the counters of a day are made of, and no more', () => {
    const all = {
      ...{
        outcomes: { ok: 1 },
        refusals: { 'a/b/c': 1 },
        transitions: { 'p/CLOSED/OPEN': 1 },
        internal: { 'fault:x': 2 },
      },
      ...{ attempts: { outcomes: { ok: 3 } }, retries: 4 },
    };
    const of = items({
      service: { '0': { ...all, instances: 7, cold: 3, machine: { memoryMb: 5 }, keys: { r: [['k', 1, 0]] } } },
    });
    expect(hourOverviewWith(undefined, { slot: 0, items: of, isWhole: true })?.subjects).toEqual({ service: all });
  });

  it('that would be too large for an item names nothing: its minutes are read', () => {
    const many = Object.fromEntries(Array.from({ length: 900 }, (_, i) => [`refusal ${i} ${'long '.repeat(50)}`, 1]));
    const of = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [`resource#${i}`, { '0': { outcomes: { ok: 1 }, refusals: many } }]),
    );
    expect(hourOverviewWith(undefined, { slot: 0, items: items(of), isWhole: true })).toEqual({
      slots: [],
      subjects: {},
    });
  });
});
