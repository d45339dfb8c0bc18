// A leased quota over the emulated DynamoDB: exact under races, deaths and freezes, and almost without writes.
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import type { ThrottleRule } from '../../../middleware/kernel/rules/document.ts';
import type { Table } from '../../../store/port.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { testInstance } from '../../support/instance.ts';
import { QuotaFleet } from '../../unit/middleware/throttle/quota-fleet.ts';
import { createTable } from '../table.ts';
import { admit } from './admit.ts';

const MINUTE = 60_000;
const LIMIT = 20_000;

let table: Table;
beforeAll(async () => {
  const { signed } = await createTable(inject('dynamodb'));
  // Its own time limits are tested elsewhere; the emulator may be slow on a busy machine.
  table = { ...signed, update: (request) => signed.update({ ...request, timeoutMs: 60_000 }) };
});

const fleetOf = (size: number) =>
  new QuotaFleet(table, { service: `s-${randomUUID().slice(0, 8)}`, size, limit: LIMIT, lengthMs: 12 * 60 * MINUTE });

describe('a quota that five instances lease from', () => {
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constant('race' as const), wanted: fc.integer({ min: 1, max: 30 }) }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(90_000) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('kill' as const), member: fc.nat(4) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('idle' as const), member: fc.nat(4) }) },
  );

  it('admits exactly as much as it has, but for what died with an instance', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25, size: 'max' }), async (steps) => {
        const fleet = fleetOf(5);
        const everybody = <T>(what: (member: number) => Promise<T>) =>
          Promise.all(Array.from({ length: fleet.size }, (_, i) => what(i)));
        let deaths = 0;
        for (const each of steps) {
          if (each.kind === 'race') await everybody((i) => fleet.invoke(i, each.wanted));
          else if (each.kind === 'pass') fleet.clock.advance(each.ms);
          else if (each.kind === 'idle') await fleet.idle(each.member);
          else {
            deaths += 1;
            fleet.kill(each.member);
          }
        }
        fleet.clock.advance(MINUTE);
        await everybody((i) => fleet.idle(i));
        await fleet.invoke(0, LIMIT);
        const [admitted = 0] = fleet.admitted.values();
        expect(admitted).toBeLessThanOrEqual(LIMIT);
        expect(admitted).toBeGreaterThanOrEqual(LIMIT - deaths * (LIMIT / 1_000));
      }),
      { numRuns: 15 },
    );
  });
});

it('a quota of 100k a day is leased by itself: its keys cost a write now and then', async () => {
  const daily: ThrottleRule = { algorithm: 'fixed-window', limit: '100k/day' };
  const service = `s-${randomUUID().slice(0, 8)}`;
  let updates = 0;
  const counting: Table = {
    ...table,
    update: (request) => {
      updates += 1;
      return table.update(request);
    },
  };
  const instance = testInstance({ service, clock: fakeClock(), table: counting, rules: { throttles: { daily } } });
  for (let i = 0; i < 300; i++) expect(await admit(instance)).toBe(true);
  expect(updates).toBeLessThan(20);
});
