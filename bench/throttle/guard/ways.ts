// The ways to ask whether one more request may pass: flyball's, and what users of the peers would write instead.
import { systemClock, type Clock } from '../../../middleware/kernel/clock.ts';
import type { Invocation } from '../../../middleware/kernel/invocation.ts';
import type { ThrottleRule } from '../../../middleware/kernel/rules/document.ts';
import { telemetryPolicy } from '../../../middleware/telemetry/policy.ts';
import { loadReporting } from '../../../middleware/telemetry/reports.ts';
import { provideEverything } from '../../../middleware/throttle/everything.ts';
import { throttlePolicy } from '../../../middleware/throttle/index.ts';
import { signedTable } from '../../../store/adapters/signed.ts';
import type { Table } from '../../../store/port.ts';
import { benchInstance, benchInvocations, CLIENT } from '../../guard/instance.ts';
import type { Remote, Way, Ways } from '../../guard/way.ts';
import { localTable } from './local-table.ts';

// Rules are compiled without waiting.
provideEverything();

/** More than anybody asks, so that all may pass. */
const LIMIT = { perSecond: 900_000, burst: 9_000_000 };
const AMPLE: ThrottleRule = { limit: '900k/s', burst: LIMIT.burst, key: ['client'] };
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

/** Decides, and unless told otherwise records what was decided as the outcome of an invocation. */
async function flyball(rule: ThrottleRule, remote?: Remote, records = true): Promise<Way> {
  await loadReporting();
  let offsetMs = 0;
  let writes = 0;
  const clock: Clock = { ...systemClock, now: () => systemClock.now() + offsetMs };
  const own = remote ? signedTable({ ...remote, clock, region: 'us-east-1', credentials }) : localTable();
  const table: Table = {
    ...own,
    update: (request) => {
      writes++;
      return own.update(request);
    },
  };
  const instance = benchInstance(table, clock);
  instance.rules.register(telemetryPolicy);
  const throttles = throttlePolicy.compile(
    { apiVersion: 'flyball/v1', service: 'bench', throttles: { ample: rule } },
    instance,
  );
  const telling = instance.rules.snapshot.of(telemetryPolicy);
  const invocations = benchInvocations(instance);
  for (const invocation of invocations) void telemetryPolicy.before?.(invocation, telling);
  const record = (i: number, invocation: Invocation) => {
    if (records) instance.recorder.invocation('create-order', 'ok', 3 + (i % 977) * 0.37, false, invocation);
  };
  return {
    ask(i) {
      const invocation = invocations[i % invocations.length];
      if (!invocation) return undefined;
      // Each waits as the first of its own invocation would.
      invocation.storeWaitedMs = 0;
      const waiting = throttlePolicy.before?.(invocation, throttles);
      if (waiting) return waiting.then(() => record(i, invocation));
      return record(i, invocation);
    },
    advance: (ms) => (offsetMs += ms),
    writes: () => writes,
  };
}

async function rateLimiterFlexible(): Promise<Way> {
  const { RateLimiterMemory } = await import('rate-limiter-flexible');
  const limiter = new RateLimiterMemory({ points: LIMIT.perSecond * 10, duration: 10 });
  return { ask: () => limiter.consume(CLIENT) };
}

async function rateLimiterFlexibleDynamo({ endpoint, tableName }: Remote): Promise<Way> {
  const { RateLimiterDynamo } = await import('rate-limiter-flexible');
  const { DynamoDB } = await import('@aws-sdk/client-dynamodb');
  const client = new DynamoDB({ endpoint, region: 'us-east-1', credentials });
  let writes = 0;
  client.middlewareStack.add(
    (next, { commandName }) =>
      (request) => {
        if (commandName === 'UpdateItemCommand') writes++;
        return next(request);
      },
    { step: 'initialize' },
  );
  const limiter = await new Promise<InstanceType<typeof RateLimiterDynamo>>((resolve, reject) => {
    const options = { storeClient: client, tableName: `${tableName}-peer`, points: LIMIT.burst, duration: 10 };
    const made = new RateLimiterDynamo({ ...options, ttlSet: true }, (error?: unknown) => {
      if (error instanceof Error) reject(error);
      else resolve(made);
    });
  });
  return { ask: () => limiter.consume(CLIENT), writes: () => writes };
}

async function bottleneck(): Promise<Way> {
  const { default: Bottleneck } = await import('bottleneck');
  const limiter = new Bottleneck({ reservoir: LIMIT.burst * 100 });
  return { ask: () => limiter.schedule(() => Promise.resolve()) };
}

async function cockatiel(): Promise<Way> {
  const { bulkhead } = await import('cockatiel');
  const policy = bulkhead(LIMIT.perSecond);
  return { ask: () => policy.execute(() => undefined) };
}

export const WAYS: Ways = {
  'flyball-instance': () => flyball({ ...AMPLE, scope: 'instance' }),
  'flyball-unrecorded': () => flyball({ ...AMPLE, scope: 'instance' }, undefined, false),
  'flyball-leased': () => flyball({ ...AMPLE, sync: 'leased' }),
  'flyball-per-request': () => flyball({ ...AMPLE, sync: 'per-request' }),
  'rate-limiter-flexible': rateLimiterFlexible,
  bottleneck,
  cockatiel,
  'flyball-per-request-remote': (remote) => flyball({ ...AMPLE, limit: '500/s', sync: 'per-request' }, remote),
  'rate-limiter-flexible-remote': (remote) => {
    if (!remote) throw new Error('rate-limiter-flexible-remote needs a table');
    return rateLimiterFlexibleDynamo(remote);
  },
};
