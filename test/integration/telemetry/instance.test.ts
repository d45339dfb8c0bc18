// What a governed function tells of its minute, from its requests to the sums that are made of it, through the table.
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { Slot } from '../../../functions/telemetry/sums/slot.ts';
import { flyball, governed } from '../../../middleware/index.ts';
import type { Instance } from '../../../middleware/kernel/instance.ts';
import { RELATIVE_ERROR } from '../../../middleware/telemetry/histogram.ts';
import { loadReporting } from '../../../middleware/telemetry/reports.ts';
import { unpackDetail } from '../../../store/items/telemetry-detail.ts';
import { readMinutes } from '../../../store/items/telemetry.ts';
import { due } from '../../../store/keys.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { httpV2 } from '../../support/events.ts';
import { testContext, testInstance } from '../../support/instance.ts';
import { createTable, type TestTable } from '../table.ts';

const TEN = Date.UTC(2026, 0, 5, 10);
const RULES = {
  resources: { 'create-order': { match: { method: 'POST' as const, path: '/orders' } } },
  throttles: { 'per-client': { limit: '3/1h', key: ['client'], scope: 'instance' as const } },
  dependencies: { payments: { target: { function: 'payments' } } },
  telemetry: {
    slow: '200ms',
    sample: '100%',
    redact: ['card'],
    businessFailure: [{ path: 'code', notIn: [0] }],
  },
};

interface Order {
  readonly card?: string;
  readonly code?: number;
}

describe('a governed function', () => {
  let table: TestTable;
  let clock: ReturnType<typeof fakeClock>;
  let instance: Instance;
  let send: (order: Order, requestId: string) => Promise<unknown>;

  beforeEach(async () => {
    await loadReporting();
    table = await createTable(inject('dynamodb'));
    clock = fakeClock(TEN + 5_000);
    instance = testInstance({ clock, rules: RULES, table: table.signed });
    const handler = governed({ service: 'orders', instance }, async ({ body = '{}' }: { body?: string }) => {
      const { card, code = 0 } = JSON.parse(body) as Order;
      if (card !== undefined) {
        await flyball.run('payments', () => Promise.reject(new Error(`the bank refused card=${card} of order 17`)), {
          idempotent: true,
        });
      }
      return { statusCode: 200, body: JSON.stringify({ code }) };
    });
    send = async (order, requestId) => {
      const event = httpV2({ method: 'POST', path: '/orders', body: JSON.stringify(order), sourceIp: '203.0.113.7' });
      const answer = await handler(event as never, testContext(clock, 30_000, requestId)).catch(
        (error: unknown) => error,
      );
      await instance.syncs.settle();
      clock.advance(1_000);
      return answer;
    };
  });

  async function minutesOf(minute: string) {
    const { minutes } = await readMinutes(table.sdk, 'orders', minute);
    return minutes;
  }

  it('tells who called, what failed and why, and no secret', async () => {
    await send({}, 'well');
    await send({ code: 7 }, 'declined');
    await send({ card: '4711-abc' }, 'failed');
    await send({}, 'refused');
    clock.advance(60_000);
    await send({}, 'of the next minute');
    const [minute] = await minutesOf('2026-01-05T10:00');
    const detail = unpackDetail(minute?.detail);
    expect(minute?.resources['create-order']?.outcomes).toEqual({ ok: 1, 'business:7': 1, error: 1, refused: 1 });
    expect(detail.inbound?.['http']?.outcomes).toEqual(minute?.resources['create-order']?.outcomes);
    expect(detail.keys).toEqual({ 'per-client': [['203.0.113.7', 4, 0]] });
    expect(detail.dependencies?.['payments']).toMatchObject({ target: 'function:payments' });
    expect(detail.errors?.map(({ where, shape }) => [where, shape]).sort()).toEqual([
      ['create-order', expect.stringContaining('"…"') as string],
      ['payments', 'the bank refused card=[redacted] of order <n>'],
    ]);
    expect(detail.samples?.map(({ requestId, why, by }) => [requestId, why, by]).sort()).toEqual([
      ['declined', 'failed', undefined],
      ['failed', 'failed', undefined],
      ['refused', 'refused', 'throttle/per-client'],
      ['well', 'sampled', undefined],
    ]);
    expect(JSON.stringify([minute, detail])).not.toContain('4711-abc');
  });

  it('tells what can be summed up', async () => {
    for (let i = 0; i < 3; i++) await send({ code: i }, `request-${i}`);
    clock.advance(60_000);
    await send({}, 'of the next minute');
    const [minute] = await minutesOf('2026-01-05T10:00');
    const slot = new Slot();
    if (minute) slot.addMinute(minute);
    const sum = slot.sum('service');
    expect(sum?.total).toBe(3);
    expect(sum?.histogramOf('bytesIn')?.count).toBe(3);
    expect(sum?.histogramOf('bytesOut')?.count).toBe(3);
    const left = sum?.histogramOf('left')?.quantile(0.5) ?? NaN;
    expect(Math.abs(left - 30_000) / 30_000).toBeLessThan(RELATIVE_ERROR);
    expect(sum?.machine).toMatchObject({ timeoutMs: 30_000 });
    expect(slot.sum('inbound#http')?.total).toBe(3);
  });

  it('is found by the index of what is due as long as nobody has published rules for it', async () => {
    await send({}, 'first');
    const { items } = await table.sdk.query({ pk: due.services, index: { name: 'due', dueUpTo: clock.now() } });
    expect(items).toMatchObject([{ pk: 'run#orders#telemetry', sk: 'announcement', service: 'orders' }]);
  });
});
