import { describe, expect, it } from 'vitest';
import { orderRequestOf } from '../../../../functions/examples/orders/request.ts';
import { behaviorOf } from '../../../../functions/examples/payments/behavior.ts';
import { charge, chargeRequestOf } from '../../../../functions/examples/payments/charge.ts';

const fields = (result: object) =>
  'errors' in result ? (result.errors as { field: string }[]).map(({ field }) => field) : [];

describe('an order', () => {
  it('needs a sku and a whole quantity', () => {
    expect(orderRequestOf({ sku: 'apple', quantity: 2 })).toEqual({ sku: 'apple', quantity: 2 });
  });

  it.each([
    [undefined, ['body']],
    [{}, ['sku', 'quantity']],
    [{ sku: '', quantity: 1 }, ['sku']],
    [{ sku: 'a b', quantity: 1 }, ['sku']],
    [{ sku: 'apple', quantity: 0 }, ['quantity']],
    [{ sku: 'apple', quantity: 1.5 }, ['quantity']],
    [{ sku: 'apple', quantity: '2' }, ['quantity']],
    [{ sku: 'apple', quantity: 1001 }, ['quantity']],
  ])('%o is refused for %o', (body, expected) => {
    expect(fields(orderRequestOf(body))).toEqual(expected);
  });
});

describe('payments', () => {
  it.each([
    [{ orderId: 'a', amount: 100 }, []],
    [{ orderId: '', amount: 100 }, ['orderId']],
    [{ orderId: 'a', amount: 0.5 }, ['amount']],
    [undefined, ['orderId', 'amount']],
  ])('a charge of %o is refused for %o', (body, expected) => {
    expect(fields(chargeRequestOf(body))).toEqual(expected);
  });

  it.each([
    [{ failureRate: 0.5, delayMs: 100 }, []],
    [{}, []],
    [{ failureRate: 2 }, ['failureRate']],
    [{ delayMs: -1 }, ['delayMs']],
    [{ delayMs: 60_000 }, ['delayMs']],
    [undefined, ['body']],
  ])('a behaviour of %o is refused for %o', (body, expected) => {
    expect(fields(behaviorOf(body))).toEqual(expected);
  });

  const request = { orderId: 'a', amount: 100 };
  const good = { failureRate: 0, delayMs: 0 };

  it('fails as often as it is told to', async () => {
    const half = { failureRate: 0.5, delayMs: 0 };
    await expect(charge(request, undefined, half, () => 0.49)).rejects.toThrow('as it was told to');
    await expect(charge(request, undefined, half, () => 0.5)).resolves.toMatchObject({ accepted: true });
  });

  it('makes one charge of what is asked for twice under one key', async () => {
    const { id } = await charge(request, 'key-1', good);
    expect(await charge(request, 'key-1', good)).toEqual({ accepted: true, id });
    expect((await charge(request, 'key-2', good)).id).not.toBe(id);
    expect((await charge(request, undefined, good)).id).not.toBe((await charge(request, undefined, good)).id);
  });
});
