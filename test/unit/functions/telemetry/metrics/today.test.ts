// A day's counters, read again and again: what is remembered changes how much is unpacked, and never what is told.
import { describe, expect, it } from 'vitest';
import { Days } from '../../../../../functions/telemetry/metrics/today.ts';
import { Slot } from '../../../../../functions/telemetry/sums/slot.ts';
import { resourceSubject } from '../../../../../functions/telemetry/sums/subject.ts';
import { memoryTable } from '../../../../../middleware/testing/table/memory-table.ts';
import { putSeries } from '../../../../../store/items/series.ts';

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
