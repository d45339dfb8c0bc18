import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Instance } from '../../../middleware/kernel/instance.ts';
import type { Policy } from '../../../middleware/kernel/policy.ts';
import { FIRST_WAIT_MS, MAX_STALE_MS, POLL_MS, WAIT_MS } from '../../../middleware/kernel/rules/live.ts';
import { StoreUnavailable, type Item, type Table } from '../../../store/port.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { noTable, silentLogger } from '../../support/instance.ts';

const document = (limit: string) => ({
  apiVersion: 'flyball/v1',
  service: 'orders',
  throttles: { everyone: { limit } },
});

/** A table that holds one service's published rules; `answer` can be replaced by a fault. */
function rulesTable() {
  const items = { head: undefined as Item | undefined, copy: undefined as Item | undefined };
  const table = {
    ...noTable,
    reads: 0,
    answer: (sk: string): Promise<Item | undefined> => Promise.resolve(sk === 'head' ? items.head : items.copy),
    get(key: { sk: string }) {
      table.reads++;
      return table.answer(key.sk);
    },
    /** On what is published, if anything is. */
    pause(paused: Item) {
      items.head = { pk: 'x', sk: 'head', v: 1, ...items.head, paused };
    },
    publish(seq: number, body: object, publishedAt = 1, needs?: string) {
      items.head = { pk: 'x', sk: 'head', seq, revision: seq, publishedAt, needs, v: 1 };
      items.copy = { pk: 'x', sk: 'copy', revision: seq, document: gzipSync(JSON.stringify(body)), v: 1 };
    },
  };
  return table;
}

function setUp(table: Table, bootstrap?: object) {
  const clock = fakeClock();
  const errors: string[] = [];
  const instance = new Instance({
    service: 'orders',
    id: 'a',
    clock,
    random: () => 0.5,
    table,
    logger: { ...silentLogger, error: (message) => void errors.push(message) },
    functionName: 'orders',
    functionVersion: '1',
    bootstrap: bootstrap as never,
  });
  return { clock, instance, rules: instance.rules, errors };
}

const limitOf = (rules: Instance['rules']) => rules.snapshot.document.throttles?.['everyone']?.limit;

