// A drill that spends a service's error budget fast is stopped by the merge, which says so; others go on.
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { faultGuard, GUARD } from '../../../functions/telemetry/slo/fault-guard.ts';
import { Slot } from '../../../functions/telemetry/sums/slot.ts';
import { readAudit } from '../../../store/items/audit.ts';
import { readFaultStop, stopFaultsOf } from '../../../store/items/fault-stops.ts';
import { publishRevision } from '../../../store/items/rules.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { silentLogger } from '../../support/instance.ts';
import { putMinuteSlots } from '../../support/series.ts';
import { createTable, type TestTable } from '../table.ts';

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 0, 31, 13, 36, 20);
/** The last minute that is merged. */
const LAST = Date.UTC(2026, 0, 31, 13, 33);

let table: TestTable;

beforeEach(async () => {
  table = await createTable(inject('dynamodb'));
  const document = { apiVersion: 'flyball/v1', service: 'orders', slos: { available: { objective: '99%' } } };
  const publication = { source: '', author: 'test', note: '', at: NOW, expectedSeq: 0 };
  await publishRevision(table.sdk, { ...publication, service: 'orders', document });
});

/** An hour of a hundred requests a minute, so many of which ended so. */
async function hour(outcomes: Readonly<Record<string, number>>, refusals: Readonly<Record<string, number>> = {}) {
  const slots = new Map<number, Slot>();
  for (let at = LAST - 59 * MINUTE; at <= LAST; at += MINUTE) {
    const slot = new Slot();
    slot.addSum('service', { outcomes, refusals });
    slots.set(at, slot);
  }
  await putMinuteSlots(table.sdk, 'orders', slots);
}

async function told(internal: Readonly<Record<string, number>>, from = LAST): Promise<boolean> {
  const guard = faultGuard({ clock: fakeClock(NOW), logger: silentLogger, newId: () => 'id-1' });
  const tell = await guard(table.sdk, 'orders', from, { subjects: { service: { internal } } });
  await tell?.();
  return tell !== undefined;
}

const audit = async () => (await readAudit(table.sdk, { from: NOW - MINUTE, to: NOW })).entries;

describe('a drill', () => {
  it('is stopped when an objective burns fast, and the audit log says by whom and why', async () => {
    await hour({ ok: 80, '503': 20 });
    expect(await told({ 'fault:drill': 20 })).toBe(true);
    expect(await readFaultStop(table.sdk, 'orders')).toMatchObject({ stopped: true, by: GUARD, at: NOW });
    expect(await audit()).toMatchObject([
      { actor: GUARD, action: 'faults.stop', service: 'orders', detail: { faults: ['drill'] } },
    ]);
    expect((await audit())[0]?.note).toContain('"available" burns its budget more than 14.4 times too fast');
  });

  it('that somebody has stopped already stays stopped by them, for their reason', async () => {
    await hour({ ok: 80, '503': 20 });
    const stop = { stopped: true, by: 'ada', reason: 'enough seen', at: NOW - MINUTE };
    await stopFaultsOf(table.sdk, 'orders', stop);
    await told({ 'fault:drill': 20 });
    expect(await readFaultStop(table.sdk, 'orders')).toEqual(stop);
    expect(await audit()).toEqual([]);
  });

  it('goes on while it does no harm', async () => {
    await hour({ ok: 99, '503': 1 });
    expect(await told({ 'fault:drill': 5 })).toBe(true);
    expect(await readFaultStop(table.sdk, 'orders')).toBeUndefined();
    expect(await audit()).toEqual([]);
  });

  it('is no failure by what it aborts at the door itself', async () => {
    await hour({ ok: 60, refused: 40 }, { 'fault/drill/pay': 40 });
    await told({ 'fault:drill': 40 });
    expect(await readFaultStop(table.sdk, 'orders')).toBeUndefined();
  });

  it('is looked at in minutes in which it met somebody, and only lately', async () => {
    await hour({ ok: 80, '503': 20 });
    expect(await told({ 'fallback:rates': 3 })).toBe(false);
    expect(await told({ 'fault:drill': 3 }, LAST - 60 * MINUTE)).toBe(false);
    expect(await readFaultStop(table.sdk, 'orders')).toBeUndefined();
  });

  it('that somebody has let go on since goes on', async () => {
    await hour({ ok: 80, '503': 20 });
    const later = { stopped: false, by: 'ada', reason: 'we know', at: NOW + 1 };
    await stopFaultsOf(table.sdk, 'orders', later);
    await told({ 'fault:drill': 20 });
    expect(await readFaultStop(table.sdk, 'orders')).toMatchObject({ stopped: false });
    expect(await audit()).toEqual([]);
  });
});
