// The tick of alerts over the emulated table: what is written, sent and left to the next one, whoever dies or comes at once.
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { retried } from '../../../functions/alerting/alert/acts.ts';
import type { Condition } from '../../../functions/alerting/condition.ts';
import type { Source } from '../../../functions/alerting/tick-parts.ts';
import { Refused } from '../../../middleware/kernel/errors.ts';
import { hashOfCondition } from '../../../store/alert-keys.ts';
import { readAlertTick } from '../../../store/items/alert-tick.ts';
import {
  changeAlert,
  listAlertsOfDay,
  listDead,
  listOpenAlerts,
  readAlert,
  readEpisode,
} from '../../../store/items/alerts.ts';
import { endSilence, listSilences, putSilence } from '../../../store/items/silences.ts';
import type { Table } from '../../../store/port.ts';
import { dying } from '../../support/dying-table.ts';
import { createTable } from '../table.ts';
import { alertWorld, failed, gone, routed, type AlertWorld } from './alert-world.ts';

const START = Date.parse('2026-07-01T10:00Z');
const MINUTE = 60_000;
const hash = hashOfCondition('job/settlement/nightly');
const wrong = failed('nightly', { since: START });
const well = failed('nightly', { firing: false, since: START + 5 * MINUTE, summary: 'It ran.' });

let table: Table;
let world: AlertWorld;
beforeEach(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  world = alertWorld(table, START);
});

const told = () => world.sent.map(({ channel, message }) => `${message.kind} ${channel}`);

describe('an alert', () => {
  it('is one record, listed by its day, told of once and told to be over', async () => {
    world.conditions = [wrong];
    await world.pass(10 * MINUTE);
    const { entries } = await listAlertsOfDay(table, '2026-07-01', { limit: 10 });
    expect(entries).toEqual([{ hash, n: 1, id: `${hash}-1`, at: START }]);
    world.conditions = [well];
    await world.pass(10 * MINUTE);
    expect(told()).toEqual(['firing mail', 'resolved mail']);
    expect(
      world.sent.map(({ message }) => message.notices.map(({ id, status, summary }) => [id, status, summary])),
    ).toEqual([[[`${hash}-1`, 'firing', 'nightly failed.']], [[`${hash}-1`, 'resolved', 'It ran.']]]);
    expect(await readAlert(table, hash)).toMatchObject({ n: 1, status: 'resolved', endedAt: START + 5 * MINUTE });
    expect((await listOpenAlerts(table, { limit: 10 })).alerts).toEqual([]);
  });

  it('begins another episode later, and the last one is kept', async () => {
    world.conditions = [wrong];
    await world.tick();
    world.clock.advance(MINUTE);
    world.conditions = [well];
    await world.pass(20 * MINUTE);
    world.conditions = [{ ...wrong, since: world.clock.now() }];
    await world.tick();
    expect(told()).toEqual(['firing mail', 'resolved mail', 'firing mail']);
    expect(await readEpisode(table, hash, 1)).toMatchObject({ n: 1, status: 'resolved', since: START });
    expect(await readEpisode(table, hash, 2)).toMatchObject({ n: 2, status: 'firing', since: START + 21 * MINUTE });
    expect(await readEpisode(table, hash, 3)).toBeUndefined();
    expect((await listAlertsOfDay(table, '2026-07-01', { limit: 10 })).entries.map(({ n }) => n)).toEqual([2, 1]);
  });

  it('costs no write while nothing is new, and nothing but the heartbeat', async () => {
    world.conditions = [wrong, failed('deferred', { severity: 'deferred', since: START })];
    await world.pass(2 * MINUTE);
    const before = (await listOpenAlerts(table, { limit: 10 })).alerts.map(({ rev }) => rev);
    await world.pass(30 * MINUTE);
    expect((await listOpenAlerts(table, { limit: 10 })).alerts.map(({ rev }) => rev)).toEqual(before);
    expect(await readAlertTick(table)).toEqual({
      at: START + 32 * MINUTE,
      open: 2,
      sent: 0,
      failed: 0,
      complete: true,
    });
  });

  it('is told of once by ticks that run at once', async () => {
    world.routing = routed({ route: { channels: ['mail', 'pager'] } });
    world.conditions = [wrong, failed('second', { since: START })];
    await Promise.all([world.tick(), world.tick(), world.tick()]);
    world.clock.advance(5 * MINUTE);
    await world.tick();
    const ids = world.sent.flatMap(({ channel, message }) => message.notices.map(({ id }) => `${channel} ${id}`));
    expect(ids.sort()).toEqual([...new Set(ids)].sort());
    expect(ids).toHaveLength(4);
    expect((await readAlert(table, hash))?.n).toBe(1);
  });
});

