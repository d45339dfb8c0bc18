// What a tick asks of the table: as often as the pages say when nothing is wrong, and so much more for each service.
import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { routingReader } from '../../../functions/alerting/routing/stored.ts';
import { sources } from '../../../functions/alerting/sources.ts';
import { SERVICE } from '../../../functions/telemetry/sums/subject.ts';
import { interposedTable, type InterposedTable } from '../../../store/interposed.ts';
import { commitTurn, takeTurn } from '../../../store/items/merge-progress.ts';
import { publishRevision } from '../../../store/items/rules.ts';
import { listService } from '../../../store/items/services.ts';
import { hourOf } from '../../../store/items/series.ts';
import { keys } from '../../../store/keys.ts';
import type { Table } from '../../../store/port.ts';
import { createTable } from '../table.ts';
import { alertWorld, type AlertWorld } from './alert-world.ts';

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 10, 21, 12);
const names = Array.from({ length: 20 }, (_, i) => `service-${String(i).padStart(2, '0')}`);

let table: Table;
let counted: InterposedTable;
let world: AlertWorld;
/** What each exchange was about: the operation, and the first part of its key. */
let asked: string[];

beforeEach(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  asked = [];
  counted = interposedTable(table);
  counted.interpose((beneath) => ({
    get: (key, options) => noted('get', key.pk, () => beneath.get(key, options)),
    query: (request) => noted('query', request.pk, () => beneath.query(request)),
    put: (request) => noted('put', request.item.pk, () => beneath.put(request)),
    update: (request) => noted('update', request.key.pk, () => beneath.update(request)),
    delete: (request) => noted('delete', request.key.pk, () => beneath.delete(request)),
  }));
  world = alertWorld(counted, NOW);
});

function noted<T>(operation: string, pk: string, go: () => T): T {
  asked.push(`${operation} ${pk}`);
  return go();
}

async function minuteLater(): Promise<void> {
  world.clock.advance(MINUTE);
  const { fence } = await takeTurn(table);
  await commitTurn(table, fence, { upTo: world.clock.now() - 3 * MINUTE, open: {} });
  const read = routingReader(counted);
  const routing = async () => (await read())?.routing;
  expect(await world.tick({ sources, routing })).toMatchObject({ failed: 0, complete: true });
}

const countOf = (operation: string) => asked.filter((one) => one.startsWith(`${operation} `)).length;
const page = (name: string) => readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8');

it('is as much as the page says when there is nothing at all', async () => {
  await minuteLater();
  const counts = { queries: countOf('query'), items: countOf('get'), written: countOf('put') + countOf('update') };
  expect(counts).toEqual({ queries: 24, items: 3, written: 1 });
  expect(asked).toHaveLength(28);
  expect(page('alerts.md')).toContain('24 queries (18 of them of what is due), 3 items and one that is written');
});

describe('of services', () => {
  beforeEach(async () => {
    for (const service of names) {
      const document = { apiVersion: 'flyball/v1', service, owner: 'team-orders' };
      const published = { service, document, source: '', author: 'test', note: '', at: NOW, expectedSeq: 0 };
      await publishRevision(table, published);
      await listService(table, service, NOW);
    }
  });

  it('is one query each of what fills up, in ten minutes', async () => {
    const ofHours = (service: string) => `query ${keys.seriesHour(service, SERVICE, hourOf(NOW)).pk}`;
    const most: number[] = [];
    for (let minutes = 0; minutes < 10; minutes++) {
      const before = asked.length;
      await minuteLater();
      const now = asked.slice(before);
      most.push(names.filter((service) => now.includes(ofHours(service))).length);
    }
    for (const service of names) expect(asked.filter((one) => one === ofHours(service))).toHaveLength(1);
    expect(Math.max(...most)).toBeLessThan(names.length / 2);
  });

  it('is the same each minute, whatever happened', async () => {
    await minuteLater();
    const first = asked.length;
    await minuteLater();
    const second = asked.length - first;
    // Two queries of a page of services, three items and two queries of minutes each, and now and then one of what fills up.
    expect(Math.abs(second - first)).toBeLessThan(names.length);
    expect(first).toBeLessThanOrEqual(28 + 8 * names.length);
  });
});
