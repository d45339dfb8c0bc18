// The store's own breaker: when it stops calls, when it lets one through, and what it counts.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { guardedTable } from '../../../store/guard.ts';
import { type Item, StoreRejected, StoreUnavailable, type Table } from '../../../store/port.ts';

const timeout = new StoreUnavailable('timeout', 'no answer');
const aborted = new StoreUnavailable('aborted', 'caller left');
const denied = new StoreRejected('AccessDeniedException', 'no');
const key = { pk: 'p', sk: 's' };

interface Pending {
  resolve(item: Item | undefined): void;
  reject(error: Error): void;
}

/** A guarded table whose calls stay out until the test settles them. */
function guardOver() {
  let nowMs = 1_000_000;
  const pending: Pending[] = [];
  let calls = 0;
  const get = () =>
    new Promise<Item | undefined>((resolve, reject) => {
      calls += 1;
      pending.push({ resolve, reject });
    });
  const unused = () => Promise.reject(new Error('not part of this test'));
  const table: Table = { get, put: unused, update: unused, delete: unused, query: unused };
  const guard = guardedTable(table, { now: () => nowMs });
  const outcome = (call: Promise<unknown>) =>
    call.then(
      () => 'ok',
      (error: unknown) => (error instanceof StoreUnavailable ? error.reason : 'rejected'),
    );
  return {
    pending,
    calls: () => calls,
    advance: (ms: number) => {
      nowMs += ms;
    },
    state: () => guard.state(nowMs),
    start: () => outcome(guard.get(key)),
    /** One call from start to end. */
    async call(end: Error | 'ok') {
      const before = calls;
      const result = outcome(guard.get(key));
      if (calls > before) settleWith(pending.pop(), end);
      return result;
    },
  };
}

function settleWith(call: Pending | undefined, end: Error | 'ok'): void {
  if (end === 'ok') call?.resolve(undefined);
  else call?.reject(end);
}

describe('closing in', () => {
  it('backs off after one failure when nothing ever succeeded', async () => {
    const guard = guardOver();
    expect(await guard.call(timeout)).toBe('timeout');
    expect(guard.state()).toBe('backing-off');
    expect(await guard.call('ok')).toBe('backing-off');
    expect(guard.calls()).toBe(1);
  });

  it('takes three failures in a row once it has succeeded', async () => {
    const guard = guardOver();
    for (const end of ['ok', timeout, timeout, 'ok', timeout, timeout] as const) await guard.call(end);
    expect(guard.state()).toBe('closed');
    await guard.call(timeout);
    expect(guard.state()).toBe('backing-off');
  });

  it.each([
    { name: 'a timeout', error: timeout, then: 'backing-off' },
    { name: 'no permission', error: denied, then: 'backing-off' },
    { name: 'a missing table', error: new StoreRejected('ResourceNotFoundException', 'no'), then: 'backing-off' },
    { name: 'throttling', error: new StoreUnavailable('throttled', 'slow down'), then: 'backing-off' },
    { name: 'a caller who left', error: aborted, then: 'closed' },
    { name: 'a wrong expression', error: new StoreRejected('ValidationException', 'syntax'), then: 'closed' },
    { name: 'a wrong cursor', error: new StoreRejected('InvalidCursor', 'start again'), then: 'closed' },
    { name: 'a value that cannot be stored', error: new TypeError('NaN'), then: 'closed' },
  ])('$name leaves it $then', async ({ error, then }) => {
    const guard = guardOver();
    await guard.call(error);
    expect(guard.state()).toBe(then);
  });

  it('counts concurrent failures of the first moment as one', async () => {
    const guard = guardOver();
    const calls = [guard.start(), guard.start(), guard.start()];
    for (const call of guard.pending.splice(0)) settleWith(call, timeout);
    await Promise.all(calls);
    guard.advance(1000);
    expect(guard.state()).toBe('probing');
  });
});

describe('throttled', () => {
  const throttled = new StoreUnavailable('throttled', 'slow down');

  it('takes fifteen in a row, once it has succeeded: it may be one key alone, and the others go on', async () => {
    const guard = guardOver();
    await guard.call('ok');
    for (let i = 0; i < 14; i++) await guard.call(throttled);
    expect(guard.state()).toBe('closed');
    await guard.call('ok');
    for (let i = 0; i < 14; i++) await guard.call(throttled);
    expect(guard.state()).toBe('closed');
    await guard.call(throttled);
    expect(guard.state()).toBe('backing-off');
  });

  it('is what calls are told while it backs off for that, until a probe finds it away', async () => {
    const guard = guardOver();
    await guard.call(throttled);
    expect(await guard.call('ok')).toBe('throttled');
    guard.advance(1000);
    await guard.call(aborted);
    await guard.call(timeout);
    expect(await guard.call('ok')).toBe('backing-off');
  });

  it('is three failures in a row as soon as one is no answer', async () => {
    const guard = guardOver();
    for (const end of ['ok', throttled, throttled, timeout] as const) await guard.call(end);
    expect(guard.state()).toBe('backing-off');
  });
});

