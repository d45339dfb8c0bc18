// What an order must look like to be taken.
import type { FieldError } from '../web.ts';

export interface OrderRequest {
  readonly sku: string;
  readonly quantity: number;
}

const MOST = 1000;

/** The request in a body, or everything that is wrong with it. */
export function orderRequestOf(
  body: Readonly<Record<string, unknown>> | undefined,
): OrderRequest | { readonly errors: readonly FieldError[] } {
  if (!body) return { errors: [{ field: 'body', reason: 'must be a JSON object with sku and quantity' }] };
  const { sku, quantity } = body;
  const errors: FieldError[] = [];
  if (typeof sku !== 'string' || !/^[a-z0-9-]{1,40}$/i.test(sku)) {
    errors.push({ field: 'sku', reason: 'must be 1 to 40 letters, digits and hyphens' });
  }
  if (typeof quantity !== 'number' || !Number.isInteger(quantity) || quantity < 1 || quantity > MOST) {
    errors.push({ field: 'quantity', reason: `must be a whole number from 1 to ${MOST}` });
  }
  return typeof sku === 'string' && typeof quantity === 'number' && errors.length === 0
    ? { sku, quantity }
    : { errors };
}
