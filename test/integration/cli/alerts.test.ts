// `flyball alerts`: what it asks the control plane, and what it makes of the answers.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { run } from '../../../cli/run.ts';
import { routingInForce } from '../../../functions/alerting/routing/stored.ts';
import type { Method } from '../../../functions/api/index.ts';
import { hashOfCondition } from '../../../store/alert-keys.ts';
import { controlPlane, givenKey } from '../access-control/planes.ts';
import { alertWorld, failed, type AlertWorld } from '../alerting/alert-world.ts';
import { createTable } from '../table.ts';
import { serve, serveCenter, type ServedCenter } from './center-over-http.ts';

const HOUR = 3_600_000;
const AT = '2027-01-01T02:00:00.000Z';
const ID = '0123456789abcdef0123456789abcdef-1';
const alert = {
  ...{ id: ID, key: 'job/settlement/nightly', severity: 'deferred', since: AT, summary: 'nightly failed' },
  ...{ told: ['mail'], held: [{ kind: 'deferred' }], sendsAt: '2027-01-01T07:00:00.000Z' },
  failing: [{ channel: 'pager', attempts: 3, error: 'it is gone', nextAttemptAt: '2027-01-01T02:05:00.000Z' }],
};
/** By the end of the path. */
const answers: Readonly<Record<string, object>> = {
  alerts: { alerts: [alert] },
  why: {
    channels: [{ channel: 'mail', route: '/route', decision: 'deferred', reason: 'its owner is told at 08:00' }],
    routes: [
      { route: '/route', fits: true },
      { route: '/route/routes/0', fits: false, because: 'severity is deferred, not realtime' },
    ],
    trail: [{ at: AT, what: 'fired', detail: 'nightly \u001b[2Jfailed' }],
  },
  ack: alert,
  'send-now': alert,
  deliveries: {
    deliveries: [
      {
        ...{ id: `${ID}-2`, alert: ID, channel: 'pager', kind: 'firing', service: 'settlement' },
        ...{ summary: 'nightly failed', settledAt: AT, error: 'it is gone' },
      },
    ],
  },
  retry: { id: `${ID}-2`, alert: ID, channel: 'pager', state: 'pending' },
  report: {
    week: '2026-W53',
    rules: [
      {
        ...{ kind: 'job', service: 'settlement', name: 'nightly', fired: 3 },
        sent: 2,
        held: 1,
        acknowledged: 0,
        ignored: 2,
      },
    ],
  },
  test: { channel: 'mail', type: 'sns' },
};
let center: ServedCenter;
let folder: string;
let asked: { readonly what: string; readonly body: unknown }[];

beforeAll(async () => {
  center = await serve(
    createServer((request, response) => {
      void text(request).then((body) => {
        const { method = '', url = '' } = request;
        asked.push({ what: `${method} ${url}`, body: body && JSON.parse(body) });
        response.end(JSON.stringify(answers[/\/([\w-]+)(?:\?|$)/.exec(url)?.[1] ?? ''] ?? {}));
      });
    }),
  );
});
afterAll(() => center.stop());
beforeEach(() => {
  asked = [];
  folder = mkdtempSync(join(tmpdir(), 'flyball-alerts-'));
  return () => rmSync(folder, { recursive: true, force: true });
});

async function ran(argv: readonly string[], url = center.url, key = 'fb_key') {
  const said = { exitCode: 0, out: '', err: '' };
  said.exitCode = await run(['alerts', ...argv], {
    env: { XDG_CONFIG_HOME: folder, FLYBALL_URL: url, FLYBALL_TOKEN: key },
    ...{ folder, version: '1.2.3', timeoutMs: 60_000 },
    out: (line) => (said.out += line),
    err: (line) => (said.err += line),
  });
  return said;
}
const flyball = (...argv: string[]) => ran(argv);

const rowsOf = (out: string) =>
  out
    .trimEnd()
    .split('\n')
    .map((row) => row.trim().split(/ {2,}/));

