// Alerts over an emulated table: sources that say what a test wants, channels that remember what they were sent.
import { NotDelivered } from '../../../functions/alerting/channel.ts';
import type { Condition } from '../../../functions/alerting/condition.ts';
import type { Message } from '../../../functions/alerting/message.ts';
import { compileRouting } from '../../../functions/alerting/routing/compile.ts';
import type { Routing } from '../../../functions/alerting/routing/document.ts';
import { routingDocument } from '../../../functions/alerting/routing/schema.ts';
import { tick, type TickReport } from '../../../functions/alerting/tick.ts';
import type { Source, TickParts } from '../../../functions/alerting/tick-parts.ts';
import type { Table } from '../../../store/port.ts';
import { fakeClock, type FakeClock } from '../../support/fake-clock.ts';
import { silentLogger } from '../../support/instance.ts';

const topic = (name: string) => ({ type: 'sns', topic: `arn:aws:sns:eu-central-1:123456789012:${name}` });

export function routed(rest: Record<string, unknown>): Routing {
  const channels = { mail: topic('mail'), pager: topic('pager'), boss: topic('boss') };
  return compileRouting(routingDocument.parse({ apiVersion: 'flyball/v1', channels, ...rest }));
}

export const failed = (name: string, more: Partial<Condition> = {}): Condition => ({
  key: `job/settlement/${name}`,
  kind: 'job',
  service: 'settlement',
  name,
  severity: 'high',
  firing: true,
  since: 0,
  summary: `${name} failed.`,
  ...more,
});

export interface SentMessage {
  readonly channel: string;
  readonly message: Message;
}

export interface AlertWorld {
  readonly clock: FakeClock;
  /** What arrived. */
  readonly sent: SentMessage[];
  /** What is said of everything by each tick from now on. */
  conditions: readonly Condition[];
  routing: Routing | undefined;
  /** Throws for an attempt that is to fail; what it throws before or after the message arrives is up to it. */
  send: (channel: string, message: Message, arrive: () => void) => void | Promise<void>;
  tick(over?: Partial<TickParts>): Promise<TickReport>;
  /** Ticks each minute for so long, one at the end as well. */
  pass(ms: number, over?: Partial<TickParts>): Promise<void>;
}

export function alertWorld(table: Table, startMs: number): AlertWorld {
  const clock = fakeClock(startMs);
  const source: Source = {
    name: 'the test',
    async *subjects() {
      const said = world.conditions;
      yield await Promise.resolve(said.map((one) => ({ name: one.key, conditions: () => Promise.resolve([one]) })));
    },
  };
  const world: AlertWorld = {
    clock,
    sent: [],
    conditions: [],
    routing: routed({ route: { channels: ['mail'] } }),
    send: (_channel, _message, arrive) => arrive(),
    tick: (over = {}) =>
      tick({
        ...{ table, clock, logger: silentLogger, cell: 'test', timeoutMs: 55_000, sources: [source] },
        remainingMs: () => 55_000,
        routing: () => Promise.resolve(world.routing),
        channels: (routing, name) =>
          routing.channels.has(name)
            ? {
                type: 'sns',
                send: async (message) => {
                  await world.send(name, message, () => world.sent.push({ channel: name, message }));
                },
              }
            : undefined,
        guarded: (_type, _channel, send) => send(new AbortController().signal),
        changesBefore: () => Promise.resolve([]),
        ...over,
      }),
    async pass(ms, over) {
      const end = clock.now() + ms;
      while (clock.now() < end) {
        await world.tick(over);
        clock.advance(Math.min(60_000, end - clock.now()));
      }
      await world.tick(over);
    },
  };
  return world;
}

export const gone = (retryable: boolean, maybeDelivered = false): NotDelivered =>
  new NotDelivered('it is gone', { retryable, maybeDelivered });