describe('live rules', () => {
  it('loads during init and makes the first invocation wait only for the rest of it', async () => {
    const table = rulesTable();
    table.publish(3, document('5/s'));
    const { clock, rules } = setUp(table);
    rules.preload();
    await rules.awaitIfStale(clock.now());
    expect(limitOf(rules)).toBe('5/s');
    expect(rules.snapshot.origin).toEqual({ from: 'store', seq: 3, revision: 3, publishedAt: 1 });
    expect(rules.awaitIfStale(clock.now())).toBeUndefined();
  });

  it('gives the first wait up at its limit and then lets no invocation wait for a silent store', async () => {
    const table = rulesTable();
    table.answer = () => new Promise(() => {});
    const { clock, rules } = setUp(table);
    rules.preload();
    const waiting = rules.awaitIfStale(clock.now());
    clock.advance(FIRST_WAIT_MS);
    await waiting;
    expect(rules.snapshot.origin.from).toBe('none');
  });

  it('polls beside the handler about every four seconds and reads the document only when it is newer', async () => {
    const table = rulesTable();
    table.publish(1, document('5/s'));
    const { clock, rules, instance } = setUp(table);
    rules.preload();
    await rules.awaitIfStale(clock.now());
    expect(table.reads).toBe(2);
    clock.advance(POLL_MS - 1);
    expect(rules.due(clock.now())).toBe(false);
    clock.advance(1);
    instance.syncs.startDue(clock.now());
    await instance.syncs.settle();
    expect(table.reads).toBe(3);
    table.publish(2, document('9/s'));
    clock.advance(POLL_MS);
    instance.syncs.startDue(clock.now());
    await instance.syncs.settle();
    expect(limitOf(rules)).toBe('9/s');
  });

  it('ignores a lower sequence number', async () => {
    const table = rulesTable();
    table.publish(5, document('5/s'));
    const { clock, rules, instance } = setUp(table);
    rules.preload();
    await rules.awaitIfStale(clock.now());
    table.publish(4, document('4/s'));
    clock.advance(POLL_MS);
    instance.syncs.startDue(clock.now());
    await instance.syncs.settle();
    expect(limitOf(rules)).toBe('5/s');
  });

  it('takes what was published to a table restored from a backup, whose numbers are lower', async () => {
    const table = rulesTable();
    table.publish(5, document('5/s'), 1_000);
    const { clock, rules, instance } = setUp(table);
    rules.preload();
    await rules.awaitIfStale(clock.now());
    table.publish(2, document('2/s'), 2_000);
    clock.advance(POLL_MS);
    instance.syncs.startDue(clock.now());
    await instance.syncs.settle();
    expect(limitOf(rules)).toBe('2/s');
  });

  it('awaits rules older than the hard limit, for at most 100 ms', async () => {
    const table = rulesTable();
    table.publish(1, document('5/s'));
    const { clock, rules } = setUp(table);
    rules.preload();
    await rules.awaitIfStale(clock.now());
    clock.set(clock.now() + MAX_STALE_MS + 1);
    table.publish(2, document('9/s'));
    await rules.awaitIfStale(clock.now());
    expect(limitOf(rules)).toBe('9/s');
    clock.set(clock.now() + MAX_STALE_MS + 1);
    table.answer = () => new Promise(() => {});
    const waiting = rules.awaitIfStale(clock.now());
    clock.advance(WAIT_MS);
    await waiting;
    expect(limitOf(rules)).toBe('9/s');
  });

  it('keeps the last good rules when the store is away, and lets nobody wait for it', async () => {
    const table = rulesTable();
    table.publish(1, document('5/s'));
    const { clock, rules, instance } = setUp(table);
    rules.preload();
    await rules.awaitIfStale(clock.now());
    table.answer = () => Promise.reject(new StoreUnavailable('connect', 'away'));
    for (let i = 0; i < 30; i++) {
      clock.advance(POLL_MS);
      instance.syncs.startDue(clock.now());
      await instance.syncs.settle();
    }
    expect(rules.awaitIfStale(clock.now())).toBeUndefined();
    expect(limitOf(rules)).toBe('5/s');
  });

  it('keeps the last good revision when a policy cannot compile a new one, says so once, and takes the next', async () => {
    const table = rulesTable();
    table.publish(1, document('5/s'));
    const { clock, rules, instance, errors } = setUp(table);
    const picky: Policy = {
      name: 'picky',
      compile: (given) => {
        if (given.throttles?.['everyone']?.limit === 'bad') throw new RangeError('cannot');
        return {};
      },
    };
    rules.register(picky);
    rules.preload();
    await rules.awaitIfStale(clock.now());
    for (const [seq, limit] of [
      [2, 'bad'],
      [2, 'bad'],
    ] as const) {
      table.publish(seq, document(limit));
      clock.advance(POLL_MS);
      instance.syncs.startDue(clock.now());
      await instance.syncs.settle();
      expect(limitOf(rules)).toBe('5/s');
    }
    expect(errors).toEqual(['flyball kept the last good rules']);
    table.publish(3, document('7/s'));
    clock.advance(POLL_MS);
    instance.syncs.startDue(clock.now());
    await instance.syncs.settle();
    expect(limitOf(rules)).toBe('7/s');
  });

  it('waits for files without a limit once the store has answered, and not on the time of the store', async () => {
    const table = rulesTable();
    table.publish(1, document('5/s'));
    const { clock, rules } = setUp(table);
    const file = Promise.withResolvers<Policy>();
    const policy: Policy = { name: 'late', compile: ({ throttles }) => throttles };
    rules.register({ name: 'late', needed: ({ throttles }) => throttles !== undefined, load: () => file.promise });
    rules.preload();
    // No time passes: the answer of the store alone ends the wait for it.
    await rules.awaitIfStale(clock.now());
    expect(rules.snapshot.origin.from).toBe('none');
    const { loading } = rules;
    expect(loading).toBeInstanceOf(Promise);
    clock.advance(10 * FIRST_WAIT_MS);
    file.resolve(policy);
    await loading;
    expect(limitOf(rules)).toBe('5/s');
    expect(rules.snapshot.of(policy)).toEqual({ everyone: { limit: '5/s' } });
    expect(rules.loading).toBeUndefined();
  });

  it('keeps the last good revision when a new one needs a newer library, without reading it', async () => {
    const table = rulesTable();
    table.publish(1, document('5/s'));
    const { clock, rules, errors } = setUp(table);
    rules.preload();
    await rules.awaitIfStale(clock.now());
    table.publish(2, document('6/s'), 1, '99.0.0');
    const reads = table.reads;
    await rules.run(clock.now(), new AbortController().signal);
    await rules.run(clock.now(), new AbortController().signal);
    expect(limitOf(rules)).toBe('5/s');
    expect(errors).toEqual(['flyball kept the last good rules']);
    expect(table.reads - reads).toBe(2);
    table.publish(3, document('7/s'), 1, '0.1.0');
    await rules.run(clock.now(), new AbortController().signal);
    expect(limitOf(rules)).toBe('7/s');
  });

  it('works under packaged rules until the store answers', async () => {
    const table = rulesTable();
    const { clock, rules } = setUp(table, document('1/s'));
    expect(limitOf(rules)).toBe('1/s');
    table.publish(1, document('5/s'));
    rules.preload();
    await rules.awaitIfStale(clock.now());
    expect(limitOf(rules)).toBe('5/s');
  });

  it('runs ungoverned rather than not at all when the packaged rules cannot be compiled', () => {
    const { rules, errors } = setUp(rulesTable(), document('bad'));
    rules.register({
      name: 'picky',
      compile: (given) => {
        if (given.throttles) throw new RangeError('cannot');
        return {};
      },
    });
    expect(rules.snapshot.origin.from).toBe('none');
    expect(errors).toEqual(['flyball cannot use the packaged rules']);
  });

  it('begins again when the environment was frozen between init and its first invocation', async () => {
    const table = rulesTable();
    table.publish(1, document('5/s'));
    const real = table.answer;
    table.answer = () => new Promise(() => {});
    const { clock, rules } = setUp(table);
    rules.preload();
    clock.set(clock.now() + 600_000);
    table.answer = real;
    await rules.awaitIfStale(clock.now());
    expect(limitOf(rules)).toBe('5/s');
  });

  describe('a pause', () => {
    const poll = (rules: Instance['rules'], nowMs: number) => rules.run(nowMs, new AbortController().signal);
    const pauseOf = (until: number) => ({ priority: 'sheddable', until, reason: 'the database moves', by: 'ada' });

    function paused() {
      const table = rulesTable();
      table.publish(1, document('5/s'));
      const said: unknown[][] = [];
      const { clock, instance, rules } = setUp(table);
      Object.assign(instance.logger, {
        warn: (...words: unknown[]) => void said.push(words),
        info: (...words: unknown[]) => void said.push(words),
      });
      const lay = (until: number) => table.pause(pauseOf(until));
      return { table, clock, rules, said, lay };
    }

    it('comes with the head, as no revision of its own, and ends by itself', async () => {
      const { table, clock, rules, lay } = paused();
      await poll(rules, clock.now());
      const { snapshot } = rules;
      const reads = table.reads;
      const until = clock.now() + 60_000;
      lay(until);
      expect(rules.pauseAt(clock.now())).toBeUndefined();
      await poll(rules, clock.now());
      expect(rules.pauseAt(clock.now())).toEqual({ priority: 'sheddable', until, reason: 'the database moves' });
      expect(rules.snapshot).toBe(snapshot);
      expect(table.reads).toBe(reads + 1);
      expect(rules.pauseAt(until - 1)).toBeDefined();
      expect(rules.pauseAt(until)).toBeUndefined();
    });

    it('stays in force while the store is away, to its end', async () => {
      const { table, clock, rules, lay } = paused();
      lay(clock.now() + 60_000);
      await poll(rules, clock.now());
      table.answer = () => Promise.reject(new StoreUnavailable('timeout', 'no answer in time'));
      await expect(poll(rules, clock.now())).rejects.toThrow('no answer in time');
      expect(rules.pauseAt(clock.now())).toBeDefined();
      clock.advance(60_000);
      expect(rules.pauseAt(clock.now())).toBeUndefined();
    });

    it('is said when it begins and when it is lifted, once', async () => {
      const { clock, rules, said, lay } = paused();
      const until = clock.now() + 60_000;
      lay(until);
      for (let i = 0; i < 3; i++) await poll(rules, clock.now());
      lay(0);
      for (let i = 0; i < 3; i++) await poll(rules, clock.now());
      const reason = 'the database moves';
      expect(said).toEqual([
        ['flyball pauses', { priority: 'sheddable', until: new Date(until).toISOString(), reason }],
        ['flyball pauses no more', { priority: 'sheddable' }],
      ]);
    });

    it('holds for a service that has published nothing', async () => {
      const table = rulesTable();
      const { clock, rules } = setUp(table);
      table.pause(pauseOf(clock.now() + 1));
      await poll(rules, clock.now());
      expect(rules.pauseAt(clock.now())).toBeDefined();
      expect(rules.snapshot.origin.from).toBe('none');
    });
  });
});
