// What is to be seen of drafts and services: whose they are, what is in force, and what has become of it.
import { beforeEach, describe, expect, inject, it } from 'vitest';
import type { Table } from '../../../store/port.ts';
import { createTable } from '../table.ts';
import { limited, startCenter, type Center, type Sent } from './center.ts';

const ORDERS = '/v1/services/orders';
const asYaml = { headers: { accept: 'application/yaml' } };
let table: Table;
let center: Center;
let send: Center['send'];
beforeEach(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  center = await startCenter(table);
  send = (method, path, sent) => center.send(method, path, sent);
});

async function inForce(service: string, rest: object = {}, as: Sent['as'] = 'admin'): Promise<void> {
  const body = { ...limited(service, '5/s'), ...rest };
  expect((await send('PUT', `/v1/services/${service}/draft`, { body, as })).status).toBe(200);
  expect((await send('POST', `/v1/services/${service}/publish`, { body: {}, as })).status).toBe(200);
}

describe('a draft', () => {
  it('says whose it is, since when, and whether it is in force', async () => {
    const put = await send('PUT', `${ORDERS}/draft`, { body: limited('orders', '5/s'), as: 'editor' });
    expect(put.headers).toMatchObject({
      'flyball-draft-author': 'editor-key',
      'flyball-draft-updated-at': '2026-01-05T12:00:00.000Z',
      'flyball-draft-in-force': 'false',
    });
    expect(put.headers).not.toHaveProperty('flyball-revision');
    await send('POST', `${ORDERS}/publish`, { body: {} });
    const stands = { 'flyball-draft-in-force': 'true', 'flyball-revision': '1' };
    expect((await send('GET', `${ORDERS}/draft`)).headers).toMatchObject(stands);
    const differs = { 'flyball-draft-in-force': 'false', 'flyball-revision': '1' };
    const other = await send('PUT', `${ORDERS}/draft`, { body: limited('orders', '6/s') });
    expect(other.headers).toMatchObject(differs);
  });

  it('lost to another editor carries both drafts and how they differ', async () => {
    const first = await send('PUT', `${ORDERS}/draft`, { body: limited('orders', '1/s') });
    const source = '# theirs\napiVersion: flyball/v1\nservice: orders\nthrottles: { everyone: { limit: 2/s } }\n';
    const theirs = await send('PUT', `${ORDERS}/draft`, { body: source, as: 'editor' });
    const mine = await send('PUT', `${ORDERS}/draft`, {
      body: limited('orders', '3/s'),
      headers: { 'if-match': String(first.headers['etag']) },
    });
    expect(mine).toMatchObject({
      status: 412,
      headers: { etag: theirs.headers['etag'] },
      body: {
        code: 'DRAFT_CHANGED',
        draft: {
          etag: String(theirs.headers['etag']).slice(1, -1),
          author: 'editor-key',
          updatedAt: '2026-01-05T12:00:00.000Z',
          document: limited('orders', '2/s'),
          source,
        },
        changes: [
          {
            path: '/throttles/everyone',
            change: 'changed',
            fields: [{ path: '/throttles/everyone/limit', before: '2/s', after: '3/s' }],
          },
        ],
      },
    });
    const sent = (mine.body as { sent: { etag: string } }).sent.etag;
    const merged = await send('PUT', `${ORDERS}/draft`, {
      body: limited('orders', '3/s'),
      headers: { 'if-match': String(mine.headers['etag']) },
    });
    expect(merged).toMatchObject({ status: 200, headers: { etag: `"${sent}"` } });
  });

  it('keeps its comments through revisions and rollbacks', async () => {
    const commented = (limit: string) =>
      `# why ${limit}\napiVersion: flyball/v1\nservice: orders\nthrottles: { everyone: { limit: ${limit} } }\n`;
    for (const limit of ['1/s', '2/s']) {
      await send('PUT', `${ORDERS}/draft`, { body: commented(limit) });
      await send('POST', `${ORDERS}/publish`, { body: {} });
    }
    await send('POST', `${ORDERS}/rollback`, { body: { to: 1 } });
    for (const [revision, limit] of [
      [1, '1/s'],
      [2, '2/s'],
      [3, '1/s'],
    ] as const) {
      const read = await send('GET', `${ORDERS}/revisions/${revision}`, asYaml);
      expect(read).toMatchObject({ body: commented(limit), headers: { 'flyball-revision': String(revision) } });
    }
    expect((await send('GET', `${ORDERS}/draft`, asYaml)).body).toBe(commented('2/s'));
    expect((await send('GET', `${ORDERS}/diff`, { query: { from: '1', to: '3' } })).body).toMatchObject({
      changes: [],
    });
  });
});

