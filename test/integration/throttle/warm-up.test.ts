// A fleet's bucket that warms up, over the emulated DynamoDB: cold for all at once, warm for all, and never over its bound.
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import type { Refused } from '../../../middleware/kernel/errors.ts';
import type { ThrottleRule } from '../../../middleware/kernel/rules/document.ts';
import { parseRate } from '../../../middleware/kernel/rates.ts';
import { CLOCK_ERROR_US } from '../../../middleware/throttle/bucket.ts';
import { compileGcra } from '../../../middleware/throttle/gcra.ts';
import type { Table } from '../../../store/port.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { testInstance } from '../../support/instance.ts';
import { excess, type Admitted } from '../../unit/middleware/throttle/meter.ts';
import { createTable } from '../table.ts';
import { admit } from './admit.ts';

let table: Table;
beforeAll(async () => {
  table = (await createTable(inject('dynamodb'))).signed;
});

/** Instances of one service, their clocks off by the given ms; the emulator may be slow on a busy machine. */
function fleet(throttles: Record<string, ThrottleRule>, offsetsMs: readonly number[]) {
  const service = `s-${randomUUID().slice(0, 8)}`;
  const requests = { reads: 0, writes: 0 };
  const patient: Table = {
    ...table,
    get: (key, options) => {
      requests.reads += 1;
      return table.get(key, { ...options, timeoutMs: 60_000 });
    },
    update: (request) => {
      requests.writes += 1;
      return table.update({ ...request, timeoutMs: 60_000 });
    },
  };
  const clocks = offsetsMs.map((offset) => fakeClock(Date.UTC(2026, 0, 5) + offset));
  const instances = clocks.map((clock, i) =>
    testInstance({ service, id: `instance-${i}`, rules: { throttles }, clock, table: patient }),
  );
  const advance = (ms: number) => clocks.forEach((clock) => clock.advance(ms));
  const race = (count: number) =>
    Promise.all(Array.from({ length: count }, (_, i) => admit(instances[i % instances.length])));
  return { instances, advance, race, requests };
}

const admitted = (answers: readonly (true | Refused)[]) => answers.filter((answer) => answer === true).length;
const rule: ThrottleRule = { limit: '5/10s', burst: 15, warmUp: '30s' };

describe('a fleet’s bucket', () => {
  it('gives a third of its burst at first, all of it after its warm-up, and a third again after as long a pause', async () => {
    const { race, advance } = fleet({ everyone: rule }, [0, 0, 0, 0]);
    expect(admitted(await race(30))).toBe(5);
    // A request every two seconds, on one instance after the other, keeps it warming.
    for (let s = 0; s < 30; s += 2) {
      advance(2_000);
      await race(1);
    }
    advance(35_000);
    expect(admitted(await race(30))).toBe(15);
    // Full after 30 s, and unused for 30 s more.
    advance(60_200);
    expect(admitted(await race(30))).toBe(5);
  });

  it('is cold for an instance that has seen it warm, and warm for one that has never seen it', async () => {
    const { instances, advance, requests } = fleet({ everyone: { ...rule, limit: '5/s', burst: 15 } }, [0, 0]);
    const [often, seldom] = instances;
    for (let s = 0; s < 40; s++) {
      await admit(often);
      advance(1_000);
    }
    const before = { ...requests };
    let warm = 0;
    for (let i = 0; i < 15; i++) if ((await admit(seldom)) === true) warm += 1;
    expect(warm).toBeGreaterThanOrEqual(14);
    // One look at what it does not know, and then a write a request.
    expect(requests.reads - before.reads).toBe(1);
  });

  it('costs one write while it is in use, whether it is cold or warm', async () => {
    const { instances, advance, requests } = fleet({ everyone: { ...rule, limit: '10/s', burst: 30 } }, [0]);
    await admit(instances[0]);
    expect(requests).toEqual({ reads: 1, writes: 1 });
    for (let i = 0; i < 9; i++) await admit(instances[0]);
    expect(requests).toEqual({ reads: 1, writes: 10 });
    advance(1_000);
    await admit(instances[0]);
    expect(requests.reads).toBe(1);
  });

  it('takes back what it gave when a later rule refuses, at the price it had', async () => {
    const rules: Record<string, ThrottleRule> = {
      caller: { ...rule, key: ['ip'] },
      everyone: { limit: '1/h', burst: 2, sync: 'per-request' },
    };
    const { instances } = fleet(rules, [0, 0, 0, 0, 0, 0, 0, 0]);
    const answers: (true | Refused)[] = [];
    // Eight instances, each of which asks `caller` before it learns of `everyone`: five tokens would be gone.
    for (const instance of instances) answers.push(await admit(instance));
    expect(admitted(answers)).toBe(2);
    const refusals = answers.filter((answer) => answer !== true);
    expect(refusals.map(({ rule: by }) => by)).toEqual(Array.from({ length: 6 }, () => 'everyone'));
  });

  it('never admits more than rate·w + burst in any window w, whatever the clocks say', async () => {
    const errors = [-1, 1, 0, 0.4].map((share) => (share * CLOCK_ERROR_US) / 1000);
    const { instances, advance } = fleet({ everyone: { limit: '20/s', warmUp: '2s' } }, errors);
    const gcra = compileGcra(parseRate('20/s'));
    const met: Admitted[] = [];
    let trueMs = 0;
    let seed = 5;
    const draw = () => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return seed / 2 ** 32;
    };
    for (let i = 0; i < 200; i++) {
      const ms = Math.round(draw() * ([0, 0, 0, 50, 100, 400, 4_000][Math.floor(draw() * 7)] ?? 0));
      trueMs += ms;
      advance(ms);
      if ((await admit(instances[Math.floor(draw() * instances.length)])) === true) {
        met.push({ atUs: trueMs * 1000, tokens: 1 });
      }
    }
    expect(met.length).toBeGreaterThan(gcra.burst);
    expect(excess(gcra, met)).toBeLessThanOrEqual(1e-6);
  });
});
