// Places in line, booked by many instances at once over the network: none twice, none left out while the line lasts.
import { randomUUID } from 'node:crypto';
import { beforeAll, expect, inject, it } from 'vitest';
import { bookPlaces } from '../../../store/items/lines.ts';
import type { Table } from '../../../store/port.ts';
import { createTable } from '../table.ts';

let table: Table;
beforeAll(async () => {
  table = (await createTable(inject('dynamodb'))).signed;
});

const NOW_US = Date.UTC(2026, 0, 5, 12) * 1000;
const nameOf = () => ({ service: 'settlement', rule: randomUUID(), generation: 'g', key: '(all)' });

it('forty batches at once stand one behind the other', async () => {
  const name = nameOf();
  const booked = await Promise.all(
    Array.from({ length: 40 }, (_, i) =>
      bookPlaces(table, name, { line: 'fresh', fromUs: NOW_US, lengthUs: 10 + i }, { timeoutMs: 60_000 }).then(
        (firstUs) => ({ firstUs: firstUs ?? NaN, endUs: (firstUs ?? NaN) + 10 + i }),
      ),
    ),
  );
  const inLine = booked.sort((a, b) => a.firstUs - b.firstUs);
  expect(inLine[0]?.firstUs).toBe(NOW_US);
  expect(inLine.slice(1).map(({ firstUs }) => firstUs)).toEqual(inLine.slice(0, -1).map(({ endUs }) => endUs));
});

it('a line that has passed begins anew, and the two lines do not push each other', async () => {
  const name = nameOf();
  const book = (line: 'fresh' | 'returning', fromUs: number) =>
    bookPlaces(table, name, { line, fromUs, lengthUs: 100 });
  expect(await book('fresh', NOW_US)).toBe(NOW_US);
  expect(await book('fresh', NOW_US)).toBe(NOW_US + 100);
  expect(await book('returning', NOW_US)).toBe(NOW_US);
  expect(await book('fresh', NOW_US + 1_000)).toBe(NOW_US + 1_000);
  expect(await book('returning', NOW_US + 50)).toBe(NOW_US + 100);
});
