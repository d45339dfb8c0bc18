// Rules in shadow, over the emulated DynamoDB: whatever the algorithm, nobody is refused, and all who would be are counted.
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { silentRecorder } from '../../../middleware/kernel/recorder.ts';
import type { ThrottleRule } from '../../../middleware/kernel/rules/document.ts';
import type { Table } from '../../../store/port.ts';
import * as events from '../../support/events.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { testInstance } from '../../support/instance.ts';
import { createTable } from '../table.ts';
import { admit } from './admit.ts';

let table: Table;
beforeAll(async () => {
  const { signed } = await createTable(inject('dynamodb'));
  // The emulator may be slow on a busy machine: time limits are tested elsewhere.
  table = { ...signed, update: (request) => signed.update({ ...request, timeoutMs: 60_000 }) };
});

interface Watched {
  readonly refusals: number;
  readonly admitted: number;
  readonly writes: number;
}

async function watch(rule: ThrottleRule, requests: number, event: unknown = events.httpV2()): Promise<Watched> {
  let refusals = 0;
  let writes = 0;
  const counting: Table = {
    ...table,
    update: (request) => {
      writes += 1;
      return table.update(request);
    },
  };
  const instance = testInstance({
    service: `s-${randomUUID().slice(0, 8)}`,
    rules: { throttles: { trial: { ...rule, mode: 'shadow' } } },
    clock: fakeClock(Date.UTC(2026, 0, 5)),
    table: counting,
  });
  instance.recorder = {
    ...silentRecorder,
    refusal(by, name, _resource, count, shadow) {
      expect([by, name, shadow]).toEqual(['throttle', 'trial', true]);
      refusals += count;
    },
  };
  let admitted = 0;
  for (let i = 0; i < requests; i++) if ((await admit(instance, event)) === true) admitted += 1;
  return { refusals, admitted, writes };
}

const algorithms: [string, ThrottleRule][] = [
  ['token-bucket', { limit: '5/10s', sync: 'per-request' }],
  ['token-bucket, leased', { limit: '5/10s', sync: 'leased' }],
  ['token-bucket that warms up', { limit: '5/10s', burst: 15, warmUp: '30s' }],
  ['leaky-bucket', { algorithm: 'leaky-bucket', limit: '5/10s', burst: 5, maxWait: '1s' }],
  ['fixed-window', { algorithm: 'fixed-window', limit: '5/min' }],
  ['sliding-window', { algorithm: 'sliding-window', limit: '5/min' }],
  [
    'an override',
    {
      limit: '1/10s',
      key: ['header:x-plan'],
      overrides: [{ match: { 'header:x-plan': 'gold' }, limit: '5/10s' }],
      sync: 'per-request',
    },
  ],
];
const event = events.httpV2({ headers: { 'x-plan': 'gold' } });

describe('twelve requests where five are admitted', () => {
  it.each(algorithms)('%s: seven would have been refused', async (_name, rule) => {
    const { refusals, admitted } = await watch(rule, 12, event);
    expect({ refusals, admitted }).toEqual({ refusals: 7, admitted: 12 });
  });

  it.each(algorithms)('%s, of one instance: seven would have been refused', async (_name, rule) => {
    const { refusals, admitted, writes } = await watch({ ...rule, scope: 'instance', sync: undefined }, 12, event);
    expect({ refusals, admitted, writes }).toEqual({ refusals: 7, admitted: 12, writes: 0 });
  });
});

it('costs what it would cost in force: nothing for a key known to have nothing, and little where instances lease', async () => {
  const exact = await watch({ limit: '5/10s', sync: 'per-request' }, 50);
  expect(exact.writes).toBeLessThanOrEqual(8);
  const leased = await watch({ limit: '100/s', burst: 1_000, sync: 'leased' }, 50);
  expect(leased.writes).toBeLessThanOrEqual(8);
});

it('counts the records of a batch that would have been sent back', async () => {
  const batch = events.sqs(Array.from({ length: 8 }, (_, i) => ({ body: String(i) })));
  for (const [, rule] of algorithms.slice(0, 6)) {
    const { refusals, admitted } = await watch(rule, 1, batch);
    expect({ refusals, admitted }).toEqual({ refusals: 3, admitted: 1 });
  }
});
