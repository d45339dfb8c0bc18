// How payments behaves and how often it was called: shared by its instances, and never needed for a charge to succeed.
import { systemClock } from '../../../middleware/kernel/clock.ts';
import { storeLimitMs } from '../../../middleware/kernel/patience.ts';
import { flyball } from '../../../middleware/index.ts';
import { ownTable, type OwnTable } from '../own-table.ts';
import type { FieldError } from '../web.ts';

export interface Behavior {
  /** Share of charges that fail, 0 to 1. */
  readonly failureRate: number;
  readonly delayMs: number;
}

const GOOD: Behavior = { failureRate: 0, delayMs: 0 };
const LONGEST_DELAY_MS = 8_000;
/** Counting and looking up are given up after this: charges do not depend on them. */
const LIMIT_MS = storeLimitMs(100);
/** The first exchange also connects. */
const FIRST_LIMIT_MS = storeLimitMs(1_000);
const CACHE_MS = 250;

let cached: { readonly behavior: Behavior; readonly at: number } = { behavior: GOOD, at: -Infinity };
let answered = false;

/** The behaviour asked for in a body, or everything that is wrong with it. */
export function behaviorOf(
  body: Readonly<Record<string, unknown>> | undefined,
): Behavior | { readonly errors: readonly FieldError[] } {
  if (!body) return { errors: [{ field: 'body', reason: 'must be a JSON object with failureRate and delayMs' }] };
  const { failureRate = 0, delayMs = 0 } = body;
  const errors: FieldError[] = [];
  if (typeof failureRate !== 'number' || !(failureRate >= 0 && failureRate <= 1)) {
    errors.push({ field: 'failureRate', reason: 'must be a number from 0 to 1' });
  }
  if (typeof delayMs !== 'number' || !(delayMs >= 0 && delayMs <= LONGEST_DELAY_MS)) {
    errors.push({ field: 'delayMs', reason: `must be a number of milliseconds from 0 to ${LONGEST_DELAY_MS}` });
  }
  return typeof failureRate === 'number' && typeof delayMs === 'number' && errors.length === 0
    ? { failureRate, delayMs }
    : { errors };
}

/** The behaviour in force, at most a quarter of a second old. While the table is away, payments behaves. */
export async function currentBehavior(): Promise<Behavior> {
  const now = systemClock.now();
  if (now - cached.at < CACHE_MS) return cached.behavior;
  const found = await bounded(({ sdk, client, TableName }, abortSignal) =>
    client.send(new sdk.GetItemCommand({ TableName, Key: KEY, ConsistentRead: true }), { abortSignal }),
  );
  const item = found?.Item;
  const behavior = item
    ? { failureRate: Number(item['failureRate']?.N ?? 0), delayMs: Number(item['delayMs']?.N ?? 0) }
    : GOOD;
  cached = { behavior, at: now };
  return behavior;
}

export async function setBehavior({ failureRate, delayMs }: Behavior): Promise<void> {
  const { sdk, client, TableName } = await ownTable();
  const Item = { ...KEY, failureRate: { N: String(failureRate) }, delayMs: { N: String(delayMs) } };
  const command = new sdk.PutItemCommand({ TableName, Item });
  await flyball.run('payments-table', (abortSignal) => client.send(command, { abortSignal }), { idempotent: true });
  cached = { behavior: GOOD, at: -Infinity };
}

/** Counts a call that reached payments, whatever becomes of it. */
export async function countCall(): Promise<void> {
  await bounded(({ sdk, client, TableName }, abortSignal) => {
    const command = new sdk.UpdateItemCommand({
      TableName,
      Key: CALLS_KEY,
      UpdateExpression: 'ADD calls :one',
      ExpressionAttributeValues: { ':one': { N: '1' } },
    });
    return client.send(command, { abortSignal });
  });
}

export async function callsSoFar(): Promise<number> {
  const { sdk, client, TableName } = await ownTable();
  const command = new sdk.GetItemCommand({ TableName, Key: CALLS_KEY, ConsistentRead: true });
  const { Item } = await flyball.run('payments-table', (abortSignal) => client.send(command, { abortSignal }), {
    idempotent: true,
  });
  return Number(Item?.['calls']?.N ?? 0);
}

const KEY = { pk: { S: 'payments' }, sk: { S: 'behavior' } };
const CALLS_KEY = { pk: { S: 'payments' }, sk: { S: 'calls' } };

/** What the table says in time, or undefined. Loading the SDK is no fault of the table's, and not timed. */
async function bounded<T>(exchange: (table: OwnTable, signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
  try {
    const table = await ownTable();
    const result = await exchange(table, AbortSignal.timeout(answered ? LIMIT_MS : FIRST_LIMIT_MS));
    answered = true;
    return result;
  } catch {
    return undefined;
  }
}
