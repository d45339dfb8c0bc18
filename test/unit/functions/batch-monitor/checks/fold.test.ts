import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  caughtUp,
  configured,
  downAfterOf,
  graceStartOf,
  newCheck,
  paused,
  pinged,
  resumed,
  statusAt,
} from '../../../../../functions/batch-monitor/checks/fold.ts';
import type { Check, CheckSettings, PingKind, PingRecord } from '../../../../../store/items/check-record.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const T0 = Date.UTC(2026, 2, 2);
const RID = '04603d8b-edf4-4e85-8f61-24bedbcaab59';
const OTHER = '123e4567-e89b-12d3-a456-426614174000';

const fresh = (settings: Partial<CheckSettings> = {}) =>
  newCheck({ uuid: RID, badgeKey: OTHER, service: 'orders', at: T0 }, { timeoutMs: DAY, graceMs: HOUR, ...settings });

const pingOf = (kind: PingKind, at: number, rid?: string): PingRecord => ({
  at,
  kind,
  scheme: 'https',
  method: 'GET',
  remoteAddress: '192.0.2.1',
  userAgent: 'curl/8',
  bodySize: 0,
  ...(rid === undefined ? {} : { rid }),
});

/** The check after pings at minutes after the beginning: `[minute, kind, run]`. */
function after(pings: readonly (readonly [number, PingKind, (string | undefined)?])[], check = fresh()): Check {
  return pings.reduce(
    (current, [minute, kind, rid]) => pinged(current, pingOf(kind, T0 + minute * MINUTE, rid)).check,
    check,
  );
}

const at = (minute: number) => T0 + minute * MINUTE;

describe('a check that is pinged every so often', () => {
  it('is new until the first ping, and expects nothing', () => {
    expect(statusAt(fresh(), at(9_000))).toBe('new');
    expect(downAfterOf(fresh())).toBeUndefined();
  });

  it.each([
    [0, 'up'],
    [24 * 60 - 1, 'up'],
    [24 * 60, 'grace'],
    [25 * 60 - 1, 'grace'],
    [25 * 60, 'down'],
  ])('is, %i minutes after a ping, %s', (minutes, status) => {
    expect(statusAt(after([[0, 'success']]), at(minutes))).toBe(status);
  });

  it('goes down when its time is over, not when somebody looks', () => {
    const changed = caughtUp(after([[0, 'success']]), at(30 * 60));
    expect(changed?.check).toMatchObject({ status: 'down', since: at(25 * 60), dueAt: undefined });
    expect(changed?.events).toEqual([
      { type: 'change', n: 2, change: { at: at(25 * 60), from: 'up', to: 'down', reason: 'timeout' } },
    ]);
  });

  it('tells of the time it was down when a ping comes before anybody has looked', () => {
    const { check, events } = pinged(after([[0, 'success']]), pingOf('success', at(30 * 60)));
    expect(check).toMatchObject({ status: 'up', since: at(30 * 60), pings: 2, changes: 3 });
    expect(events.map((event) => (event.type === 'change' ? event.change.to : `ping ${event.n}`))).toEqual([
      'down',
      'ping 2',
      'up',
    ]);
  });

  it.each<[PingKind, string, number | undefined]>([
    ['success', 'up', at(5)],
    ['fail', 'down', at(5)],
    ['start', 'new', undefined],
    ['log', 'new', undefined],
    ['ign', 'new', undefined],
  ])('%s makes a new check %s', (kind, status, lastPingAt) => {
    const check = after([[5, kind]]);
    expect(check).toMatchObject({ status, pings: 1 });
    expect(check.lastPingAt).toBe(lastPingAt);
  });

  it('expects the next ping at what a schedule says, in its zone', () => {
    const check = fresh({ kind: 'cron', schedule: '0 2 * * *', timezone: 'Europe/Berlin' });
    const up = pinged(check, pingOf('success', Date.UTC(2026, 2, 28, 12))).check;
    // The night on which Berlin has no 02:00.
    expect(new Date(graceStartOf(up) ?? 0).toISOString()).toBe('2026-03-29T01:00:00.000Z');
  });
});

describe('a run that was started', () => {
  it('takes the check down when it takes longer than the grace time', () => {
    const check = after([
      [0, 'success'],
      [10, 'start'],
    ]);
    expect(statusAt(check, at(69))).toBe('up');
    expect(statusAt(check, at(69), true)).toBe('started');
    expect(statusAt(check, at(70))).toBe('down');
    expect(caughtUp(check, at(70))?.check).toMatchObject({ status: 'down', since: at(70) });
  });

  it('has lasted from its start to its end', () => {
    expect(
      after([
        [10, 'start', RID],
        [13, 'success', RID],
      ]),
    ).toMatchObject({
      lastDurationMs: 3 * MINUTE,
      lastStart: undefined,
      openRuns: [],
    });
  });

  it.each<[string, PingKind, string | undefined, boolean]>([
    ['an end that names another run leaves it waited for', 'success', OTHER, true],
    ['an end that names no run ends the waiting', 'success', undefined, false],
    ['a failure ends the waiting whichever run it names', 'fail', OTHER, false],
  ])('%s', (_what, kind, rid, waiting) => {
    const check = after([
      [10, 'start', RID],
      [13, kind, rid],
    ]);
    expect(check.lastStart !== undefined).toBe(waiting);
    expect(check.lastDurationMs).toBeUndefined();
  });

  it('is told apart from others that overlap with it', () => {
    let check = after([
      [10, 'start', RID],
      [12, 'start', OTHER],
    ]);
    const first = pinged(check, pingOf('success', at(20), RID));
    check = first.check;
    const second = pinged(check, pingOf('success', at(21), OTHER));
    const durations = [first, second].map(({ events }) => events.find(({ type }) => type === 'ping'));
    expect(durations).toMatchObject([{ ping: { durationMs: 10 * MINUTE } }, { ping: { durationMs: 9 * MINUTE } }]);
  });
});

