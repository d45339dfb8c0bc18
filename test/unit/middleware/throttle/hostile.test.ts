// What an item of the table may hold when somebody else has written it: a rule then does what it says for a table that fails.
import { describe, expect, it } from 'vitest';
import { Refused } from '../../../../middleware/kernel/errors.ts';
import type { Instance } from '../../../../middleware/kernel/instance.ts';
import { provideEverything } from '../../../../middleware/throttle/everything.ts';
import { throttlePolicy } from '../../../../middleware/throttle/index.ts';
import { memoryTable } from '../../../../middleware/testing/table/memory-table.ts';
import type { Item, Table } from '../../../../store/port.ts';
import * as events from '../../../support/events.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { testInstance, testInvocation } from '../../../support/instance.ts';

provideEverything();

async function admit(instance: Instance, event: unknown = events.httpV2()): Promise<true | Refused> {
  const invocation = testInvocation(instance, event);
  try {
    await throttlePolicy.before?.(invocation, invocation.snapshot.of(throttlePolicy));
    return true;
  } catch (error) {
    if (error instanceof Refused) return error;
    throw error;
  } finally {
    await instance.syncs.settle();
  }
}

/** The one item that a request has made, for somebody to write over. */
async function only(table: Table, instance: Instance): Promise<Item & { pk: string; sk: string }> {
  const written: (Item & { pk: string; sk: string })[] = [];
  const watched = testInstance({
    ...{ service: instance.service, clock: instance.clock },
    rules: instance.rules.snapshot.document,
    table: {
      ...table,
      async update(request) {
        const answer = await table.update(request);
        if (answer.item) written.push({ ...answer.item, ...request.key });
        return answer;
      },
    },
  });
  await admit(watched);
  const [item] = written.slice(-1);
  if (!item) throw new Error('nothing was written');
  return item;
}

const rules = {
  throttles: { everyone: { limit: '10/s', burst: 100, sync: 'leased', whenStoreFails: 'reject' } },
} as const;

describe('an item that no flyball wrote', () => {
  it.each([
    ['in no parts', { parts: 0, opened: 0 }],
    ['in more parts than there can be', { parts: 1e9, opened: 0 }],
    ['in a part of a part', { parts: 1e-6, opened: 0 }],
    ['at a moment no clock has', { tat: 9e120 }],
    ['far ahead of any request', { tat: 8e15 }],
    ['with a burst for ever', { base: 9e30 }],
    ['with a text for a number', { tat: 'soon' }],
  ])(
    '%s: refused by a rule that says reject, at every request, and well again when it is mended',
    async (_name, change) => {
      const [table, clock] = [memoryTable(), fakeClock()];
      const instance = testInstance({ clock, rules, table });
      const item = await only(table, instance);
      await table.put({ item: { ...item, ...change } });
      for (let i = 0; i < 10; i++) expect(await admit(instance)).toMatchObject({ statusCode: 503 });
      expect(instance.trusts('throttle')).toBe(true);
      await table.put({ item });
      clock.advance(31_000);
      expect(await admit(instance)).toBe(true);
    },
  );
});

it('a policy that was switched off is tried again after a minute', () => {
  const clock = fakeClock();
  const instance = testInstance({ clock });
  for (let i = 0; i < 5; i++) instance.contain('throttle', 'before', new Error('a bug'));
  expect(instance.trusts('throttle')).toBe(false);
  clock.advance(59_000);
  expect(instance.trusts('throttle')).toBe(false);
  clock.advance(1_000);
  expect(instance.trusts('throttle')).toBe(true);
  for (let i = 0; i < 4; i++) instance.contain('throttle', 'before', new Error('a bug'));
  expect(instance.trusts('throttle')).toBe(true);
});

it('batches charged eventually are charged for whole, whatever the burst', async () => {
  const clock = fakeClock();
  const throttles = { few: { limit: '30/min', burst: 2, sync: 'eventual' } } as const;
  const instance = testInstance({ clock, rules: { throttles }, table: memoryTable() });
  let admitted = 0;
  for (let i = 0; i < 40; i++) {
    const invocation = testInvocation(instance, events.sqs(10));
    try {
      await throttlePolicy.before?.(invocation, invocation.snapshot.of(throttlePolicy));
      admitted += (invocation.event as { Records: unknown[] }).Records.length;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
    await instance.syncs.settle();
    clock.advance(4_500);
  }
  // Three minutes, the burst, and one batch too late.
  expect(admitted).toBeGreaterThanOrEqual(80);
  expect(admitted).toBeLessThanOrEqual(90 + 2 + 10);
});

it('requests of several tokens are not leased, whatever the burst: each is admitted whole by what the fleet has', async () => {
  const [table, clock] = [memoryTable(), fakeClock()];
  const throttles = { exports: { limit: '10/s', burst: 100, cost: 20 } } as const;
  const fleet = Array.from({ length: 5 }, (_, i) => testInstance({ id: `i-${i}`, clock, rules: { throttles }, table }));
  let admitted = 0;
  for (let i = 0; i < 120; i++) {
    const instance = fleet[i % 5];
    if (instance && (await admit(instance)) === true) admitted++;
    clock.advance(500);
  }
  // A minute of ten tokens a second and a hundred at first, twenty each.
  expect(admitted).toBeGreaterThanOrEqual(33);
  expect(admitted).toBeLessThanOrEqual(35);
});
