// A charge, as well-behaved as the behaviour in force lets it be.
import { hash, randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { systemRandom } from '../../../middleware/kernel/clock.ts';
import type { FieldError } from '../web.ts';
import type { Behavior } from './behavior.ts';

export interface ChargeRequest {
  readonly orderId: string;
  readonly amount: number;
}

export interface Charge {
  readonly accepted: boolean;
  readonly id: string;
}

/** The charge asked for in a body, or everything that is wrong with it. */
export function chargeRequestOf(
  body: Readonly<Record<string, unknown>> | undefined,
): ChargeRequest | { readonly errors: readonly FieldError[] } {
  const { orderId, amount } = body ?? {};
  const errors: FieldError[] = [];
  if (typeof orderId !== 'string' || orderId === '' || orderId.length > 64) {
    errors.push({ field: 'orderId', reason: 'must be 1 to 64 characters' });
  }
  if (typeof amount !== 'number' || !Number.isInteger(amount) || amount < 1) {
    errors.push({ field: 'amount', reason: 'must be a whole number of cents above zero' });
  }
  return typeof orderId === 'string' && typeof amount === 'number' && errors.length === 0
    ? { orderId, amount }
    : { errors };
}

/** Charges, after the delay in force. @throws {Error} as often as the behaviour's failure rate says. */
export async function charge(
  { orderId }: ChargeRequest,
  idempotencyKey: string | undefined,
  { failureRate, delayMs }: Behavior,
  random = systemRandom,
): Promise<Charge> {
  if (delayMs > 0) await setTimeout(delayMs);
  if (random() < failureRate) throw new Error(`The charge for order ${orderId} failed, as it was told to.`);
  return { accepted: true, id: `ch_${idempotencyKey === undefined ? randomUUID() : digestOf(idempotencyKey)}` };
}

/** A charge asked for twice under one key is one charge: it has one id. */
function digestOf(key: string): string {
  return hash('sha256', key).slice(0, 32);
}
