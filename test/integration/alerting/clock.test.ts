// What becomes of alerts when the clock jumps, and when nobody looks for a while: nothing is lost, nothing comes twice.
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { newCheck, pinged } from '../../../functions/batch-monitor/checks/fold.ts';
import { jobsAndChecks } from '../../../functions/alerting/signals/marked.ts';
import { hashOfCondition } from '../../../store/alert-keys.ts';
import { readAlert } from '../../../store/items/alerts.ts';
import type { PingRecord } from '../../../store/items/check-record.ts';
import { changeCheck, createCheck, uniqueKeyOf } from '../../../store/items/checks.ts';
import { putSilence } from '../../../store/items/silences.ts';
import type { Table } from '../../../store/port.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { createTable } from '../table.ts';
import { alertWorld, failed, gone, routed, type AlertWorld } from './alert-world.ts';

const START = Date.parse('2026-11-18T05:30:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const UUID = '5bf66975-d4c7-4bf5-bcc8-b8d8a82ea278';

let table: Table;
let world: AlertWorld;
beforeEach(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  world = alertWorld(table, START);
  world.routing = routed({
    owners: { 'team-orders': { timezone: 'UTC', deferUntil: '06:00', channels: ['mail'] } },
    route: { channels: ['owner', 'mail'], repeat: '4h', escalate: [{ after: '15m', channels: ['boss'] }] },
  });
});

const jump = (ms: number) => world.clock.set(world.clock.now() + ms);
const fires = (name: string, more: Parameters<typeof failed>[1] = {}) =>
  failed(name, { since: world.clock.now(), ...more });
const well = (name: string) => fires(name, { firing: false, summary: 'It ran.' });
/** `firing mail nightly`, in the order in which it arrived. */
const told = () =>
  world.sent.flatMap(({ channel, message }) => message.notices.map(({ name }) => `${message.kind} ${channel} ${name}`));
const toldNew = () => {
  const all = told();
  world.sent.length = 0;
  return all;
};
const alertOf = (name: string) => readAlert(table, hashOfCondition(`job/settlement/${name}`));

describe('a clock that jumps an hour forward', () => {
  it('tells nobody twice, and everybody whose time has come', async () => {
    world.conditions = [fires('first'), fires('second', { severity: 'deferred', owner: 'team-orders' })];
    await world.pass(2 * MINUTE);
    expect(toldNew()).toEqual(['firing mail first']);
    jump(HOUR);
    await world.pass(5 * MINUTE);
    expect(toldNew().sort()).toEqual(['digest mail second', 'escalation boss first']);
    world.conditions = [well('first'), well('second')];
    await world.pass(5 * MINUTE);
    expect(toldNew().sort()).toEqual(['resolved boss first', 'resolved mail first', 'resolved mail second']);
  });

  it('in the middle of a tick sends nothing once more', async () => {
    world.conditions = [fires('first'), fires('second', { service: 'billing', key: 'job/settlement/second' })];
    world.send = (_channel, _message, arrive) => {
      jump(HOUR);
      arrive();
    };
    await world.tick();
    await world.tick();
    expect(
      toldNew()
        .filter((one) => one.startsWith('firing'))
        .sort(),
    ).toEqual(['firing mail first', 'firing mail second']);
  });

  it('and back again has lost nothing', async () => {
    world.conditions = [fires('first')];
    await world.tick();
    jump(HOUR);
    await world.tick();
    jump(-HOUR);
    world.conditions = [fires('first'), fires('second')];
    await world.pass(5 * MINUTE);
    expect(toldNew()).toEqual(['firing mail first', 'escalation boss first', 'firing mail second']);
    world.conditions = [well('first'), well('second')];
    await world.pass(5 * MINUTE);
    expect((await alertOf('first'))?.status).toBe('resolved');
    await world.pass(HOUR);
    expect(toldNew().sort()).toEqual(['resolved boss first', 'resolved mail first', 'resolved mail second']);
  });
});

describe('a clock that goes ten minutes back', () => {
  it('keeps nothing from being seen: what begins then, and what is over then', async () => {
    world.conditions = [fires('first')];
    await world.pass(MINUTE);
    jump(-10 * MINUTE);
    world.conditions = [well('first'), fires('second')];
    await world.tick();
    expect((await alertOf('first'))?.status).toBe('resolved');
    expect(toldNew()).toEqual(['firing mail first', 'firing mail second']);
    await world.pass(14 * MINUTE);
    expect(toldNew()).toEqual(['resolved mail first']);
  });

  it.each([
    ['a little', 20_000],
    ['ten minutes', 10 * MINUTE],
  ])('after it was %s ahead takes no mark away of what could not be kept: an end is told of', async (_, aheadMs) => {
    const check = hashOfCondition(`check/orders/${uniqueKeyOf(UUID)}`);
    const settings = { timeoutMs: HOUR, graceMs: MINUTE };
    await createCheck(table, newCheck({ uuid: UUID, badgeKey: UUID, service: 'orders', at: START }, settings));
    const sources = [jobsAndChecks];
    const ping = (kind: PingRecord['kind']) => {
      const from = { scheme: 'https', method: 'GET', remoteAddress: '', userAgent: '', bodySize: 0 };
      return changeCheck(table, UUID, (one) => pinged(one, { at: world.clock.now(), kind, ...from }));
    };
    await ping('fail');
    await world.tick({ sources, clock: fakeClock(world.clock.now() + aheadMs) });
    expect((await readAlert(table, check))?.status).toBe('firing');
    world.clock.advance(10_000);
    await ping('success');
    await world.pass(MINUTE, { sources });
    expect((await readAlert(table, check))?.status).toBe('resolved');
  });

  it('puts what is tried again off by no more than it went back, and gives nothing up', async () => {
    world.conditions = [fires('first')];
    world.send = () => {
      throw gone(true);
    };
    await world.tick();
    jump(-10 * MINUTE);
    world.send = (_channel, _message, arrive) => arrive();
    await world.pass(11 * MINUTE);
    expect(toldNew()).toEqual(['firing mail first']);
  });
});

describe('twenty minutes without a tick', () => {
  it('lose no alert, tell each thing once, and what came to its time meanwhile at once', async () => {
    const silence = { match: { name: ['silenced'] }, from: START, until: START + 25 * MINUTE, reason: 'x', by: 'Ada' };
    await putSilence(table, { id: 'a-silence', ...silence });
    world.conditions = [
      ...[fires('goes-on'), fires('ends'), fires('silenced')],
      fires('waits', { severity: 'deferred', owner: 'team-orders' }),
    ];
    await world.pass(12 * MINUTE);
    expect(toldNew().sort()).toEqual(['firing mail ends', 'firing mail goes-on']);

    world.clock.advance(20 * MINUTE);
    world.conditions = [
      fires('goes-on'),
      well('ends'),
      fires('silenced'),
      fires('waits', { severity: 'deferred', owner: 'team-orders' }),
      fires('new'),
    ];
    await world.pass(2 * MINUTE);
    expect(toldNew().sort()).toEqual([
      'digest mail silenced',
      'digest mail waits',
      'escalation boss goes-on',
      'firing mail new',
      'resolved mail ends',
    ]);
    await world.pass(10 * MINUTE);
    expect(toldNew()).toEqual([]);
  });

  it('are as one tick for what should have come several times', async () => {
    world.routing = routed({ route: { channels: ['mail'], repeat: '5m' } });
    world.conditions = [fires('first')];
    await world.tick();
    world.clock.advance(20 * MINUTE);
    await world.tick();
    expect(toldNew()).toEqual(['firing mail first', 'repeat mail first']);
  });
});
