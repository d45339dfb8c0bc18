// A level of logs on its way: published over HTTP, read from the table by instances that live, and gone by itself.
import { Logger as PowertoolsLogger } from '@aws-lambda-powertools/logger';
import { afterEach, beforeAll, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { governed } from '../../../middleware/index.ts';
import { jsonLogger, type Logger } from '../../../middleware/kernel/logger.ts';
import { testContext } from '../../support/instance.ts';
import { NOW, startCenter, type Center } from '../config-center/center.ts';
import { createTable, type TestTable } from '../table.ts';

let table: TestTable;
let center: Center;
const lines: string[] = [];

beforeAll(async () => {
  table = await createTable(inject('dynamodb'));
  center = await startCenter(table.sdk);
});

beforeEach(() => {
  center.clock.set(NOW);
  lines.length = 0;
  // Its own console cannot be watched; in development it uses the one everybody has.
  vi.stubEnv('POWERTOOLS_DEV', 'true');
  for (const level of ['debug', 'info', 'warn', 'error'] as const) {
    vi.spyOn(console, level).mockImplementation((line: string) => void keep(line));
  }
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

function keep(line: string): void {
  const { level, message } = JSON.parse(line) as Readonly<Record<string, string>>;
  lines.push(`${String(level)} ${String(message)}`);
}

/** An environment of the service: what one invocation logs, ten seconds and a bit after the last. */
function environment(service: string, logger: Logger): () => Promise<readonly string[]> {
  const { clock } = center;
  const handler = governed({ service, clock, table: table.sdk, logger }, async () => {
    logger.debug?.('a detail', {});
    logger.info('an order', {});
    return 'done';
  });
  return async () => {
    clock.advance(11_000);
    lines.length = 0;
    await handler({}, testContext(clock));
    return [...lines];
  };
}

async function publish(service: string, sections: object): Promise<void> {
  const body = { apiVersion: 'flyball/v1', service, ...sections };
  expect(await center.send('PUT', `/v1/services/${service}/draft`, { body })).toMatchObject({ status: 200 });
  const note = { note: 'looking for something' };
  expect(await center.send('POST', `/v1/services/${service}/publish`, { body: note })).toMatchObject({ status: 200 });
}

const QUIET = ['INFO an order'];
const TALKATIVE = ['DEBUG a detail', 'INFO an order', 'DEBUG flyball governed an invocation'];

describe.each<[string, string, () => Logger]>([
  ['Powertools Logger', 'logs-powertools', () => new PowertoolsLogger({ serviceName: 'shop' })],
  ["flyball's own logger", 'logs-own', () => jsonLogger(center.clock, keep, {})],
])('the level of %s', (_name, service, logger) => {
  it('is raised by a rule on every instance that lives, and is what it was when the rule goes', async () => {
    const fleet = [environment(service, logger()), environment(service, logger())];
    const told = async () => {
      const all: (readonly string[])[] = [];
      for (const invoke of fleet) all.push(await invoke());
      return all;
    };
    expect(await told()).toEqual([QUIET, QUIET]);
    await publish(service, { logs: { level: 'DEBUG' } });
    expect(await told()).toEqual([TALKATIVE, TALKATIVE]);
    await publish(service, { logs: { level: 'ERROR' } });
    expect(await told()).toEqual([[], []]);
    await publish(service, {});
    expect(await told()).toEqual([QUIET, QUIET]);
  });

  it('is what it was from `until` on, although the rule stays', async () => {
    const invoke = environment(service, logger());
    await publish(service, { logs: { level: 'DEBUG', until: new Date(NOW + 60_000).toISOString() } });
    expect(await invoke()).toEqual(TALKATIVE);
    center.clock.set(NOW + 60_000 - 11_001);
    expect(await invoke()).toEqual(TALKATIVE);
    expect(await invoke()).toEqual(QUIET);
  });
});

describe('a level that has ended', () => {
  const service = 'logs-ended';
  const until = new Date(NOW + 60_000).toISOString();

  it('is not published, and is in the way of no rollback', async () => {
    await publish(service, { logs: { level: 'DEBUG', until } });
    await publish(service, { throttles: { all: { limit: '5/s' } } });
    center.clock.advance(60_000);
    const body = { apiVersion: 'flyball/v1', service, logs: { level: 'DEBUG', until } };
    expect(await center.send('PUT', `/v1/services/${service}/draft`, { body })).toMatchObject({
      status: 422,
      body: { errors: [{ path: '/logs/until', reason: expect.stringContaining(`${until} is past`) as string }] },
    });
    const rollback = { body: { to: 1 } };
    expect(await center.send('POST', `/v1/services/${service}/rollback`, rollback)).toMatchObject({
      status: 200,
      body: { revision: 3 },
    });
  });

  it('is not published from a draft that was put in time', async () => {
    const body = { apiVersion: 'flyball/v1', service: 'logs-late', logs: { level: 'DEBUG', until } };
    await center.send('PUT', '/v1/services/logs-late/draft', { body });
    center.clock.advance(60_000);
    expect(await center.send('POST', '/v1/services/logs-late/publish', { body: { note: 'late' } })).toMatchObject({
      status: 422,
    });
  });
});
