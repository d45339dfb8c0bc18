// Permits a fleet shares, over the emulated DynamoDB: many instances at once, and what operators see of them.
import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { concurrencyPolicy } from '../../../middleware/concurrency/index.ts';
import { Refused } from '../../../middleware/kernel/errors.ts';
import type { Instance } from '../../../middleware/kernel/instance.ts';
import type { Invocation } from '../../../middleware/kernel/invocation.ts';
import type { ConcurrencyRule } from '../../../middleware/kernel/rules/document.ts';
import { keys } from '../../../store/keys.ts';
import { permitStore, readPermits } from '../../../store/items/permits.ts';
import type { Table } from '../../../store/port.ts';
import * as events from '../../support/events.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { testInstance, testInvocation } from '../../support/instance.ts';
import { startCenter, type Center } from '../config-center/center.ts';
import { createTable } from '../table.ts';

let table: Table;
let sdk: Table;
beforeAll(async () => {
  ({ signed: table, sdk } = await createTable(inject('dynamodb')));
});

/** The emulator may be slow on a busy machine: the limits of the policy are tested elsewhere. */
const patient = (): Table => ({ ...table, update: (request) => table.update({ ...request, timeoutMs: 60_000 }) });

function fleet(rule: ConcurrencyRule, size: number, clock = fakeClock(Date.UTC(2026, 0, 5))) {
  const service = `s-${randomUUID().slice(0, 8)}`;
  const rules = { concurrency: { 'db-writers': rule } };
  let seed = 7;
  const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
  const instances = Array.from({ length: size }, (_, i) =>
    testInstance({ service, id: `instance-${i}`, rules, clock, random, table: patient() }),
  );
  return { service, instances, clock };
}

async function begin(instance: Instance): Promise<Invocation | undefined> {
  const invocation = testInvocation(instance, events.httpV2());
  try {
    await concurrencyPolicy.before?.(invocation, invocation.snapshot.of(concurrencyPolicy));
    return invocation;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    await end(invocation);
    return undefined;
  }
}

async function end(invocation: Invocation): Promise<void> {
  invocation.outcome = 'ok';
  await invocation.atEnd?.();
  await invocation.instance.syncs.settle(10_000);
}

describe('sixty instances that begin at once', () => {
  it.each([20, 45])('are admitted up to the limit of %d, not one more, and all of it is used', async (limit) => {
    const { instances, service, clock } = fleet({ limit, whenStoreFails: 'reject' }, 60);
    const begun = await Promise.all(instances.map((instance) => begin(instance)));
    const admitted = begun.filter((invocation) => invocation !== undefined);
    expect(admitted.length).toBeLessThanOrEqual(limit);
    // Whoever lost five races in a row was refused although a permit was left.
    clock.advance(60);
    for (const instance of instances.slice(0, limit - admitted.length)) {
      const late = await begin(instance);
      if (late) admitted.push(late);
    }
    expect(admitted).toHaveLength(limit);
    expect((await readPermits(table, service, 'db-writers', 0))?.expiries.size).toBe(limit);
    await Promise.all(admitted.map(end));
    expect((await readPermits(table, service, 'db-writers', 0))?.expiries.size).toBe(0);
  });

  it('never have more under way than the limit, however they come and go', async () => {
    const { instances, clock } = fleet({ limit: 8, whenStoreFails: 'reject' }, 24);
    let underWay = 0;
    let most = 0;
    let served = 0;
    // However slow the table is: the first ones stay until as many are under way as may be.
    let isFull = false;
    let full = () => {};
    const filled = new Promise<void>((resolve) => (full = resolve));
    await Promise.all(
      instances.map(async (instance) => {
        for (let turn = 0; turn < 10; turn += isFull ? 1 : 0) {
          clock.advance(1);
          const invocation = await begin(instance);
          if (!invocation) continue;
          underWay++;
          most = Math.max(most, underWay);
          if (underWay >= 8) {
            isFull = true;
            full();
          }
          await filled;
          await setImmediate();
          underWay--;
          served++;
          await end(invocation);
        }
      }),
    );
    expect(most).toBe(8);
    expect(served).toBeGreaterThan(40);
  });
});

