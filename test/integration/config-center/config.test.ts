// Free-form configuration over HTTP: namespaces drafted, published, given to some readers first, compared, rolled back.
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { configId } from '../../../store/config-id.ts';
import { readState } from '../../../store/items/rules.ts';
import type { Table } from '../../../store/port.ts';
import { createTable } from '../table.ts';
import { startCenter, type Answer, type Center, type Sent } from './center.ts';

const CONFIG = '/v1/services/orders/config';
const APPLICATION = `${CONFIG}/application`;
let table: Table;
let send: Center['send'];

beforeEach(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  const center = await startCenter(table);
  send = (method, path, sent) => center.send(method, path, sent);
});

const put = (body: object | string, sent: Sent = {}, path = APPLICATION) =>
  send('PUT', `${path}/draft`, { ...sent, body });
const post = (path: string, body: object = {}) => send('POST', `${APPLICATION}/${path}`, { body });
const get = (path = '', headers = {}) => send('GET', `${APPLICATION}${path}`, { headers });

async function publish(values: object | string, body: object = {}): Promise<Answer> {
  await put(values);
  return post('publish', body);
}

const asProperties = { headers: { 'content-type': 'text/x-java-properties' } };

describe('a draft', () => {
  const SOURCE = '# who may\ncheckout:\n  newFlow: true # soon\n  version: 1.10\n  hosts: [a, b]\nempty:\n';

  it('is YAML with nested keys, which are joined by dots; values are what stands there', async () => {
    expect(await put(SOURCE)).toMatchObject({
      status: 200,
      headers: { 'flyball-draft-in-force': 'false' },
      body: {
        'checkout.newFlow': 'true',
        'checkout.version': '1.10',
        'checkout.hosts[0]': 'a',
        'checkout.hosts[1]': 'b',
        empty: '',
      },
    });
    expect(await get('/draft', { accept: 'application/yaml' })).toMatchObject({ status: 200, body: SOURCE });
  });

  it('is properties, given back as they were sent and as JSON', async () => {
    const source = '! old habits\ngreeting = Hello: \\u0041\\\n   nna\nurl=jdbc:x\\=1\n';
    expect(await put(source, asProperties)).toMatchObject({
      status: 200,
      body: { greeting: 'Hello: Anna', url: 'jdbc:x=1' },
    });
    expect((await get('/draft', { accept: 'text/plain' })).body).toBe(source);
    await post('publish');
    expect((await get()).body).toEqual({ greeting: 'Hello: Anna', url: 'jdbc:x=1' });
    expect((await get('/revisions/1', { accept: 'text/plain' })).status).toBe(200);
  });

  it.each([
    ['a key that stands there nested and whole', 'a: { b: 1 }\na.b: 2\n', '/a.b'],
    ['a list', '- a\n', ''],
    ['a name with a meaning of its own', 'a: { __proto__: 1 }', '/a/__proto__'],
  ])('is refused with %s', async (_what, body, path) => {
    expect(await put(body)).toMatchObject({ status: 422, body: { errors: [{ path }] } });
    expect((await get('/draft')).status).toBe(404);
  });

  it('is refused with the same property twice, and in a format that nobody knows', async () => {
    expect(await put('a=1\na = 2\n', asProperties)).toMatchObject({ status: 422, body: { errors: [{ path: '/a' }] } });
    expect((await put('a=1', { headers: { 'content-type': 'text/csv' } })).status).toBe(415);
    expect((await put({ a: 'x'.repeat(300_000) })).status).toBe(413);
  });

  it('of somebody else is not overwritten', async () => {
    const { headers } = await put({ a: '1' });
    await put({ a: '2' });
    const lost = await put({ a: '3' }, { headers: { 'if-match': String(headers['etag']) } });
    expect(lost).toMatchObject({
      status: 412,
      body: {
        code: 'DRAFT_CHANGED',
        draft: { document: { a: '2' } },
        changes: [{ path: '/a', change: 'changed', fields: [{ before: '2', after: '3' }] }],
      },
    });
  });

  it('is validated, and keys that look like secrets are warned of', async () => {
    const values = {
      'db.password': 'hunter2',
      apiKey: 'k',
      'db.passwordRef': 'x',
      'tls.secret': '${TLS}',
      token: 'arn:aws:x',
    };
    expect(await send('POST', `${APPLICATION}/draft/validate`, { body: values })).toMatchObject({
      status: 200,
      body: { valid: true, warnings: [{ path: '/db.password' }, { path: '/apiKey' }] },
    });
    expect((await publish({ key: 'AKIAABCDEFGHIJKLMNOP' })).body).toMatchObject({ warnings: [{ path: '/key' }] });
  });

  it.each(['Application', 'a b', 'application.properties', '.x', `n${'n'.repeat(64)}`])(
    'of a namespace called %j is not there',
    async (name) => {
      expect((await put({ a: '1' }, {}, `${CONFIG}/${encodeURIComponent(name)}`)).status).toBe(404);
    },
  );
});

