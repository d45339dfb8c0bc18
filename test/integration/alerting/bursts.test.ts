// Windows of seconds, from instances that serve over what they put and its merge to somebody who is told.
import { beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { services } from '../../../functions/alerting/signals/services.ts';
import { Memory } from '../../../functions/telemetry/merge/memory.ts';
import { mergeTick } from '../../../functions/telemetry/merge/tick.ts';
import type { Instance } from '../../../middleware/kernel/instance.ts';
import { Invocation } from '../../../middleware/kernel/invocation.ts';
import type { Outcome } from '../../../middleware/kernel/outcome.ts';
import type { RuleDocument } from '../../../middleware/kernel/rules/document.ts';
import { triggerOf } from '../../../middleware/kernel/trigger.ts';
import { telemetryPolicy } from '../../../middleware/telemetry/index.ts';
import { loadReporting } from '../../../middleware/telemetry/reports.ts';
import { hashOfCondition } from '../../../store/alert-keys.ts';
import { readAlert } from '../../../store/items/alerts.ts';
import { publishRevision } from '../../../store/items/rules.ts';
import { listService } from '../../../store/items/services.ts';
import type { Table } from '../../../store/port.ts';
import { silentLogger, testContext, testInstance } from '../../support/instance.ts';
import { createTable } from '../table.ts';
import { alertWorld, type AlertWorld } from './alert-world.ts';

const SECOND = 1_000;
const MINUTE = 60_000;
const NOON = Date.UTC(2026, 10, 21, 12);

const alerts: NonNullable<RuleDocument['alerts']> = {
  burst: { when: { requests: { slowerThan: '5s', atLeast: 10, within: '1s' } }, severity: 'realtime' },
  known: {
    when: { requests: { slowerThan: '5s', atLeast: 10, within: '1s' } },
    except: [{ schedule: '1 12 * * *', for: '1m' }],
  },
  failing: { when: { failures: { atLeast: 5, within: '3s' } } },
};

let table: Table;
let world: AlertWorld;
let memory: Memory;
let fleet: readonly Instance[];

beforeAll(async () => {
  await loadReporting();
});

beforeEach(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  world = alertWorld(table, NOON);
  memory = new Memory();
  const document: RuleDocument = { apiVersion: 'flyball/v1', service: 'orders', owner: 'team-orders', alerts };
  await publishRevision(table, {
    ...{ service: 'orders', document, source: '', author: 'test', note: '', at: NOON, expectedSeq: 0 },
  });
  await listService(table, 'orders', NOON);
  fleet = [1, 2, 3, 4].map((i) => {
    const id = `instance-${String(i)}`;
    const instance = testInstance({ id, clock: world.clock, table, rules: { alerts } });
    instance.rules.register(telemetryPolicy);
    return instance;
  });
});

/** So many requests end at this moment, one after another of the fleet. */
async function end(at: number, count: number, ms: number, outcome: Outcome = 'ok'): Promise<void> {
  world.clock.advance(at - world.clock.now());
  for (let i = 0; i < count; i++) {
    const instance = fleet[i % fleet.length];
    if (!instance) continue;
    instance.syncs.startDue(at);
    const { snapshot } = instance.rules;
    const context = testContext(world.clock);
    const invocation = new Invocation(instance, snapshot, triggerOf({}), {}, context, at - ms);
    instance.recorder.invocation(invocation.resource.name, outcome, ms, false, invocation);
    await instance.syncs.settle();
  }
}

/** The minutes up to then, as they pass: each is merged, then looked at. */
async function passTo(to: number): Promise<void> {
  while (world.clock.now() < to) {
    world.clock.advance(MINUTE - ((world.clock.now() - 5 * SECOND) % MINUTE));
    await mergeTick({ ...{ table, clock: world.clock, random: () => 0, logger: silentLogger, memory, exporters: [] } });
    expect(await world.tick({ sources: [services] })).toMatchObject({ failed: 0 });
  }
}

/** All instances serve something once their minute is over, and so put it. */
const serveOn = (at: number) => end(at, fleet.length, 1);
const statusOf = async (name: string) => (await readAlert(table, hashOfCondition(`rule/orders/${name}`)))?.status;

describe('a burst', () => {
  it('over the edge of a minute and over many instances is told of, and over when it is long ago', async () => {
    await serveOn(NOON + 30 * SECOND);
    await end(NOON + MINUTE - 300, 6, 6_000);
    await end(NOON + MINUTE + 300, 4, 6_000);
    await end(NOON + MINUTE + 1_000, 4, 6_000, '503');
    await serveOn(NOON + 2 * MINUTE + 10 * SECOND);
    await passTo(NOON + 5 * MINUTE);

    expect(await statusOf('burst')).toBe('firing');
    const told = world.sent.flatMap(({ message }) => message.notices);
    expect(told).toMatchObject([
      { severity: 'realtime', summary: 'burst: 10 requests took longer than 5s in 1s, 10 are too many' },
    ]);
    expect([await statusOf('known'), await statusOf('failing')]).toEqual([undefined, undefined]);
    await passTo(NOON + 12 * MINUTE);
    expect(await statusOf('burst')).toBe('resolved');
  });

  it('of failures is told of; as many that are further apart are not', async () => {
    await serveOn(NOON + SECOND);
    await end(NOON + 10 * SECOND, 4, 10, 'error');
    await end(NOON + 20 * SECOND, 4, 10, 'timeout');
    await serveOn(NOON + MINUTE + 10 * SECOND);
    await passTo(NOON + 4 * MINUTE);
    expect(await statusOf('failing')).toBeUndefined();

    await end(NOON + 5 * MINUTE, 3, 10, 'error');
    await end(NOON + 5 * MINUTE + 2_900, 2, 10, '500');
    await serveOn(NOON + 6 * MINUTE + 10 * SECOND);
    await passTo(NOON + 9 * MINUTE);
    expect(await statusOf('failing')).toBe('firing');
  });
});