describe('a pause', () => {
  const up = after([[0, 'success']]);
  const isPaused = paused(up, at(10))?.check ?? up;

  it('expects nothing', () => {
    expect(isPaused).toMatchObject({ status: 'paused', since: at(10), dueAt: undefined });
    expect(statusAt(isPaused, at(90 * 24 * 60))).toBe('paused');
  });

  it('changes nothing a second time', () => {
    expect(paused(isPaused, at(11))).toBeUndefined();
  });

  it('ends with the next ping, unless somebody has to resume it', () => {
    expect(pinged(isPaused, pingOf('success', at(20))).check.status).toBe('up');
    const manual = { ...isPaused, manualResume: true };
    expect(pinged(manual, pingOf('success', at(20))).check).toMatchObject({ status: 'paused', pings: 2 });
    expect(pinged(manual, pingOf('fail', at(20))).events).toMatchObject([{ type: 'ping', ping: { kind: 'ign' } }]);
  });

  it('is resumed as if nobody had pinged yet', () => {
    expect(resumed(isPaused, at(20))?.check).toMatchObject({ status: 'new', lastPingAt: undefined, dueAt: undefined });
    expect(resumed(up, at(20))).toBeUndefined();
  });

  it('does not hide that its run was not ended', () => {
    const started = pinged(isPaused, pingOf('start', at(20))).check;
    expect(statusAt(started, at(20) + HOUR)).toBe('down');
    expect(downAfterOf(started)).toBe(at(20) + HOUR);
  });
});

describe('other settings', () => {
  it('count from now on', () => {
    const check = configured(after([[0, 'success']]), { timeoutMs: HOUR }, at(30)).check;
    expect(check.dueAt).toBe(at(120));
  });

  it('do not undo what the old ones made of the past', () => {
    const changed = configured(after([[0, 'success']]), { timeoutMs: 30 * DAY }, at(26 * 60));
    expect(changed.check).toMatchObject({ status: 'down', since: at(25 * 60) });
  });
});

describe('whatever happens', () => {
  const step = fc.record({
    afterMinutes: fc.integer({ min: -5, max: 3 * 24 * 60 }),
    what: fc.constantFrom('success', 'fail', 'start', 'log', 'look', 'pause', 'resume'),
    rid: fc.constantFrom(undefined, RID, OTHER),
  });

  it('looking in between, however often, changes nothing of the history', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.array(fc.nat(10_000), { maxLength: 30 }), (steps, looks) => {
        const plain = run(steps, []);
        expect(run(steps, looks)).toEqual(plain);
      }),
    );
  });

  it('changes are numbered without a gap, lead from one status to another, and never go back in time', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { history } = run(steps, []);
        expect(history.map(({ n }) => n)).toEqual(history.map((_, i) => i + 1));
        history.forEach((change, i) => {
          const before = history[i - 1];
          expect(change.from).toBe(before?.to ?? 'new');
          expect(change.to).not.toBe(change.from);
          expect(change.at).toBeGreaterThanOrEqual(before?.at ?? 0);
        });
      }),
    );
  });

  type Step = { readonly afterMinutes: number; readonly what: string; readonly rid: string | undefined };

  /** Runs steps; before each, looks at some of the moments since the last one. */
  function run(steps: readonly Step[], looks: readonly number[]) {
    let check = fresh();
    let nowMs = T0;
    const history: { n: number; at: number; from: string; to: string }[] = [];
    const take = (changed: ReturnType<typeof caughtUp>) => {
      if (!changed) return;
      check = changed.check;
      for (const event of changed.events) if (event.type === 'change') history.push({ n: event.n, ...event.change });
    };
    for (const [i, { afterMinutes, what, rid }] of steps.entries()) {
      const next = nowMs + afterMinutes * MINUTE;
      const share = (looks[i] ?? -1) / 10_000;
      if (share >= 0 && next > nowMs) take(caughtUp(check, nowMs + share * (next - nowMs)));
      nowMs = Math.max(nowMs, next);
      if (what === 'look') take(caughtUp(check, nowMs));
      else if (what === 'pause') take(paused(check, nowMs));
      else if (what === 'resume') take(resumed(check, nowMs));
      else take(pinged(check, pingOf(what as PingKind, next, rid)));
    }
    take(caughtUp(check, nowMs));
    return { history, check };
  }
});