describe('a namespace that is one text', () => {
  const FLAGS = `${CONFIG}/flags.json`;

  it('is kept and given back as it was sent', async () => {
    const source = '{\n  "new": [true]\n}\n';
    const sent = { headers: { 'content-type': 'application/json' } };
    expect(await put(source, sent, FLAGS)).toMatchObject({ status: 200, body: { new: [true] } });
    expect((await send('POST', `${FLAGS}/publish`)).body).toMatchObject({ revision: 1 });
    expect((await send('GET', FLAGS)).body).toEqual({ content: source });
    expect((await send('GET', `${FLAGS}/draft`)).headers).toMatchObject({ 'flyball-draft-in-force': 'true' });
  });

  it('must be what its name says', async () => {
    expect((await put('{"a": }', { headers: { 'content-type': 'application/json' } }, FLAGS)).status).toBe(422);
    expect((await put('a: [', {}, `${CONFIG}/flags.yaml`)).status).toBe(422);
    expect(
      (await put('a: [', { headers: { 'content-type': 'application/octet-stream' } }, `${CONFIG}/note.txt`)).status,
    ).toBe(200);
    expect((await put('a=1', { headers: { 'content-type': 'application/octet-stream' } })).status).toBe(415);
  });
});

describe('publishing', () => {
  it('puts the draft in force as the next revision, and again without a change makes none', async () => {
    expect((await get()).status).toBe(404);
    expect(await publish({ a: '1' }, { note: 'first' })).toMatchObject({
      status: 200,
      body: { revision: 1, changed: true },
    });
    expect(await post('publish')).toMatchObject({ status: 200, body: { revision: 1, changed: false } });
    const { headers, body } = await get();
    expect(body).toEqual({ a: '1' });
    expect((await get('', { 'if-none-match': String(headers['etag']) })).status).toBe(304);
  });

  it('by many at once makes one revision of one draft', async () => {
    await put({ a: '1' });
    const answers = await Promise.all(Array.from({ length: 8 }, () => post('publish')));
    const published = answers.filter(({ body }) => (body as { changed?: boolean }).changed === true);
    expect(published).toHaveLength(1);
    expect(answers.every(({ status }) => status === 200 || status === 409)).toBe(true);
    expect((await get('/revisions')).body).toMatchObject({ revisions: [{ revision: 1 }] });
  });

  it('touches neither the rules of the service nor another namespace', async () => {
    await publish({ a: '1' });
    await put({ b: '1' }, {}, `${CONFIG}/other`);
    expect((await send('GET', '/v1/services/orders/rules')).status).toBe(404);
    expect((await send('GET', `${CONFIG}/other`)).status).toBe(404);
    expect((await send('GET', '/v1/services')).body).toEqual({ services: [] });
    expect((await send('GET', CONFIG)).body).toMatchObject({
      namespaces: [
        { namespace: 'application', revision: 1, draft: { inForce: true } },
        { namespace: 'other', draft: { inForce: false } },
      ],
    });
    const first = (await send('GET', CONFIG, { query: { limit: '1' } })).body as { cursor: string };
    expect((await send('GET', CONFIG, { query: { limit: '1', cursor: first.cursor } })).body).toMatchObject({
      namespaces: [{ namespace: 'other' }],
    });
  });

  it('asks for four eyes where rules do', async () => {
    const center = await startCenter(table, { approvals: 1 });
    send = (method, path, sent) => center.send(method, path, sent);
    const { headers } = await put({ a: '1' }, { as: 'publisher' });
    const publishIt = () => send('POST', `${APPLICATION}/publish`, { as: 'publisher' });
    expect(await publishIt()).toMatchObject({ status: 403, body: { code: 'FOUR_EYES' } });
    const agree = { headers: { 'if-match': String(headers['etag']) } };
    expect((await send('POST', `${APPLICATION}/draft/approve`, agree)).status).toBe(200);
    expect((await get('/draft/approvals')).body).toMatchObject({ approvals: [{ by: 'admin-key' }] });
    expect((await publishIt()).status).toBe(200);
  });
});

