// `flyball shed` against the real config center: what it pauses, prints and exits with.
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { run } from '../../../cli/run.ts';
import { readServicePause } from '../../../store/items/pauses.ts';
import { keys } from '../../../store/keys.ts';
import { StoreUnavailable, type Table } from '../../../store/port.ts';
import { limited, NOW, startCenter, type Center } from '../config-center/center.ts';
import { createTable } from '../table.ts';
import { serveCenter, type ServedCenter } from './center-over-http.ts';

let table: Table;
let center: Center;
let served: ServedCenter;
/** Of this service nothing can be written. */
let away = '';

beforeAll(async () => {
  const { sdk } = await createTable(inject('dynamodb'));
  table = {
    ...sdk,
    // Pages so small that there is more than one, each of which takes all the time there is.
    query: async (request) => {
      const page = await sdk.query({ ...request, limit: 2 });
      if (request.consistent) center.clock.advance(5_000);
      return page;
    },
    update: (request) =>
      away !== '' && request.key.pk === keys.rulesHead(away).pk
        ? Promise.reject(new StoreUnavailable('timeout', 'no answer in time'))
        : sdk.update(request),
  };
  center = await startCenter(table);
  served = await serveCenter(center);
  for (const service of ['accounts', 'orders', 'payments']) {
    await center.send('PUT', `/v1/services/${service}/draft`, { body: limited(service, '5/s') });
  }
});
afterAll(() => served.stop());

async function flyball(argv: readonly string[]) {
  const ran = { exitCode: 0, out: '', err: '' };
  ran.exitCode = await run(['shed', ...argv], {
    env: { FLYBALL_URL: served.url, FLYBALL_TOKEN: 'fb_publisher' },
    folder: '/',
    version: '1.2.3',
    out: (text) => (ran.out += text),
    err: (text) => (ran.err += text),
  });
  return ran;
}

const pausedOf = async (service: string) => {
  const pause = await readServicePause(table, service);
  return pause && center.clock.now() < pause.until ? pause.priority : undefined;
};

describe('flyball shed', () => {
  it('pauses everything sheddable, page by page, shows it, and resumes', async () => {
    const until = new Date(center.clock.now() + 1_800_000).toISOString();
    expect(await flyball(['pause', '--for', '30m', '--reason', 'the database moves'])).toEqual({
      exitCode: 0,
      out: `What is sheddable is paused in 3 services until ${until}.`,
      err: '',
    });
    expect(await Promise.all(['accounts', 'orders', 'payments'].map(pausedOf))).toEqual(Array(3).fill('sheddable'));
    const words = `sheddable, until ${until}, by publisher-key: the database moves`;
    expect((await flyball(['show'])).out.split('\n')).toEqual([
      `The whole cell: ${words}`,
      ...['accounts', 'orders', 'payments'].map((service) => `${service}: ${words}`),
    ]);
    expect(await flyball(['resume'])).toMatchObject({ exitCode: 0, out: 'Nothing is paused any more in 3 services.' });
    expect((await flyball(['show'])).out).toBe('Nothing is paused.');
  });

  it('pauses and resumes some services, also what is normal there', async () => {
    const until = new Date(NOW + 3_600_000).toISOString();
    const argv = ['--priority', 'normal', '--until', until, '--reason', 'x', '--services', 'orders, payments'];
    expect(await flyball(['pause', ...argv, '--json'])).toMatchObject({ exitCode: 0 });
    expect(await Promise.all(['accounts', 'orders', 'payments'].map(pausedOf))).toEqual([
      undefined,
      'normal',
      'normal',
    ]);
    expect(await flyball(['resume', '--services', 'orders'])).toMatchObject({
      out: 'Nothing is paused any more in 1 service.',
    });
    expect(await Promise.all(['orders', 'payments'].map(pausedOf))).toEqual([undefined, 'normal']);
  });

  it('names what could not be reached and ends with 3', async () => {
    away = 'orders';
    const ran = await flyball(['pause', '--for', '30m', '--reason', 'x']);
    away = '';
    expect(ran).toMatchObject({ exitCode: 3, out: '' });
    expect(ran.err.split('\n')).toEqual([
      'flyball: 2 services were reached and 1 not: run it again, which does no harm.',
      '  orders: no answer in time',
    ]);
    expect(await flyball(['pause', '--for', '30m', '--reason', 'x'])).toMatchObject({ exitCode: 0 });
    expect(await pausedOf('orders')).toBe('sheddable');
  });

  it('shows what the control plane says no to', async () => {
    const ran = await flyball(['pause', '--for', '2d', '--reason', 'x']);
    expect(ran).toMatchObject({ exitCode: 1, out: '' });
    expect(ran.err).toContain('  /for  is more than 24h from now; pause again when it is over');
  });

  it.each([
    [['pause', '--for', '30m'], '--reason is missing'],
    [['pause', '--reason', 'x'], 'Say for how long'],
    [['pause', '--reason', 'x', '--for', '1m', '--until', '2027-01-01T00:00:00Z'], 'Say for how long'],
    [['pause', '--reason', 'x', '--for', '1m', '--services', 'Orders'], '"Orders" names no service'],
    [['stop'], 'There is no "stop" of shed: write pause, resume or show.'],
  ])('%j is wrong usage', async (argv, words) => {
    const ran = await flyball(argv);
    expect(ran.exitCode).toBe(2);
    expect(ran.err).toContain(words);
  });
});