it('lists what is wrong, who was told, and until when the rest waits', async () => {
  const { exitCode, out } = await flyball('--status', 'held', '--service', 'settlement');
  expect(exitCode).toBe(0);
  expect(asked.map(({ what }) => what)).toEqual(['GET /v1/alerts?service=settlement&status=held&limit=200']);
  expect(rowsOf(out)[1]).toEqual([
    ...[ID, 'deferred', '2027-01-01 02:00:00', 'job/settlement/nightly'],
    'mail; pager fails, again 2027-01-01 02:05:00; deferred until 2027-01-01 07:00:00',
    'nightly failed',
  ]);
});

it('lists what was given up', async () => {
  const { out } = await flyball('dead');
  expect(asked.map(({ what }) => what)).toEqual(['GET /v1/alerts/deliveries?limit=200']);
  expect(rowsOf(out)[1]).toEqual([
    ...[`${ID}-2`, '2027-01-01 02:00:00', 'pager', 'firing', 'settlement'],
    ...['nightly failed', 'it is gone'],
  ]);
});

it('says why', async () => {
  const { out } = await flyball('why', ID);
  expect(out.trimEnd().split('\n')).toEqual([
    'mail (/route): deferred, since its owner is told at 08:00',
    'not /route/routes/0: severity is deferred, not realtime',
    '2027-01-01 02:00:00  fired  nightly \\u001b[2Jfailed',
  ]);
});

it.each([
  [['ack', ID, '--reason', 'on it', '--until', AT], `${ID}/ack`, { reason: 'on it', until: AT }, 'is seen'],
  [['ack', ID], `${ID}/ack`, {}, 'is seen'],
  [['send-now', ID, '--reason', 'early'], `${ID}/send-now`, { reason: 'early' }, 'is sent'],
  [['retry', `${ID}-2`], `deliveries/${ID}-2/retry`, {}, `${ID}-2 is sent to pager again`],
  [['test', 'mail'], 'channels/mail/test', {}, 'mail (sns) has taken a test message.'],
])('%j asks for %s', async (argv, path, body, told) => {
  const { exitCode, out } = await flyball(...argv);
  expect({ exitCode, asked }).toEqual({ exitCode: 0, asked: [{ what: `POST /v1/alerts/${path}`, body }] });
  expect(out).toContain(told);
});

it('counts a week by rule', async () => {
  const { out } = await flyball('report', '--week', '2026-W53');
  expect(asked[0]?.what).toBe('GET /v1/alerts/report?week=2026-W53');
  expect(rowsOf(out)[1]).toEqual(['job/settlement/nightly', '3', '2', '1', '0', '2']);
});

it.each([
  [['wyh', ID], 'There is no "wyh" of alerts'],
  [['why'], 'Say which: why wants an alert, by its id.'],
  [['report', ID], 'report takes no name.'],
  [['send-now', ID], '--reason is missing'],
  [['why', ID, '--week', '2026-W53'], '--week is for report; leave it out.'],
  [['why', ID, ID], 'why takes one at a time'],
  [['list', '--all'], '--all is for silences; leave it out.'],
  [['silence', '--for', '2h', '--reason', 'x'], 'Say which: silence wants what it is for, such as service=settlement.'],
  [['silence', 'service=a', '--for', '2h'], '--reason is missing'],
  [['silence', 'service=a', '--reason', 'x'], 'Say for how long: --for 2h, or --until'],
  [['silence', 'service=a', '--for', '2h', '--until', AT, '--reason', 'x'], 'Say for how long'],
  [['silence', 'sevrice=a', '--for', '2h', '--reason', 'x'], 'Did you mean "service"?'],
  [['silence', 'service=', '--for', '2h', '--reason', 'x'], '"service=" does not say which'],
  [['unack'], 'Say which: unack wants an alert, by its id.'],
  [['retry'], 'Say which: retry wants a delivery, by its id.'],
  [['unsilence'], 'Say which: unsilence wants a silence, by its id.'],
])('%j asks for nothing', async (argv, says) => {
  const { exitCode, err } = await flyball(...argv);
  expect({ exitCode, asked }).toEqual({ exitCode: 2, asked: [] });
  expect(err).toContain(says);
});

