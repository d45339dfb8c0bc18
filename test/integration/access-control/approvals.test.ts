// Four eyes: a draft needs somebody else's yes, to exactly that draft, before its author can publish it.
import { beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { Table } from '../../../store/port.ts';
import { AUDIENCE, ISSUER, keySetOf, serveKeys, signingKey, tokenOf } from '../../support/issuer.ts';
import { createTable } from '../table.ts';
import { controlPlane, givenKey, NOW, type ControlPlane, type Wanted } from './planes.ts';

const DAY = 86_400_000;

let table: Table;
let plane: ControlPlane;
let services = 0;
let service: string;
const people = ['ada', 'grace', 'joan'] as const;
type Person = (typeof people)[number];

beforeAll(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  for (const name of people) await givenKey(table, name, 'publisher');
  await givenKey(table, 'ed', 'editor');
});
beforeEach(() => {
  service = `shop-${++services}`;
  plane = controlPlane(table, { parts: { approvals: 1 } });
});

const send = (who: Person | 'ed', method: Wanted['method'], path: string, more: Partial<Wanted> = {}) =>
  plane.send({ method, path: `/v1/services/${service}/${path}`, bearer: `fb_${who}`, ...more });

/** Puts a draft; gives its ETag in quotes. */
async function draft(who: Person | 'ed', limit: string): Promise<string> {
  const body = { apiVersion: 'flyball/v1', service, throttles: { everyone: { limit } } };
  const { status, headers, text } = await send(who, 'PUT', 'draft', { body });
  expect(status, text).toBe(200);
  return String(headers['etag']);
}

/** Finds none of those items. */
function blindTo(sk: string): Table {
  return { ...table, get: (key, options) => (key.sk === sk ? Promise.resolve(undefined) : table.get(key, options)) };
}

const publish = (who: Person) => send(who, 'POST', 'publish', { body: { note: 'a test' } });
const approve = (who: Person, etag: string, body?: object) =>
  send(who, 'POST', 'draft/approve', { headers: { 'if-match': etag }, ...(body ? { body } : {}) });
const FOUR_EYES = { status: 403, body: { code: 'FOUR_EYES' } };

describe('a baseline that asks for approvals', () => {
  const baseline = async (who: string, approvals: object, expected = 200) => {
    const put = { apiVersion: 'flyball/v1', kind: 'baseline', ...approvals };
    const send = (method: Wanted['method'], path: string, body: object) =>
      plane.send({ method, path: `/v1/baseline/${path}`, bearer: `fb_${who}`, body });
    await send('PUT', 'draft', put);
    const { status, body } = await send('POST', 'publish', {});
    expect(status, JSON.stringify(body)).toBe(expected);
    return body;
  };

  it('decides beside the deployment, the stricter of the two, and is not done away with by one admin', async () => {
    await givenKey(table, 'root', 'admin');
    await givenKey(table, 'other', 'admin');
    plane = controlPlane(table);
    await draft('ada', '1/s');
    expect(await publish('ada')).toMatchObject({ status: 200 });

    await baseline('root', {});
    await baseline('root', { approvals: { publish: 1 } });
    const etag = await draft('ada', '2/s');
    expect(await publish('ada')).toMatchObject({ status: 403, body: { code: 'FOUR_EYES', needed: 1 } });
    expect(await approve('grace', etag)).toMatchObject({ body: { needed: 1 } });
    expect(await publish('ada')).toMatchObject({ status: 200 });

    expect(await baseline('root', {}, 403)).toMatchObject({ code: 'FOUR_EYES', needed: 1 });
    const back = await plane.send({
      ...{ method: 'POST', path: '/v1/baseline/rollback', bearer: 'fb_root', body: { to: 1 } },
    });
    expect(back).toMatchObject({ status: 403, body: { code: 'FOUR_EYES' } });
    // What the deployment asks for beyond it counts; what it asks for below does not.
    const strict = controlPlane(table, { parts: { approvals: 2 } });
    const path = `/v1/services/${service}/draft/approvals`;
    expect(await strict.send({ method: 'GET', path, bearer: 'fb_ada' })).toMatchObject({ body: { needed: 2 } });
    expect(await plane.send({ method: 'GET', path, bearer: 'fb_ada' })).toMatchObject({ body: { needed: 1 } });

    const read = await plane.send({ method: 'GET', path: '/v1/baseline/draft', bearer: 'fb_other' });
    await plane.send({
      ...{ method: 'POST', path: '/v1/baseline/draft/approve', bearer: 'fb_other' },
      headers: { 'if-match': String(read.headers['etag']) },
    });
    expect(await plane.send({ method: 'POST', path: '/v1/baseline/publish', bearer: 'fb_root' })).toMatchObject({
      status: 200,
    });
    await draft('ada', '3/s');
    expect(await publish('ada')).toMatchObject({ status: 200 });
  });
});