describe('what was sent and could not be written down', () => {
  it('is sent once more when the claim has run out, and no sooner', async () => {
    world.conditions = [wrong];
    let sent = false;
    world.send = (_channel, _message, arrive) => {
      arrive();
      sent = true;
    };
    const dies = {
      ...table,
      put: (request: Parameters<Table['put']>[0]) =>
        sent ? dying(table, { write: 0, applied: false }).put(request) : table.put(request),
    };
    await world.tick({ table: dies }).catch(() => undefined);
    await world.pass(MINUTE);
    expect(told()).toEqual(['firing mail']);
    world.clock.advance(MINUTE);
    await world.tick();
    expect(told()).toEqual(['firing mail', 'firing mail']);
    expect(world.sent[0]?.message.id).toBe(world.sent[1]?.message.id);
    await world.pass(10 * MINUTE);
    expect(told()).toHaveLength(2);
  });
});

describe('what cannot be delivered', () => {
  it('is dead and listed, is told to the next step at once, and is an alert itself', async () => {
    world.routing = routed({
      route: {
        channels: ['mail'],
        escalate: [{ after: '1h', channels: ['boss'] }],
        routes: [{ match: { kind: ['flyball'] }, channels: ['pager'] }],
      },
    });
    world.conditions = [wrong];
    world.send = (channel, _message, arrive) => {
      if (channel === 'mail') throw gone(false);
      arrive();
    };
    const report = await world.tick();
    expect(report).toMatchObject({ undelivered: 1, failed: 0, sent: 2, open: 2 });
    expect(told().sort()).toEqual(['escalation boss', 'firing pager']);
    const { entries } = await listDead(table, { limit: 10 });
    expect(entries).toMatchObject([{ hash, n: 1, id: `${hash}-1-1` }]);
    expect(world.sent.find(({ channel }) => channel === 'pager')?.message.notices).toMatchObject([
      { kind: 'flyball', name: 'channel mail', summary: 'The channel mail does not deliver: it is gone' },
    ]);
    // Tried again by hand, it goes, and the channel is well again.
    world.send = (_channel, _message, arrive) => arrive();
    world.clock.advance(MINUTE);
    await changeAlert(table, hash, (alert) => {
      const next = alert && retried(alert, `${hash}-1-1`, { by: 'ada', at: world.clock.now() });
      return next && { alert: next };
    });
    await world.pass(5 * MINUTE);
    expect(told().slice(2)).toEqual(['firing mail', 'resolved pager']);
  });

  it('goes on when others cannot be told: each message fails alone', async () => {
    world.routing = routed({ route: { channels: ['mail', 'pager'] } });
    world.conditions = [wrong];
    world.send = (channel, _message, arrive) => {
      if (channel === 'mail') throw new TypeError('secret in here');
      arrive();
    };
    await world.tick();
    expect(told()).toEqual(['firing pager']);
    expect((await readAlert(table, hash))?.deliveries).toMatchObject([
      { channel: 'mail', state: 'pending', attempts: 1, error: 'no answer (TypeError)', maybeSent: true },
      { channel: 'pager', state: 'sent' },
    ]);
    world.send = (_channel, _message, arrive) => arrive();
    await world.pass(2 * MINUTE);
    expect(told()).toEqual(['firing pager', 'firing mail']);
  });
});

