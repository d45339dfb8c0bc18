// A document compared with a version over HTTP, as it would be published.
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { createTable } from '../table.ts';
import { limited, startCenter, type Center, type Sent } from './center.ts';

let send: Center['send'];
beforeEach(async () => {
  ({ send } = await startCenter((await createTable(inject('dynamodb'))).sdk));
});

const compare = (body: object | string, query: Record<string, string> = {}, as: Sent['as'] = 'viewer') =>
  send('POST', '/v1/services/orders/diff', { body, query, as });

async function published(limit: string): Promise<void> {
  await send('PUT', '/v1/services/orders/draft', { body: limited('orders', limit) });
  await send('POST', '/v1/services/orders/publish');
}

describe('comparing a document', () => {
  it('tells what it would change of what is in force; a viewer may, and nothing is stored', async () => {
    await published('5/s');
    expect(
      await compare('apiVersion: flyball/v1\nservice: orders\nthrottles: { everyone: { limit: 6/s } }\n'),
    ).toMatchObject({
      status: 200,
      body: {
        from: 'published',
        to: 'sent',
        changes: [
          {
            path: '/throttles/everyone',
            change: 'changed',
            fields: [{ path: '/throttles/everyone/limit', before: '5/s', after: '6/s' }],
          },
        ],
      },
    });
    expect((await send('GET', '/v1/services/orders/draft')).body).toEqual(limited('orders', '5/s'));
    expect((await send('GET', '/v1/audit', { query: { service: 'orders', action: 'draft.' } })).body).toMatchObject({
      entries: [{ action: 'draft.put' }],
    });
  });

  it('tells it of another version, and of nothing', async () => {
    expect((await compare(limited('orders', '5/s'))).body).toMatchObject({
      changes: [{ path: '/apiVersion' }, { path: '/service' }, { path: '/throttles/everyone', change: 'added' }],
    });
    await published('5/s');
    await published('6/s');
    expect((await compare(limited('orders', '5/s'), { from: '1' })).body).toEqual({
      from: '1',
      to: 'sent',
      changes: [],
    });
    expect((await compare(limited('orders', '5/s'), { from: 'draft' })).body).toMatchObject({ changes: [{}] });
    expect((await compare(limited('orders', '5/s'), { from: '9' })).status).toBe(404);
    expect((await compare(limited('orders', '5/s'), { from: 'gray' })).status).toBe(404);
    expect((await compare(limited('orders', '5/s'), { from: 'tuesday' })).status).toBe(400);
  });

  it('counts the defaults of the baseline in, and warns of what can hardly be meant', async () => {
    await send('PUT', '/v1/baseline/draft', {
      body: { apiVersion: 'flyball/v1', kind: 'baseline', defaults: { telemetry: { slow: '2s' } } },
    });
    await send('POST', '/v1/baseline/publish');
    await published('5/s');
    expect((await compare(limited('orders', '5/s'))).body).toMatchObject({ changes: [] });
    expect((await compare({ ...limited('orders', '5/s'), logs: { level: 'DEBUG' } })).body).toMatchObject({
      changes: [{ path: '/logs', change: 'added' }],
      warnings: [{ path: '/logs/level' }],
    });
  });

  it('with errors is a 422 with every one of them', async () => {
    expect(await compare(limited('payments', 'fast'))).toMatchObject({
      status: 422,
      body: { errors: [{ path: '/throttles/everyone/limit' }, { path: '/service' }] },
    });
  });
});
