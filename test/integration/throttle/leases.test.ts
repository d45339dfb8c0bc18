// Leases over the emulated DynamoDB: whole instances with clocks of their own, few writes, and the bound.
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { Refused } from '../../../middleware/kernel/errors.ts';
import type { Instance } from '../../../middleware/kernel/instance.ts';
import type { ThrottleRule } from '../../../middleware/kernel/rules/document.ts';
import { parseRate } from '../../../middleware/kernel/rates.ts';
import { compileGcra } from '../../../middleware/throttle/gcra.ts';
import { seededRandom } from '../../../middleware/testing/random.ts';
import { StoreUnavailable, type Table } from '../../../store/port.ts';
import { fakeClock, type FakeClock } from '../../support/fake-clock.ts';
import { testInstance } from '../../support/instance.ts';
import { excess, type Admitted } from '../../unit/middleware/throttle/meter.ts';
import { createTable } from '../table.ts';
import { admit } from './admit.ts';

let table: Table;
beforeAll(async () => {
  table = (await createTable(inject('dynamodb'))).signed;
});

const NOW_MS = Date.UTC(2026, 0, 5);

interface Fleet {
  readonly instances: readonly Instance[];
  readonly clocks: readonly FakeClock[];
  readonly store: { writes: number; away: boolean };
  nowMs(): number;
  advance(ms: number): void;
  /** One request to an instance. */
  ask(index: number): Promise<true | Refused>;
}

/** Instances of a service of its own; a busy emulator may take its time. */
function fleetOf(rule: ThrottleRule, offsetsMs: readonly number[]): Fleet {
  const service = `s-${randomUUID().slice(0, 8)}`;
  const store = { writes: 0, away: false };
  const update: Table['update'] = async (request) => {
    store.writes++;
    if (store.away) throw new StoreUnavailable('connect', 'away in this test');
    return table.update({ ...request, timeoutMs: 60_000 });
  };
  const clocks = offsetsMs.map((offsetMs) => fakeClock(NOW_MS + offsetMs));
  const instances = clocks.map((clock, i) =>
    testInstance({
      ...{ service, id: `i-${i}`, clock, random: seededRandom(i), table: { ...table, update } },
      rules: { throttles: { everyone: rule } },
    }),
  );
  let nowMs = NOW_MS;
  return {
    instances,
    clocks,
    store,
    nowMs: () => nowMs,
    advance(ms) {
      nowMs += ms;
      for (const clock of clocks) clock.advance(ms);
    },
    ask: (index) => admit(instances[index]),
  };
}

const RULE: ThrottleRule = { limit: '100/s', burst: 1_000 };
const gcra = compileGcra(parseRate('100/s'), 1_000);