describe('a draft', () => {
  it('is not published by its author alone', async () => {
    const etag = await draft('ada', '1/s');
    expect(await publish('ada')).toMatchObject({
      ...FOUR_EYES,
      body: { code: 'FOUR_EYES', author: 'ada', needed: 1, approvals: [], etag: etag.slice(1, -1) },
    });
    expect((await send('ada', 'GET', 'rules')).status).toBe(404);
  });

  it('is published by somebody else, who has looked at it by that', async () => {
    await draft('ada', '1/s');
    expect(await publish('grace')).toMatchObject({ status: 200, body: { revision: 1 } });
  });

  it('is published by its author once somebody else has approved exactly it', async () => {
    const etag = await draft('ada', '1/s');
    const approved = await approve('grace', etag, { note: 'as we said' });
    expect(approved).toMatchObject({
      status: 200,
      body: { author: 'ada', needed: 1, approvals: [{ by: 'grace', note: 'as we said' }] },
    });
    expect((await send('ed', 'GET', 'draft/approvals')).body).toEqual(approved.body);
    expect(await publish('ada')).toMatchObject({ status: 200, body: { revision: 1 } });
    const { body } = await plane.send({ method: 'GET', path: '/v1/audit', bearer: 'fb_ada', query: { service } });
    expect(
      (body['entries'] as { action: string; actor: string }[]).map(({ action, actor }) => [action, actor]),
    ).toEqual([
      ['rules.publish', 'ada'],
      ['draft.approve', 'grace'],
      ['draft.put', 'ada'],
    ]);
  });

  it('loses its approval with the next change, and has it no more when the same text is put again', async () => {
    const first = await draft('ada', '1/s');
    await approve('grace', first);
    const second = await draft('ada', '1000/s');
    expect(await publish('ada')).toMatchObject(FOUR_EYES);
    expect((await send('ada', 'GET', 'draft/approvals')).body).toMatchObject({
      etag: second.slice(1, -1),
      approvals: [],
    });
    expect(await draft('ada', '1/s')).toBe(first);
    expect((await send('ada', 'GET', 'draft/approvals')).body).toMatchObject({ approvals: [] });
    expect(await publish('ada')).toMatchObject(FOUR_EYES);
    await approve('grace', first);
    expect((await publish('ada')).status).toBe(200);
  });

  it('is not approved by its author, nor by an editor', async () => {
    const etag = await draft('ada', '1/s');
    expect(await approve('ada', etag)).toMatchObject(FOUR_EYES);
    expect((await send('ed', 'POST', 'draft/approve', { headers: { 'if-match': etag } })).body).toMatchObject({
      code: 'ROLE_TOO_LOW',
    });
    expect(await publish('ada')).toMatchObject(FOUR_EYES);
  });

  it('that an editor wrote is approved by whoever publishes it', async () => {
    await draft('ed', '1/s');
    expect((await publish('ada')).status).toBe(200);
  });

  it('that was taken over is its new author’s', async () => {
    await draft('ada', '1/s');
    await draft('grace', '2/s');
    expect(await publish('grace')).toMatchObject(FOUR_EYES);
    expect((await publish('ada')).status).toBe(200);
  });

  it('stays its author’s when somebody else puts the same text again', async () => {
    const etag = await draft('ada', '1/s');
    expect(await draft('ed', '1/s')).toBe(etag);
    expect(await publish('ada')).toMatchObject({ ...FOUR_EYES, body: { author: 'ada' } });
  });

  it('stays its author’s when somebody else puts the same text at the same moment', async () => {
    const etag = await draft('ada', '7/s');
    // A request that looked before ada's was written: the table alone knows better.
    const late = controlPlane(blindTo('draft'), { parts: { approvals: 1 } });
    const body = { apiVersion: 'flyball/v1', service, throttles: { everyone: { limit: '7/s' } } };
    const put = await late.send({ method: 'PUT', path: `/v1/services/${service}/draft`, bearer: 'fb_ed', body });
    expect(put, put.text).toMatchObject({ status: 200, headers: { etag, 'flyball-draft-author': 'ada' } });
    expect(await publish('ada')).toMatchObject({ ...FOUR_EYES, body: { author: 'ada' } });
  });

  it.each([
    ['none', undefined, 428],
    ['any', '*', 428],
    ['two', '"a", "b"', 428],
    ['a weak one', 'W/"a"', 428],
    ['another one', '"a"', 412],
  ])('is not approved by ETag: %s', async (_what, etag, status) => {
    await draft('ada', '1/s');
    const headers = etag === undefined ? {} : { 'if-match': etag };
    expect((await send('grace', 'POST', 'draft/approve', { headers })).status).toBe(status);
    expect((await send('ada', 'GET', 'draft/approvals')).body).toMatchObject({ approvals: [] });
  });

  it('has been approved for thirty days', async () => {
    await approve('grace', await draft('ada', '1/s'));
    plane.clock.advance(30 * DAY);
    expect(await publish('ada')).toMatchObject(FOUR_EYES);
  });

  it('that is none cannot be approved', async () => {
    expect((await approve('grace', '"a"')).status).toBe(404);
    expect((await send('grace', 'GET', 'draft/approvals')).status).toBe(404);
  });
});