describe('with the control plane', () => {
  const NIGHT = Date.parse('2026-11-18T02:12:00Z');
  let real: ServedCenter;
  let world: AlertWorld;
  const id = `${hashOfCondition('job/settlement/nightly')}-1`;

  beforeEach(async () => {
    const { sdk } = await createTable(inject('dynamodb'));
    world = alertWorld(sdk, NIGHT);
    await givenKey(sdk, 'editor', 'editor');
    await givenKey(sdk, 'admin', 'admin');
    await givenKey(sdk, 'own', 'editor', { services: ['orders'] });
    const plane = controlPlane(sdk, { clock: world.clock });
    real = await serveCenter({
      send: async (method, path, { headers = {}, query = {}, body } = {}) => {
        const sent = typeof body === 'string' ? { body } : {};
        const { text: answered, ...rest } = await plane.send({
          method: method as Method,
          path,
          headers,
          query,
          ...sent,
        });
        return { ...rest, body: answered };
      },
    });
    const topic = (name: string) => ({ type: 'sns', topic: `arn:aws:sns:eu-central-1:123456789012:${name}` });
    await plane.send({
      ...{ method: 'PUT', path: '/v1/alerts/routing', bearer: 'fb_admin', headers: { 'if-none-match': '*' } },
      body: {
        apiVersion: 'flyball/v1',
        owners: { 'team-orders': { timezone: 'Europe/Berlin', channels: ['mail'] } },
        channels: { mail: topic('mail'), pager: topic('pager') },
        route: { channels: ['owner'], routes: [{ match: { severity: ['realtime'] }, channels: ['pager'] }] },
      },
    });
    world.routing = (await routingInForce(sdk))?.routing;
    world.conditions = [
      failed('nightly', {
        ...{ severity: 'deferred', owner: 'team-orders', since: NIGHT, failures: 2 },
        ...{ exception: ['TypeError: x is undefined'], runbook: 'https://runbooks.example/nightly' },
      }),
    ];
    await world.tick();
    return () => real.stop();
  });
  const asked = (argv: readonly string[], key = 'fb_editor') => ran(argv, real.url, key);
  const lines = (out: string) => out.split('\n');

  it('shows all that is known of one: what, since when, whose, what was sent and why', async () => {
    const { out: held } = await asked(['show', id]);
    expect(lines(held)).toEqual(
      expect.arrayContaining([
        'job/settlement/nightly',
        'nightly failed.',
        `Alert: ${id}, firing`,
        'Severity: deferred',
        'Since: 2026-11-18 02:12:00',
        'Owner: team-orders',
        'Failures in a row: 2',
        'Sent at: 2026-11-18 07:00:00',
        'TypeError: x is undefined',
        'mail: deferred until 2026-11-18 07:00:00, since held until 08:00 Europe/Berlin',
        'mail (/route): deferred, since held until 08:00 Europe/Berlin',
      ]),
    );
    world.clock.advance(5 * HOUR);
    await world.tick();
    const { exitCode, out } = await asked(['show', id]);
    expect(exitCode).toBe(0);
    const table = lines(out).slice(lines(out).indexOf('Deliveries') + 1);
    expect(rowsOf(table.slice(1, 2).join(''))).toEqual([
      ['2026-11-18 07:12:00', 'mail', 'digest', 'sent', '1', '2026-11-18 07:12:00', 'held until 08:00 Europe/Berlin'],
    ]);
    const { out: json } = await asked(['show', id, '--json']);
    expect(JSON.parse(json)).toMatchObject({ id, told: ['mail'], why: { id, trail: [{ what: 'fired' }, {}, {}, {}] } });
  });

  it('lists the worst first, by names, and before them why nobody may be told', async () => {
    const check = { kind: 'check' as const, key: `check/orders/${'5a'.repeat(20)}`, service: 'orders' };
    world.clock.advance(1_000);
    world.conditions = [
      ...world.conditions,
      failed('later', { severity: 'deferred', since: NIGHT + 1_000 }),
      failed('Backup', { ...check, severity: 'high', since: NIGHT - 1_000 }),
    ];
    await world.tick();
    world.clock.advance(HOUR / 10);
    const { out, exitCode } = await asked([]);
    expect(exitCode).toBe(0);
    const [warning = '', , ...rows] = lines(out);
    expect(warning).toBe('warning: Alerts have not been looked at since 2026-11-18T02:12:01.000Z.');
    expect(rows.map((row) => row.split(/ {2,}/)[3])).toEqual([
      ...['check/orders/Backup', 'job/settlement/later', 'job/settlement/nightly'],
    ]);
    const none = await asked(['--status', 'acknowledged']);
    expect(lines(none.out)).toEqual([warning, 'There are no such alerts.']);
    const { out: json } = await asked(['--json']);
    expect(JSON.parse(json)).toMatchObject({ stale: true, warnings: [warning.replace('warning: ', '')] });
  });

  it('says until when an alert is seen, and takes it back', async () => {
    const seen = await asked(['ack', id, '--until', '2026-11-18T06:00:00Z']);
    expect(seen.out).toBe(
      'job/settlement/nightly is seen: nobody is told again until 2026-11-18 06:00:00, unless it turns worse.',
    );
    const back = await asked(['unack', id]);
    expect(back.out).toBe('job/settlement/nightly is not seen any more: those it goes to are told again.');
    expect(await asked(['unack', id])).toMatchObject({ exitCode: 1 });
  });

  it('says that there is nothing to send of what is held back from nobody', async () => {
    const send = () => asked(['send-now', id, '--reason', 'early']);
    expect((await send()).out).toContain('is sent to those from whom it was held back');
    await world.tick();
    expect((await send()).out).toBe('job/settlement/nightly is held back from nobody: there is nothing to send.');
  });

  it('silences what fits, lists it, and ends it', async () => {
    const made = await asked([
      ...['silence', 'service=settlement', 'name=night*', 'name=weekly'],
      ...['--for', '2h', '--reason', 'the database is moved'],
    ]);
    const [silence = '', told] = made.out.split('\n');
    expect(told).toBe(
      'Nobody is told of service=settlement name=night* name=weekly until 2026-11-18 04:12:00; 1 alert fires now that fits.',
    );
    await world.tick();
    expect(rowsOf((await asked(['show', id])).out).flat()).toContainEqual(expect.stringContaining('mail: silenced'));
    const listed = async (...more: string[]) => rowsOf((await asked(['silences', ...more])).out).slice(1);
    const listedAs = (state: string) => [
      ...[silence, state, '2026-11-18 02:12:00', '2026-11-18 04:12:00', 'editor'],
      ...['service=settlement name=night* name=weekly', 'the database is moved'],
    ];
    expect(await listed()).toEqual([listedAs('active')]);
    // In the last quarter of its time.
    world.clock.advance(1.5 * HOUR);
    expect(await listed()).toEqual([listedAs('ends soon')]);
    expect((await asked(['unsilence', silence])).out).toBe(
      `The silence ${silence} is over: what still burns is sent within a minute.`,
    );
    expect(await asked(['unsilence', silence])).toMatchObject({ exitCode: 1 });
    expect(await listed()).toEqual([]);
    expect(await listed('--all')).toMatchObject([[silence, 'ended by editor', {}, '2026-11-18 03:42:00', {}, {}, {}]]);
  });

  it('says from when one holds that is to come', async () => {
    const window = ['--from', '2026-11-20T22:00:00Z', '--until', '2026-11-21T04:00:00Z', '--reason', 'it moves'];
    const { out } = await asked(['silence', 'kind=job', ...window]);
    expect(out).toContain('kind=job from 2026-11-20 22:00:00 until 2026-11-21 04:00:00; 1 alert fires now that fits.');
    expect(rowsOf((await asked(['silences'])).out)[1]).toContain('pending');
  });

  it.each([
    ['a time that is too long', ['silence', 'service=orders', '--for', '91d', '--reason', 'x'], 'more than 90 days'],
    ['no time', ['silence', 'service=orders', '--for', 'soon', '--reason', 'x'], '/for'],
    [
      'a kind that there is not',
      ['silence', 'service=orders', 'kind=jobs', '--for', '1h', '--reason', 'x'],
      '/match/kind/0',
    ],
    ['others’ services', ['silence', 'service=settlement', '--for', '1h', '--reason', 'x'], 'settlement'],
    ['a silence that there is not', ['unsilence', 'nothing'], 'There is no silence nothing'],
  ])('is refused %s, with what is wrong', async (_, argv, says) => {
    const { exitCode, err } = await asked(argv, 'fb_own');
    expect(exitCode).toBe(1);
    expect(err).toContain(says);
  });
});
