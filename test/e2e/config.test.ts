// Configuration values through the started world: published, read and signed for as Apollo's clients do, changed, given to some first, rolled back.
import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { admin, request, type Response } from './client.ts';

const SERVICE = '/v1/services/config-e2e';
const CONFIGS = '/configs/config-e2e/default/application';

async function published(values: object, body: object = {}): Promise<void> {
  await admin('PUT', `${SERVICE}/config/application/draft`, values);
  const { status, body: answer } = await admin('POST', `${SERVICE}/config/application/publish`, body);
  expect({ status, answer }).toMatchObject({ status: 200 });
}

describe('a client of Apollo', () => {
  it('reads what is published, is told of changes, and is one of those that are given them first', async () => {
    await published({ checkout: { timeout: '2s' } });
    const { body: key } = await admin('POST', `${SERVICE}/access-keys`, { name: 'a client' });

    /** As Apollo's client for Java does: path and query are signed as they are sent. */
    async function ask(path: string, query: Record<string, string> = {}): Promise<Response> {
      const search = new URLSearchParams(query).toString();
      const pathWithQuery = search === '' ? path : `${path}?${search}`;
      const timestamp = String(Date.now());
      const signature = createHmac('sha1', String(key['secret']))
        .update(`${timestamp}\n${pathWithQuery}`)
        .digest('base64');
      return request('GET', pathWithQuery, undefined, { authorization: `Apollo config-e2e:${signature}`, timestamp });
    }
    const watched = (notificationId: number) => ({
      appId: 'config-e2e',
      cluster: 'default',
      notifications: JSON.stringify([{ namespaceName: 'application', notificationId }]),
    });

    const first = await ask(CONFIGS, { ip: '10.0.0.7' });
    expect(first).toMatchObject({ status: 200, body: { configurations: { 'checkout.timeout': '2s' } } });
    const releaseKey = String(first.body['releaseKey']);
    expect((await ask(CONFIGS, { releaseKey, ip: '10.0.0.7' })).status).toBe(304);
    expect((await ask('/notifications/v2', watched(1))).status).toBe(304);

    await published({ checkout: { timeout: '1s' } }, { gray: { ips: ['10.0.0.7'] } });
    const told = await ask('/notifications/v2', watched(1));
    expect(told).toMatchObject({ status: 200, body: [{ namespaceName: 'application', notificationId: 2 }] });
    expect((await ask(CONFIGS, { releaseKey, ip: '10.0.0.7' })).body).toMatchObject({
      configurations: { 'checkout.timeout': '1s' },
    });
    expect((await ask(CONFIGS, { releaseKey, ip: '10.0.0.8' })).status).toBe(304);

    const { status } = await admin('POST', `${SERVICE}/config/application/rollback`, { to: 1 });
    expect(status).toBe(200);
    expect((await ask(CONFIGS, { ip: '10.0.0.7' })).body).toMatchObject({
      configurations: { 'checkout.timeout': '2s' },
    });
  });
});