describe('what the table is asked', () => {
  it('is answered alike by both adapters', async () => {
    for (const adapter of [table, sdk]) {
      const store = permitStore(adapter, `s-${randomUUID().slice(0, 8)}`, 'r', 0);
      expect(await store.claim(3, { expiryUs: 9_000_001, pastUs: 0 })).toMatchObject({ applied: true });
      const lost = await store.claim(3, { expiryUs: 9_500_000, pastUs: 9_000_001 });
      expect(lost).toMatchObject({ applied: false, record: { expiries: new Map([[3, 9_000_001]]) } });
      expect(await store.claim(3, { expiryUs: 9_500_002, pastUs: 9_000_002 })).toMatchObject({ applied: true });
      expect(await store.renew(3, 9_000_001, 10_000_000)).toMatchObject({ applied: false });
      expect(await store.release(3, [9_000_001])).toMatchObject({ applied: false });
      expect(await store.release(3, [9_000_001, 9_500_002])).toMatchObject({ applied: true });
      expect(await store.release(3, [9_500_002])).toMatchObject({ applied: false });
    }
  });

  it.each([
    ['a minute ahead', 1_800_000_060_000_000],
    ['between two moments', 1_800_000_060_000_000.25],
    ['beyond all time', 9e120],
  ])('gives a slot with an expiry %s to whoever has seen it, once', async (_when, expiry) => {
    for (const adapter of [table, sdk]) {
      const service = `s-${randomUUID().slice(0, 8)}`;
      const item = { ...keys.permits(service, 'r', 0), v: 1, s0: expiry };
      await adapter.put({ item });
      const store = permitStore(adapter, service, 'r', 0);
      const pastUs = 1_800_000_000_000_000;
      const lost = await store.claim(0, { expiryUs: pastUs + 9_000_000, pastUs });
      const foreignUs = lost.record?.expiries.get(0);
      expect([lost.applied, foreignUs]).toEqual([false, Math.min(expiry, Number.MAX_SAFE_INTEGER)]);
      const claims = [1, 2, 3].map((us) => store.claim(0, { expiryUs: pastUs + 9_000_000 + us, pastUs, foreignUs }));
      expect((await Promise.all(claims)).filter(({ applied }) => applied)).toHaveLength(1);
    }
  });

  it('drops a window that no clock began, once, and none that has just begun', async () => {
    const nowMs = 1_800_000_000_000;
    const next = { limit: 4, probe: 0, phase: 'run', baseMs: 50, measuredAt: nowMs, measuredLimit: 4 } as const;
    // DynamoDB adds nothing to a number of more than 38 digits: such counts are only ever dropped.
    const counts = [3, 9e120].flatMap((count) => [table, sdk].map((adapter) => ({ count, adapter })));
    for (const { count, adapter } of counts) {
      const service = `s-${randomUUID().slice(0, 8)}`;
      const item = { ...keys.permits(service, 'r', 0), v: 1, windowAt: 9e120, calls: count, busyUs: -count };
      await adapter.put({ item });
      const store = permitStore(adapter, service, 'r', 0);
      if (count === 3) await store.report(7, 350_000, nowMs);
      const window = { startedAt: nowMs, calls: 0, busyUs: 0 };
      expect(await store.drop(nowMs - 60_000, next, nowMs)).toMatchObject({ applied: true, record: { window } });
      expect(await store.drop(nowMs - 60_000, next, nowMs)).toMatchObject({ applied: false });
    }
  });

  it('keeps an item under a kilobyte, all of its slots taken, with the longest names', async () => {
    const store = permitStore(table, 'a'.repeat(64), 'b'.repeat(64), 83);
    for (let slot = 0; slot < 60; slot++) await store.claim(slot, { expiryUs: 1_767_700_000_000_123, pastUs: 0 });
    await store.report(1_000, 1_000_000_000, 1_767_700_000_000);
    const window = { startedAt: 1_767_700_000_000, calls: 10, busyUs: 1_000_000 };
    const next = { phase: 'measure', probe: 12.345678, limit: 123.456789, baseMs: 123.456789 } as const;
    const measured = { measuredAt: 1_767_700_000_000, measuredLimit: 123.456789 };
    await store.decide(window, { ...next, ...measured }, 1_767_700_000_000);
    const item = await table.get(keys.permits('a'.repeat(64), 'b'.repeat(64), 83));
    // As DynamoDB counts: names and texts in bytes, numbers a byte for two digits and one more.
    const bytes = Object.entries(item ?? {}).reduce((sum, [name, value]) => {
      if (typeof value === 'string') return sum + name.length + value.length;
      return sum + name.length + Math.ceil(JSON.stringify(value).replace(/\D/g, '').length / 2) + 1;
    }, 0);
    expect(bytes).toBeGreaterThan(700);
    expect(bytes).toBeLessThan(1_024);
  });
});

