// Several rules on one request of a fleet: what is taken of buckets in the table for those refused comes back, and once.
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import type { Instance } from '../../../middleware/kernel/instance.ts';
import type { ThrottleRule } from '../../../middleware/kernel/rules/document.ts';
import { provideEverything } from '../../../middleware/throttle/everything.ts';
import { throttlePolicy } from '../../../middleware/throttle/index.ts';
import { fleetStateOf } from '../../../middleware/throttle/rule.ts';
import { readBucket } from '../../../store/items/throttle.ts';
import type { Table } from '../../../store/port.ts';
import * as events from '../../support/events.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { testInstance } from '../../support/instance.ts';
import { createTable } from '../table.ts';
import { admit } from './admit.ts';

provideEverything();

let table: Table;
beforeAll(async () => {
  table = (await createTable(inject('dynamodb'))).signed;
});

/** Long intervals: while a history lasts, its buckets are busy, where every token taken can be told from every other. */
const INTERVAL_US = 60e6;
const rule = (burst: number): ThrottleRule => ({ limit: '1/min', burst, sync: 'per-request', cost: 'header:x-cost' });
const THROTTLES: Record<string, ThrottleRule> = {
  first: rule(30),
  second: { ...rule(20), algorithm: 'leaky-bucket', maxWait: '1ms' },
  third: rule(25),
};

interface Fleet {
  readonly instances: readonly Instance[];
  readonly service: string;
}

function fleet(throttles: Record<string, ThrottleRule>): Fleet {
  const service = `s-${randomUUID().slice(0, 8)}`;
  const clock = fakeClock();
  const patient: Table = { ...table, update: (request) => table.update({ ...request, timeoutMs: 60_000 }) };
  const instances = Array.from({ length: 3 }, (_, i) =>
    testInstance({ service, id: `instance-${i}`, rules: { throttles }, clock, table: patient }),
  );
  return { instances, service };
}

/** What each bucket in the table has given, in tokens. */
async function takenOf({ instances, service }: Fleet): Promise<number[]> {
  const rules = instances[0]?.rules.snapshot.of(throttlePolicy).of('default')?.enforced ?? [];
  return Promise.all(
    rules.map(async (each) => {
      const record = await readBucket(table, { ...fleetStateOf(each, ''), service });
      return record ? (record.tatUs - record.baseUs) / INTERVAL_US : 0;
    }),
  );
}

const costing = (cost: number) => events.httpV2({ headers: { 'x-cost': String(cost) } });
/** Each request is one instance's, and of any cost up to what some of the rules have no more of. */
const requests = (longest: number) =>
  fc.array(fc.record({ i: fc.nat({ max: 2 }), cost: fc.integer({ min: 1, max: 8 }) }), {
    minLength: 5,
    maxLength: longest,
  });

describe('three rules in the table of which any may refuse', () => {
  it('have given exactly what was admitted, when requests come one after another', async () => {
    await fc.assert(
      fc.asyncProperty(requests(12), async (asked) => {
        const here = fleet(THROTTLES);
        let admitted = 0;
        for (const { i, cost } of asked) {
          if ((await admit(here.instances[i], costing(cost))) === true) admitted += cost;
          expect(await takenOf(here)).toEqual([admitted, admitted, admitted]);
        }
      }),
      { numRuns: 15 },
    );
  });

  it('have given at least that, and no more than was asked for, when they come at once', async () => {
    await fc.assert(
      fc.asyncProperty(requests(10), async (asked) => {
        const here = fleet(THROTTLES);
        const answers = await Promise.all(asked.map(({ i, cost }) => admit(here.instances[i], costing(cost))));
        const sum = (costs: readonly { cost: number }[]) => costs.reduce((total, { cost }) => total + cost, 0);
        const admitted = sum(asked.filter((_, index) => answers[index] === true));
        for (const taken of await takenOf(here)) {
          // Less would be given back twice; more is forfeited by those refused while others built on what they had.
          expect(taken).toBeGreaterThanOrEqual(admitted);
          expect(taken).toBeLessThanOrEqual(sum(asked));
        }
        expect(admitted).toBeLessThanOrEqual(20);
      }),
      { numRuns: 15 },
    );
  });
});
