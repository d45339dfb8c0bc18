// Checks with schedules on the nights on which clocks are changed, in three zones, over HTTP and with a clock of its own.
import { expect, inject, it } from 'vitest';
import { batchMonitorRoutes } from '../../../functions/batch-monitor/api.ts';
import { tick } from '../../../functions/batch-monitor/tick.ts';
import { putApiKey } from '../../../store/items/api-keys.ts';
import { describedApi } from '../../support/described.ts';
import { httpV2 } from '../../support/events.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { silentLogger } from '../../support/instance.ts';
import { createTable } from '../table.ts';

const MINUTE = 60_000;
const GRACE_MS = 10 * MINUTE;

async function world(nowMs: number) {
  const table = (await createTable(inject('dynamodb'))).sdk;
  const clock = fakeClock(nowMs);
  let ids = 0;
  const newId = () => `${(++ids).toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`;
  await putApiKey(table, { key: 'fb_key', role: 'editor', name: 'key', services: ['orders'], createdAt: nowMs });
  const parts = { table, clock, newId, logger: silentLogger };
  const api = describedApi({ routes: batchMonitorRoutes(parts), ...parts });
  const ask = async (method: string, path: string, body?: object) => {
    const headers = { 'x-api-key': 'fb_key' };
    const event = httpV2({ method, path, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
    const answer = await api(event, { awsRequestId: 'request-1' });
    return answer.headers?.['content-type'] === 'application/json'
      ? (JSON.parse(answer.body ?? '') as Record<string, unknown>)
      : {};
  };
  return { clock, ask, look: () => tick({ table, clock, logger: silentLogger }) };
}

it.each([
  // The clock skips 02:00 to 03:00, and repeats that hour in autumn.
  ['Europe/Berlin', '30 2 * * *', '2026-03-28T12:00Z', '2026-03-29T01:00Z'],
  ['Europe/Berlin', '30 2 * * *', '2026-10-24T12:00Z', '2026-10-25T00:30Z'],
  ['Europe/Berlin', '30 2 * * *', '2026-10-25T00:30Z', '2026-10-26T01:30Z'],
  ['Europe/Berlin', '*/30 * * * *', '2026-10-25T00:30Z', '2026-10-25T01:00Z'],
  ['Europe/Berlin', '02:30', '2026-03-28T12:00Z', '2026-03-30T00:30Z'],
  ['Europe/Berlin', '02:30', '2026-10-24T12:00Z', '2026-10-25T00:30Z'],
  ['America/New_York', '30 2 * * *', '2026-03-07T18:00Z', '2026-03-08T07:00Z'],
  ['America/New_York', '30 1 * * *', '2026-10-31T18:00Z', '2026-11-01T05:30Z'],
  ['America/New_York', '30 1 * * *', '2026-11-01T05:30Z', '2026-11-02T06:30Z'],
  ['America/New_York', '02:30', '2026-03-07T18:00Z', '2026-03-09T06:30Z'],
  // The clock goes by half an hour.
  ['Australia/Lord_Howe', '15 2 * * *', '2026-10-03T02:00Z', '2026-10-03T15:30Z'],
  ['Australia/Lord_Howe', '45 1 * * *', '2026-04-04T02:00Z', '2026-04-04T14:45Z'],
  ['Australia/Lord_Howe', '45 1 * * *', '2026-04-04T14:45Z', '2026-04-05T15:15Z'],
])('in %s, %s after %s is expected at %s', async (tz, schedule, pingedAt, expected) => {
  const [from, until] = [Date.parse(pingedAt), Date.parse(expected)];
  const { clock, ask, look } = await world(from);
  const uuid = String((await ask('POST', '/api/v3/checks/', { schedule, tz, grace: GRACE_MS / 1000 }))['uuid']);
  const shown = () => ask('GET', `/api/v3/checks/${uuid}`);
  await ask('GET', `/ping/${uuid}`);
  expect(await shown()).toMatchObject({
    status: 'up',
    next_ping: new Date(until).toISOString().replace('.000Z', '+00:00'),
  });
  clock.set(until - 1);
  expect(await shown()).toMatchObject({ status: 'up' });
  clock.set(until);
  expect(await shown()).toMatchObject({ status: 'grace' });
  clock.set(until + GRACE_MS + 3 * MINUTE);
  await look();
  expect(await shown()).toMatchObject({ status: 'down' });
  // When it went wrong, not when it was noticed.
  expect(await ask('GET', `/api/v3/checks/${uuid}/flips/`)).toMatchObject({
    flips: [{ timestamp: new Date(until + GRACE_MS).toISOString().replace('.000Z', '+00:00'), up: 0 }, { up: 1 }],
  });
});