describe('backing off', () => {
  it('doubles from 1 s to 30 s', async () => {
    const guard = guardOver();
    await guard.call(timeout);
    for (const backOffMs of [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]) {
      guard.advance(backOffMs - 1);
      expect(await guard.call('ok')).toBe('backing-off');
      guard.advance(1);
      expect(await guard.call(timeout)).toBe('timeout');
    }
  });

  it('says when the next try is due', async () => {
    const error = await failure(400);
    expect(error).toMatchObject({ name: 'StoreUnavailable', reason: 'backing-off' });
    expect(error.message).toBe('No call was made: the store failed the last call; the next try is due in 600 ms');
  });

  async function failure(afterMs: number): Promise<Error> {
    let nowMs = 0;
    const failing = () => Promise.reject(timeout);
    const table: Table = { get: failing, put: failing, update: failing, delete: failing, query: failing };
    const guard = guardedTable(table, { now: () => nowMs });
    await expect(guard.get(key)).rejects.toBe(timeout);
    nowMs = afterMs;
    return guard.query({ pk: 'p' }).then(
      () => new Error('a call went through'),
      (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
    );
  }
});

describe('probing', () => {
  it('lets one call through, and closes when it succeeds', async () => {
    const guard = guardOver();
    await guard.call(timeout);
    guard.advance(1000);
    const probe = guard.start();
    expect(guard.state()).toBe('probing');
    expect(await guard.start()).toBe('backing-off');
    guard.pending.pop()?.resolve(undefined);
    expect(await probe).toBe('ok');
    expect(guard.state()).toBe('closed');
    expect(await guard.call('ok')).toBe('ok');
  });

  it('frees the slot of a probe that was aborted', async () => {
    const guard = guardOver();
    await guard.call(timeout);
    guard.advance(1000);
    expect(await guard.call(aborted)).toBe('aborted');
    expect(guard.state()).toBe('probing');
    expect(await guard.call('ok')).toBe('ok');
    expect(guard.state()).toBe('closed');
  });

  it('ignores the late result of a call that left before it backed off', async () => {
    const guard = guardOver();
    await guard.call('ok');
    const late = guard.start();
    for (let i = 0; i < 3; i++) await guard.call(timeout);
    // `call` settles the newest call; the late one is still out, at the bottom.
    guard.pending.shift()?.resolve(undefined);
    expect(await late).toBe('ok');
    expect(guard.state()).toBe('backing-off');
  });

  it('never has more than one call out while open, however calls, ends and time fall', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('start' as const) }),
      fc.record({ kind: fc.constant('advance' as const), ms: fc.integer({ min: 0, max: 40_000 }) }),
      fc.record({
        kind: fc.constant('end' as const),
        which: fc.nat(),
        end: fc.constantFrom('ok' as const, timeout, aborted, denied),
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
        const guard = guardOver();
        let sinceOpen = new Set<Pending>();
        for (const now of steps) {
          if (now.kind === 'advance') guard.advance(now.ms);
          if (now.kind === 'start') {
            const wasOpen = guard.state() !== 'closed';
            const before = guard.calls();
            void guard.start();
            const newest = guard.pending.at(-1);
            if (wasOpen && guard.calls() > before && newest) sinceOpen.add(newest);
          }
          if (now.kind === 'end' && guard.pending.length > 0) {
            const [ended] = guard.pending.splice(now.which % guard.pending.length, 1);
            settleWith(ended, now.end);
            if (ended) sinceOpen.delete(ended);
          }
          for (let i = 0; i < 5; i++) await Promise.resolve();
          if (guard.state() === 'closed') sinceOpen = new Set();
          expect(sinceOpen.size).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('always finds its way back, whatever happened', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('ok' as const, timeout, aborted, denied), { maxLength: 40 }),
        async (ends) => {
          const guard = guardOver();
          for (const end of ends) {
            await guard.call(end);
            guard.advance(700);
          }
          guard.advance(30_000);
          expect(await guard.call('ok')).toBe('ok');
          expect(guard.state()).toBe('closed');
        },
      ),
    );
  });
});
