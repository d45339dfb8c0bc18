// Three hundred alerts that begin in one minute: all are told of once, the worst first, however many ticks that takes.
import { beforeEach, describe, expect, inject, it } from 'vitest';
import type { Condition, Severity } from '../../../functions/alerting/condition.ts';
import { listOpenAlerts } from '../../../store/items/alerts.ts';
import type { Table } from '../../../store/port.ts';
import { createTable } from '../table.ts';
import { alertWorld, failed, routed, type AlertWorld } from './alert-world.ts';

const START = Date.parse('2026-11-18T02:12:00Z');
const MINUTE = 60_000;
const SEVERITIES: readonly Severity[] = ['deferred', 'high', 'realtime'];
/** Of three services each is of one severity: what is grouped by service is equally bad. */
const all: readonly Condition[] = Array.from({ length: 300 }, (_, i) => {
  const service = `service-${String(i % 60).padStart(2, '0')}`;
  const name = `job-${String(i).padStart(3, '0')}`;
  const severity = SEVERITIES[i % 3] ?? 'high';
  return failed(name, { key: `job/${service}/${name}`, service, severity, owner: 'team', since: START });
});
/** So many messages are on their way at a time: when one that can wait is begun, all but so many of the worst have arrived. */
const SIDE_BY_SIDE = 8;

let table: Table;
let world: AlertWorld;
beforeEach(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  world = alertWorld(table, START);
  world.conditions = all;
  world.routing = routed({
    owners: { team: { timezone: 'UTC', deferUntil: '06:00', channels: ['mail'] } },
    route: { channels: ['owner'], routes: [{ match: { severity: ['realtime'] }, channels: ['pager', 'owner'] }] },
  });
});

const notices = () =>
  world.sent.flatMap(({ channel, message }) => message.notices.map(({ name }) => `${channel} ${name}`));
const expected = (...severities: Severity[]) =>
  all
    .filter(({ severity }) => severities.includes(severity))
    .flatMap(({ name, severity }) => (severity === 'realtime' ? [`mail ${name}`, `pager ${name}`] : [`mail ${name}`]))
    .sort();

/** Messages are begun the worst first; how long one is on its way is up to the table, so that some arrive behind others. */
function expectWorstFirst(): void {
  const severities = world.sent.map(({ message }) => message.notices[0]?.severity);
  const lesser = severities.indexOf('high');
  expect(lesser).toBeGreaterThan(0);
  expect(severities.slice(lesser).filter((severity) => severity === 'realtime').length).toBeLessThan(SIDE_BY_SIDE);
}

/** A table that counts what it is asked for, and the writes that lost a race. */
function counting() {
  let asked = 0;
  let lost = 0;
  const count = <Asked extends readonly unknown[], Answer>(ask: (...of: Asked) => Answer) => {
    return (...of: Asked): Answer => {
      asked++;
      return ask(...of);
    };
  };
  const on: Table = {
    get: count((...of: Parameters<Table['get']>) => table.get(...of)),
    query: count((of: Parameters<Table['query']>[0]) => table.query(of)),
    put: count(async (of: Parameters<Table['put']>[0]) => {
      const written = await table.put(of);
      if (!written.applied) lost++;
      return written;
    }),
    update: count((of: Parameters<Table['update']>[0]) => table.update(of)),
    delete: count((of: Parameters<Table['delete']>[0]) => table.delete(of)),
  };
  return { on, asked: () => asked, lost: () => lost };
}

describe('three hundred alerts at once', () => {
  it('are recorded, and told of once and the worst first, in the tick that sees them', async () => {
    const { on, asked, lost } = counting();
    expect(await world.tick({ table: on })).toMatchObject({ open: 300, failed: 0, complete: true });
    expect(notices().sort()).toEqual(expected('realtime', 'high'));
    expectWorstFirst();
    // Each alert: read, listed and written when it is seen, written when it is decided; each notice: claimed and recorded.
    // Where two channels write down one alert at once, all but the first of their four writes may lose a race: two more each.
    const deliveries = notices().length;
    expect(lost()).toBeLessThanOrEqual(expected('realtime').length * 1.5);
    expect(asked() - lost() * 2).toBeLessThanOrEqual(300 * 4 + deliveries * 2 + 20);

    world.clock.advance(MINUTE);
    await world.tick();
    expect(notices()).toHaveLength(deliveries);

    // Those that can wait are one message in the morning; the others are told again by then.
    world.sent.length = 0;
    world.clock.set(Date.parse('2026-11-18T06:00:00Z'));
    await world.tick();
    const digests = world.sent.filter(({ message }) => message.kind === 'digest');
    expect(digests.map(({ message }) => message.notices.length + message.more)).toEqual([100]);
  });

  it('go on with the next tick where time runs out, in its bounds, the worst first and nothing twice', async () => {
    const { on, asked } = counting();
    const EACH_MS = 40;
    const left: number[] = [];
    let ticks = 0;
    for (let complete = false; !complete && ticks < 20; ticks++) {
      const before = asked();
      const remainingMs = () => 55_000 - (asked() - before) * EACH_MS;
      ({ complete } = await world.tick({ table: on, remainingMs }));
      left.push(remainingMs());
      world.clock.advance(MINUTE);
    }
    expect(ticks).toBeGreaterThan(1);
    expect(ticks).toBeLessThan(20);
    expect(Math.min(...left)).toBeGreaterThan(0);
    expect(notices().sort()).toEqual(expected('realtime', 'high'));
    const { alerts } = await listOpenAlerts(table, { limit: 500 });
    expect(alerts).toHaveLength(300);
  });
});
