// Instances and invocations for tests: rules given directly, an unreachable table unless one is given.
import type { Context } from 'aws-lambda';
import type { Clock, Random } from '../../middleware/kernel/clock.ts';
import { Instance } from '../../middleware/kernel/instance.ts';
import { Invocation } from '../../middleware/kernel/invocation.ts';
import type { Logger } from '../../middleware/kernel/logger.ts';
import type { RuleDocument } from '../../middleware/kernel/rules/document.ts';
import { triggerOf } from '../../middleware/kernel/trigger.ts';
import { lambdaContext } from '../../middleware/testing/context.ts';
import { StoreUnavailable, type Table } from '../../store/port.ts';
import { fakeClock } from './fake-clock.ts';

/** A table that is never there. */
export const noTable: Table = {
  get: () => Promise.reject(new StoreUnavailable('connect', 'no table in this test')),
  put: () => Promise.reject(new StoreUnavailable('connect', 'no table in this test')),
  update: () => Promise.reject(new StoreUnavailable('connect', 'no table in this test')),
  delete: () => Promise.reject(new StoreUnavailable('connect', 'no table in this test')),
  query: () => Promise.reject(new StoreUnavailable('connect', 'no table in this test')),
};

export const silentLogger: Logger = { info: () => {}, warn: () => {}, error: () => {} };

export interface TestInstanceOptions {
  readonly service?: string;
  readonly id?: string;
  readonly rules?: Omit<RuleDocument, 'apiVersion' | 'service'>;
  readonly table?: Table;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly logger?: Logger;
  readonly storeAway?: () => boolean;
}

export function testInstance(options: TestInstanceOptions = {}): Instance {
  const service = options.service ?? 'orders';
  return new Instance({
    service,
    id: options.id ?? 'instance-1',
    clock: options.clock ?? fakeClock(),
    random: options.random ?? (() => 0.5),
    table: options.table ?? noTable,
    logger: options.logger ?? silentLogger,
    functionName: `flyball-test-${service}`,
    functionVersion: '$LATEST',
    storeAway: options.storeAway,
    bootstrap: options.rules ? { apiVersion: 'flyball/v1', service, ...options.rules } : undefined,
  });
}

/** A Lambda context with `remainingMs` left on the instance's clock. */
export function testContext(clock: Clock, remainingMs = 30_000, awsRequestId = 'request-1'): Context {
  return lambdaContext(clock, remainingMs, { awsRequestId });
}

export function testInvocation(instance: Instance, event: unknown = {}, context?: Context): Invocation {
  const { clock, rules } = instance;
  return new Invocation(instance, rules.snapshot, triggerOf(event), event, context ?? testContext(clock), clock.now());
}
