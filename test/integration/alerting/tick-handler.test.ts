// The tick as it is deployed: at its end somebody outside is asked, whatever comes of that.
import type { ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, beforeEach, expect, inject, it, vi } from 'vitest';
import type * as deployed from '../../../functions/alerting/tick-handler.ts';
import { systemClock } from '../../../middleware/kernel/clock.ts';
import { DUE_ALERTS } from '../../../store/alert-keys.ts';
import { readAlertTick } from '../../../store/items/alert-tick.ts';
import type { Table } from '../../../store/port.ts';
import { testContext } from '../../support/instance.ts';
import { createTable } from '../table.ts';
import { CERTIFICATE, KEY } from './channels/localhost-certificate.ts';

const asked: string[] = [];
const usual = getCACertificates('default');
let answer: (response: ServerResponse) => void;
let server: Server;
let table: Table;
let tick: typeof deployed.tick;
/** What was written for CloudWatch. */
let written: string[];

beforeAll(async () => {
  setDefaultCACertificates([...usual, CERTIFICATE]);
  server = createServer({ cert: CERTIFICATE, key: KEY }, ({ method, url }, response) => {
    asked.push(`${String(method)} ${String(url)}`);
    answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { tableName, sdk } = await createTable(inject('dynamodb'));
  table = sdk;
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'SILENT');
  vi.stubEnv('FLYBALL_TABLE', tableName);
  vi.stubEnv(
    'FLYBALL_HEARTBEAT_URL',
    `https://localhost:${String((server.address() as AddressInfo).port)}/ping/secret`,
  );
  ({ tick } = await import('../../../functions/alerting/tick-handler.ts'));
});
afterAll(() => {
  setDefaultCACertificates(usual);
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  asked.length = 0;
  written = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => written.push(String(line)) > 0);
});

const answers = (status: number) => {
  answer = (response) => void response.writeHead(status).end();
};
const run = () => tick({}, testContext(systemClock, 55_000));

it('is one GET, when all is looked after', async () => {
  answers(200);
  const report = await run();
  expect(report).toMatchObject({ failed: 0, complete: true });
  expect(asked).toEqual(['GET /ping/secret']);
  expect(await readAlertTick(table)).toMatchObject({ failed: 0, complete: true });
  expect(written.join('')).toContain('"AlertTicks":1');
});

it.each<[string, () => void]>([
  ['refuses it', () => answers(500)],
  ['hangs up', () => (answer = (response) => void response.destroy())],
])('fails no tick where somebody outside %s', async (_what, behave) => {
  behave();
  expect(await run()).toMatchObject({ failed: 0, complete: true });
  expect(asked).toEqual(['GET /ping/secret']);
  expect(written.join('')).toContain('"AlertTicks":1');
});

it('is asked also by a tick that fails, which says so all the same', async () => {
  answers(200);
  const stranger = { pk: 'a stranger', sk: 'of alerts', due: DUE_ALERTS, dueAt: 0 };
  await table.put({ item: stranger });
  await expect(run()).rejects.toMatchObject({ code: 'ALERT_TICK_FAILED' });
  await table.delete({ key: stranger });
  expect(asked).toEqual(['GET /ping/secret']);
});

it('fails no tick where nobody is there any more', async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  expect(await run()).toMatchObject({ failed: 0, complete: true });
  expect(asked).toEqual([]);
});
