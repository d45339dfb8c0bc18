// A leaky bucket shared by a fleet, over the emulated DynamoDB: slots reserved ahead in the table, and left in their order.
import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { Refused } from '../../../middleware/kernel/errors.ts';
import type { Instance } from '../../../middleware/kernel/instance.ts';
import type { ThrottleRule } from '../../../middleware/kernel/rules/document.ts';
import { parseRate } from '../../../middleware/kernel/rates.ts';
import { CLOCK_ERROR_US, LAG_US } from '../../../middleware/throttle/bucket.ts';
import { provideEverything } from '../../../middleware/throttle/everything.ts';
import { compileGcra } from '../../../middleware/throttle/gcra.ts';
import { throttlePolicy } from '../../../middleware/throttle/index.ts';
import { usualBurst } from '../../../middleware/throttle/leaky-bucket.ts';
import type { Table } from '../../../store/port.ts';
import * as events from '../../support/events.ts';
import { fakeClock, type FakeClock } from '../../support/fake-clock.ts';
import { testContext, testInstance, testInvocation } from '../../support/instance.ts';
import { excess, type Admitted } from '../../unit/middleware/throttle/meter.ts';
import { createTable } from '../table.ts';

provideEverything();

let table: Table;
beforeAll(async () => {
  table = (await createTable(inject('dynamodb'))).signed;
});

const START = Date.UTC(2026, 0, 5);
/** Whoever is held has one timer for its turn and one for its deadline. */
const TIMERS_OF_A_HELD = 2;

/** Instances whose clocks are off from a common time; time moves for all of them together, and only when told to. */
class Fleet {
  readonly left: Admitted[] = [];
  readonly refused: Refused[] = [];
  writes = 0;
  trueMs = 0;
  #arrived = 0;
  readonly #instances: readonly Instance[];
  readonly #clocks: readonly FakeClock[];

