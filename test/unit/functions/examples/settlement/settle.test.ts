// Which queue messages name an order, and which are poison.
import { describe, expect, it } from 'vitest';
import { orderIdOf } from '../../../../../functions/examples/settlement/settle.ts';

describe('a settlement message', () => {
  it('names its order', () => {
    const orderId = '3f1c2a54-9f0e-4c39-8f55-6f2f5f6a7b8c';
    expect(orderIdOf(JSON.stringify({ orderId }))).toBe(orderId);
  });

  it.each([
    ['no JSON', 'hello', 'the message is not JSON'],
    ['no object', '42', 'the message names no orderId'],
    ['null', 'null', 'the message names no orderId'],
    ['no orderId', '{"id":"1"}', 'the message names no orderId'],
    ['an orderId that is no text', '{"orderId":1}', 'the message names no orderId'],
    ['an orderId of another kind', '{"orderId":"order#1"}', 'the message names no orderId'],
    ['an empty orderId', '{"orderId":""}', 'the message names no orderId'],
  ])('is poison when it is %s', (_what, body, reason) => {
    expect(() => orderIdOf(body)).toThrow(expect.objectContaining({ name: 'Unsettleable', message: reason }));
  });
});
