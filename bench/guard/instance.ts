// An instance and invocations of it for benchmarks: the real clock, the rules given, nobody listening to its log.
import type { Context } from 'aws-lambda';
import { systemClock, systemRandom, type Clock } from '../../middleware/kernel/clock.ts';
import { Instance } from '../../middleware/kernel/instance.ts';
import { Invocation } from '../../middleware/kernel/invocation.ts';
import type { RuleDocument } from '../../middleware/kernel/rules/document.ts';
import { triggerOf } from '../../middleware/kernel/trigger.ts';
import type { Table } from '../../store/port.ts';

export const CLIENT = '203.0.113.7';
/** As many different requests, so that no branch and no cache learns the one. */
const REQUESTS = 256;
const REMAINING_MS = 29_000;

export function benchInstance(table: Table, clock: Clock, bootstrap?: RuleDocument): Instance {
  return new Instance({
    ...{ service: 'bench', id: 'bench-1', functionName: 'bench', functionVersion: '1' },
    ...{ clock, random: systemRandom, table, bootstrap },
    logger: { info: () => {}, warn: () => {}, error: () => {} },
  });
}

export function benchInvocations(instance: Instance): readonly Invocation[] {
  return Array.from({ length: REQUESTS }, (_, i) => invocationOf(instance, i));
}

function invocationOf(instance: Instance, i: number): Invocation {
  const event = {
    version: '2.0',
    rawPath: '/orders',
    headers: { 'content-type': 'application/json' },
    requestContext: { stage: '$default', http: { method: 'POST', path: '/orders', sourceIp: CLIENT } },
    body: 'x'.repeat(40 + i * 7),
  };
  const context = { awsRequestId: `request-${i}`, getRemainingTimeInMillis: () => REMAINING_MS } as Context;
  return new Invocation(instance, instance.rules.snapshot, triggerOf(event), event, context, systemClock.now());
}
