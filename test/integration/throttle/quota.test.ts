// A quota over the emulated DynamoDB: exact within its window however many take from it at once, and gone with the window.
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import type { Refused } from '../../../middleware/kernel/errors.ts';
import type { ThrottleRule } from '../../../middleware/kernel/rules/document.ts';
import { throughThrottles } from './admit.ts';
import type { Table } from '../../../store/port.ts';
import * as events from '../../support/events.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { testInstance, testInvocation } from '../../support/instance.ts';
import { createTable } from '../table.ts';
import { admit } from './admit.ts';

let table: Table;
beforeAll(async () => {
  const { signed } = await createTable(inject('dynamodb'));
  // Its own time limits are tested elsewhere; the emulator may be slow on a busy machine.
  table = { ...signed, update: (request) => signed.update({ ...request, timeoutMs: 60_000 }) };
});

/** One instant before midnight in Berlin, on the last day of January. */
const LAST_SECOND = Date.parse('2026-01-31T22:59:59Z');

function fleet(throttles: Record<string, ThrottleRule>, size: number) {
  const clock = fakeClock(LAST_SECOND);
  const service = `s-${randomUUID().slice(0, 8)}`;
  const instances = Array.from({ length: size }, (_, i) =>
    testInstance({ service, id: `instance-${i}`, rules: { throttles }, clock, table }),
  );
  return { clock, instances, service };
}

const monthly: ThrottleRule = { algorithm: 'fixed-window', limit: '30/month', timezone: 'Europe/Berlin' };
const admitted = (answers: readonly (true | Refused)[]) => answers.filter((answer) => answer === true).length;

describe('a quota of 30 a month', () => {
  it('admits thirty of a hundred racing requests, refuses the rest until the month ends, and begins again', async () => {
    const { clock, instances } = fleet({ monthly }, 10);
    const race = () => Promise.all(instances.flatMap((instance) => Array.from({ length: 10 }, () => admit(instance))));
    const answers = await race();
    expect(admitted(answers)).toBe(30);
    const refusal = answers.find((answer) => answer !== true);
    expect(refusal).toMatchObject({
      rule: 'monthly',
      statusCode: 429,
      headers: { 'retry-after': '1', 'ratelimit-policy': '"monthly";q=30;w=2592000', ratelimit: '"monthly";r=0;t=1' },
    });
    expect(admitted(await race())).toBe(0);
    clock.advance(1_000);
    expect(admitted(await race())).toBe(30);
  });

  it('keeps what was used when the limit changes in mid-month', async () => {
    const { instances, service, clock } = fleet({ monthly }, 1);
    const [instance] = instances;
    if (!instance) throw new Error('no instance');
    for (let i = 0; i < 20; i++) expect(await admit(instance)).toBe(true);
    const raised = testInstance({
      service,
      id: 'after',
      clock,
      table,
      rules: { throttles: { monthly: { ...monthly, limit: '25/month' } } },
    });
    const answers: (true | Refused)[] = [];
    for (let i = 0; i < 10; i++) answers.push(await admit(raised));
    expect(admitted(answers)).toBe(5);
  });

  it('is given back what a later rule did not admit', async () => {
    const perClient: ThrottleRule = { ...monthly, key: ['client'] };
    const { instances, service, clock } = fleet({ monthly: perClient, tight: { limit: '1/h', burst: 1 } }, 40);
    const answers: (true | Refused)[] = [];
    // One after another, each on an instance that knows nothing yet: it takes from the quota before `tight` refuses.
    for (const instance of instances) answers.push(await admit(instance));
    expect(admitted(answers)).toBe(1);
    const alone = testInstance({ service, id: 'alone', clock, table, rules: { throttles: { monthly: perClient } } });
    const rest: (true | Refused)[] = [];
    for (let i = 0; i < 40; i++) rest.push(await admit(alone));
    expect(admitted(rest)).toBe(29);
  });

  it('admits of a batch what is left, and sends the rest back', async () => {
    const { instances } = fleet({ monthly: { ...monthly, limit: '7/month' } }, 1);
    const [instance] = instances;
    if (!instance) throw new Error('no instance');
    const invocation = testInvocation(
      instance,
      events.sqs(Array.from({ length: 10 }, (_, i) => ({ body: String(i) }))),
    );
    await throughThrottles(invocation);
    expect((invocation.event as { Records: unknown[] }).Records).toHaveLength(7);
    await instance.syncs.settle();
  });

  it('counts by itself on each instance with scope: instance', async () => {
    const { instances, clock } = fleet({ monthly: { ...monthly, scope: 'instance', limit: '2/day' } }, 2);
    const all = async () => {
      const answers: (true | Refused)[] = [];
      for (const instance of instances) for (let i = 0; i < 5; i++) answers.push(await admit(instance));
      return admitted(answers);
    };
    expect(await all()).toBe(4);
    clock.advance(1_000);
    expect(await all()).toBe(4);
  });
});
