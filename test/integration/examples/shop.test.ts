import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openShop, type Shop } from './shop.ts';

let shop: Shop;

beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());
beforeEach(() => shop.behave({}));

const order = (body: unknown = { sku: 'apple', quantity: 3 }) =>
  shop.orders({ method: 'POST', path: '/orders', body: typeof body === 'string' ? body : JSON.stringify(body) });
const read = (id: string) => shop.orders({ method: 'GET', path: `/orders/${id}`, pathParameters: { id } });
const charge = (more: object = {}) => ({ operation: 'charge', body: { orderId: 'order-1', amount: 250 }, ...more });

describe('an order', () => {
  it('is charged, stored, read again, and its settlement asked for', async () => {
    const before = Number(await shop.calls());
    const made = await order();
    expect(made).toMatchObject({ status: 201, body: { status: 'paid', sku: 'apple', quantity: 3 } });
    const id = String(made.body['id']);
    expect(await read(id)).toMatchObject({ status: 200, body: { id, status: 'paid', sku: 'apple', quantity: 3 } });
    expect(await shop.settlements()).toEqual([JSON.stringify({ orderId: id })]);
    expect(await shop.calls()).toBe(before + 1);
  });

  it.each([
    ['no body', '', ['body']],
    ['a list', [1], ['body']],
    ['a body larger than any order', { sku: 'apple', quantity: 1, note: 'x'.repeat(20_000) }, ['body']],
    ['nothing in it', {}, ['sku', 'quantity']],
    ['too many', { sku: 'apple', quantity: 1001 }, ['quantity']],
  ])('with %s is a 400 that names what is wrong, and reaches nobody', async (_what, body, fields) => {
    const before = await shop.calls();
    const { status, headers, body: problem } = await order(body);
    expect(status).toBe(400);
    expect(headers['content-type']).toBe('application/problem+json');
    expect((problem['errors'] as { field: string }[]).map(({ field }) => field)).toEqual(fields);
    expect(await shop.calls()).toBe(before);
  });

  it.each([
    ['a word', 'nobody'],
    ['no order', '00000000-0000-0000-0000-000000000000'],
    ['a path', '../open'],
    ['longer than any key of a table', 'x'.repeat(3000)],
  ])('that does not exist is a 404: %s', async (_what, id) => {
    expect((await read(id)).status).toBe(404);
  });

  it('is refused as a problem when payments fails, after a second attempt, and is not stored', async () => {
    await shop.behave({ failureRate: 1 });
    const before = Number(await shop.calls());
    const { status, body } = await order();
    expect(status).toBe(502);
    expect(body).toMatchObject({ code: 'FLYBALL_DEPENDENCY_FAILED', dependency: 'payments' });
    expect(await shop.calls()).toBe(before + 2);
    expect(await shop.settlements()).toEqual([]);
  });
});

describe('payments', () => {
  it('charges by direct invoke, one charge a key', async () => {
    const first = await shop.invokePayments(charge({ headers: { 'idempotency-key': 'key-1' } }));
    expect(first).toMatchObject({ accepted: true });
    expect(await shop.invokePayments(charge({ headers: { 'idempotency-key': 'key-1' } }))).toEqual(first);
    expect(await shop.invokePayments(charge())).not.toEqual(first);
  });

  it('refuses what it does not understand', async () => {
    expect(await shop.invokePayments({ operation: 'refund' })).toMatchObject({ statusCode: 400 });
    expect(await shop.invokePayments(charge({ body: {} }))).toMatchObject({ statusCode: 400 });
    expect(await shop.payments({ method: 'POST', path: '/payments/charges', body: '{' })).toMatchObject({
      status: 400,
    });
  });

  it('fails as it is told to: an error to an invoke, a 500 over HTTP', async () => {
    expect(await shop.behave({ failureRate: 1, delayMs: 5 })).toMatchObject({ status: 200 });
    await expect(shop.invokePayments(charge())).rejects.toThrow('as it was told to');
    const body = JSON.stringify({ orderId: 'order-1', amount: 250 });
    expect(await shop.payments({ method: 'POST', path: '/payments/charges', body })).toMatchObject({ status: 500 });
  });

  it('behaves whatever anybody says in stage prod', async () => {
    process.env['FLYBALL_STAGE'] = 'prod';
    const answer = await shop.behave({ failureRate: 1 });
    delete process.env['FLYBALL_STAGE'];
    expect(answer.status).toBe(403);
    expect(await shop.invokePayments(charge())).toMatchObject({ accepted: true });
  });

  it('names what is wrong with a behaviour', async () => {
    const { status, body } = await shop.behave({ failureRate: 1.5, delayMs: '1s' });
    expect(status).toBe(400);
    expect((body['errors'] as { field: string }[]).map(({ field }) => field)).toEqual(['failureRate', 'delayMs']);
  });

  it('charges without its table; what needs the table says that it failed', async () => {
    process.env['FLYBALL_EXAMPLES_TABLE'] = 'no-such-table';
    const charged = await shop.invokePayments(charge());
    const counted = await shop.payments({ method: 'GET', path: '/payments/calls' });
    process.env['FLYBALL_EXAMPLES_TABLE'] = shop.examplesTable;
    expect(charged).toMatchObject({ accepted: true });
    expect(counted).toMatchObject({ status: 502, body: { dependency: 'payments-table' } });
  });
});
