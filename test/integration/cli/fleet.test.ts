// `flyball fleet` against the real config center: who runs what, in words and as JSON.
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { run } from '../../../cli/run.ts';
import { putMinute } from '../../../store/items/telemetry.ts';
import { limited, startCenter, type Center } from '../config-center/center.ts';
import { createTable } from '../table.ts';
import { serveCenter, type ServedCenter } from './center-over-http.ts';

let center: Center;
let served: ServedCenter;

beforeAll(async () => {
  const { sdk } = await createTable(inject('dynamodb'));
  center = await startCenter(sdk);
  served = await serveCenter(center);
  for (const limit of ['1/s', '2/s']) {
    await center.send('PUT', '/v1/services/orders/draft', { body: limited('orders', limit) });
    await center.send('POST', '/v1/services/orders/publish', { body: {} });
  }
  center.clock.advance(120_000);
  const to = center.clock.now();
  const each = {
    current: { revision: 2 },
    old: { revision: 1, version: '0.2.0' },
    refusing: { revision: 1, rejected: 2 },
  };
  for (const [instance, more] of Object.entries(each)) {
    await putMinute(sdk, {
      ...{ service: 'orders', instance, version: '0.3.0', from: to - 60_000, to, functionName: 'shop' },
      ...{ functionVersion: '7', cell: '', resources: {}, calls: {}, attempts: {}, refusals: {}, shadow: {} },
      ...{ transitions: {}, internal: {}, ...more },
    });
  }
});
afterAll(() => served.stop());

async function flyball(...argv: string[]) {
  const ran = { exitCode: 0, out: '', err: '' };
  ran.exitCode = await run(['fleet', ...argv], {
    env: { FLYBALL_URL: served.url, FLYBALL_TOKEN: 'fb_viewer' },
    folder: '.',
    version: '1.2.3',
    out: (text) => (ran.out += text),
    err: (text) => (ran.err += text),
    timeoutMs: 60_000,
  });
  return ran;
}

it('tells how many run what, who does not get it, and each instance', async () => {
  const { exitCode, out } = await flyball('orders');
  expect(exitCode).toBe(0);
  expect(out.trimEnd().split('\n')).toEqual([
    'orders: revision 2 since 2026-01-05 12:00:00',
    '  3 instances have reported within four minutes: 1 current, 1 stale, 1 rejected',
    '  revisions: 1 (2), 2 (1)',
    '  flyball: 0.3.0 (2), 0.2.0 (1)',
    '  functions: shop:7 (3)',
    '',
    'INSTANCE  STANDING    REVISION  FLYBALL  FUNCTION  REPORTED',
    'current   current            2  0.3.0    shop:7    2026-01-05 12:02:00',
    'old       stale              1  0.2.0    shop:7    2026-01-05 12:02:00',
    'refusing  rejected 2         1  0.3.0    shop:7    2026-01-05 12:02:00',
  ]);
});

it('lists as many as are wanted, and says that there are more', async () => {
  const { out } = await flyball('orders', '--limit', '1');
  expect(out.trimEnd().split('\n').slice(-2)).toEqual([
    expect.stringMatching(/^current {2,}current/) as string,
    'There are more: --limit',
  ]);
});

it('is one JSON value with --json', async () => {
  const { out } = await flyball('orders', '--json');
  expect(JSON.parse(out)).toMatchObject({
    service: 'orders',
    published: { revision: 2 },
    summary: { instances: 3, current: 1, stale: 1, rejected: 1 },
    instances: [{ instance: 'current' }, { instance: 'old' }, { instance: 'refusing' }],
    more: false,
  });
});

it.each([
  [['orders', '--limit', 'many'], 2, '--limit is a number'],
  [['nobody'], 1, 'nobody has no rules'],
])('%j ends with its reason', async (argv, exitCode, words) => {
  const ran = await flyball(...argv);
  expect(ran.exitCode).toBe(exitCode);
  expect(ran.err).toContain(words);
});
