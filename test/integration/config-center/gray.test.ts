// Publishing to part of the fleet over HTTP: begun, shown, promoted, aborted and rolled over.
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { readJob } from '../../../store/items/jobs.ts';
import { readState } from '../../../store/items/rules.ts';
import type { Table } from '../../../store/port.ts';
import { createTable } from '../table.ts';
import { limited, startCenter, type Answer, type Center } from './center.ts';

const ORDERS = '/v1/services/orders';
const FIVE_PERCENT = { share: '5%' };
let table: Table;
let send: Center['send'];

beforeEach(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  const center = await startCenter(table);
  send = (method, path, sent) => center.send(method, path, sent);
});

const putDraft = (body: object) => send('PUT', `${ORDERS}/draft`, { body });
const post = (path: string, body: object = {}) => send('POST', `${ORDERS}/${path}`, { body });
const limit = (text: string) => limited('orders', text);

async function publish(text: string, body: object = {}): Promise<Answer> {
  await putDraft(limit(text));
  return post('publish', body);
}

/** Revision 1 in force, revision 2 given to 5 % of the instances. */
async function withGray(gray: object = FIVE_PERCENT): Promise<void> {
  await publish('1/s');
  expect(await publish('2/s', { note: 'carefully', gray })).toMatchObject({ status: 200 });
}

const states = async () => {
  const { body } = await send('GET', `${ORDERS}/revisions`);
  return (body as { revisions: { revision: number; state: string }[] }).revisions.map(
    ({ revision, state }) => `${revision} ${state}`,
  );
};
const inForce = async () => (await send('GET', `${ORDERS}/rules`)).body;
const audit = async () => {
  const { body } = await send('GET', '/v1/audit');
  return (body as { entries: { action: string; target: string; detail?: object; note?: string }[] }).entries;
};