describe('somebody with a token', () => {
  it('is the same by another address: neither approves nor publishes what they wrote by the one before', async () => {
    const key = await signingKey('k1');
    const issuer = await serveKeys(await keySetOf(key));
    try {
      const roles = [{ when: { groups: 'dev' }, role: 'publisher' }];
      const corp = { name: 'corp', issuer: ISSUER, audience: AUDIENCE, jwksUri: issuer.jwksUri, actor: 'email', roles };
      plane = controlPlane(table, { parts: { approvals: 1 }, issuers: JSON.stringify([corp]) });
      const by = (sub: string, email: string) =>
        tokenOf(key, NOW, { sub, groups: ['dev'], email, email_verified: true });
      const path = (what: string) => `/v1/services/${service}/${what}`;
      const body = { apiVersion: 'flyball/v1', service, throttles: { everyone: { limit: '1/s' } } };
      const put = await plane.send({ method: 'PUT', path: path('draft'), bearer: await by('u1', 'm@acme.com'), body });
      expect(put.status, put.text).toBe(200);

      const bearer = await by('u1', 'm2@acme.com');
      const headers = { 'if-match': String(put.headers['etag']) };
      expect(await plane.send({ method: 'POST', path: path('draft/approve'), bearer, headers })).toMatchObject(
        FOUR_EYES,
      );
      expect(await plane.send({ method: 'POST', path: path('publish'), bearer, body: {} })).toMatchObject(FOUR_EYES);

      const other = await by('u2', 'grace@acme.com');
      expect((await plane.send({ method: 'POST', path: path('publish'), bearer: other, body: {} })).status).toBe(200);
    } finally {
      await issuer.close();
    }
  });
});

