// Every name the package can be imported by, used as its types say.
import middy from '@middy/core';
import { access, type AccessOptions } from 'flyball/access';
import { breaker } from 'flyball/breaker';
import { flyball, flyballPlugin, Refused, type CallOptions } from 'flyball/call';
import { concurrency } from 'flyball/concurrency';
import { deadline } from 'flyball/deadline';
import { fallback } from 'flyball/fallback';
import type { handler as Shim } from 'flyball/handler';
import { FlyballPersistenceLayer, idempotent, type IdempotentOptions } from 'flyball/idempotency';
import { jobRun, type JobRunOptions } from 'flyball/job-run';
import manifest from 'flyball/package.json' with { type: 'json' };
import { redelivery } from 'flyball/redelivery';
import { retry, type GovernMiddleware } from 'flyball/retry';
import schema from 'flyball/schema.json' with { type: 'json' };
import { shed } from 'flyball/shed';
import { StoreUnavailable, type Table } from 'flyball/store';
import { telemetry } from 'flyball/telemetry';
import { events, testGovernor } from 'flyball/testing';
import { throttle, type GovernedContext, type PolicyOptions } from 'flyball/throttle';
import { trace } from 'flyball/trace';

export type Shimmed = typeof Shim;

/** A table that is away: nothing here needs one. */
const away = () => Promise.reject(new StoreUnavailable('connect', 'there is no table here'));
const table: Table = { get: away, put: away, update: away, delete: away, query: away };

const throttles = { everyone: { limit: '1/m', scope: 'instance' } };
const bootstrap = { apiVersion: 'flyball/v1', service: 'shop', throttles };
const options: PolicyOptions = { service: 'shop', table, bootstrap };
const accessOptions: AccessOptions = options;
const jobOptions: JobRunOptions = { ...options, job: 'nightly' };
const work: IdempotentOptions = { name: 'settle', key: 'messageId', expiresAfter: '1d', whenStoreFails: 'defer' };
const call: CallOptions = { operation: 'charge', timeoutMs: 100 };

const middlewares: Readonly<Record<string, GovernMiddleware>> = {
  access: access(accessOptions),
  breaker: breaker(options),
  concurrency: concurrency(options),
  deadline: deadline(options),
  fallback: fallback(options),
  jobRun: jobRun(jobOptions),
  redelivery: redelivery(options),
  retry: retry(options),
  shed: shed(options),
  telemetry: telemetry(options),
  throttle: throttle(options),
  trace: trace(options),
};

const ok = (_event: unknown, context: GovernedContext) =>
  Promise.resolve({ statusCode: 200, body: context.flyball.service });

/** What each policy alone makes of the same two requests. */
export async function statusesByPolicy(): Promise<Record<string, readonly unknown[]>> {
  const seen: Record<string, readonly unknown[]> = {};
  for (const [name, middleware] of Object.entries(middlewares)) {
    const handler = middy<unknown, { statusCode: number; body: string }>().use(middleware).handler(ok);
    const statuses: unknown[] = [];
    for (let i = 0; i < 2; i++) {
      const answer = await handler(events.httpV2(), {} as GovernedContext);
      statuses.push(answer.statusCode);
    }
    seen[name] = statuses;
  }
  return seen;
}

/** The test kit, from the package and without anything but it. */
export async function testedWithTheKit(): Promise<readonly unknown[]> {
  const kit = await testGovernor({ service: 'shop', rules: { throttles: { everyone: { limit: '1/m' } } } });
  const handler = kit.governed((_event: unknown) => ({ statusCode: 200 }));
  const answers = [await kit.invoke(handler, events.httpV2()), await kit.invoke(handler, events.httpV2())];
  return answers.map(({ statusCode }) => statusCode);
}

export const facts = {
  version: manifest.version,
  schema: schema.properties.throttles.type,
  refused: typeof Refused,
  plugin: typeof flyballPlugin('inventory-table'),
  once: (record: { messageId: string }): Promise<number> => idempotent(work, (_record: typeof record) => 42)(record),
  layer: () => new FlyballPersistenceLayer(),
  call: () => flyball.call('payments', call),
  left: (): Promise<{ limit: number; remaining: number; resetMs: number } | undefined> => flyball.peek('per-client'),
};