  constructor(throttles: Record<string, ThrottleRule>, offsetsMs: readonly number[]) {
    const service = `s-${randomUUID().slice(0, 8)}`;
    // The emulator may be slow on a busy machine.
    const patient: Table = {
      ...table,
      update: (request) => {
        this.writes += 1;
        return table.update({ ...request, timeoutMs: 60_000 });
      },
    };
    this.#clocks = offsetsMs.map((offsetMs) => fakeClock(START + offsetMs));
    this.#instances = this.#clocks.map((clock, i) =>
      testInstance({ service, id: `instance-${i}`, rules: { throttles }, clock, table: patient }),
    );
  }

  arrive(i: number, event: unknown = events.httpV2()): void {
    const [instance, clock] = [this.#instances[i], this.#clocks[i]];
    if (!instance || !clock) throw new Error('no such instance');
    const invocation = testInvocation(instance, event, testContext(clock, 60_000));
    this.#arrived += 1;
    const leaves = () => this.left.push({ atUs: this.trueMs * 1000, tokens: 1 });
    const isRefused = (error: unknown) => this.refused.push(error as Refused);
    const begin = async () => throttlePolicy.before?.(invocation, invocation.snapshot.of(throttlePolicy));
    void begin()
      .then(leaves, isRefused)
      .finally(() => invocation.dispose());
  }

  /** Until everybody who arrived has left, is refused or is held. */
  async decided(): Promise<void> {
    const timers = () => this.#clocks.reduce((sum, clock) => sum + clock.timers, 0);
    while (this.left.length + this.refused.length + timers() / TIMERS_OF_A_HELD < this.#arrived) await nextTurn();
    expect(this.refused.filter((error) => !(error instanceof Refused))).toEqual([]);
  }

  async pass(ms: number): Promise<void> {
    for (let i = 0; i < ms; i++) {
      this.trueMs += 1;
      for (const clock of this.#clocks) clock.advance(1);
      for (let turn = 0; turn < 16; turn++) await Promise.resolve();
    }
  }

  get timers(): number {
    return this.#clocks.reduce((sum, clock) => sum + clock.timers, 0);
  }
}

const smooth = (limit: string, maxWait: string): Record<string, ThrottleRule> => ({
  smooth: { algorithm: 'leaky-bucket', limit, maxWait },
});

describe('20/s, thirty at once over eight instances, held for up to two seconds', () => {
  it('all leave, the burst at once and the others an interval apart', async () => {
    const fleet = new Fleet(smooth('20/s', '2s'), [0, 0, 0, 0, 0, 0, 0, 0]);
    for (let i = 0; i < 30; i++) fleet.arrive(i % 8);
    await fleet.decided();
    const burst = usualBurst(parseRate('20/s'), true);
    expect(fleet.left).toHaveLength(burst);
    await fleet.pass(2_000);
    expect(fleet.refused).toEqual([]);
    expect(fleet.left.map(({ atUs }) => atUs)).toEqual([
      ...Array.from({ length: burst }, () => 0),
      ...Array.from({ length: 30 - burst }, (_, i) => (i + 1) * 50_000 + LAG_US),
    ]);
    expect(fleet.timers).toBe(0);
  });

  it('those whose turn is further away are refused at once, and told when to come', async () => {
    const fleet = new Fleet(smooth('20/s', '200ms'), [0, 0]);
    for (let i = 0; i < 10; i++) {
      fleet.arrive(i % 2);
      await fleet.decided();
    }
    // Four at once, two held for 150 and 200 ms; the next turn is at 250 ms.
    expect(fleet.left).toHaveLength(4);
    expect(fleet.refused.map(({ retryAfterMs }) => retryAfterMs)).toEqual([50, 50, 50, 50]);
    // A second write each for the first of the burst and for the first that each instance sees refused: then it is known.
    expect(fleet.writes).toBe(9);
    await fleet.pass(50);
    fleet.arrive(0);
    await fleet.decided();
    await fleet.pass(200);
    expect(fleet.left.at(-1)).toEqual({ atUs: 250_000, tokens: 1 });
  });
});

describe('clocks off by up to the declared error', () => {
  it.each(['10/s', '50/s'])('never let more than rate·w + burst leave %s in any window w', async (limit) => {
    const rate = parseRate(limit);
    const gcra = compileGcra(rate, usualBurst(rate, true));
    const errors = [-1, -1, 1, 1, 0, 0.4].map((share) => (share * CLOCK_ERROR_US) / 1000);
    const fleet = new Fleet(smooth(limit, '1500ms'), errors);
    let seed = 11;
    const draw = () => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return seed / 2 ** 32;
    };
    for (let i = 0; i < 120; i++) {
      const pauseUs = [0, 0, 0, gcra.intervalUs, LAG_US, gcra.capacityUs][Math.floor(draw() * 6)] ?? 0;
      await fleet.pass(Math.round((draw() * pauseUs) / 1000));
      fleet.arrive(Math.floor(draw() * errors.length));
      await fleet.decided();
    }
    await fleet.pass(1_600);
    expect(fleet.left.length + fleet.refused.length).toBe(120);
    expect(fleet.left.length).toBeGreaterThan(gcra.burst * 4);
    expect(excess(gcra, fleet.left)).toBeLessThanOrEqual(1e-6);
  });
});

describe('a later rule that refuses', () => {
  it('gives the slot back to the table', async () => {
    const fleet = new Fleet({ ...smooth('20/s', '1s'), strict: { limit: '6/10s', scope: 'fleet' } }, [0]);
    for (let i = 0; i < 12; i++) {
      fleet.arrive(0, events.httpV2({ sourceIp: '10.0.0.1' }));
      await fleet.decided();
    }
    await fleet.pass(1_000);
    expect([fleet.left.length, fleet.refused.length]).toEqual([6, 6]);
    expect(Math.max(...fleet.left.map(({ atUs }) => atUs))).toBe(200_000);
  });
});
