// A breaker that can hardly open at the rate at which its service calls is warned of.
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { putMinute } from '../../../store/items/telemetry.ts';
import type { Table } from '../../../store/port.ts';
import { createTable } from '../table.ts';
import { NOW, startCenter, type Center } from './center.ts';

let table: Table;
let send: Center['send'];
beforeEach(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  send = (await startCenter(table)).send;
});

/** So many calls of payments by each of two instances in each of the last minutes. */
async function called(calls: number): Promise<void> {
  for (const instance of ['a', 'b']) {
    for (const ago of [1, 2, 3, 4]) {
      const from = NOW - ago * 60_000;
      await putMinute(table, {
        ...{
          service: 'orders',
          instance,
          version: '0.3.0',
          from,
          to: from + 60_000,
          revision: 1,
          functionName: 'orders',
        },
        ...{ functionVersion: '1', cell: '', attempts: {}, refusals: {}, shadow: {}, transitions: {}, internal: {} },
        resources: {},
        calls: { payments: { outcomes: { ok: calls } } },
      });
    }
  }
}

async function warningsOf(breaker: object) {
  const body = { apiVersion: 'flyball/v1', service: 'orders', dependencies: { payments: { breaker } } };
  const answer = await send('POST', '/v1/services/orders/draft/validate', { body });
  expect(answer.status).toBe(200);
  return (answer.body as { warnings?: unknown }).warnings;
}

describe('a breaker', () => {
  it('is warned of when its window does not see what it wants to see', async () => {
    await called(5);
    expect(await warningsOf({})).toEqual([
      {
        path: '/dependencies/payments/breaker',
        reason: 'hardly opens: it wants 20 calls within 30 s, and of late there were about 5',
      },
    ]);
  });

  it.each([
    ['a smaller minimum', { window: { time: '30s', minimumCalls: 5 } }],
    ['a longer window', { window: { time: '2m', minimumCalls: 20 } }],
    ['a window of calls', { window: { calls: 100 } }],
    ['failures in a row', { consecutiveFailures: 3 }],
    ['no mode to open in', { mode: 'disabled' }],
  ])('is not with %s', async (_what, breaker) => {
    await called(5);
    expect(await warningsOf(breaker)).toBeUndefined();
  });

  it('is not before anything was called, nor when enough is', async () => {
    expect(await warningsOf({})).toBeUndefined();
    await called(50);
    expect(await warningsOf({})).toBeUndefined();
  });
});