describe('an adaptive limit', () => {
  it('is one for the whole fleet, and follows what its instances measure together', async () => {
    const clock = fakeClock(Date.UTC(2026, 0, 5));
    const { instances, service } = fleet({ limit: 'adaptive', floor: 2, ceiling: 40 }, 6, clock);
    // Each second the fleet does as much as it is let, 50 ms each: nothing queues, whatever it is let.
    for (let second = 0; second < 8; second++) {
      for (let round = 0; round < 20; round++) {
        const begun = (await Promise.all(instances.map((instance) => begin(instance)))).filter(
          (one) => one !== undefined,
        );
        clock.advance(50);
        await Promise.all(begun.map(end));
      }
    }
    const { adaptive } = (await readPermits(table, service, 'db-writers', 0)) ?? {};
    expect(adaptive?.limit).toBeGreaterThan(5);
    expect(adaptive?.baseMs).toBeCloseTo(50, 0);
  });
});

describe('what operators see', () => {
  let center: Center;
  beforeAll(async () => {
    center = await startCenter(sdk);
  });
  const ORDERS = '/v1/services/orders';

  it('is each rule with its limit and how many permits are taken', async () => {
    expect((await center.send('GET', `${ORDERS}/concurrency`)).status).toBe(404);
    const concurrency = {
      'db-writers': { limit: 70 },
      found: { limit: 'adaptive', floor: 2, ceiling: 90 },
      here: { limit: 3, scope: 'instance' },
    };
    const body = { apiVersion: 'flyball/v1', service: 'orders', concurrency };
    expect((await center.send('PUT', `${ORDERS}/draft`, { body })).status).toBe(200);
    expect((await center.send('POST', `${ORDERS}/publish`)).status).toBe(200);
    const nowMs = center.clock.now();
    const permit = { expiryUs: (nowMs + 5_000) * 1000, pastUs: 0 };
    await permitStore(sdk, 'orders', 'db-writers', 0).claim(0, permit);
    await permitStore(sdk, 'orders', 'db-writers', 0).claim(1, { ...permit, expiryUs: (nowMs - 5_000) * 1000 });
    await permitStore(sdk, 'orders', 'db-writers', 1).claim(9, permit);
    const store = permitStore(sdk, 'orders', 'found', 0);
    await store.report(10, 500_000, nowMs);
    const window = { startedAt: nowMs, calls: 10, busyUs: 500_000 };
    const found = { limit: 31.7, probe: 0, phase: 'run', baseMs: 50.04, measuredAt: nowMs, measuredLimit: 30 } as const;
    await store.decide(window, found, nowMs);
    const answer = await center.send('GET', `${ORDERS}/concurrency`, { as: 'viewer' });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        concurrency: [
          { name: 'db-writers', mode: 'enforce', scope: 'fleet', limit: 70, held: 2 },
          { name: 'found', limit: 31, held: 0, adaptive: { floor: 2, ceiling: 90, phase: 'run', latencyMs: 50 } },
          { name: 'here', scope: 'instance', limit: 3, held: null, reason: 'each instance counts by itself' },
        ],
      },
    });
  });
});
