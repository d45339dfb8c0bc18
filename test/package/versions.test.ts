// Versions meet: functions and control planes are deployed one after the other, and a fleet is of two versions meanwhile.
import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { putApiKey } from '../../store/items/api-keys.ts';
import { httpV2 } from '../support/events.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { createTable } from '../integration/table.ts';
import { SOON } from '../support/patience.ts';
import { controlPlaneOf, KEY, libraryIn, member, unpack, type ControlPlane, type Library } from './versions.ts';

const { version: CURRENT } = inject('packed');
const OLD = '0.2.0';
const root = resolve(import.meta.dirname, '../..');
const folder = unpack(OLD);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let tableName: string;
const libraries: Record<string, Library> = {};
const controlPlanes: Record<string, ControlPlane> = {};

beforeAll(async () => {
  const table = await createTable(inject('dynamodb'));
  ({ tableName } = table);
  await putApiKey(table.sdk, { key: KEY, role: 'admin', name: 'versions', createdAt: Date.now() });
  // As the functions find it when they are deployed; the machine may be busy.
  const environment = {
    FLYBALL_TABLE: tableName,
    FLYBALL_STORE_PATIENCE: '50',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    FLYBALL_METRICS_NAMESPACE: '',
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  libraries[OLD] = await libraryIn(join(folder, 'library'), OLD);
  libraries[CURRENT] = await libraryIn(join(inject('project'), 'node_modules/flyball/dist'), CURRENT);
  const inControlPlane = (name: string) => join(folder, 'control-plane', `${name}.js`);
  controlPlanes[OLD] = await controlPlaneOf(OLD, {
    'config-center': inControlPlane('config-center'),
    telemetry: inControlPlane('telemetry'),
    'batch-monitor': inControlPlane('batch-monitor'),
  });
  const inFunctions = (name: string) => join(root, 'functions', name, 'handler.ts');
  controlPlanes[CURRENT] = await controlPlaneOf(CURRENT, {
    'config-center': inFunctions('config-center'),
    telemetry: inFunctions('telemetry'),
    merge: inFunctions('telemetry/merge'),
    'batch-monitor': inFunctions('batch-monitor'),
  });
  return () => vi.unstubAllEnvs();
});

function of<T>(all: Readonly<Record<string, T>>, version: string): T {
  const one = all[version];
  if (one === undefined) throw new Error(`there is no ${version}`);
  return one;
}

async function publish(controlPlane: ControlPlane, service: string, rules: object): Promise<number> {
  const path = `/v1/services/${service}`;
  const draft = await controlPlane.send('PUT', `${path}/draft`, { apiVersion: 'flyball/v1', service, ...rules });
  expect(draft.status).toBe(200);
  const { status, body } = await controlPlane.send('POST', `${path}/publish`, { note: 'versions' });
  expect(status).toBe(200);
  return (body as { readonly revision: number }).revision;
}

const statusOf = (answer: unknown) => (answer as { readonly statusCode: number }).statusCode;
const ok = () => ({ statusCode: 200 });

const breaker = {
  ...{ window: { time: '30s', minimumCalls: 6 }, failureRate: '50%' },
  openFor: { initial: '60s', factor: 2, max: '60s' },
};
/** Nothing is sent: the work is the handler's own. */
const payments = { dependencies: { payments: { breaker } } };

const pairs = [
  ...[{ functions: OLD, controlPlane: CURRENT, service: 'old-functions' }],
  ...[{ functions: CURRENT, controlPlane: OLD, service: 'old-control-plane' }],
];

describe.each(pairs)('functions with $functions under a control plane of $controlPlane', (pair) => {
  let library: Library;
  let controlPlane: ControlPlane;
  beforeAll(() => {
    library = of(libraries, pair.functions);
    controlPlane = of(controlPlanes, pair.controlPlane);
  });

  it('follow a throttle that it published', async () => {
    const service = `${pair.service}-throttle`;
    await publish(controlPlane, service, { throttles: { everyone: { limit: '5/h' } } });
    const instance = member(library, tableName, { service }, ok);
    const statuses: number[] = [];
    for (let i = 0; i < 10; i++) statuses.push(statusOf(await instance.invoke()));
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429, 429, 429, 429]);
  });

  it('follow the next revision', async () => {
    const service = `${pair.service}-next`;
    const clock = fakeClock(Date.now());
    await publish(controlPlane, service, { throttles: { everyone: { limit: '1/m', scope: 'instance' } } });
    const instance = member(library, tableName, { service, clock }, ok);
    expect([statusOf(await instance.invoke()), statusOf(await instance.invoke())]).toEqual([200, 429]);
    await publish(controlPlane, service, { throttles: { everyone: { limit: '100/m', scope: 'instance' } } });
    clock.advance(11_000);
    expect(statusOf(await instance.invoke())).toBe(200);
  });

  it('open a breaker that its routes show, and can force', async () => {
    const service = `${pair.service}-breaker`;
    await publish(controlPlane, service, payments);
    const instance = member(library, tableName, { service }, async (_event, flyball) => {
      await flyball.run('payments', () => Promise.reject(new Error('payments is down')));
    });
    await untilRefused(instance);
    const shown = await controlPlane.send('GET', `/v1/services/${service}/breakers`);
    expect(shown.body).toMatchObject([{ name: 'payments', state: 'OPEN' }]);

    const closed = { state: 'FORCED_CLOSED', reason: 'a test' };
    const forced = await controlPlane.send('POST', `/v1/services/${service}/breakers/payments/force`, closed);
    expect(forced).toMatchObject({ status: 200, body: { state: 'FORCED_CLOSED' } });
    const another = member(library, tableName, { service }, async (_event, flyball) =>
      flyball.run('payments', () => Promise.resolve('paid')),
    );
    await expect.poll(() => another.invoke(), SOON).toBe('paid');
  });

  it('report minutes that its telemetry reads', async () => {
    const service = `${pair.service}-telemetry`;
    await publish(controlPlane, service, { throttles: { everyone: { limit: '100/m' } } });
    const startMs = Date.now() - 180_000;
    const clock = fakeClock(startMs);
    const instance = member(library, tableName, { service, clock }, ok);
    for (let i = 0; i < 3; i++) await instance.invoke();
    // The next one puts what came before it.
    clock.advance(61_000);
    await instance.invoke();
    // Libraries that know the store's clock by its answers put it right: there it is three minutes later.
    const query = { service, from: timeOf(startMs - 60_000), to: timeOf(startMs + 600_000) };
    const series = async () => {
      await controlPlane.merge();
      return (await controlPlane.send('GET', '/v1/telemetry/series', undefined, query)).body;
    };
    await expect.poll(series, SOON).toMatchObject({ total: { count: 3, outcomes: { ok: 3 }, instances: 1 } });
  });

  it('account for the runs of a job that it watches', async () => {
    const service = `${pair.service}-job`;
    const job = `${pair.service}-nightly`;
    await publish(controlPlane, service, { jobs: { [job]: { schedule: 'cron(0 2 * * ? *)', maxRuntime: '5m' } } });
    const instance = member(library, tableName, { service, job }, (_event, flyball) => flyball.counts({ read: 7 }));
    await instance.invoke({ source: 'aws.events', 'detail-type': 'Scheduled Event', time: '2026-01-05T02:00:00Z' });
    await expect
      .poll(async () => (await controlPlane.send('GET', `/v1/jobs/${job}/runs`)).body, SOON)
      .toMatchObject({ runs: [{ status: 'succeeded', counts: { read: 7 } }] });
  });
});

