// How the fleet lets calls back in after its breaker has closed: instances over one table, on one clock.
import { describe, expect, it } from 'vitest';
import { lookAgain } from '../../../../middleware/breaker/index.ts';
import { placeOf } from '../../../../middleware/breaker/ramp.ts';
import { forceBreaker } from '../../../../store/items/breaker.ts';
import { breakerFleet, storedBreaker } from '../../../support/breaker-fleet.ts';
import { memoryTable } from '../../../support/memory-table.ts';
import { reply } from '../../../support/outbound.ts';

const ok = reply('ok');
const failure = reply('500');
const rule = {
  window: { time: '30s', minimumCalls: 8 },
  halfOpen: { probes: 1, ramp: ['10%', '50%', '100%'], rampStage: '5s' },
};

/** A fleet that has just closed onto its ramp, as everybody has seen. */
async function ramping(size = 2) {
  const table = memoryTable();
  const fleet = breakerFleet(size, table, rule);
  for (let i = 0; i < 8; i++) {
    await fleet.member(0).attempt(failure);
    fleet.clock.advance(50);
  }
  expect((await storedBreaker(table)).state.kind).toBe('OPEN');
  fleet.clock.advance(5_000);
  expect((await fleet.member(0).attempt(ok)).outcome).toBe('ok');
  const from = fleet.clock.now();
  expect((await storedBreaker(table)).state).toEqual({ kind: 'CLOSED', ramp: { from, openForMs: 5_000 } });
  for (const { instance } of fleet.members) lookAgain(instance);
  return { ...fleet, table, from };
}

/** Ids of requests below and from a share on. */
const idOf = (from: number, to: number): string => {
  for (let i = 0; ; i++) {
    const id = `request-${i}`;
    const place = placeOf(id, 'payments');
    if (place >= from && place < to) return id;
  }
};
const [early, middle, late] = [idOf(0, 0.1), idOf(0.1, 0.5), idOf(0.5, 1)];

describe('a ramp', () => {
  it('lets a growing share of requests through, the same on every instance', async () => {
    const { clock, members } = await ramping();
    const seen: Record<string, string[]> = {};
    for (const atMs of [0, 5_000, 10_000, 15_000]) {
      seen[atMs] = [];
      for (const requestId of [early, middle, late]) {
        const outcomes = await Promise.all(members.map((member) => member.attempt(ok, { requestId })));
        expect(new Set(outcomes.map(({ outcome }) => outcome)).size).toBe(1);
        seen[atMs].push(outcomes[0]?.outcome ?? '');
      }
      clock.advance(5_000);
    }
    expect(seen).toEqual({
      0: ['ok', 'refused', 'refused'],
      5_000: ['ok', 'ok', 'refused'],
      10_000: ['ok', 'ok', 'ok'],
      15_000: ['ok', 'ok', 'ok'],
    });
  });

  it('gives every attempt of one request the same answer', async () => {
    const { member } = await ramping();
    for (let attempt = 1; attempt <= 3; attempt++) {
      expect((await member(0).attempt(ok, { requestId: early, call: { attempt } })).outcome).toBe('ok');
      expect((await member(0).attempt(ok, { requestId: middle, call: { attempt } })).outcome).toBe('refused');
    }
  });

  it('tells those it refuses to come back when the stage is over', async () => {
    const { member, clock } = await ramping();
    clock.advance(1_500);
    const refused = await member(0).attempt(ok, { requestId: late });
    expect(refused).toMatchObject({ outcome: 'refused', sent: false, retryAfterMs: 3_500, error: { statusCode: 503 } });
    expect(String(refused.error)).toContain('closing, and not yet for every request; try again in 3500 ms');
  });

  it('ends with the first failures: a quarter of the calls decide, and it stays open for twice as long', async () => {
    const { member, clock, table } = await ramping();
    await member(0).attempt(failure, { requestId: early });
    expect((await storedBreaker(table)).state.kind).toBe('CLOSED');
    clock.advance(50);
    await member(0).attempt(failure, { requestId: early });
    expect((await storedBreaker(table)).state).toMatchObject({ kind: 'OPEN', openForMs: 10_000 });
  });

  it('that is over leaves nothing behind: the next opening is a first one', async () => {
    const { member, clock, table } = await ramping();
    clock.advance(15_000);
    for (let i = 0; i < 8; i++) {
      await member(0).attempt(failure);
      clock.advance(50);
    }
    expect((await storedBreaker(table)).state).toMatchObject({ kind: 'OPEN', openForMs: 5_000 });
  });

  it('goes on beneath what an operator has forced', async () => {
    const { member, clock, table, from } = await ramping();
    const forcing = { service: 'orders', name: 'payments', reason: 'drill', by: 'ops', nowMs: clock.now() };
    await forceBreaker(table, { ...forcing, state: 'FORCED_CLOSED' });
    const status = await forceBreaker(table, { ...forcing, state: null });
    expect(status).toMatchObject({ state: 'CLOSED', rampFrom: from, openForMs: 5_000 });
    clock.advance(7_000);
    await member(0).attempt(ok, { requestId: early });
    expect((await member(0).attempt(ok, { requestId: middle })).outcome).toBe('ok');
    expect((await member(0).attempt(ok, { requestId: late })).outcome).toBe('refused');
  });

  it('is run by each instance for itself where the store is away', async () => {
    const table = memoryTable();
    table.away = true;
    const { member, clock } = breakerFleet(1, table, rule);
    for (let i = 0; i < 8; i++) await member(0).attempt(failure);
    clock.advance(5_000);
    await member(0).attempt(ok, { requestId: late });
    expect((await member(0).attempt(ok, { requestId: early })).outcome).toBe('ok');
    expect((await member(0).attempt(ok, { requestId: late })).outcome).toBe('refused');
    for (let i = 0; i < 2; i++) await member(0).attempt(failure, { requestId: early });
    clock.advance(5_000);
    expect((await member(0).attempt(ok, { requestId: early })).outcome).toBe('refused');
    clock.advance(5_000);
    expect((await member(0).attempt(ok, { requestId: early })).outcome).toBe('ok');
  });
});
