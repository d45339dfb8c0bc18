// Alerts as they go minute by minute, with nothing but what is pure: what would be said to whom, and when.
import { decided } from '../../../../../functions/alerting/alert/decide.ts';
import { observed } from '../../../../../functions/alerting/alert/episode.ts';
import { quieting } from '../../../../../functions/alerting/alert/quiet.ts';
import type { Condition } from '../../../../../functions/alerting/condition.ts';
import { after, claimed, type Outcome } from '../../../../../functions/alerting/deliver/attempts.ts';
import { batchesOf, messageIdOf } from '../../../../../functions/alerting/deliver/batches.ts';
import { compileRouting } from '../../../../../functions/alerting/routing/compile.ts';
import type { Routing } from '../../../../../functions/alerting/routing/document.ts';
import { routingDocument } from '../../../../../functions/alerting/routing/schema.ts';
import type { Alert } from '../../../../../store/items/alerts.ts';
import type { Silence } from '../../../../../store/items/silences.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

export const topic = (name: string) => ({ type: 'sns', topic: `arn:aws:sns:eu-central-1:123456789012:${name}` });

/** `rest` is what the document says beside its channels. */
export function routed(rest: Record<string, unknown>): Routing {
  const channels = { mail: topic('mail'), pager: topic('pager'), boss: topic('boss'), chat: topic('chat') };
  return compileRouting(routingDocument.parse({ apiVersion: 'flyball/v1', channels, ...rest }));
}

export const nightly: Condition = {
  key: 'job/settlement/nightly',
  kind: 'job',
  service: 'settlement',
  name: 'nightly',
  owner: 'team-orders',
  severity: 'high',
  firing: true,
  since: 0,
  summary: 'The nightly settlement failed.',
};

/** `2026-10-25T03:12Z digest mail job/settlement/nightly`. */
export type Said = `${string}Z ${string}`;

export interface Simulation {
  /** What was said, in order, one line a notice. */
  readonly said: Said[];
  readonly silences: Silence[];
  routing: Routing | undefined;
  /** What becomes of an attempt at a channel; `sent` unless a test says otherwise. */
  attempt: (channel: string, atMs: number) => Outcome;
  /** Something is wrong, or well, from now on. */
  is(condition: Partial<Condition>): void;
  act(change: (alert: Alert) => Alert | undefined, key?: string): void;
  alert(key?: string): Alert;
  /** On to a moment, with ticks on the way and one at the moment itself. */
  until(when: string | number): void;
  now(): number;
}

export function simulation(routing: Routing | undefined, start: string, stepMs = 5 * MINUTE): Simulation {
  const alerts = new Map<string, Alert>();
  let conditions: Condition[] = [];
  let nowMs = Date.parse(start);
  const said: Said[] = [];
  const silences: Silence[] = [];

  function tick(): void {
    for (const condition of conditions) {
      const seen = observed(alerts.get(condition.key), condition, { seenAt: nowMs, nowMs });
      if (seen) alerts.set(condition.key, seen.alert);
    }
    conditions = [];
    decide();
    for (const batch of batchesOf([...alerts.values()], nowMs, () => false)) {
      const messageId = messageIdOf(batch);
      for (const { alert, delivery } of batch.entries) {
        const ids = new Set([delivery.id]);
        const current = alerts.get(alert.condition.key) ?? alert;
        const taken = claimed(current, { ids, messageId, nowMs, until: nowMs + 90_000 });
        if (!taken) continue;
        const outcome = sim.attempt(batch.channel, nowMs);
        alerts.set(alert.condition.key, after(taken, ids, outcome, nowMs) ?? taken);
        if (outcome.outcome !== 'sent') continue;
        const what = delivery.recovered ? 'recovered' : delivery.kind;
        said.push(`${new Date(nowMs).toISOString().slice(0, 16)}Z ${what} ${batch.channel} ${alert.condition.key}`);
      }
    }
    decide();
  }

  function decide(): void {
    const quietedBy = quieting(
      sim.routing,
      [...alerts.values()].filter(({ status }) => status === 'firing'),
    );
    for (const [key, alert] of alerts) {
      const next = decided(alert, { nowMs, routing: sim.routing, silences, quietedBy });
      alerts.set(key, next);
    }
  }

  function alert(key = nightly.key): Alert {
    const found = alerts.get(key);
    if (!found) throw new Error(`there is no alert of ${key}`);
    return found;
  }

  const sim: Simulation = {
    said,
    silences,
    routing,
    attempt: () => ({ outcome: 'sent' }),
    is: (condition) => conditions.push({ ...nightly, since: nowMs, ...condition }),
    act(change, key = nightly.key) {
      alerts.set(key, change(alert(key)) ?? alert(key));
    },
    alert,
    until(when) {
      const end = typeof when === 'number' ? nowMs + when : Date.parse(when);
      for (;;) {
        tick();
        if (nowMs >= end) return;
        nowMs = Math.min(end, (Math.floor(nowMs / stepMs) + 1) * stepMs);
      }
    },
    now: () => nowMs,
  };
  return sim;
}