describe('a channel that is well again', () => {
  it('is told all that waits in the same tick, the worst first, and nothing twice', async () => {
    world.conditions = [
      failed('old', { since: START, service: 'one' }),
      failed('page', { since: START + MINUTE, service: 'two', severity: 'realtime' }),
    ];
    world.send = () => {
      throw gone(true);
    };
    await world.pass(9 * MINUTE);
    world.clock.advance(MINUTE);
    const waiting = (await listOpenAlerts(table, { limit: 10 })).alerts.flatMap(({ deliveries }) => deliveries);
    expect(Math.min(...waiting.map(({ notBefore }) => notBefore))).toBeGreaterThan(world.clock.now());
    // What is new comes through before the time of what waits has come.
    world.conditions = [...world.conditions, failed('fresh', { since: world.clock.now(), service: 'three' })];
    world.send = (_channel, _message, arrive) => arrive();
    await world.tick();
    const names = () => world.sent.flatMap(({ message }) => message.notices.map(({ name }) => name));
    expect(names().filter((name) => name !== 'channel mail')).toEqual(['fresh', 'page', 'old']);
    await world.tick();
    expect(names().filter((name) => name !== 'channel mail')).toHaveLength(3);
  });

  it('is not asked twice in a tick for what it has refused in it', async () => {
    world.conditions = [wrong, failed('other', { since: START, service: 'other' })];
    let asked = 0;
    world.send = (_channel, { notices }, arrive) => {
      if (notices.some(({ name }) => name === 'nightly')) {
        asked++;
        throw gone(true);
      }
      arrive();
    };
    await world.tick();
    expect([asked, told()]).toEqual([1, ['firing mail']]);
  });

  it('lets what its breaker refused go as soon as one has come through', async () => {
    world.conditions = ['a', 'b', 'c'].map((name) => failed(name, { since: START, service: name }));
    let closed = false;
    let asked = false;
    await world.tick({
      guarded: async (_type, _channel, send) => {
        if (!closed && asked)
          throw new Refused({
            by: 'breaker',
            rule: 'channel-sns',
            message: 'it is open',
            statusCode: 503,
            retryAfterMs: 110_000,
          });
        asked = true;
        await send(new AbortController().signal);
        closed = true;
      },
    });
    expect(told()).toEqual(['firing mail', 'firing mail', 'firing mail']);
  });
});

describe('that a channel does not deliver', () => {
  it('is told by others, and by the root where the route has no other', async () => {
    world.routing = routed({
      route: { channels: ['boss'], routes: [{ match: { kind: ['flyball', 'job'] }, channels: ['mail'] }] },
    });
    world.conditions = [wrong];
    world.send = (channel, _message, arrive) => {
      if (channel === 'mail') throw gone(false);
      arrive();
    };
    await world.tick();
    const { notices } = world.sent.find(({ message }) => message.notices[0]?.kind === 'flyball')?.message ?? {};
    expect(notices).toMatchObject([{ name: 'channel mail' }]);
    expect(new Set(world.sent.map(({ channel }) => channel))).toEqual(new Set(['boss']));
  });
});

