// Rules that a live instance's library does not know are not published over its head.
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { putMinute, type TelemetryMinute } from '../../../store/items/telemetry.ts';
import { readHead } from '../../../store/items/rules.ts';
import type { Table } from '../../../store/port.ts';
import { Slot } from '../../../functions/telemetry/sums/slot.ts';
import { putMinuteSlots } from '../../support/series.ts';
import { createTable } from '../table.ts';
import { NOW, startCenter, type Center } from './center.ts';

const quota = {
  apiVersion: 'flyball/v1',
  service: 'shop',
  throttles: { monthly: { algorithm: 'fixed-window', limit: '1M/month' } },
};
const plain = { apiVersion: 'flyball/v1', service: 'shop', throttles: { everyone: { limit: '5/s' } } };

let table: Table;
let center: Center;
beforeEach(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  center = await startCenter(table);
});

async function reported(instance: string, version: string, minutesAgo: number): Promise<void> {
  await putMinute(table, minuteFrom(instance, version, minutesAgo));
}

function minuteFrom(instance: string, version: string, minutesAgo: number): TelemetryMinute {
  const from = NOW - minutesAgo * 60_000;
  return {
    ...{ service: 'shop', instance, version, from, to: from + 60_000, revision: 0, functionName: 'shop' },
    ...{ functionVersion: '1', cell: '', resources: {}, calls: {}, attempts: {}, refusals: {}, shadow: {} },
    ...{ transitions: {}, internal: {} },
  };
}

async function publish(document: object, body: object = {}) {
  await center.send('PUT', '/v1/services/shop/draft', { body: document });
  return center.send('POST', '/v1/services/shop/publish', { body });
}

describe('publishing a field that came with 0.2.0', () => {
  it('is refused while an instance with an older library is live, and names it, the field and the version', async () => {
    await reported('a', '0.1.0', 1);
    await reported('b', '0.1.0', 2);
    await reported('b', '0.1.0', 3);
    await reported('c', '0.2.0', 1);
    const refused = await publish(quota);
    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({
      code: 'LIBRARY_TOO_OLD',
      needs: '0.2.0',
      fields: [{ path: '/throttles/monthly/algorithm', since: '0.2.0' }],
      behind: [{ version: '0.1.0', instances: 2 }],
    });
    expect(await readHead(table, 'shop')).toBeUndefined();
  });

  it('is done when forced, says in the audit log over which versions, and tells instances what it needs', async () => {
    await reported('a', '0.1.0', 1);
    expect((await publish(quota, { force: true })).status).toBe(200);
    expect(await readHead(table, 'shop', { consistent: true })).toMatchObject({ revision: 1, needs: '0.2.0' });
    const { body } = await center.send('GET', '/v1/audit', { query: { service: 'shop' } });
    expect(body).toMatchObject({ entries: [{ action: 'rules.publish', detail: { forcedOver: ['0.1.0'] } }, {}] });
  });

  it('is done when the old instances have been silent for long, or have been deployed anew', async () => {
    await reported('a', '0.1.0', 10);
    await reported('b', '0.2.0', 0);
    await reported('c', '0.3.1', 0);
    expect((await publish(quota)).status).toBe(200);
  });

  it('does not need asking for rules that every library knows, and a later revision takes the need back', async () => {
    await reported('a', '0.1.0', 1);
    expect((await publish(quota, { force: true })).status).toBe(200);
    expect((await publish(plain)).status).toBe(200);
    expect((await readHead(table, 'shop', { consistent: true }))?.needs).toBeUndefined();
  });

  it('is refused as well when a rollback would do it', async () => {
    expect((await publish(quota)).status).toBe(200);
    expect((await publish(plain)).status).toBe(200);
    await reported('a', '0.1.0', 0);
    const rollback = (body: object) => center.send('POST', '/v1/services/shop/rollback', { body });
    expect((await rollback({ to: 1 })).status).toBe(409);
    expect((await rollback({ to: 1, force: true })).status).toBe(200);
  });

  it('is refused by what the merge has counted where a fleet is too large to look at each of its instances', async () => {
    const slot = new Slot();
    for (let n = 0; n < 500; n++) slot.addMinute(minuteFrom(`i-${n}`, n < 3 ? '0.1.0' : '0.3.0', 2));
    await putMinuteSlots(table, 'shop', new Map([[NOW - 120_000, slot]]));
    const refused = await publish(quota);
    expect(refused).toMatchObject({ status: 409, body: { behind: [{ version: '0.1.0', instances: 3 }] } });
  });
});