describe('the list of services', () => {
  const list = async (rawQuery = '', as: Sent['as'] = 'viewer') => {
    const { body } = await send('GET', '/v1/services', { rawQuery, as });
    return body as { services: { service: string }[]; cursor?: string };
  };
  const names = async (rawQuery = '', as: Sent['as'] = 'viewer') =>
    (await list(rawQuery, as)).services.map(({ service }) => service);

  it('shows at a glance what is in force and which draft there is', async () => {
    await inForce('orders', { owner: 'shop', tags: { tier: 'one' } }, 'publisher');
    center.clock.advance(1000);
    await send('PUT', `${ORDERS}/draft`, { body: limited('orders', '6/s'), as: 'editor' });
    expect((await list()).services).toEqual([
      {
        service: 'orders',
        since: '2026-01-05T12:00:00.000Z',
        revision: 1,
        publishedAt: '2026-01-05T12:00:00.000Z',
        author: 'publisher-key',
        owner: 'shop',
        tags: { tier: 'one' },
        draft: {
          etag: expect.any(String) as string,
          author: 'editor-key',
          updatedAt: '2026-01-05T12:00:01.000Z',
          inForce: false,
        },
      },
    ]);
    await send('POST', `${ORDERS}/publish`, { body: {} });
    expect((await list()).services).toMatchObject([{ revision: 2, author: 'admin-key', draft: { inForce: true } }]);
    expect((await list()).services[0]).not.toHaveProperty('owner');
    await send('POST', `${ORDERS}/rollback`, { body: { to: 1 } });
    expect((await list()).services).toMatchObject([{ revision: 3, owner: 'shop', draft: { inForce: false } }]);
  });

  it('is filtered by owner, tags and how names begin, page by page', async () => {
    await inForce('orders', { owner: 'shop', tags: { tier: 'one', pci: 'yes' } });
    await inForce('orders-eu', { owner: 'shop', tags: { tier: 'two' } });
    await inForce('payments', { owner: 'money', tags: { tier: 'one', pci: 'yes' } });
    await inForce('ledger');
    expect(await names()).toEqual(['ledger', 'orders', 'orders-eu', 'payments']);
    expect(await names('owner=shop')).toEqual(['orders', 'orders-eu']);
    expect(await names('tag=pci')).toEqual(['orders', 'payments']);
    expect(await names('tag=tier=one&tag=pci=yes&owner=money')).toEqual(['payments']);
    expect(await names('tag=constructor')).toEqual([]);
    expect(await names('prefix=orders-')).toEqual(['orders-eu']);
    expect(await names('prefix=o&tag=tier=one')).toEqual(['orders']);
    expect(await names('tag=tier', 'orders-admin')).toEqual(['orders']);
    expect(await names('owner=money', 'orders-admin')).toEqual([]);
    const first = await list('tag=tier&limit=2');
    expect(first.services.map(({ service }) => service)).toEqual(['orders', 'orders-eu']);
    expect(await names(`tag=tier&limit=2&cursor=${first.cursor}`)).toEqual(['payments']);
    expect((await send('GET', '/v1/services', { rawQuery: `owner=shop&cursor=${first.cursor}` })).status).toBe(400);
    expect((await send('GET', '/v1/services', { rawQuery: 'tag==x' })).status).toBe(400);
    expect((await send('GET', '/v1/services', { rawQuery: 'prefix=_' })).status).toBe(400);
  });

  it('takes tags that can be found again', async () => {
    const body = { ...limited('orders', '5/s'), tags: { 'a=b': 'c', ok: '' } };
    const answer = await send('POST', `${ORDERS}/draft/validate`, { body });
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ path: '/tags/a=b' }, { path: '/tags/ok' }] } });
  });
});

describe('the audit log', () => {
  it('is filtered by who, what and to what', async () => {
    await inForce('orders', {}, 'publisher');
    await inForce('payments');
    const read = async (query: Record<string, string>) => {
      const { body } = await send('GET', '/v1/audit', { query });
      return (body as { entries: { actor: string; action: string; service: string }[] }).entries.map(
        ({ actor, action, service }) => `${actor} ${action} ${service}`,
      );
    };
    expect(await read({ actor: 'publisher-key' })).toEqual([
      'publisher-key rules.publish orders',
      'publisher-key draft.put orders',
    ]);
    expect(await read({ action: 'rules.' })).toEqual([
      'admin-key rules.publish payments',
      'publisher-key rules.publish orders',
    ]);
    expect(await read({ action: 'rules' })).toEqual([]);
    expect(await read({ action: 'draft.put', service: 'payments' })).toEqual(['admin-key draft.put payments']);
    expect(await read({ target: 'revision 1', actor: 'admin-key' })).toEqual(['admin-key rules.publish payments']);
    const first = await send('GET', '/v1/audit', { query: { action: 'draft.put', limit: '1' } });
    const { cursor = '' } = first.body as { cursor?: string };
    expect(await read({ action: 'draft.put', limit: '1', cursor })).toEqual(['publisher-key draft.put orders']);
    expect((await send('GET', '/v1/audit', { query: { action: 'rules.', cursor } })).status).toBe(400);
  });

  it('has a second copy in the log of the function', async () => {
    const lines: unknown[] = [];
    const quiet = () => undefined;
    const logger = { debug: quiet, warn: quiet, error: quiet, info: (...line: unknown[]) => lines.push(line) };
    const logged = await startCenter(table, { logger });
    await logged.send('PUT', `${ORDERS}/draft`, { body: limited('orders', '5/s') });
    expect(lines).toMatchObject([
      ['audited', { entry: { actor: 'admin-key', action: 'draft.put', service: 'orders' } }],
    ]);
  });
});
