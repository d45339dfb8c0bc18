// A day's counters, read again and again: what is remembered changes how much is unpacked, and never what is told.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Days } from '../../../../../functions/telemetry/metrics/today.ts';
import { Slot } from '../../../../../functions/telemetry/sums/slot.ts';
import { resourceSubject, SERVICE } from '../../../../../functions/telemetry/sums/subject.ts';
import { memoryTable } from '../../../../../middleware/testing/table/memory-table.ts';
import { Histogram } from '../../../../../middleware/telemetry/histogram.ts';
import { putSeries } from '../../../../../store/items/series.ts';
import { putDays, putHourOverview, putMinuteSlots } from '../../../../support/series.ts';

const MINUTE = 60_000;
const DAY = Date.UTC(2026, 0, 5);
const SERVICES = ['a', 'b', 'c'];

async function counted(most: number): Promise<(number | undefined)[][]> {
  const table = memoryTable();
  const days = new Days(table, most);
  const told: (number | undefined)[][] = [];
  for (let minute = 0; minute < 15; minute++) {
    const slot = new Slot();
    slot.addSum(resourceSubject('one'), { outcomes: { ok: 2 } });
    const from = DAY + minute * MINUTE;
    for (const service of SERVICES) await putSeries(table, { kind: 'minute', service }, { from, data: slot.data() });
    const row: (number | undefined)[] = [];
    for (const service of SERVICES) {
      const { subjects } = await days.read(service, DAY, from + MINUTE);
      row.push(subjects.get('resource#one')?.total);
    }
    told.push(row);
  }
  return told;
}

describe('the counters of a day', () => {
  it.each([
    ['nothing', 0],
    ['one service of three', 1],
    ['all of them', 100],
  ])('are the same when %s can be remembered', async (_what, most) => {
    expect(await counted(most)).toEqual(Array.from({ length: 15 }, (_, i) => SERVICES.map(() => 2 * (i + 1))));
  });
});

describe('the counters of a day, as minutes, five minutes and hours come to be in overviews', () => {
  /** A few hours of minutes, each with something counted or not. */
  const minutes = fc.array(fc.option(fc.nat({ max: 5_000 }), { freq: 2 }), { minLength: 70, maxLength: 190 });
  /** How many minutes pass, and how far the merge has summed up then: in hours, and in five minutes. */
  const scrapes = fc.array(fc.tuple(fc.integer({ min: 0, max: 17 }), fc.boolean(), fc.boolean()), {
    minLength: 15,
    maxLength: 30,
  });

  it('hold each minute once, never fall by a digit, and are the same for who remembers nothing', async () => {
    await fc.assert(
      fc.asyncProperty(minutes, scrapes, async (counted, steps) => {
        const slots = new Map<number, Slot>();
        counted.forEach((ms, minute) => {
          if (ms === null) return;
          const slot = new Slot();
          slot.addSum(resourceSubject('one'), { outcomes: { ok: 1 }, durations: histogramOf(ms / 7, ms / 3) });
          slot.addSum(SERVICE, { instances: 3 });
          slots.set(DAY + minute * MINUTE, slot);
        });
        const table = memoryTable();
        await putMinuteSlots(table, 'a', slots);
        const remembering = new Days(table, 100);
        let until = DAY + MINUTE;
        let sumMs = 0;
        for (const [pass, sumsHours, sumsSlots] of steps) {
          until = Math.min(until + pass * MINUTE, DAY + counted.length * MINUTE);
          if (sumsHours) await putDays(table, 'a', slots, until);
          if (sumsSlots) await putHourOverview(table, 'a', slots, until);
          const days = await Promise.all([remembering, new Days(table, 0)].map((of) => of.read('a', DAY, until)));
          const upTo = [...slots].filter(([at]) => at < until);
          for (const { subjects, instances } of days) {
            const one = subjects.get('resource#one');
            expect(one?.total ?? 0).toBe(upTo.length);
            expect(one?.durations.count ?? 0).toBe(2 * upTo.length);
            expect(one?.durations.sumMs ?? 0).toBeGreaterThanOrEqual(sumMs);
            expect(instances).toBe(slots.has(until - MINUTE) ? 3 : 0);
          }
          expect(days[0]?.subjects).toEqual(days[1]?.subjects);
          sumMs = days[0]?.subjects.get('resource#one')?.durations.sumMs ?? 0;
        }
      }),
      { numRuns: 40 },
    );
  });
});

function histogramOf(...values: number[]): string {
  const histogram = new Histogram();
  for (const ms of values) histogram.record(ms);
  return Buffer.from(histogram.encode()).toString('base64');
}
