import { beforeEach, describe, expect, inject, it } from 'vitest';
import { writeDraft } from '../../../store/items/rules.ts';
import type { Table } from '../../../store/port.ts';
import { createTable } from '../table.ts';
import { limited, NOW, startCenter, type Answer, type Center, type Sent } from './center.ts';

let table: Table;
let send: Center['send'];
beforeEach(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  send = (await startCenter(table)).send;
});

const apply = (body: object | string, query: Record<string, string> = {}, as: Sent['as'] = 'publisher') =>
  send('POST', '/v1/apply', { body, query, as });
const statesOf = (answer: Answer) =>
  (answer.body as { documents: { service: string | null; state: string }[] }).documents.map(
    ({ service, state }) => `${service} ${state}`,
  );

const YAML = `# of the shop
---
# orders take ten a second
apiVersion: flyball/v1
service: orders
throttles: { everyone: { limit: 10/s } }
---
apiVersion: flyball/v1
service: payments
throttles: { everyone: { limit: 5/s } }
`;

describe('a bundle', () => {
  it('puts a draft for each document, with its comments', async () => {
    const answer = await apply(YAML, {}, 'editor');
    expect(answer).toMatchObject({ status: 200, body: { dryRun: false } });
    expect(statesOf(answer)).toEqual(['orders drafted', 'payments drafted']);
    const yaml = await send('GET', '/v1/services/orders/draft', { headers: { accept: 'application/yaml' } });
    expect(yaml.body).toContain('# of the shop\n# orders take ten a second\n');
    expect((await send('GET', '/v1/services/orders/rules')).status).toBe(404);
    expect(statesOf(await apply(YAML, {}, 'editor'))).toEqual(['orders unchanged', 'payments unchanged']);
  });

  it('may be a list in YAML, too', async () => {
    const list = `- { apiVersion: flyball/v1, service: orders, throttles: { everyone: { limit: 10/s } } }
- apiVersion: flyball/v1
  service: payments
`;
    expect(statesOf(await apply(list))).toEqual(['orders drafted', 'payments drafted']);
    expect(statesOf(await apply(`${list}---\napiVersion: flyball/v1\nservice: shop\n`))).toEqual([
      'orders unchanged',
      'payments unchanged',
      'shop drafted',
    ]);
  });

  it('publishes each of them when asked to, and again changes nothing', async () => {
    const list = [limited('orders', '10/s'), limited('payments', '5/s')];
    expect((await apply(list, { publish: 'true' }, 'editor')).status).toBe(403);
    const first = await apply(list, { publish: 'true', note: 'from the repository' });
    expect(first).toMatchObject({
      body: {
        documents: [
          { document: 0, revision: 1 },
          { document: 1, revision: 1 },
        ],
      },
    });
    expect(statesOf(first)).toEqual(['orders published', 'payments published']);
    expect(statesOf(await apply(list, { publish: 'true' }))).toEqual(['orders unchanged', 'payments unchanged']);
    expect((await send('GET', '/v1/services/orders/revisions')).body).toMatchObject({
      revisions: [{ revision: 1, note: 'from the repository', author: 'publisher-key' }],
    });
  });

  it('is validated without being written on a dry run', async () => {
    const answer = await apply([limited('orders', '10/s'), { ...limited('shop', '1/s'), logs: { level: 'DEBUG' } }], {
      dryRun: 'true',
    });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        dryRun: true,
        documents: [
          { document: 0, service: 'orders', state: 'valid' },
          { document: 1, service: 'shop', state: 'valid', warnings: [{ path: '/logs/level' }] },
        ],
      },
    });
    expect((await send('GET', '/v1/services')).body).toEqual({ services: [] });
  });

  it('with errors in some is refused as a whole, every error named', async () => {
    const answer = await apply(
      `apiVersion: flyball/v1
service: orders
---
apiVersion: flyball/v1
service: shop
throttles: { a: { limit: fast }, b: { limit: slow } }
---
service: [
---
apiVersion: flyball/v1
---
apiVersion: flyball/v1
service: orders
`,
      { publish: 'true' },
    );
    expect(answer).toMatchObject({
      status: 422,
      body: {
        code: 'INVALID_DOCUMENTS',
        detail: '4 of 5 documents cannot be applied; nothing was written.',
        documents: [
          { document: 0, state: 'valid' },
          {
            document: 1,
            service: 'shop',
            state: 'invalid',
            errors: [{ path: '/throttles/a/limit' }, { path: '/throttles/b/limit' }],
          },
          { document: 2, service: null, state: 'invalid' },
          { document: 3, service: null, errors: [{ path: '/service' }] },
          { document: 4, errors: [{ path: '/service', reason: '"orders" has document 0 already' }] },
        ],
      },
    });
    expect((await send('GET', '/v1/services')).body).toEqual({ services: [] });
  });

  it('that fails half way says what is applied, and is finished by applying it again', async () => {
    let refused = true;
    const failing: Table = {
      ...table,
      update: (request) =>
        refused && request.key.pk === 'ctl#rules#payments'
          ? Promise.reject(Object.assign(new Error('away'), { name: 'StoreUnavailable' }))
          : table.update(request),
    };
    const center = await startCenter(table, { table: failing });
    const list = [limited('orders', '1/s'), limited('payments', '2/s'), limited('shop', '3/s')];
    const half = await center.send('POST', '/v1/apply', { body: list, query: { publish: 'true' } });
    expect(half).toMatchObject({
      status: 409,
      body: { code: 'PARTLY_APPLIED', documents: [{}, { problem: { code: 'STORE_UNAVAILABLE' } }, {}] },
    });
    expect(statesOf(half)).toEqual(['orders published', 'payments failed', 'shop not-tried']);
    refused = false;
    const rest = await center.send('POST', '/v1/apply', { body: list, query: { publish: 'true' } });
    expect(statesOf(rest)).toEqual(['orders unchanged', 'payments published', 'shop published']);
  });

  it('that loses a race tells its caller of the other draft, and not the log', async () => {
    let others = false;
    const racing: Table = {
      ...table,
      put: async (request) => {
        const written = await table.put(request);
        if (request.item['sk'] === 'draft' && !others) {
          others = true;
          await writeDraft(table, { service: 'shop', source: '{"note":"of somebody else"}', author: 'eve', at: NOW });
        }
        return written;
      },
    };
    const logged: string[] = [];
    const note = (message: string, fields?: object) => void logged.push(`${message} ${JSON.stringify(fields)}`);
    const center = await startCenter(table, { table: racing, logger: { info: note, warn: note, error: note } });
    const answer = await center.send('POST', '/v1/apply', {
      body: [limited('shop', '1/s')],
      query: { publish: 'true' },
    });
    expect(answer).toMatchObject({ status: 409, body: { documents: [{ problem: { code: 'DRAFT_CHANGED' } }] } });
    const [line = ''] = logged.filter((text) => text.startsWith('a document of a bundle was not applied'));
    expect(line).toMatch(/"service":"shop","status":412,"code":"DRAFT_CHANGED"/);
    expect(logged.join('\n')).not.toContain('of somebody else');
  });

  it('may hold the baseline: the rest is held against that, and meets it when it is published', async () => {
    const baseline = {
      apiVersion: 'flyball/v1',
      kind: 'baseline',
      defaults: { telemetry: { slow: '2s' } },
      guardrails: { owned: { at: '/owner', required: true } },
    };
    await apply([limited('late', '1/s')], { publish: 'true' });
    const without = await apply([limited('orders', '1/s'), baseline], { publish: 'true' }, 'admin');
    expect(without).toMatchObject({
      status: 422,
      body: { documents: [{ errors: [{ path: '/owner' }] }, { kind: 'baseline', service: null, state: 'valid' }] },
    });
    expect((await send('GET', '/v1/baseline')).status).toBe(404);

    const owned = [{ ...limited('orders', '1/s'), owner: 'us' }, baseline];
    expect((await apply(owned, { publish: 'true' }, 'publisher')).status).toBe(403);
    expect((await apply(owned, { dryRun: 'true' }, 'editor')).body).toMatchObject({
      documents: [{ state: 'valid' }, { state: 'valid', violations: [{ service: 'late', revision: 1 }] }],
    });
    const answer = await apply(owned, { publish: 'true', note: 'all at once' }, 'admin');
    expect(statesOf(answer)).toEqual(['orders published', 'null published']);
    expect((await send('GET', '/v1/services/orders/rules')).body).toMatchObject({ telemetry: { slow: '2s' } });
    expect((await send('GET', '/v1/baseline/revisions')).body).toMatchObject({
      revisions: [{ revision: 1, note: 'all at once', author: 'admin-key' }],
    });
    expect(statesOf(await apply(owned, { publish: 'true' }, 'admin'))).toEqual(['orders unchanged', 'null unchanged']);
  });

  it('holds one baseline at most, a sound one, of somebody whose key is for all services', async () => {
    const baseline = { apiVersion: 'flyball/v1', kind: 'baseline' };
    expect(await apply([baseline, baseline, { ...baseline, guardrails: { odd: {} } }], {}, 'admin')).toMatchObject({
      status: 422,
      body: {
        documents: [
          { state: 'valid' },
          { errors: [{ path: '/kind', reason: 'document 0 is a baseline already' }] },
          { state: 'invalid' },
        ],
      },
    });
    expect((await apply([baseline], {}, 'orders-admin')).status).toBe(403);
    expect(
      await apply([{ ...baseline, guardrails: { odd: { at: '/nowhere', required: true } } }], {}, 'admin'),
    ).toMatchObject({
      status: 422,
      body: { documents: [{ kind: 'baseline', errors: [{ path: '/guardrails/odd/at' }] }] },
    });
    expect(statesOf(await apply([baseline], {}, 'editor'))).toEqual(['null drafted']);
  });

  it('is of services the key is for', async () => {
    expect(statesOf(await apply([limited('orders', '1/s')], {}, 'orders-admin'))).toEqual(['orders drafted']);
    const answer = await apply([limited('orders', '2/s'), limited('shop', '1/s')], {}, 'orders-admin');
    expect(answer).toMatchObject({ status: 403, body: { code: 'OUT_OF_SCOPE' } });
    expect((await send('GET', '/v1/services/orders/draft')).body).toEqual(limited('orders', '1/s'));
    expect((await apply([limited('orders', '2/s')], {}, 'viewer')).status).toBe(403);
  });

  it('is bounded in number and size', async () => {
    expect((await apply([])).status).toBe(400);
    expect((await apply(Array.from({ length: 101 }, (_, i) => limited(`s${i}`, '1/s')))).status).toBe(400);
    expect((await apply(`# ${'x'.repeat(1024 * 1024)}`)).status).toBe(413);
  });
});
