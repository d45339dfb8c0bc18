// A channel that fails lets one message a minute through, as its breaker does: that is the worst, whatever else waits for it.
import { beforeEach, describe, expect, inject, it } from 'vitest';
import type { Condition } from '../../../functions/alerting/condition.ts';
import { Refused } from '../../../middleware/kernel/errors.ts';
import { createTable } from '../table.ts';
import { alertWorld, failed, gone, routed, type AlertWorld } from './alert-world.ts';

const START = Date.parse('2026-11-18T02:12:00Z');
const MINUTE = 60_000;

/** Several of one service are one message, which takes longer to be claimed than that of one alert. */
const worst = Array.from({ length: 24 }, (_, i) => of('payments', `transfer-${i}`, { severity: 'realtime' }));
const others = ['a', 'b', 'c', 'd'].map((service) => of(service, 'import'));

function of(service: string, name: string, more: Partial<Condition> = {}): Condition {
  return failed(name, { key: `job/${service}/${name}`, service, since: START, ...more });
}

let world: AlertWorld;
/** What was tried, as `channel service`. */
let tried: string[];
/** When each channel was tried last: its breaker is half-open in each minute anew. */
let probedAt: Map<string, number>;
beforeEach(async () => {
  world = alertWorld((await createTable(inject('dynamodb'))).sdk, START);
  world.routing = routed({ route: { channels: ['mail'] } });
  tried = [];
  probedAt = new Map();
  world.send = (channel, message) => {
    tried.push(`${channel} ${message.notices[0]?.service ?? ''}`);
    throw gone(true);
  };
});

async function guarded(_type: string, channel: string, send: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const nowMs = world.clock.now();
  if (probedAt.get(channel) === nowMs) {
    const message = 'the breaker channel-sns is half-open';
    throw new Refused({ by: 'breaker', rule: 'channel-sns', message, retryAfterMs: MINUTE, statusCode: 503 });
  }
  probedAt.set(channel, nowMs);
  await send(new AbortController().signal);
}

describe('of a channel that does not deliver', () => {
  it('the worst message takes the one try, though others have waited for longer', async () => {
    world.conditions = others;
    await world.tick({ guarded });
    expect(tried).toHaveLength(1);

    world.conditions = [...others, ...worst];
    world.clock.advance(MINUTE);
    tried.length = 0;
    await world.tick({ guarded });
    expect(tried).toEqual(['mail payments']);
  });

  it('the others follow in the same tick when the worst has arrived', async () => {
    world.conditions = others;
    await world.tick({ guarded });

    world.conditions = [...others, ...worst];
    world.clock.advance(MINUTE);
    world.send = (channel, message, arrive) => {
      tried.push(`${channel} ${message.notices[0]?.service ?? ''}`);
      arrive();
    };
    tried.length = 0;
    await world.tick();
    expect(tried[0]).toBe('mail payments');
    expect(tried.slice(1).sort()).toEqual(['mail a', 'mail b', 'mail c', 'mail d']);
  });

  it('the worst keeps to its own pauses, and comes next when a lesser one has arrived in one of them', async () => {
    // That the channel does not deliver is told of elsewhere.
    const elsewhere = [{ match: { kind: ['flyball'] }, channels: ['boss'] }];
    world.routing = routed({ route: { channels: ['mail'], routes: elsewhere } });
    let isWell = false;
    world.send = (channel, message, arrive) => {
      if (channel === 'mail') tried.push(message.notices[0]?.service ?? '');
      if (channel === 'mail' && !isWell) throw gone(true);
      arrive();
    };
    world.conditions = worst;
    // Tried six times by then: it waits for a quarter of an hour.
    await world.pass(24 * MINUTE, { guarded });
    tried.length = 0;
    world.clock.advance(MINUTE);
    await world.tick({ guarded });
    expect(tried).toEqual([]);

    world.conditions = [...worst, ...others];
    world.clock.advance(MINUTE);
    isWell = true;
    await world.tick();
    const [first, second, ...rest] = tried;
    expect(second).toBe('payments');
    expect([first, ...rest].sort()).toEqual(['a', 'b', 'c', 'd']);
  });
});
