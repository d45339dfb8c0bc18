import { beforeEach, describe, expect, inject, it } from 'vitest';
import { readJob } from '../../../store/items/jobs.ts';
import { publishRevision } from '../../../store/items/rules.ts';
import { keys } from '../../../store/keys.ts';
import type { Table } from '../../../store/port.ts';
import { createTable } from '../table.ts';
import { limited, NOW, startCenter, type Answer, type Center } from './center.ts';

const ORDERS = '/v1/services/orders';
let table: Table;
let center: Center;
let send: Center['send'];

beforeEach(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  center = await startCenter(table);
  send = (method, path, sent) => center.send(method, path, sent);
});

const putDraft = (body: object | string, headers: Record<string, string> = {}) =>
  send('PUT', `${ORDERS}/draft`, { body, headers });
const publish = (body: object = {}, headers: Record<string, string> = {}) =>
  send('POST', `${ORDERS}/publish`, { body, headers });
const etagOf = (answer: Answer) => String(answer.headers['etag']);

describe('a draft', () => {
  it('is given back as it was put, with its ETag', async () => {
    expect((await send('GET', `${ORDERS}/draft`)).status).toBe(404);
    const put = await putDraft(limited('orders', '5/s'));
    expect(put).toMatchObject({ status: 200, body: limited('orders', '5/s') });
    const read = await send('GET', `${ORDERS}/draft`);
    expect(read).toMatchObject({ status: 200, body: limited('orders', '5/s'), headers: { etag: put.headers['etag'] } });
    const again = await send('GET', `${ORDERS}/draft`, { headers: { 'if-none-match': etagOf(read) } });
    expect(again).toMatchObject({ status: 304, body: '', headers: { etag: etagOf(read) } });
  });

  it('may be YAML, and keeps its comments for who asks for YAML', async () => {
    const source = '# ours\napiVersion: flyball/v1\nservice: orders\nthrottles: { everyone: { limit: 5/s } }\n';
    await putDraft(source);
    expect((await send('GET', `${ORDERS}/draft`)).body).toEqual(limited('orders', '5/s'));
    const yaml = await send('GET', `${ORDERS}/draft`, { headers: { accept: 'application/yaml' } });
    expect(yaml).toMatchObject({ body: source, headers: { 'content-type': 'application/yaml', vary: 'accept' } });
    await putDraft(limited('orders', '6/s'));
    const converted = await send('GET', `${ORDERS}/draft`, { headers: { accept: 'application/yaml' } });
    expect(converted.body).toContain('limit: 6/s');
  });

  it('is not overwritten by an editor who has not seen it: 412 with the ETag that stands', async () => {
    const first = await putDraft(limited('orders', '1/s'));
    const second = await putDraft(limited('orders', '2/s'), { 'if-match': etagOf(first) });
    expect(second.status).toBe(200);
    const late = await putDraft(limited('orders', '3/s'), { 'if-match': etagOf(first) });
    expect(late).toMatchObject({ status: 412, body: { code: 'DRAFT_CHANGED' }, headers: { etag: etagOf(second) } });
    expect((await putDraft(limited('orders', '3/s'), { 'if-none-match': '*' })).status).toBe(412);
    expect((await putDraft(limited('orders', '4/s'), { 'if-match': `"other", ${etagOf(second)}` })).status).toBe(200);
    expect((await putDraft(limited('orders', '5/s'), { 'if-match': '*' })).status).toBe(200);
    expect((await send('GET', `${ORDERS}/draft`)).body).toEqual(limited('orders', '5/s'));
  });

  it('of two editors who saw the same, one wins', async () => {
    const etag = etagOf(await putDraft(limited('orders', '1/s')));
    const answers = await Promise.all(
      ['2/s', '3/s', '4/s'].map((limit) => putDraft(limited('orders', limit), { 'if-match': etag })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412]);
    const winner = answers.find(({ status }) => status === 200);
    expect((await send('GET', `${ORDERS}/draft`)).body).toEqual(winner?.body);
  });

  it('with errors is a 422 with every one of them, and nothing is stored', async () => {
    const bad = {
      apiVersion: 'flyball/v1',
      service: 'payments',
      throttles: { everyone: { limit: 'fast' }, some: { limit: '5/s', resources: ['nowhere'] } },
      dependencies: { payments: { breaker: { openFor: { initial: '9s', max: '1s' } } } },
    };
    const expected = {
      status: 422,
      headers: { 'content-type': 'application/problem+json' },
      body: {
        title: 'Unprocessable Content',
        detail: 'The rule document has 4 errors.',
        errors: [
          { path: '/throttles/everyone/limit', reason: expect.stringContaining('"fast" is not a rate') as string },
          { path: '/service', reason: expect.stringContaining('"payments"') as string },
          { path: '/throttles/some/resources/0', reason: 'there is no resource "nowhere"' },
          { path: '/dependencies/payments/breaker/openFor/initial', reason: '9s is more than max (1s)' },
        ],
      },
    };
    expect(await putDraft(bad)).toMatchObject(expected);
    expect(await send('POST', `${ORDERS}/draft/validate`, { body: bad })).toMatchObject(expected);
    expect((await send('GET', `${ORDERS}/draft`)).status).toBe(404);
    expect((await send('GET', '/v1/services')).body).toEqual({ services: [] });
    expect((await send('GET', '/v1/audit')).body).toEqual({ entries: [] });
  });

  it('can be validated before and after it is stored', async () => {
    const validate = (body?: object) => send('POST', `${ORDERS}/draft/validate`, body ? { body } : {});
    expect(await validate(limited('orders', '5/s'))).toMatchObject({ status: 200, body: { valid: true } });
    expect((await validate()).status).toBe(404);
    await putDraft(limited('orders', '5/s'));
    expect(await validate()).toMatchObject({ status: 200, body: { valid: true } });
  });

  it('is warned of, and published all the same, if it locks out who has to mend it', async () => {
    const of = '/v1/services/config-center';
    const body = limited('config-center', '1/h');
    const warnings = [{ path: '/throttles/everyone/limit', reason: expect.stringContaining('1/h') as unknown }];
    expect(await send('POST', `${of}/draft/validate`, { body })).toMatchObject({ body: { valid: true, warnings } });
    await send('PUT', `${of}/draft`, { body });
    expect(await send('POST', `${of}/publish`, { body: {} })).toMatchObject({ body: { revision: 1, warnings } });
    const other = await send('POST', `${ORDERS}/draft/validate`, { body: limited('orders', '1/h') });
    expect(other.body).toEqual({ valid: true });
  });

  it('is no larger than what instances take', async () => {
    expect((await putDraft({ ...limited('orders', '5/s'), owner: 'x'.repeat(300_000) })).status).toBe(413);
  });
});