describe('a gray publication', () => {
  it('gives part of the fleet the draft and leaves the rest what it runs', async () => {
    await publish('1/s');
    const answer = await publish('2/s', { gray: { share: '2.5%', by: 'client' } });
    expect(answer).toMatchObject({
      status: 200,
      body: { revision: 2, changed: true, gray: { revision: 2, by: 'client', share: '2.5%' } },
    });
    expect(await inForce()).toEqual(limit('1/s'));
    expect(await states()).toEqual(['2 gray', '1 current']);
    expect((await readState(table, 'orders')).gray).toMatchObject({ by: 'key', key: 'client', share: 250 });
  });

  it('is shown with who began it beside what, and who is in it', async () => {
    expect((await send('GET', `${ORDERS}/gray`)).status).toBe(404);
    await withGray({ share: '5%', by: 'header:x-tenant', versions: ['7', 'canary'], match: { method: 'POST' } });
    expect(await send('GET', `${ORDERS}/gray`)).toMatchObject({
      status: 200,
      body: {
        ...{ revision: 2, baseRevision: 1, state: 'running', author: 'admin-key', note: 'carefully', step: 0 },
        gray: { by: 'header:x-tenant', share: '5%', versions: ['7', 'canary'], match: { method: 'POST' } },
      },
    });
    expect((await send('GET', '/v1/services')).body).toMatchObject({
      services: [{ revision: 1, gray: { revision: 2 } }],
    });
  });

  it('warns where its access rules differ, which callers can choose between and nobody judges', async () => {
    await publish('1/s');
    const put = await putDraft({ ...limit('1/s'), access: { deny: [{ ip: ['203.0.113.0/24'] }] } });
    expect(put).toMatchObject({ status: 200 });
    const judged = { by: 'header:x-tenant', steps: [{ share: '5%', bake: '10m' }] };
    const answer = await post('publish', { gray: judged });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        warnings: [
          { path: '/access', reason: expect.stringContaining('callers can choose their side') as string },
          { path: '/access', reason: expect.stringContaining('mode: shadow') as string },
        ],
      },
    });
  });

  it('is promoted under a baseline that forbids it by now, with what it breaks', async () => {
    await withGray();
    const guardrails = { strict: { at: '/throttles/*/limit', max: '1/s' } };
    await send('PUT', '/v1/baseline/draft', { body: { apiVersion: 'flyball/v1', kind: 'baseline', guardrails } });
    expect((await send('POST', '/v1/baseline/publish', { body: {} })).status).toBe(200);
    const promoted = await post('gray/promote');
    const reason = expect.stringContaining('guardrail "strict"') as string;
    expect(promoted).toMatchObject({ status: 200, body: { revision: 2, warnings: [{ reason }] } });
    expect((await audit())[0]).toMatchObject({
      action: 'rules.promote',
      detail: { guardrailsBroken: [expect.stringContaining('/throttles/')] },
    });
  });

  it('becomes what all run when it is promoted', async () => {
    await withGray();
    const promoted = await post('gray/promote', { note: 'all is well' });
    expect(promoted).toMatchObject({ status: 200, body: { revision: 2, seq: 3 } });
    expect(await inForce()).toEqual(limit('2/s'));
    expect(await states()).toEqual(['2 current', '1 past']);
    const shown = await send('GET', `${ORDERS}/gray`);
    expect(shown).toMatchObject({ body: { revision: 2, state: 'promoted', reason: 'all is well' } });
    expect(shown.body).not.toHaveProperty('gray');
    const { services } = (await send('GET', '/v1/services')).body as { services: object[] };
    expect(services).toMatchObject([{ revision: 2 }]);
    expect(services[0]).not.toHaveProperty('gray');
  });

  it('leaves its number taken when it is aborted', async () => {
    await withGray();
    expect(await post('gray/abort', { note: 'too many refusals' })).toMatchObject({
      status: 200,
      body: { revision: 1 },
    });
    expect(await inForce()).toEqual(limit('1/s'));
    expect(await publish('3/s')).toMatchObject({ body: { revision: 3 } });
    expect(await states()).toEqual(['3 current', '2 aborted', '1 past']);
    expect((await send('GET', `${ORDERS}/revisions/2`)).body).toMatchObject({
      state: 'aborted',
      document: limit('2/s'),
    });
    expect((await send('GET', `${ORDERS}/gray`)).body).toMatchObject({ state: 'aborted', reason: 'too many refusals' });
  });

  it('keeps every other publication waiting', async () => {
    await withGray();
    for (const body of [{}, { gray: { share: '50%' } }]) {
      expect(await publish('3/s', body)).toMatchObject({
        status: 409,
        body: { code: 'GRAY_UNDER_WAY', revision: 1, gray: { revision: 2, share: '5%' } },
      });
    }
    expect(await states()).toEqual(['2 gray', '1 current']);
  });

  it('is aborted by the write that rolls back', async () => {
    await publish('9/s');
    await publish('1/s');
    await publish('2/s', { gray: FIVE_PERCENT });
    expect(await post('rollback', { to: 1 })).toMatchObject({ status: 200, body: { revision: 4, changed: true } });
    expect(await inForce()).toEqual(limit('9/s'));
    expect(await states()).toEqual(['4 current', '3 aborted', '2 past', '1 past']);
    expect((await audit())[0]).toMatchObject({ action: 'rules.rollback', detail: { to: 1, revision: 4, aborted: 3 } });
    expect((await send('GET', `${ORDERS}/gray`)).body).toMatchObject({
      state: 'aborted',
      reason: 'rollback to revision 1',
    });
  });

  it('is all that ends when what the rest runs is rolled back to', async () => {
    await withGray();
    expect(await post('rollback', { to: 1 })).toMatchObject({ status: 200, body: { revision: 1, changed: true } });
    expect(await states()).toEqual(['2 aborted', '1 current']);
    expect((await audit())[0]).toMatchObject({ action: 'rules.rollback', detail: { to: 1, aborted: 2 } });
  });

  it('can be rolled forward to at once: its document for all, under a new number', async () => {
    await withGray();
    expect(await post('rollback', { to: 2 })).toMatchObject({ status: 200, body: { revision: 3 } });
    expect(await inForce()).toEqual(limit('2/s'));
  });

  it('has jobs declared when it is promoted, and not before', async () => {
    await publish('1/s');
    await putDraft({ ...limit('2/s'), jobs: { nightly: { schedule: 'cron(0 2 * * ? *)' } } });
    await post('publish', { gray: FIVE_PERCENT });
    expect(await readJob(table, 'orders', 'nightly')).toBeUndefined();
    await post('gray/promote');
    expect(await readJob(table, 'orders', 'nightly')).toBeDefined();
  });

  it('of what is in force already is nothing', async () => {
    await publish('1/s');
    const answer = await publish('1/s', { gray: FIVE_PERCENT });
    expect(answer).toMatchObject({ status: 200, body: { revision: 1, changed: false } });
    expect(answer.body).not.toHaveProperty('gray');
  });

  it('needs something for the rest of the fleet to run', async () => {
    expect(await publish('1/s', { gray: FIVE_PERCENT })).toMatchObject({
      status: 409,
      body: { code: 'NOTHING_IN_FORCE' },
    });
    expect((await publish('1/s')).body).toMatchObject({ revision: 1 });
  });

  it('leaves an audit entry at its beginning and its end', async () => {
    await withGray();
    await post('gray/promote', { note: 'all is well' });
    expect((await audit()).slice(0, 2)).toMatchObject([
      { action: 'rules.promote', target: 'revision 2', detail: { revision: 2, from: 1 }, note: 'all is well' },
      { action: 'rules.publish', target: 'revision 2', detail: { from: 1, gray: { share: '5%' } }, note: 'carefully' },
    ]);
  });

  it.each([
    [{}, { path: '/gray/share', reason: 'is required, unless versions or a match say who is meant' }],
    [{ by: 'client' }, { path: '/gray/share', reason: 'is required: of the values of client' }],
    [{ share: '0%' }, { path: '/gray/share', reason: 'is too little: at least 0.01%' }],
    [{ share: '101%' }, { path: '/gray/share' }],
    [{ share: '5%', by: 'weather' }, { path: '/gray/by' }],
    [{ versions: [] }, { path: '/gray/versions' }],
    [{ versions: ['no such!'] }, { path: '/gray/versions/0' }],
    [{ match: {} }, { path: '/gray/match' }],
    [{ share: '5%', match: { method: 'FETCH' } }, { path: '/gray/match/method' }],
    [{ share: '5%', steps: [] }, { path: '/gray/steps' }],
    [{ share: '5%', abortWhen: { errors: '+2%', weather: '+2%' } }, { path: '/gray/abortWhen/weather' }],
  ])('%j is refused with its place', async (gray, error) => {
    await publish('1/s');
    const answer = await publish('2/s', { gray });
    expect(answer).toMatchObject({ status: 422, body: { errors: [error] } });
    expect(await states()).toEqual(['1 current']);
  });

  it('is refused with all that is wrong at once', async () => {
    await publish('1/s');
    const { body } = await publish('2/s', { gray: { share: '0%', by: 'weather', match: { method: 'FETCH' } } });
    expect((body as { errors: { path: string }[] }).errors.map(({ path }) => path).sort()).toEqual([
      '/gray/by',
      '/gray/match/method',
      '/gray/share',
    ]);
  });
});

