// The crowded world, a process of its own: the API's functions as they are deployed, on a table of a DynamoDB emulator of their
// own, so that nobody else waits for it. Whoever forks it is told where it is once it answers; it dies with its parent.
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { sideBySide } from '../../functions/api/passes.ts';
import { buildConsole } from '../../infra/console/build.ts';
import { startDynalite } from '../../infra/local/dynalite.ts';
import { systemClock } from '../../middleware/kernel/clock.ts';
import { memoryTable } from '../../middleware/testing/table/memory-table.ts';
import { noteAlertTick } from '../../store/items/alert-tick.ts';
import { newApiKey, putApiKey } from '../../store/items/api-keys.ts';
import { commitTurn, takeTurn } from '../../store/items/merge-progress.ts';
import { listRules } from '../../store/items/services.ts';
import type { Table } from '../../store/port.ts';
import type { Crowd } from '../console/crowd.ts';
import { createTable } from '../integration/table.ts';
import { copyInto } from './copied.ts';
import { gatewayTo } from './gateway.ts';
import { ownerOf, SERVICES, TEAM } from './graph.ts';
import { putJobs } from './jobs.ts';
import { FIVE_MINUTES, MINUTE, putFailingHours, putFiveMinutes, putToday } from './traffic.ts';

/** Five minutes that are summed up when it begins. */
const STRETCHES = 12;
/** Of them, those in which what fails does. */
const FAILING = 4;
/** As the merge is behind what is counted. */
const MERGED_AFTER = 3 * MINUTE;

const clock = systemClock;
const startedAt = clock.now();
const adminToken = newApiKey(randomBytes);
const teamToken = newApiKey(randomBytes);
const { FLYBALL_CROWD_PORT: port = '0' } = process.env;
const said = (what: string) => process.stdout.write(`${String(clock.now() - startedAt)} ms: ${what}\n`);

const folder = mkdtempSync(join(tmpdir(), 'flyball-crowd-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const dynalite = await startDynalite({ port: 0 });
Object.assign(process.env, {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
  AWS_ENDPOINT_URL_DYNAMODB: dynalite.url,
  AWS_EC2_METADATA_DISABLED: 'true',
});
const [{ tableName, sdk }] = await Promise.all([createTable(dynalite.url), buildConsole(folder)]);
Object.assign(process.env, {
  FLYBALL_TABLE: tableName,
  FLYBALL_CONSOLE: folder,
  FLYBALL_CELL: '000000000000:us-east-1:crowd',
  FLYBALL_STAGE: 'crowd',
});

const written = memoryTable();
/** Until when five minutes are summed up. */
let mergedUntil = Math.floor((startedAt - MERGED_AFTER) / FIVE_MINUTES) * FIVE_MINUTES;
const failingSince = mergedUntil - FAILING * FIVE_MINUTES;
await seed(written, startedAt);
// Ticks have taken the marks of what there was to say.
const items = written.items.filter(({ pk }) => typeof pk === 'string' && !pk.startsWith('ctl#alert-mark#'));
said(`${String(items.length)} items were written in memory`);
await Promise.all([copyInto(dynalite.url, tableName, items), listServices(sdk, startedAt)]);
said('they are in the table');

const server = gatewayTo({
  alerting: (await import('../../functions/alerting/handler.ts')).http,
  batchMonitor: (await import('../../functions/batch-monitor/handler.ts')).http,
  configCenter: (await import('../../functions/config-center/handler.ts')).handler,
  console: (await import('../../functions/console/handler.ts')).handler,
  telemetry: (await import('../../functions/telemetry/handler.ts')).handler,
});
await new Promise<void>((resolve) => void server.listen(Number(port), '127.0.0.1', resolve));
setInterval(() => void tick(sdk).catch((error: unknown) => process.stderr.write(`${String(error)}\n`)), MINUTE);
process.on('disconnect', () => process.exit());
process.on('SIGTERM', () => process.exit());
const crowd: Crowd = {
  http: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
  ...{ adminToken, teamToken, failingSince },
};
if (process.send) process.send(crowd);
else process.stdout.write(`${JSON.stringify(crowd)}\n`);

/** By conditions that the table in memory does not know. */
async function listServices(table: Table, at: number): Promise<void> {
  await sideBySide(8, SERVICES, async (service) => {
    const rules = { seq: 1, revision: 1, publishedAt: at - 24 * 60 * MINUTE, author: 'crowd', digest: randomUUID() };
    await listRules(table, service, { ...rules, owner: ownerOf(service), tags: { tier: service.split('-')[1] ?? '' } });
  });
}

async function seed(table: Table, at: number): Promise<void> {
  const createdAt = at - MINUTE;
  await putApiKey(table, { key: adminToken, name: 'crowd-admin', role: 'admin', createdAt });
  await putApiKey(table, { key: teamToken, name: 'crowd-team', role: 'viewer', createdAt, services: TEAM });
  const stretches = Array.from({ length: STRETCHES }, (_, n) => {
    return { from: mergedUntil - (STRETCHES - n) * FIVE_MINUTES, isFailing: STRETCHES - n <= FAILING };
  });
  for (const { from, isFailing } of stretches) await putFiveMinutes(table, from, isFailing);
  await putFailingHours(table, stretches);
  await putToday(table, at);
  await putJobs(table, at);
  await tick(table);
}

/** What ticks do once a minute: say that they look, and sum up what is over. */
async function tick(table: Table): Promise<void> {
  const at = clock.now();
  await noteAlertTick(table, { at, open: 0, sent: 0, failed: 0, complete: true });
  for (; mergedUntil + FIVE_MINUTES <= at - MERGED_AFTER; mergedUntil += FIVE_MINUTES) {
    await putFiveMinutes(table, mergedUntil, true);
  }
  const { fence } = await takeTurn(table);
  await commitTurn(table, fence, { upTo: Math.floor((at - MERGED_AFTER) / MINUTE) * MINUTE, open: {} });
}