describe('a fleet that leases', () => {
  it('writes a twentieth of what it admits, once it knows its demand', async () => {
    const fleet = fleetOf(RULE, [-50, 50, 0]);
    let admitted = 0;
    for (let i = 0; i < 600; i++) {
      // Twenty requests a second on each.
      fleet.advance(50 / 3);
      if (i === 120) fleet.store.writes = 0;
      if ((await fleet.ask(i % 3)) === true && i >= 120) admitted++;
    }
    expect(admitted).toBe(480);
    expect(fleet.store.writes).toBeLessThan(480 * 0.08);
  });

  it('admits at most rate·w + burst under three times its limit, with clocks that disagree', async () => {
    const fleet = fleetOf(RULE, [-50, 50, 0, 30]);
    const random = seededRandom(3);
    const admitted: Admitted[] = [];
    const refused: Refused[] = [];
    for (let i = 0; i < 3_000; i++) {
      fleet.advance(random() * 6);
      const answer = await fleet.ask(Math.floor(random() * 4));
      if (answer === true) admitted.push({ atUs: fleet.nowMs() * 1000, tokens: 1 });
      else refused.push(answer);
    }
    expect(excess(gcra, admitted)).toBeLessThanOrEqual(1e-6);
    // It was drained: nine seconds of the limit, and what the burst had.
    expect(admitted.length).toBeGreaterThan(1_500);
    expect(fleet.store.writes).toBeLessThan(3_000 * 0.1);
    expect(refused.every(({ retryAfterMs = 0 }) => retryAfterMs >= 1 && retryAfterMs < 20_000)).toBe(true);
  });

  it('gives its whole burst to the token after a pause', async () => {
    const fleet = fleetOf({ limit: '10/s', burst: 100, sync: 'leased' }, [0, 0]);
    let admitted = 0;
    for (let i = 0; i < 130; i++) if ((await fleet.ask(i % 2)) === true) admitted++;
    // Two instances: what one holds for its own next requests the other has not.
    expect(admitted).toBeGreaterThanOrEqual(95);
    expect(admitted).toBeLessThanOrEqual(100);
  });

  it('forfeits what an instance held when an hour was frozen, and takes anew', async () => {
    const fleet = fleetOf(RULE, [0]);
    for (let i = 0; i < 40; i++) {
      fleet.advance(50);
      await fleet.ask(0);
    }
    fleet.advance(3_600_000);
    const { writes } = fleet.store;
    expect(await fleet.ask(0)).toBe(true);
    expect(fleet.store.writes).toBeGreaterThan(writes);
  });
});

describe('while the store is away', () => {
  async function outage(whenStoreFails: 'local' | 'allow' | 'reject'): Promise<{ admitted: number; of: number }> {
    const fleet = fleetOf({ ...RULE, whenStoreFails }, [0, 0, 0, 0]);
    for (let i = 0; i < 4 * 125 * 3; i++) {
      fleet.advance(2);
      await fleet.ask(i % 4);
    }
    fleet.store.away = true;
    // What was reserved ahead may be used for as long as a burst lasts.
    fleet.advance(12_000);
    let admitted = 0;
    const of = 4 * 125 * 4;
    for (let i = 0; i < of; i++) {
      fleet.advance(2);
      if ((await fleet.ask(i % 4)) === true) admitted++;
    }
    return { admitted, of };
  }

  it('each instance goes on with its part of the rate, as many as there were', async () => {
    // Four seconds of 100/s, and what one period holds.
    const { admitted } = await outage('local');
    expect(admitted).toBeGreaterThan(380);
    expect(admitted).toBeLessThan(560);
  });

  it('nothing is admitted by a rule that says reject, and everything by one that says allow', async () => {
    expect(await outage('reject')).toMatchObject({ admitted: 0 });
    const { admitted, of } = await outage('allow');
    expect(admitted).toBe(of);
  });
});

describe('what is charged eventually', () => {
  it('makes nobody wait for the table, and admits at most one more for each instance', async () => {
    const fleet = fleetOf({ limit: '1/s', burst: 20, sync: 'eventual' }, [0, 0, 0, 0]);
    let admitted = 0;
    for (let i = 0; i < 60; i++) if ((await fleet.ask(i % 4)) === true) admitted++;
    expect(admitted).toBeGreaterThanOrEqual(20);
    expect(admitted).toBeLessThanOrEqual(20 + 4);
    fleet.advance(10_000);
    let later = 0;
    for (let i = 0; i < 40; i++) if ((await fleet.ask(i % 4)) === true) later++;
    // What was charged beyond the bucket is paid back first.
    expect(later).toBeGreaterThanOrEqual(4);
    expect(later).toBeLessThanOrEqual(10 + 4);
  });
});

describe('refusals', () => {
  it('cost the table nothing while it is known when the next token comes', async () => {
    const fleet = fleetOf({ limit: '1/s', burst: 60, sync: 'leased' }, [0]);
    for (let i = 0; i < 70; i++) await fleet.ask(0);
    const { writes } = fleet.store;
    for (let i = 0; i < 50; i++) expect(await fleet.ask(0)).toBeInstanceOf(Refused);
    expect(fleet.store.writes - writes).toBeLessThanOrEqual(2);
  });
});