describe('publishing', () => {
  it('puts the draft in force as the next revision', async () => {
    expect(await publish()).toMatchObject({ status: 409, body: { code: 'NO_DRAFT' } });
    expect((await send('GET', `${ORDERS}/rules`)).status).toBe(404);
    await putDraft(limited('orders', '5/s'));
    expect(await publish({ note: 'first' })).toMatchObject({
      status: 200,
      body: { revision: 1, seq: 1, publishedAt: '2026-01-05T12:00:00.000Z', changed: true },
    });
    const rules = await send('GET', `${ORDERS}/rules`);
    expect(rules).toMatchObject({ status: 200, body: limited('orders', '5/s'), headers: { 'flyball-revision': '1' } });
    const unchanged = await send('GET', `${ORDERS}/rules`, { headers: { 'if-none-match': etagOf(rules) } });
    expect(unchanged.status).toBe(304);

    await putDraft(limited('orders', '6/s'));
    await publish({ note: 'second' });
    const changed = await send('GET', `${ORDERS}/rules`, { headers: { 'if-none-match': etagOf(rules) } });
    expect(changed).toMatchObject({ status: 200, body: limited('orders', '6/s') });
  });

  it('again without a change makes no revision', async () => {
    await putDraft(limited('orders', '5/s'));
    await publish();
    await putDraft(
      'service: orders\nthrottles: {everyone: {limit: 5/s}}\napiVersion: flyball/v1 # the same, said otherwise',
    );
    expect(await publish()).toMatchObject({ status: 200, body: { revision: 1, seq: 1, changed: false } });
  });

  it('can depend on the draft and on the revision that was looked at', async () => {
    const seen = etagOf(await putDraft(limited('orders', '5/s')));
    await putDraft(limited('orders', '6/s'));
    expect(await publish({}, { 'if-match': seen })).toMatchObject({ status: 412, body: { code: 'DRAFT_CHANGED' } });
    expect((await publish({ expectedRevision: 0 })).status).toBe(200);
    await putDraft(limited('orders', '7/s'));
    expect(await publish({ expectedRevision: 0 })).toMatchObject({
      status: 409,
      body: { code: 'PUBLISHED_MEANWHILE', revision: 1, seq: 1 },
    });
    expect((await publish({ expectedRevision: 1 })).status).toBe(200);
  });

  it('by many at once makes one revision of one draft', async () => {
    await putDraft(limited('orders', '5/s'));
    const answers = await Promise.all(Array.from({ length: 6 }, () => publish()));
    expect(answers.filter(({ body }) => (body as { changed?: boolean }).changed === true)).toHaveLength(1);
    for (const { status, body } of answers)
      expect(body).toMatchObject(status === 200 ? { revision: 1 } : { status: 409 });
    expect((await send('GET', `${ORDERS}/revisions`)).body).toMatchObject({ revisions: [{ revision: 1 }] });
  });

  it('by many at once, each with a document of its own, loses none that was said to be published', async () => {
    const publishers = Array.from({ length: 8 }, (_, i) => `${i + 1}/s`);
    const outcomes = await Promise.all(
      publishers.map(async (limit) => {
        const draft = await putDraft(limited('orders', limit));
        return { limit, answer: await publish({ note: limit }, { 'if-match': etagOf(draft) }) };
      }),
    );
    const published = outcomes.filter(({ answer }) => answer.status === 200);
    for (const { answer } of outcomes) expect([200, 409, 412]).toContain(answer.status);
    expect(published.length).toBeGreaterThan(0);
    for (const { limit, answer } of published) {
      const { revision } = answer.body as { revision: number };
      const { body } = await send('GET', `${ORDERS}/revisions/${revision}`);
      expect(body).toMatchObject({ revision, note: limit, document: limited('orders', limit) });
    }
    const { body } = await send('GET', `${ORDERS}/revisions`);
    const numbers = (body as { revisions: { revision: number }[] }).revisions.map(({ revision }) => revision);
    expect(numbers).toEqual(Array.from({ length: published.length }, (_, i) => published.length - i));
  });

  it('never puts an older draft in force over a newer one that was published meanwhile', async () => {
    await putDraft(limited('orders', '1/s'));
    await publish();
    await putDraft(limited('orders', '2/s'));
    let overtaken = false;
    // While the slow publisher has the draft in its hands, another puts and publishes the next.
    const slow: Table = {
      ...table,
      async get(key, options) {
        const item = await table.get(key, options);
        if (key.sk === keys.draft('orders').sk && !overtaken) {
          overtaken = true;
          await putDraft(limited('orders', '3/s'));
          await publish();
        }
        return item;
      },
    };
    const { send: sendSlowly } = await startCenter(slow);
    expect(await sendSlowly('POST', `${ORDERS}/publish`)).toMatchObject({ status: 409, body: { revision: 2 } });
    expect((await send('GET', `${ORDERS}/rules`)).body).toEqual(limited('orders', '3/s'));
  });

  it('declares the jobs of the document, and retires those that are gone', async () => {
    await putDraft({
      apiVersion: 'flyball/v1',
      service: 'orders',
      jobs: { nightly: { schedule: 'cron(0 2 * * ? *)' } },
    });
    await publish();
    expect(await readJob(table, 'orders', 'nightly')).toMatchObject({ schedule: 'cron(0 2 * * ? *)', status: 'new' });
    center.clock.advance(1000);
    await putDraft({ apiVersion: 'flyball/v1', service: 'orders' });
    await publish();
    expect(await readJob(table, 'orders', 'nightly')).toMatchObject({ retiredAt: NOW + 1000 });
  });
});