it('rules that running functions are too old for are not published over their heads', async () => {
  const service = 'too-old';
  const current = of(controlPlanes, CURRENT);
  await publish(current, service, { throttles: { everyone: { limit: '100/m' } } });
  const clock = fakeClock(Date.now() - 65_000);
  const instance = member(of(libraries, OLD), tableName, { service, clock }, ok);
  await instance.invoke();
  clock.advance(61_000);
  await instance.invoke();
  const document = { apiVersion: 'flyball/v1', service, telemetry: { sample: '5%' } };
  await current.send('PUT', `/v1/services/${service}/draft`, document);
  const publishing = () => current.send('POST', `/v1/services/${service}/publish`, { note: 'samples' });
  await expect
    .poll(publishing, SOON)
    .toMatchObject({ status: 409, body: { code: 'LIBRARY_TOO_OLD', behind: [{ version: OLD, instances: 1 }] } });
});

describe('a control plane that is deployed again', () => {
  it.each([
    [OLD, CURRENT],
    [CURRENT, OLD],
  ])('%s publishes, %s shows, goes on from there and rolls back', async (before, after) => {
    const service = `deployed-${after.replaceAll('.', '-')}`;
    const [first, second] = [of(controlPlanes, before), of(controlPlanes, after)];
    const limited = (limit: string) => ({ throttles: { everyone: { limit } } });
    expect(await publish(first, service, limited('1/s'))).toBe(1);
    expect((await second.send('GET', `/v1/services/${service}/rules`)).body).toMatchObject(limited('1/s'));
    expect(await publish(second, service, limited('2/s'))).toBe(2);
    expect(await publish(first, service, limited('3/s'))).toBe(3);
    const back = await second.send('POST', `/v1/services/${service}/rollback`, { to: 1, note: 'back' });
    expect(back).toMatchObject({ status: 200, body: { revision: 4 } });
    expect((await first.send('GET', `/v1/services/${service}/rules`)).body).toMatchObject(limited('1/s'));
    const { body } = await first.send('GET', `/v1/audit`, undefined, { service });
    expect((body as { readonly entries: readonly unknown[] }).entries.length).toBeGreaterThanOrEqual(4);
  });
});

