// Faults from the operator's side: what is in force where, one call that stops them, and what the instances of a cell do then.
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { governed } from '../../../middleware/index.ts';
import type { Instance } from '../../../middleware/kernel/instance.ts';
import type { Table } from '../../../store/port.ts';
import * as events from '../../support/events.ts';
import { testContext, testInstance } from '../../support/instance.ts';
import { createTable } from '../table.ts';
import { NOW, startCenter, type Center, type Sent } from './center.ts';

const HOUR = 3_600_000;
const until = new Date(NOW + HOUR).toISOString();
const drill = {
  resources: ['pay'],
  match: { 'header:x-drill': 'yes' },
  abort: { share: '100%', status: 503 },
  until,
};

let table: Table;
let center: Center;

beforeEach(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  center = await startCenter(table);
});

const documentOf = (service: string, more: object = {}) => ({
  apiVersion: 'flyball/v1',
  service,
  resources: { pay: { match: { path: '/pay' } } },
  faults: { drill },
  ...more,
});

const drafted = (service: string, more: object = {}) =>
  center.send('PUT', `/v1/services/${service}/draft`, { body: documentOf(service, more) });

async function published(service: string, more: object = {}): Promise<void> {
  expect(await drafted(service, more)).toMatchObject({ status: 200 });
  expect(await center.send('POST', `/v1/services/${service}/publish`)).toMatchObject({ status: 200 });
}

const faults = (method: string, path = '', sent: Sent = {}) => center.send(method, `/v1/faults${path}`, sent);
const stop = (body: object = {}) => faults('POST', '/stop', { body: { reason: 'too much', ...body } });
const resume = (body: object = {}) => faults('POST', '/resume', { body: { reason: 'all is well', ...body } });

function functionOf(service: string) {
  const instance = testInstance({ service, table, clock: center.clock });
  const handler = governed({ service, instance }, (_event: unknown) => ({ statusCode: 200 }));
  const event = events.httpV2({ path: '/pay', headers: { 'x-drill': 'yes' } });
  return { instance, status: async () => (await handler(event, testContext(center.clock))).statusCode };
}

/** What the next poll learns, without waiting for its turn. */
const polled = (instance: Instance) => instance.rules.run(center.clock.now(), new AbortController().signal);

describe('one call for a cell', () => {
  it('stops the faults of every service, through publishing and in services that come later, until they are resumed', async () => {
    await published('orders');
    const orders = functionOf('orders');
    expect(await orders.status()).toBe(503);

    expect(await stop()).toMatchObject({
      status: 200,
      body: { complete: true, reached: 1, failed: [], stopped: { by: 'admin-key', reason: 'too much' } },
    });
    await polled(orders.instance);
    expect(await orders.status()).toBe(200);
    await published('orders', { owner: 'somebody-else' });
    await published('late');
    await polled(orders.instance);
    expect(await orders.status()).toBe(200);
    expect(await functionOf('late').status()).toBe(200);

    center.clock.advance(1_000);
    expect(await resume()).toMatchObject({ status: 200, body: { stopped: null, reached: 2 } });
    await polled(orders.instance);
    expect(await orders.status()).toBe(503);
  });

  it('is in force within six seconds where there is traffic', async () => {
    await published('orders');
    const { status } = functionOf('orders');
    expect(await status()).toBe(503);
    await stop();
    const answered: number[] = [];
    for (let second = 0; second < 6; second++) {
      center.clock.advance(1_000);
      answered.push(await status());
    }
    expect(answered.at(-1)).toBe(200);
  });

  it('can be for some services alone', async () => {
    await published('orders');
    await published('payments');
    expect(await stop({ services: ['orders'] })).toMatchObject({ status: 200, body: { reached: 1 } });
    expect(await functionOf('orders').status()).toBe(200);
    expect(await functionOf('payments').status()).toBe(503);
    expect(await stop({ services: ['nowhere', 'telemetry'] })).toMatchObject({
      status: 422,
      body: { errors: [{ path: '/services/0' }, { path: '/services/1' }] },
    });
  });

  it('leaves in the audit log who did it and why', async () => {
    await published('orders');
    await stop();
    await resume({ services: ['orders'] });
    const { body } = await center.send('GET', '/v1/audit');
    const entries = (body as { entries: { action: string }[] }).entries.filter(({ action }) =>
      action.startsWith('faults.'),
    );
    expect(entries).toMatchObject(
      [
        { action: 'faults.resume', actor: 'admin-key', service: 'orders', note: 'all is well' },
        { action: 'faults.stop', actor: 'admin-key', target: 'every service', note: 'too much' },
      ].sort((a, b) => (entries[0]?.action === a.action ? -1 : entries[0]?.action === b.action ? 1 : 0)),
    );
  });

  it('asks for a reason', async () => {
    expect(await faults('POST', '/stop', { body: {} })).toMatchObject({ status: 422 });
  });
});