describe('several others', () => {
  it('are counted once each', async () => {
    plane = controlPlane(table, { parts: { approvals: 2 } });
    const etag = await draft('ada', '1/s');
    await approve('grace', etag);
    await approve('grace', etag);
    expect(await publish('ada')).toMatchObject(FOUR_EYES);
    expect(await publish('grace')).toMatchObject(FOUR_EYES);
    expect((await publish('joan')).status).toBe(200);
  });
});

describe('what is an emergency', () => {
  it('waits for nobody: rolling back publishes what was in force before', async () => {
    for (const limit of ['1/s', '2/s']) {
      await draft('ada', limit);
      expect((await publish('grace')).status).toBe(200);
    }
    expect((await send('ada', 'POST', 'rollback', { body: { to: 1 } })).body).toMatchObject({ revision: 3 });
  });
});

describe('one publisher alone', () => {
  const back = (to: number) => send('ada', 'POST', 'rollback', { body: { to } });
  async function published(limit: string, body: object = {}) {
    await draft('ada', limit);
    expect((await send('grace', 'POST', 'publish', { body })).status).toBe(200);
  }

  it('goes back to what was in force before, however long ago that was, and no further than thirty days', async () => {
    await published('1/s');
    await published('2/s');
    plane.clock.advance(31 * DAY);
    await published('3/s');
    // The second was in force until a moment ago, the first was not for a month.
    expect(await back(1)).toMatchObject({ status: 403, body: { code: 'FOUR_EYES' } });
    expect(await back(2)).toMatchObject({ status: 200, body: { revision: 4 } });
    // Nor step by step: what was gone back to is followed by what it took the place of.
    expect(await back(1)).toMatchObject(FOUR_EYES);
    plane.clock.advance(31 * DAY);
    expect(await back(3)).toMatchObject({ status: 200, body: { revision: 5 } });
  });

  it('does not go back to what was taken back before all had it', async () => {
    await published('1/s');
    await published('2/s', { gray: { share: '5%' } });
    expect((await send('ada', 'POST', 'gray/abort')).status).toBe(200);
    expect(await back(2)).toMatchObject(FOUR_EYES);
  });

  it('goes back to anything where nobody has to agree', async () => {
    plane = controlPlane(table);
    for (const limit of ['1/s', '2/s', '3/s']) await published(limit);
    plane.clock.advance(31 * DAY);
    await published('4/s');
    expect((await back(1)).status).toBe(200);
  });
});

describe('the baseline', () => {
  const baseline = (who: string, method: Wanted['method'], path: string, more: Partial<Wanted> = {}) =>
    plane.send({ method, path: `/v1/baseline${path}`, bearer: `fb_${who}`, ...more });

  it('needs somebody else’s yes as rules do, and an admin’s', async () => {
    await givenKey(table, 'root', 'admin');
    await givenKey(table, 'boss', 'admin');
    const body = { apiVersion: 'flyball/v1', kind: 'baseline', defaults: {} };
    const put = await baseline('root', 'PUT', '/draft', { body });
    expect(put.status, put.text).toBe(200);
    expect(await baseline('root', 'POST', '/publish')).toMatchObject(FOUR_EYES);
    const headers = { 'if-match': String(put.headers['etag']) };
    expect(await baseline('root', 'POST', '/draft/approve', { headers })).toMatchObject(FOUR_EYES);
    expect((await baseline('ada', 'POST', '/draft/approve', { headers })).body).toMatchObject({ code: 'ROLE_TOO_LOW' });
    expect((await baseline('boss', 'POST', '/draft/approve', { headers })).status).toBe(200);
    expect((await baseline('ada', 'GET', '/draft/approvals')).body).toMatchObject({ approvals: [{ by: 'boss' }] });
    const published = await baseline('root', 'POST', '/publish');
    expect(published.status, published.text).toBe(200);
  });
});

it('asks for nobody where the deployment does not', async () => {
  plane = controlPlane(table);
  await draft('ada', '1/s');
  expect((await send('ada', 'GET', 'draft/approvals')).body).toMatchObject({ needed: 0 });
  expect((await publish('ada')).status).toBe(200);
});
