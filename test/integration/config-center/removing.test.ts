// The rules of a service taken away, from the operator's side and as its functions see it.
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { governed } from '../../../middleware/index.ts';
import { readJob } from '../../../store/items/jobs.ts';
import { readDocument, readHead } from '../../../store/items/rules.ts';

import type { Table } from '../../../store/port.ts';
import * as events from '../../support/events.ts';
import { testContext, testInstance } from '../../support/instance.ts';
import { createTable } from '../table.ts';
import { limited, NOW, startCenter, type Center, type Sent } from './center.ts';

const ORDERS = '/v1/services/orders';
const RULES = `${ORDERS}/rules`;
let table: Table;
let center: Center;
let send: Center['send'];
beforeEach(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  center = await startCenter(table);
  ({ send } = center);
});

async function publish(document: object, body: object = {}) {
  await send('PUT', `${ORDERS}/draft`, { body: document });
  return send('POST', `${ORDERS}/publish`, { body });
}

const remove = async (sent: Sent = {}) => {
  const { etag } = (await send('GET', RULES)).headers;
  return send('DELETE', RULES, { as: 'publisher', headers: { 'if-match': String(etag) }, ...sent });
};

describe('removing the rules of a service', () => {
  it('leaves instances with a revision that holds none, and the history as it was', async () => {
    await publish(limited('orders', '10/s'), { note: 'ten a second' });
    expect(await remove({ query: { note: 'orders is no more' } })).toMatchObject({
      status: 200,
      body: { revision: 2, seq: 2, removedAt: '2026-01-05T12:00:00.001Z' },
    });
    expect(await readHead(table, 'orders')).toMatchObject({ seq: 2, revision: 2 });
    expect(await readDocument(table, 'orders', 2, 7)).toEqual({ apiVersion: 'flyball/v1', service: 'orders' });
    expect(await send('GET', RULES)).toMatchObject({
      status: 404,
      body: {
        detail: expect.stringMatching(
          /since revision 2, which removed them; POST to \/v1\/services\/orders\/rollback/,
        ) as string,
      },
    });
    expect((await send('GET', `${ORDERS}/revisions`)).body).toMatchObject({
      revisions: [
        { revision: 2, state: 'removal', author: 'publisher-key', note: 'orders is no more' },
        { revision: 1, state: 'past', note: 'ten a second' },
      ],
    });
    expect((await send('GET', `${ORDERS}/draft`)).body).toEqual(limited('orders', '10/s'));
  });

  it('shows on the list of services, and in the audit log', async () => {
    await publish(limited('orders', '10/s'));
    await remove({ query: { note: 'gone' } });
    const [entry] = ((await send('GET', '/v1/services')).body as { services: object[] }).services;
    expect(entry).toMatchObject({ service: 'orders', removed: { revision: 2, by: 'publisher-key' } });
    expect(entry).not.toHaveProperty('revision');
    expect(
      (await send('GET', '/v1/audit', { query: { service: 'orders', action: 'rules.remove' } })).body,
    ).toMatchObject({
      entries: [{ actor: 'publisher-key', target: 'revision 2', detail: { revision: 2, from: 1 }, note: 'gone' }],
    });
  });

  it('ends what functions do by them; those that require access rules answer 503, as without any', async () => {
    await publish({ ...limited('orders', '1/d'), access: { allow: [{ ip: ['203.0.113.7'] }] } });
    const functions = [{}, { access: 'required' as const }].map((options) => {
      const instance = testInstance({ service: 'orders', table, clock: center.clock });
      const handler = governed({ service: 'orders', instance, ...options }, (_event: unknown) => ({ statusCode: 200 }));
      const event = events.httpV2({ sourceIp: '203.0.113.7' });
      return { instance, status: async () => (await handler(event, testContext(center.clock))).statusCode };
    });
    const asked = async () => {
      const statuses: (number | undefined)[] = [];
      for (const { status } of functions) statuses.push(await status());
      return statuses;
    };
    expect(await asked()).toEqual([200, 429]);
    await remove();
    for (const { instance } of functions) await instance.rules.run(center.clock.now(), new AbortController().signal);
    expect(await asked()).toEqual([200, 503]);
    await send('POST', `${ORDERS}/rollback`, { body: { to: 1 } });
    for (const { instance } of functions) await instance.rules.run(center.clock.now(), new AbortController().signal);
    expect(await asked()).toEqual([429, 429]);
  });

  it('takes its jobs away', async () => {
    await publish({
      apiVersion: 'flyball/v1',
      service: 'orders',
      jobs: { nightly: { schedule: 'cron(0 2 * * ? *)' } },
    });
    expect(await readJob(table, 'orders', 'nightly')).toMatchObject({ status: 'new' });
    await remove();
    expect(await readJob(table, 'orders', 'nightly')).toMatchObject({ retiredAt: NOW + 1 });
  });

  it('is taken back by a rollback, and by publishing the same draft again', async () => {
    await publish(limited('orders', '10/s'));
    await remove();
    expect(await send('POST', `${ORDERS}/rollback`, { body: { to: 1 } })).toMatchObject({
      body: { revision: 3, changed: true },
    });
    expect((await send('GET', RULES)).body).toEqual(limited('orders', '10/s'));
    expect((await send('GET', '/v1/services')).body).toMatchObject({ services: [{ revision: 3 }] });
    await remove();
    expect(await send('POST', `${ORDERS}/publish`)).toMatchObject({ body: { revision: 5, changed: true } });
    expect((await send('GET', `${ORDERS}/revisions`)).body).toMatchObject({
      revisions: [
        { revision: 5, state: 'current' },
        { revision: 4, state: 'removal' },
        { revision: 3, state: 'past' },
        { revision: 2, state: 'removal' },
        { revision: 1, state: 'past' },
      ],
    });
  });

  it('is not rolled back to, and publishes an empty document as one', async () => {
    await publish(limited('orders', '10/s'));
    await remove();
    expect(await send('POST', `${ORDERS}/rollback`, { body: { to: 2 } })).toMatchObject({
      status: 409,
      body: { code: 'REMOVAL' },
    });
    const empty = { apiVersion: 'flyball/v1', service: 'orders' };
    expect(await publish(empty)).toMatchObject({ body: { revision: 3, changed: true } });
    expect(await send('GET', RULES)).toMatchObject({ status: 200, body: empty });
  });

  it('is of the rules that were read: without saying which 428, of others 412, of none 404', async () => {
    expect(await send('DELETE', RULES, { headers: { 'if-match': '*' } })).toMatchObject({ status: 404 });
    await publish(limited('orders', '10/s'));
    expect(await send('DELETE', RULES)).toMatchObject({ status: 428, headers: { etag: '"1-1"' } });
    await publish(limited('orders', '11/s'));
    expect(await send('DELETE', RULES, { headers: { 'if-match': '"1-1"' } })).toMatchObject({
      status: 412,
      body: { code: 'RULES_CHANGED', revision: 2 },
      headers: { etag: '"2-2"' },
    });
    expect((await send('DELETE', RULES, { headers: { 'if-match': '*' } })).status).toBe(200);
    expect(await send('DELETE', RULES, { headers: { 'if-match': '*' } })).toMatchObject({
      status: 404,
      body: { detail: expect.stringContaining('revision 3 removed them') as string },
    });
  });

  it('waits for the end of a gray publication, and no gray publication begins without rules beside it', async () => {
    await publish(limited('orders', '10/s'));
    await publish(limited('orders', '11/s'), { gray: { share: '5%' } });
    expect(await remove()).toMatchObject({ status: 409, body: { code: 'GRAY_UNDER_WAY' } });
    await send('POST', `${ORDERS}/gray/abort`, { body: { note: 'enough' } });
    expect((await remove()).status).toBe(200);
    expect(await send('POST', `${ORDERS}/publish`, { body: { gray: { share: '5%' } } })).toMatchObject({
      status: 409,
      body: { code: 'NOTHING_IN_FORCE' },
    });
  });

  it('of racing removals and publications one wins', async () => {
    await publish(limited('orders', '10/s'));
    await send('PUT', `${ORDERS}/draft`, { body: limited('orders', '11/s') });
    const answers = await Promise.all([
      ...Array.from({ length: 5 }, () => send('DELETE', RULES, { headers: { 'if-match': '"1-1"' } })),
      ...Array.from({ length: 5 }, () => send('POST', `${ORDERS}/publish`, { body: { expectedRevision: 1 } })),
    ]);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await readHead(table, 'orders')).toMatchObject({ seq: 2, revision: 2 });
  });

  it('takes an admin where the baseline requires something of the service', async () => {
    await publish({ ...limited('orders', '10/s'), access: { allow: [{ ip: ['10.0.0.0/8'] }] } });
    await send('PUT', '/v1/baseline/draft', {
      body: {
        apiVersion: 'flyball/v1',
        kind: 'baseline',
        guardrails: { guarded: { at: '/access', required: true } },
      },
    });
    await send('POST', '/v1/baseline/publish');
    expect((await remove()).status).toBe(403);
    expect((await remove({ as: 'admin' })).status).toBe(200);
    // It has no rules that could break it.
    expect((await send('GET', '/v1/baseline/violations')).body).toMatchObject({ violations: [], looked: 1 });
  });

  it('is nothing that one does alone where four eyes look at what is published', async () => {
    ({ send } = await startCenter(table, { approvals: 1 }));
    const by = (as: NonNullable<Sent['as']>, document: object) =>
      send('PUT', `${ORDERS}/draft`, { body: document, as }).then(() =>
        send('POST', `${ORDERS}/publish`, { as: 'publisher' }),
      );
    await by('editor', limited('orders', '10/s'));
    expect(await remove()).toMatchObject({ status: 403, body: { code: 'FOUR_EYES' } });
    expect(await remove({ as: 'admin' })).toMatchObject({ status: 403, body: { code: 'FOUR_EYES' } });
    await by('editor', { apiVersion: 'flyball/v1', service: 'orders', owner: 'us' });
    expect((await remove()).status).toBe(200);
  });
});