describe('history', () => {
  it('is listed, compared key by key, and gone back to', async () => {
    await publish({ a: '1', b: '1' });
    await publish({ a: '2', c: '1' }, { note: 'faster' });
    expect((await get('/revisions')).body).toMatchObject({
      revisions: [
        { revision: 2, state: 'current', note: 'faster', author: 'admin-key' },
        { revision: 1, state: 'past' },
      ],
    });
    expect((await send('GET', `${APPLICATION}/diff`, { query: { from: '1', to: '2' } })).body).toMatchObject({
      changes: [
        { path: '/a', change: 'changed', fields: [{ before: '1', after: '2' }] },
        { path: '/b', change: 'removed' },
        { path: '/c', change: 'added' },
      ],
    });
    expect((await get('/revisions/1')).body).toMatchObject({ revision: 1, document: { a: '1', b: '1' } });
    expect((await post('rollback', { to: 1 })).body).toMatchObject({ revision: 3, changed: true });
    expect((await get()).body).toEqual({ a: '1', b: '1' });
    expect((await post('rollback', { to: 9 })).status).toBe(404);
  });

  it('says in the audit log who did what to which namespace', async () => {
    await publish({ a: '1' });
    await publish({ a: '2' });
    await post('rollback', { to: 1, note: 'oh' });
    const { body } = await send('GET', '/v1/audit', { query: { service: 'orders', action: 'config.' } });
    expect(body).toMatchObject({
      entries: [
        { action: 'config.rollback', target: 'config application revision 3', actor: 'admin-key', note: 'oh' },
        { action: 'config.publish', target: 'config application revision 2' },
        { action: 'config.publish', target: 'config application revision 1' },
      ],
    });
  });
});

describe('a gray publication', () => {
  const first = () => publish({ a: '1' });

  it('is given to the readers that are named, and keeps others waiting', async () => {
    expect(await publish({ a: '1' }, { gray: { share: '5%' } })).toMatchObject({
      status: 409,
      body: { code: 'NOTHING_IN_FORCE' },
    });
    await first();
    const answer = await publish({ a: '2' }, { gray: { ips: ['10.0.0.7', '10.0.0.8'], labels: ['canary'] } });
    expect(answer).toMatchObject({
      status: 200,
      body: { revision: 2, gray: { revision: 2, match: { ip: '10.0.0.7,10.0.0.8', label: 'canary' } } },
    });
    expect((await get()).body).toEqual({ a: '1' });
    expect((await get('/gray')).body).toMatchObject({ state: 'running', revision: 2, baseRevision: 1 });
    expect(await publish({ a: '3' })).toMatchObject({ status: 409, body: { code: 'GRAY_UNDER_WAY' } });
    expect((await readState(table, configId('orders', 'application'))).gray).toMatchObject({ by: 'key', key: 'ip' });
  });

  it('is promoted, aborted, and aborted by a rollback', async () => {
    await first();
    await publish({ a: '2' }, { gray: { share: '5%', by: 'label' } });
    expect((await post('gray/promote')).body).toMatchObject({ revision: 2 });
    expect((await get()).body).toEqual({ a: '2' });
    await publish({ a: '3' }, { gray: { share: '5%' } });
    expect((await post('gray/abort', { note: 'no' })).body).toMatchObject({ revision: 2 });
    expect((await get('/gray')).body).toMatchObject({ state: 'aborted', reason: 'no' });
    await publish({ a: '4' }, { gray: { share: '5%' } });
    expect((await post('rollback', { to: 1 })).body).toMatchObject({ revision: 5 });
    expect((await get('/gray')).body).toMatchObject({ state: 'aborted', revision: 4 });
    expect((await post('gray/promote')).body).toMatchObject({ code: 'NO_SUCH_GRAY' });
  });

  it.each([
    {},
    { share: '5%', ips: ['10.0.0.7'] },
    { ips: ['x'] },
    { ips: ['10.0.0.7'], by: 'ip' },
    { share: '5%', by: 'client' },
  ])('%j is refused with its place', async (gray) => {
    await first();
    const { status, body } = await publish({ a: '2' }, { gray });
    expect(status).toBe(422);
    expect((body as { errors: { path: string }[] }).errors[0]?.path).toMatch(/^\/gray\//);
  });
});
