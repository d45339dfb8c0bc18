// Whatever pings come, whenever ticks come, overlap or die, and wherever a ping's own function dies: the table says what
// a replay of the events says, and every change of status stands in the log once.
import * as fc from 'fast-check';
import { describe, expect, inject, it } from 'vitest';
import { caughtUp, newCheck, paused, pinged, resumed } from '../../../functions/batch-monitor/checks/fold.ts';
import { tick } from '../../../functions/batch-monitor/tick.ts';
import { listMarks } from '../../../store/items/alert-marks.ts';
import { listChanges, listPings } from '../../../store/items/check-log.ts';
import type { Check, PingKind, PingRecord } from '../../../store/items/check-record.ts';
import { changeCheck, createCheck, readCheck, type Changed } from '../../../store/items/checks.ts';
import type { Table } from '../../../store/port.ts';
import { dying, type Death } from '../../support/dying-table.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { markReader } from '../../support/mark-reader.ts';
import { silentLogger } from '../../support/instance.ts';
import { createTable } from '../table.ts';

const MINUTE = 60_000;
const T0 = Date.UTC(2026, 2, 2);
const UUID = '5bf66975-d4c7-4bf5-bcc8-b8d8a82ea278';
const RIDS = [undefined, '04603d8b-edf4-4e85-8f61-24bedbcaab59', '123e4567-e89b-12d3-a456-426614174000'] as const;

type What = PingKind | 'pause' | 'resume' | 'tick' | 'two ticks';

interface Step {
  readonly afterMinutes: number;
  readonly what: What;
  readonly rid: (typeof RIDS)[number];
  readonly dies: Death | undefined;
}

const step: fc.Arbitrary<Step> = fc.record({
  afterMinutes: fc.integer({ min: 1, max: 90 }),
  what: fc.constantFrom<What>('success', 'success', 'fail', 'start', 'log', 'pause', 'resume', 'tick', 'two ticks'),
  rid: fc.constantFrom(...RIDS),
  dies: fc.option(fc.record({ write: fc.integer({ min: 0, max: 4 }), applied: fc.boolean() }), {
    nil: undefined,
    freq: 2,
  }),
});

const pingOf = (kind: PingKind, at: number, rid: string | undefined): PingRecord => ({
  at,
  kind,
  scheme: 'https',
  method: 'GET',
  remoteAddress: '',
  userAgent: '',
  bodySize: 0,
  ...(rid === undefined ? {} : { rid }),
});

const first = () =>
  newCheck(
    { uuid: UUID, badgeKey: RIDS[1], service: 'orders', at: T0 },
    { timeoutMs: 60 * MINUTE, graceMs: 20 * MINUTE },
  );

function changeBy({ what, rid }: Step, at: number): ((check: Check) => Changed | undefined) | undefined {
  if (what === 'tick' || what === 'two ticks') return undefined;
  if (what === 'pause') return (check) => paused(check, at);
  if (what === 'resume') return (check) => resumed(check, at);
  return (check) => pinged(check, pingOf(what, at, rid));
}

function standingOf(check: Check | undefined) {
  const { status, since, changes, lastPingAt } = check ?? {};
  return { status, since, changes, ...(status === 'down' ? { lastPingAt } : {}) };
}

async function live(table: Table, steps: readonly Step[]): Promise<number> {
  const clock = fakeClock(T0);
  const look = (on: Table) => tick({ table: on, clock, logger: silentLogger });
  const reader = markReader(async () => standingOf(await readCheck(table, UUID)));
  const evaluate = (on: Table) => reader.look(on, clock.now());
  await createCheck(table, first());
  for (const each of steps) {
    clock.advance(each.afterMinutes * MINUTE);
    const on = each.dies ? dying(table, each.dies) : table;
    const change = changeBy(each, clock.now());
    if (change) await Promise.all([changeCheck(on, UUID, change).catch(() => undefined), evaluate(table)]);
    else if (each.what === 'two ticks') await Promise.all([look(on), look(table), evaluate(table), evaluate(table)]);
    else await Promise.all([look(on), evaluate(on).catch(() => undefined)]);
  }
  clock.advance(200 * MINUTE);
  await look(table);
  expect(await look(table)).toMatchObject({ checks: 0, failed: 0 });
  await evaluate(table);
  // Whatever it has come to was marked, and nobody who took a mark away has missed what came after.
  const ended = standingOf(await readCheck(table, UUID));
  expect([...reader.found.values()]).toEqual(ended.status === 'new' && ended.changes === 0 ? [] : [ended]);
  expect(await listMarks(table, clock.now(), { limit: 10 })).toEqual({ marks: [], strangers: 0 });
  return clock.now();
}

/** What the events that reached the table make of a check, one after the other. */
function replay(pings: readonly PingRecord[], acts: readonly { at: number; to: string }[], nowMs: number) {
  let check = first();
  const changes: { n: number; at: number; from: string; to: string; reason?: string | undefined }[] = [];
  const take = (changed: Changed | undefined) => {
    if (!changed) return;
    check = changed.check;
    for (const event of changed.events) if (event.type === 'change') changes.push({ n: event.n, ...event.change });
  };
  const events = [
    ...pings.map((ping) => ({
      at: ping.at,
      apply: () => {
        take(pinged(check, ping));
      },
    })),
    ...acts.map(({ at, to }) => ({
      at,
      apply: () => {
        take(to === 'paused' ? paused(check, at) : resumed(check, at));
      },
    })),
  ];
  for (const { apply } of events.sort((a, b) => a.at - b.at)) apply();
  take(caughtUp(check, nowMs));
  return { check, changes };
}

describe('a check, whatever happens', () => {
  it('is as a replay of its events says, with every change recorded once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const table = (await createTable(inject('dynamodb'))).sdk;
        const nowMs = await live(table, steps);
        const lived = await readCheck(table, UUID);
        if (lived === undefined) throw new Error('the check is gone');
        const pings = await listPings(table, lived, { limit: 1_000 });
        const changes = (await listChanges(table, lived, { limit: 1_000 })).toReversed();
        const acts = changes.filter(({ to }) => to === 'paused' || to === 'new');
        const replayed = replay(
          pings.map(({ ping }) => ping),
          acts,
          nowMs,
        );

        expect(pings.map(({ n }) => n)).toEqual(pings.map((_, i) => pings.length - i));
        expect(changes).toEqual(replayed.changes);
        expect({ ...lived, rev: 0, newest: [] }).toEqual({ ...replayed.check, rev: 0, newest: [] });
        // Nobody who was told that it was done was told wrong.
        const done = steps.filter(
          ({ what, dies }) => !dies && !what.includes('tick') && what !== 'pause' && what !== 'resume',
        );
        expect(pings.length).toBeGreaterThanOrEqual(done.length);
      }),
      { numRuns: 25 },
    );
  });
});
