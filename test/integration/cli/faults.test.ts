// `flyball faults` against the real config center: what it shows, stops, prints and exits with.
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { run } from '../../../cli/run.ts';
import { readFaultStop } from '../../../store/items/fault-stops.ts';
import type { Table } from '../../../store/port.ts';
import { NOW, startCenter, type Center } from '../config-center/center.ts';
import { createTable } from '../table.ts';
import { serveCenter, type ServedCenter } from './center-over-http.ts';

const until = new Date(NOW + 3_600_000).toISOString();

let table: Table;
let center: Center;
let served: ServedCenter;

beforeAll(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  center = await startCenter(table);
  served = await serveCenter(center);
  for (const service of ['orders', 'payments']) {
    const drill = { resources: ['default'], delay: { share: '1%', for: '1s' }, until };
    const faults = service === 'orders' ? { drill, quiet: { ...drill, mode: 'shadow' } } : undefined;
    const body = { apiVersion: 'flyball/v1', service, faults };
    await center.send('PUT', `/v1/services/${service}/draft`, { body });
    await center.send('POST', `/v1/services/${service}/publish`);
  }
});
afterAll(() => served.stop());

async function flyball(...argv: readonly string[]) {
  const ran = { exitCode: 0, out: '', err: '' };
  ran.exitCode = await run(['faults', ...argv], {
    env: { FLYBALL_URL: served.url, FLYBALL_TOKEN: 'fb_publisher' },
    folder: '/',
    version: '1.2.3',
    out: (text) => (ran.out += text),
    err: (text) => (ran.err += text),
  });
  return ran;
}

it('shows what is in force and until when, stops it, and lets it go on', async () => {
  const does = 'delays 1% of requests of default by 1s';
  const inForce = `orders: drill in force, until ${until}; ${does}\norders: quiet in shadow, until ${until}; ${does}`;
  expect(await flyball()).toEqual({ exitCode: 0, out: inForce, err: '' });

  expect(await flyball('stop', '--reason', 'checkout is slow')).toEqual({
    exitCode: 0,
    out: 'Faults are stopped in 2 services; instances with traffic follow within 6 s.',
    err: '',
  });
  expect(await readFaultStop(table, 'payments')).toMatchObject({ stopped: true, reason: 'checkout is slow' });
  const stopped = await flyball('--services', 'orders');
  expect(stopped.out).toContain('by publisher-key: checkout is slow');
  expect(stopped.out).toContain(`orders: drill not in force, until ${until}`);
  expect(stopped.out).not.toContain('payments');

  center.clock.advance(1_000);
  const resumed = await flyball('resume', '--reason', 'it was the database');
  expect(resumed).toMatchObject({
    exitCode: 0,
    out: 'Faults go on as the rules say in 2 services; instances with traffic follow within 6 s.',
  });
  expect((await flyball()).out).toBe(inForce);
});

it('wants a reason, and a word that it knows', async () => {
  expect(await flyball('stop')).toMatchObject({ exitCode: 2, out: '' });
  expect((await flyball('start', '--reason', 'x')).err).toContain('write stop or resume');
});

it('says what a fault does to whom, and since when it is over', async () => {
  const fault = {
    dependencies: ['rates'],
    store: true,
    match: { 'header:x-drill': 'yes' },
    abort: { share: '50%', status: 503 },
    delay: { share: '5%', for: '800ms' },
    until,
  };
  const body = {
    apiVersion: 'flyball/v1',
    service: 'fx',
    dependencies: { rates: { target: { url: 'https://rates.example' } } },
    faults: { drill: fault, idle: { ...fault, mode: 'disabled' } },
  };
  expect(await center.send('PUT', '/v1/services/fx/draft', { body })).toMatchObject({ status: 200 });
  await center.send('POST', '/v1/services/fx/publish');
  const met = 'calls of rates and exchanges with the table with header:x-drill=yes';
  const does = `delays 5% of ${met} by 800ms, aborts 50% of ${met} with 503`;
  expect((await flyball('--services', 'fx')).out).toBe(
    `fx: drill in force, until ${until}; ${does}\nfx: idle disabled, until ${until}; ${does}`,
  );
  center.clock.advance(7_200_000);
  expect((await flyball('--services', 'fx')).out).toContain(`fx: drill over since ${until}; ${does}`);
});