describe('promoting and aborting', () => {
  it.each(['gray/promote', 'gray/abort'])('POST %s says so when there is none', async (path) => {
    await publish('1/s');
    expect(await post(path)).toMatchObject({ status: 409, body: { code: 'NO_SUCH_GRAY' } });
  });

  it.each(['gray/promote', 'gray/abort'])('POST %s does nothing to another revision than expected', async (path) => {
    await withGray();
    expect(await post(path, { expectedRevision: 7 })).toMatchObject({
      status: 409,
      body: { code: 'NO_SUCH_GRAY', gray: { revision: 2 } },
    });
    expect(await post(path, { expectedRevision: 2 })).toMatchObject({ status: 200 });
  });

  it('of many at once lets one win', async () => {
    await withGray();
    const asked = ['gray/promote', 'gray/abort', 'rollback', 'gray/promote', 'gray/abort', 'rollback'];
    const answers = await Promise.all(asked.map((path) => post(path, path === 'rollback' ? { to: 1 } : {})));
    const winners = asked.filter((_, i) => answers[i]?.status === 200);
    expect(winners.length).toBeGreaterThanOrEqual(1);
    const gray = winners.filter((path) => path !== 'rollback');
    expect(gray.length).toBeLessThanOrEqual(1);
    expect(answers.filter(({ status }) => ![200, 409].includes(status))).toEqual([]);
    expect((await readState(table, 'orders')).gray).toBeUndefined();
  });
});