describe('rolling back', () => {
  it('publishes an old document as a new revision and leaves the draft', async () => {
    for (const limit of ['1/s', '2/s']) {
      await putDraft(limited('orders', limit));
      await publish({ note: limit });
    }
    const rollback = (body: object) => send('POST', `${ORDERS}/rollback`, { body });
    expect(await rollback({ to: 1, note: 'too much' })).toMatchObject({
      status: 200,
      body: { revision: 3, changed: true },
    });
    expect((await send('GET', `${ORDERS}/rules`)).body).toEqual(limited('orders', '1/s'));
    expect((await send('GET', `${ORDERS}/draft`)).body).toEqual(limited('orders', '2/s'));
    expect((await send('GET', `${ORDERS}/revisions/3`)).body).toMatchObject({ note: 'too much', author: 'admin-key' });
    expect(await rollback({ to: 1 })).toMatchObject({ status: 200, body: { revision: 3, changed: false } });
    expect((await rollback({ to: 9 })).status).toBe(404);
    expect(await rollback({})).toMatchObject({ status: 422, body: { errors: [{ path: '/to' }] } });
  });

  it('is possible to what was published before owners had to be seen, though nobody may publish it today', async () => {
    const unseen = { ...limited('orders', '1/s'), owner: 'team\u202esredro' };
    const said = { document: unseen, source: JSON.stringify(unseen), author: 'ada', note: '' };
    await publishRevision(table, { service: 'orders', ...said, at: NOW, expectedSeq: 0 });
    await putDraft(limited('orders', '2/s'));
    await publish();
    const reason = 'has U+202E in it, which nobody sees; leave it out';
    expect(await putDraft(unseen)).toMatchObject({ status: 422, body: { errors: [{ path: '/owner', reason }] } });
    expect(await send('POST', `${ORDERS}/rollback`, { body: { to: 1 } })).toMatchObject({ status: 200 });
    expect((await send('GET', `${ORDERS}/rules`)).body).toEqual(unseen);
  });
});