describe('a tick', () => {
  it('decides nothing by a routing document that cannot be read, keeps what it saw, and says so', async () => {
    world.conditions = [wrong];
    const report = await world.tick({ routing: () => Promise.reject(new Error('unreadable')) });
    expect(report).toMatchObject({ failed: 1, complete: false, open: 1 });
    expect(await readAlertTick(table)).toMatchObject({ complete: false });
    await world.tick();
    expect(told()).toEqual(['firing mail']);
  });

  it('goes on when something cannot be looked at, and looks at it again', async () => {
    let tries = 0;
    const source: Source = {
      name: 'half broken',
      async *subjects() {
        yield await Promise.resolve([
          {
            name: 'broken',
            conditions: () =>
              tries++ === 0
                ? Promise.reject(new Error('unreadable'))
                : Promise.resolve([failed('late', { since: START })]),
          },
          { name: 'whole', conditions: () => Promise.resolve([wrong]) },
        ]);
      },
    };
    const broken: Source = {
      name: 'broken',
      subjects: () => {
        throw new Error('the source is gone');
      },
    };
    expect(await world.tick({ sources: [broken, source] })).toMatchObject({ subjects: 1, failed: 2, open: 1 });
    expect(await world.tick({ sources: [source] })).toMatchObject({ subjects: 2, failed: 0, open: 2 });
  });

  it('takes a mark away when what was found is kept, and not before', async () => {
    let marked = true;
    const source: Source = {
      name: 'marks',
      async *subjects() {
        yield await Promise.resolve([
          {
            name: 'nightly',
            conditions: () => Promise.resolve([wrong]),
            observed: async () => {
              marked = (await readAlert(table, hash)) === undefined;
            },
          },
        ]);
      },
    };
    await expect(
      world.tick({ sources: [source], table: dying(table, { write: 1, applied: false }) }),
    ).rejects.toThrow();
    expect(marked).toBe(true);
    await world.tick({ sources: [source] });
    expect(marked).toBe(false);
  });

  it('looks once more when somebody else has taken the mark meanwhile', async () => {
    const said = [wrong, well];
    let takes = 0;
    const source: Source = {
      name: 'marks',
      async *subjects() {
        yield await Promise.resolve([
          {
            name: 'nightly',
            conditions: () => Promise.resolve(said.splice(0, 1)),
            observed: () => Promise.resolve(takes++ > 0),
          },
        ]);
      },
    };
    await world.tick({ sources: [source] });
    expect(await readAlert(table, hash)).toMatchObject({ status: 'resolved' });
    expect(told()).toEqual([]);
  });

  it('looks once more at what was said long ago before anybody is told', async () => {
    world.routing = routed({ owners: {}, route: { channels: ['mail'] } });
    let now = failed('nightly', { severity: 'deferred', since: START });
    const source: Source = {
      name: 'marks',
      async *subjects() {
        yield await Promise.resolve([]);
      },
      again: (_parts, key) =>
        key === now.key
          ? { name: key, conditions: () => Promise.resolve([now]), observed: () => Promise.resolve() }
          : undefined,
    };
    world.conditions = [now];
    await world.tick();
    now = { ...now, firing: false, since: START + MINUTE, summary: 'It ran.' };
    world.clock.set(Date.parse('2026-07-02T07:59Z'));
    await world.tick({ sources: [source] });
    expect(told()).toEqual([]);
    world.clock.set(Date.parse('2026-07-02T08:00Z'));
    await world.tick({ sources: [source] });
    expect(world.sent.map(({ message }) => message.notices.map(({ status }) => status))).toEqual([['recovered']]);
  });

  it('leaves what it has no time for to the next one', async () => {
    world.conditions = [wrong];
    expect(await world.tick({ remainingMs: () => 20_000 })).toMatchObject({ subjects: 0, complete: false });
    await world.tick({ remainingMs: () => 55_000, routing: () => Promise.resolve(undefined) });
    expect(await world.tick({ sources: [], remainingMs: () => 5_000 })).toMatchObject({ sent: 0, complete: false });
    expect(await world.tick({ sources: [] })).toMatchObject({ sent: 1, complete: true });
  });

  it('has time for each source, however much another one has to say', async () => {
    let left = 55_000;
    const slowly = (name: string, conditions: readonly Condition[]): Source => ({
      name,
      async *subjects() {
        const subject = { name, conditions: () => ((left -= 1_000), Promise.resolve(conditions)) };
        for (let page = 0; page < 100; page++) yield await Promise.resolve([subject]);
      },
    });
    const sources = [slowly('flood', []), slowly('services', [wrong])];
    const report = await world.tick({ sources, remainingMs: () => left });
    expect(report).toMatchObject({ sent: 1, complete: false });
    expect(left).toBe(24_000);
  });

  it('passes over what is in its index and is no alert', async () => {
    await table.put({ item: { pk: 'run#orders#alert', sk: 'alert', hash, due: 'alerts', dueAt: 1 } });
    world.conditions = [wrong];
    expect(await world.tick()).toMatchObject({ failed: 1, sent: 1 });
  });

  it('notes which silences keep somebody from being told, once an hour', async () => {
    const silence = {
      match: { service: ['settlement'] },
      from: START,
      until: START + 3_600_000,
      reason: 'moving',
      by: 'ada',
    };
    await putSilence(table, { id: 'used', ...silence });
    await putSilence(table, { id: 'forgotten', ...silence, match: { service: ['orders'] } });
    world.conditions = [wrong];
    await world.pass(2 * MINUTE);
    expect(told()).toEqual([]);
    expect((await listSilences(table)).silences.map(({ id, matchedAt }) => [id, matchedAt])).toEqual([
      ['forgotten', undefined],
      ['used', START],
    ]);
    expect(await endSilence(table, 'used', { at: world.clock.now(), by: 'ada' })).toMatchObject({
      ended: { by: 'ada' },
    });
    expect(await endSilence(table, 'used', { at: world.clock.now(), by: 'ada' })).toBeUndefined();
    await world.tick();
    expect(told()).toEqual(['digest mail']);
  });
});
