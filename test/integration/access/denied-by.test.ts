// Which entry of a deny list refused whom: kept with the samples of a minute, and shown over HTTP.
import { expect, inject, it } from 'vitest';
import { Memory } from '../../../functions/telemetry/merge/memory.ts';
import { mergeTick } from '../../../functions/telemetry/merge/tick.ts';
import { samplesRoutes } from '../../../functions/telemetry/samples/routes.ts';
import { governed } from '../../../middleware/index.ts';
import { loadReporting } from '../../../middleware/telemetry/reports.ts';
import { putApiKey } from '../../../store/items/api-keys.ts';
import { listService } from '../../../store/items/services.ts';
import { describedApi } from '../../support/described.ts';
import { httpV2 } from '../../support/events.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { silentLogger, testContext, testInstance } from '../../support/instance.ts';
import { createTable } from '../table.ts';

const TEN = Date.UTC(2026, 0, 5, 10);

it('a refused request is shown with the entry that denied it, and with no address or credential', async () => {
  await loadReporting();
  const { sdk: table } = await createTable(inject('dynamodb'));
  const clock = fakeClock(TEN + 5_000);
  const instance = testInstance({
    ...{ clock, table },
    rules: { access: { deny: [{ ip: ['192.0.2.0/24'] }, { resources: ['default'], ip: ['203.0.113.0/24'] }] } },
  });
  const handler = governed({ service: 'orders', instance }, (_event: unknown) => ({ statusCode: 200 }));
  const send = async (sourceIp: string, requestId: string) => {
    const headers = { authorization: 'Bearer fb_of-somebody' };
    const answer = await handler(httpV2({ sourceIp, headers }), testContext(clock, 30_000, requestId));
    await instance.syncs.settle();
    clock.advance(1_000);
    return answer.statusCode;
  };
  expect(await send('203.0.113.9', 'one')).toBe(403);
  expect(await send('192.0.2.9', 'two')).toBe(403);
  expect(await send('198.51.100.9', 'three')).toBe(200);
  clock.advance(60_000);
  // What a minute has had is put with the first request of the next.
  await send('198.51.100.9', 'later');

  await listService(table, 'orders', TEN);
  clock.advance(240_000);
  await mergeTick({ ...{ table, clock, random: () => 0, logger: silentLogger }, memory: new Memory(), exporters: [] });
  await putApiKey(table, { key: 'fb_viewer', role: 'viewer', name: 'viewer', createdAt: TEN });
  const api = describedApi({ routes: samplesRoutes(table), table, clock, logger: silentLogger });
  const { body = '' } = await api(
    httpV2({
      ...{ method: 'GET', path: '/v1/telemetry/samples', query: { service: 'orders', why: 'refused' } },
      headers: { authorization: 'Bearer fb_viewer' },
    }),
    { awsRequestId: 'request-1' },
  );
  const { samples } = JSON.parse(body) as { samples: { requestId: string; by: string }[] };
  expect(samples.map(({ requestId, by }) => [requestId, by])).toEqual([
    ['two', 'access/deny/0'],
    ['one', 'access/deny/1'],
  ]);
  expect(body).not.toMatch(/203\.0\.113|192\.0\.2|fb_of-somebody/);
});