describe('a fleet of two versions, in the middle of a deployment', () => {
  it('admits as many together as the rule says', async () => {
    const service = 'mixed-throttle';
    await publish(of(controlPlanes, CURRENT), service, { throttles: { everyone: { limit: '30/m' } } });
    const fleet = [OLD, CURRENT, OLD, CURRENT].map((version) =>
      member(of(libraries, version), tableName, { service }, ok),
    );
    const startMs = Date.now();
    const admitted = await Promise.all(
      fleet.map(async (instance) => {
        let count = 0;
        for (let i = 0; i < 25; i++) if (statusOf(await instance.invoke()) === 200) count += 1;
        return count;
      }),
    );
    const [oldFirst = 0, currentFirst = 0, oldSecond = 0, currentSecond = 0] = admitted;
    expect(oldFirst + oldSecond).toBeGreaterThan(0);
    expect(currentFirst + currentSecond).toBeGreaterThan(0);
    const total = admitted.reduce((sum, count) => sum + count, 0);
    const seconds = (Date.now() - startMs) / 1_000;
    expect(total).toBeLessThanOrEqual(30 + seconds * 0.5);
    expect(total).toBeGreaterThanOrEqual(15);
  });

  it.each([
    [OLD, CURRENT],
    [CURRENT, OLD],
  ])('what %s opens is open for %s, which has seen no failure itself', async (opening, following) => {
    const service = `mixed-breaker-${opening.replaceAll('.', '-')}`;
    await publish(of(controlPlanes, CURRENT), service, payments);
    let reached = 0;
    const follower = member(of(libraries, following), tableName, { service }, async (_event, flyball) => {
      await flyball.run('payments', () => Promise.resolve((reached += 1)));
    });
    await follower.invoke();
    expect(reached).toBe(1);
    const failing = member(of(libraries, opening), tableName, { service }, async (_event, flyball) => {
      await flyball.run('payments', () => Promise.reject(new Error('payments is down')));
    });
    await untilRefused(failing);
    await untilRefused(follower);
  });

  it('counts failures of both towards one breaker', async () => {
    const service = 'mixed-count';
    await publish(of(controlPlanes, OLD), service, payments);
    const failing = [OLD, CURRENT].map((version) =>
      member(of(libraries, version), tableName, { service }, async (_event, flyball) => {
        await flyball.run('payments', () => Promise.reject(new Error('payments is down')));
      }),
    );
    for (const instance of failing) for (let i = 0; i < 3; i++) await refusedBy(instance);
    await Promise.all(failing.map(untilRefused));
    const { body } = await of(controlPlanes, CURRENT).send('GET', `/v1/services/${service}/breakers`);
    expect(body).toMatchObject([{ name: 'payments', state: 'OPEN' }]);
  });
});

/** True when a call within the handler was refused by the breaker. A refusal leaves an HTTP handler as a 503. */
async function refusedBy(instance: { invoke(event?: unknown): Promise<unknown> }): Promise<boolean> {
  try {
    const answer = (await instance.invoke(httpV2())) as
      { readonly statusCode?: number; readonly body?: string } | undefined;
    return answer?.statusCode === 503 && (answer.body ?? '').includes('breaker');
  } catch {
    return false;
  }
}

async function untilRefused(instance: { invoke(event?: unknown): Promise<unknown> }): Promise<void> {
  await expect
    .poll(async () => {
      await pause(20);
      return refusedBy(instance);
    }, SOON)
    .toBe(true);
}

function timeOf(ms: number): string {
  return new Date(Math.floor(ms / 60_000) * 60_000).toISOString();
}
