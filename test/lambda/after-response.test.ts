import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Environment, startEnvironment } from '../../infra/lambda/environment.ts';
import { createTable, type TestTable } from '../integration/table.ts';
import { SOON } from '../support/patience.ts';
import { type Between, type Passage, standBefore } from './between.ts';
import { publish } from './publish.ts';

const { emulator, dynamodb, bundled } = inject('lambda');

/** How slow the store is: well above what an invocation takes by itself. */
const STORE_DELAY_MS = 150;
const GAP_MS = 60;
const INVOCATIONS = 10;

let table: TestTable;
let started: { stop(): Promise<void> }[] = [];

beforeAll(async () => {
  table = await createTable(dynamodb);
  await publish(table.sdk, 'ledger', {
    throttles: { everyone: { limit: '1k/s', sync: 'eventual' } },
    dependencies: { bank: { target: { url: 'http://127.0.0.1:9' } } },
  });
});

afterEach(async () => {
  for (const part of started.toReversed()) await part.stop();
  started = [];
});

interface World {
  readonly environment: Environment;
  readonly store: Between;
  readonly platform: Between;
}

async function world(
  handler: string,
  variables: Record<string, string>,
  timeoutSeconds = 10,
  holdBack?: Between['holdBack'],
): Promise<World> {
  const store = await standBefore(new URL(dynamodb).host);
  started.push(store);
  let platform: Between | undefined;
  const environment = await startEnvironment({
    emulator,
    taskRoot: bundled,
    handler,
    functionName: 'ledger',
    timeoutSeconds,
    environment: {
      FLYBALL_TABLE: table.tableName,
      AWS_ENDPOINT_URL_DYNAMODB: `http://${store.address}`,
      FLYBALL_STORE_PATIENCE: '20',
      ...variables,
    },
    between: async (runtimeApi) => {
      platform = await standBefore(runtimeApi);
      platform.holdBack = holdBack;
      started.push(platform);
      return platform.address;
    },
  });
  started.push(environment);
  if (!platform) throw new Error('Nothing stands before the runtime API.');
  return { environment, store, platform };
}

/** One invocation as the platform and the store saw it, ms. */
interface Seen {
  readonly durationMs: number;
  readonly respondedAt: number;
  /** When the platform had both the runtime and the extension back: it freezes from here on. */
  readonly releasedAt: number;
  readonly writes: readonly Passage[];
}

async function invoked({ environment, store, platform }: World): Promise<Seen> {
  const [stored, passed] = [store.passages.length, platform.passages.length];
  const { payload } = await environment.invoke({});
  const releasedAt = performance.now();
  expect(payload).toEqual({ failure: 'DependencyFailed' });
  const response = platform.passages.slice(passed).find(({ path }) => path.endsWith('/response'));
  const begun = platform.passages.findLast(({ path, answeredAt }) => path.endsWith('/invocation/next') && answeredAt);
  const respondedAt = response?.askedAt ?? NaN;
  return {
    durationMs: respondedAt - (begun?.answeredAt ?? NaN),
    respondedAt,
    releasedAt,
    writes: store.passages.slice(stored).filter(({ operation }) => operation === 'UpdateItem'),
  };
}

async function measured(
  flush: string,
): Promise<{ readonly log: string; readonly seen: Seen[]; readonly world: World }> {
  const running = await world('ledger.handler', { TEST_FLUSH: flush });
  // The first one also waits for rules and reads the breaker.
  for (let i = 0; i < 2; i++) await invoked(running);
  running.store.delayMs = STORE_DELAY_MS;
  const seen: Seen[] = [];
  for (let i = 0; i < INVOCATIONS; i++) {
    await pause(GAP_MS);
    seen.push(await invoked(running));
  }
  return { log: running.environment.log(), seen, world: running };
}

describe('flush', () => {
  it('delays responses by what is under way, when it is before them', async () => {
    const { seen, log } = await measured('before-response');
    expect(seen.every(({ writes }) => writes.length > 0)).toBe(true);
    expect(seen.filter(({ durationMs }) => durationMs >= STORE_DELAY_MS)).toHaveLength(INVOCATIONS);
    expect(log).not.toContain('flyball sends its syncs before the response');
  });

  it('delays none after the response, and every write lands before the environment may freeze', async () => {
    const { seen, log, world } = await measured('after-response');
    expect(log).toMatch(/Internal agent flyball .* registered, subscribed to \[INVOKE\]/);
    // A response that had left before a write was answered did not wait for it.
    for (const { respondedAt, releasedAt, writes } of seen) {
      expect(writes).not.toEqual([]);
      for (const { answeredAt = NaN } of writes) {
        expect(answeredAt).toBeGreaterThan(respondedAt);
        expect(answeredAt).toBeLessThan(releasedAt);
      }
    }
    const asked = world.platform.passages.filter(({ path }) => path.endsWith('/extension/event/next'));
    expect(asked).toHaveLength(1 + 2 + INVOCATIONS);
    expect(log).not.toContain('could not sync');
  });

  it('is before the response, and says so, when the registration came after init', async () => {
    const late = { path: '/extension/register', until: '/invocation/next' };
    const { environment } = await world('hasty.handler', {}, 10, late);
    for (let i = 0; i < 3; i++) expect((await environment.invoke({})).payload).toEqual({ served: true });
    const told = () => environment.log().match(/flyball sends its syncs before the response[^\n]*/g);
    // What the runtime wrote comes through a pipe, in its own time.
    await expect.poll(told, SOON).not.toBeNull();
    const lines = told();
    expect(lines).toHaveLength(1);
    expect(lines?.[0]).toContain('flyball.ready()');
  });

  it('registers again in the environment that follows one ended by a timeout', async () => {
    const running = await world('ledger.handler', { TEST_FLUSH: 'after-response' }, 6);
    await invoked(running);
    const { text } = await running.environment.invoke({ hang: true });
    expect(text).toContain('Task timed out after 6.00 seconds');
    await invoked(running);
    await invoked(running);
    expect(running.environment.log().match(/Internal agent flyball .* registered/g)).toHaveLength(2);
  });

  it('goes on after a freeze between two invocations', async () => {
    const running = await world('ledger.handler', { TEST_FLUSH: 'after-response' });
    await invoked(running);
    const pid = running.environment.runtimePid();
    process.kill(pid, 'SIGSTOP');
    await pause(2_000);
    process.kill(pid, 'SIGCONT');
    // One that hung would be timed out by the platform, and not answer as `invoked` expects it.
    for (let i = 0; i < 3; i++) await invoked(running);
    expect(running.environment.log()).not.toContain('flyball sends its syncs before the response');
  });
});