describe('what is in force', () => {
  it('is told of services that have faults, or whose faults are stopped', async () => {
    await published('orders');
    await published('quiet', { faults: undefined });
    expect((await faults('GET')).body).toEqual({
      stopped: null,
      services: [
        { service: 'orders', stopped: null, faults: [{ name: 'drill', ...drill, inForce: true, over: false }] },
      ],
    });
    await stop({ services: ['quiet'] });
    center.clock.advance(HOUR);
    expect((await faults('GET')).body).toMatchObject({
      services: [
        { service: 'orders', faults: [{ name: 'drill', inForce: false, over: true }] },
        { service: 'quiet', stopped: { by: 'admin-key' }, faults: [] },
      ],
    });
  });
});

describe('a document', () => {
  it.each([
    ['an end that is past', { until: new Date(NOW - 1).toISOString() }, '/faults/drill/until'],
    ['an end in more than a week', { until: new Date(NOW + 170 * HOUR).toISOString() }, '/faults/drill/until'],
    ['more than half of everybody', { match: undefined }, '/faults/drill/abort/share'],
    ['a pattern that names nobody', { match: { client: '*' } }, '/faults/drill/abort/share'],
    ['a resource that is not there', { resources: ['nothing'] }, '/faults/drill/resources/0'],
    ['a dependency that is not there', { dependencies: ['nothing'] }, '/faults/drill/dependencies/0'],
    ['nobody to meet', { resources: undefined }, '/faults/drill'],
    ['nothing to do', { abort: undefined }, '/faults/drill'],
    ['an abort without an end', { abort: { share: '1%' } }, '/faults/drill/abort'],
    [
      'a resource that cannot be reached',
      { abort: { share: '1%', outcome: 'connect' } },
      '/faults/drill/abort/outcome',
    ],
    ['a delay that no gateway waits for', { delay: { share: '1%', for: '31s' } }, '/faults/drill/delay/for'],
    ['0%', { delay: { share: '0%', for: '1s' } }, '/faults/drill/delay/share'],
  ])('is refused with %s', async (_what, change, path) => {
    expect(await drafted('orders', { faults: { drill: { ...drill, ...change } } })).toMatchObject({
      status: 422,
      body: { errors: [{ path }] },
    });
  });

  it('is refused with faults that would lose what a bucket or a stream brings', async () => {
    const resources = { pay: { match: { trigger: 'bucket' } } };
    const refused = await drafted('orders', {
      resources,
      faults: { drill: { ...drill, abort: { share: '1%', outcome: 'error' } } },
    });
    expect(refused).toMatchObject({ status: 422, body: { errors: [{ path: '/faults/drill/resources/0' }] } });
  });

  it('is refused with faults of what would have to end them', async () => {
    expect(await drafted('telemetry')).toMatchObject({ status: 422, body: { errors: [{ path: '/faults' }] } });
  });
});