describe('revisions', () => {
  beforeEach(async () => {
    for (const limit of ['1/s', '2/s', '3/s']) {
      await putDraft(limited('orders', limit));
      await publish({ note: limit });
    }
  });

  it('are listed newest first, page by page', async () => {
    const seen: unknown[] = [];
    let cursor: string | undefined;
    do {
      const { body } = await send('GET', `${ORDERS}/revisions`, {
        query: { limit: '1', ...(cursor ? { cursor } : {}) },
      });
      const page = body as { revisions: { revision: number }[]; cursor?: string };
      seen.push(...page.revisions.map(({ revision }) => revision));
      cursor = page.cursor;
    } while (cursor !== undefined);
    expect(seen).toEqual([3, 2, 1]);
  });

  it('refuse the cursor of another list and one that was tampered with', async () => {
    const { body } = await send('GET', `${ORDERS}/revisions`, { query: { limit: '1' } });
    const { cursor } = body as { cursor: string };
    const get = (path: string, given: string) => send('GET', path, { query: { cursor: given } });
    expect((await get('/v1/services', cursor)).status).toBe(400);
    expect((await get('/v1/services/payments/revisions', cursor)).status).toBe(400);
    const forged = Buffer.from(JSON.stringify(['revisions:orders', 'eyJwayI6ImN0bCNrZXkifQ'])).toString('base64url');
    expect((await get(`${ORDERS}/revisions`, forged)).status).toBe(400);
  });

  it('are compared with each other and with the draft', async () => {
    await putDraft({ ...limited('orders', '9/s'), owner: 'team-orders' });
    const diff = async (query: Record<string, string>) => (await send('GET', `${ORDERS}/diff`, { query })).body;
    const field = (before: string, after: string) => ({
      path: '/throttles/everyone',
      change: 'changed',
      fields: [{ path: '/throttles/everyone/limit', before, after }],
    });
    expect(await diff({ from: '1', to: '3' })).toEqual({ from: '1', to: '3', changes: [field('1/s', '3/s')] });
    expect(await diff({})).toEqual({
      from: 'published',
      to: 'draft',
      changes: [{ path: '/owner', change: 'added', after: 'team-orders' }, field('3/s', '9/s')],
    });
    expect(await diff({ from: '7' })).toMatchObject({ status: 404 });
    expect(await diff({ from: '-1' })).toMatchObject({ status: 400 });
  });
});
