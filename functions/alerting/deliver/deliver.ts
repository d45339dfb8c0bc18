// Sends all that is due, side by side as far as channels deliver; who cannot be told makes others to be told at once.
import { errorFields } from '../../../middleware/kernel/logger.ts';
import { changeAlert, type Alert } from '../../../store/items/alerts.ts';
import { sideBySide } from '../../api/passes.ts';
import { followersOf, quieting } from '../alert/quiet.ts';
import { worstFirst } from '../alert/severity.ts';
import { hashOfCondition } from '../../../store/alert-keys.ts';
import type { Message, Notice } from '../message.ts';
import { observe } from '../observe.ts';
import type { OpenAlerts } from '../open-alerts.ts';
import type { Routing } from '../routing/document.ts';
import { ownerOf } from '../routing/targets.ts';
import type { TickParts } from '../tick-parts.ts';
import { dueAgain } from './attempts.ts';
import { batchesOf, MOST_LISTED, type Batch } from './batches.ts';
import { channelCondition } from './channel-health.ts';
import { messageOf } from './message.ts';
import { sendBatch } from './send.ts';
import { turnsOf } from './turns.ts';

const SIDE_BY_SIDE = 8;
/** A message is begun with at least so much time left: an attempt has 8 s at most, and what came of it is to be written down. */
const SENDING_ENDS_MS = 12_000;
/**
 * Who is told because others could not be told is so in the same tick, and what has waited for a channel that is well
 * again, before the rest of what was due; that channel may let few in at first.
 */
const ROUNDS = 6;

export interface DeliverReport {
  readonly sent: number;
  readonly undelivered: number;
  readonly failed: number;
  readonly complete: boolean;
}

export interface DeliverParts extends Omit<TickParts, 'routing'> {
  readonly routing: Routing;
}

export async function deliver(
  parts: DeliverParts,
  open: OpenAlerts,
  { decide }: { readonly decide: (alerts: readonly Alert[]) => Promise<void> },
): Promise<DeliverReport> {
  const { clock, logger, routing, channels, remainingMs } = parts;
  const report = { sent: 0, undelivered: 0, failed: 0, complete: true };
  const lists = (channel: string) => channels(routing, channel)?.eachNotice === true;
  const zoneOf = (owner: string | undefined) => ownerOf(routing, owner).timezone;
  const tried = new Set<string>();
  for (let round = 0; round < ROUNDS; round++) {
    const messageFor = messages(parts, open);
    const batches = batchesOf(open.all(), clock.now(), lists, zoneOf);
    const delivering = new Set<string>();
    const touched = new Map<string, Alert>();
    const sendOne = async (batch: Batch) => {
      if (remainingMs() < SENDING_ENDS_MS) {
        report.complete = false;
        return;
      }
      try {
        const { alerts, outcome, deliveries } = await sendBatch(
          parts,
          batch,
          channels(routing, batch.channel),
          messageFor,
        );
        for (const alert of [...alerts, ...(await judgeChannel(parts, batch, alerts, outcome, open))]) {
          open.learn(alert);
          touched.set(alert.hash, alert);
        }
        if (outcome?.outcome === 'sent') delivering.add(batch.channel);
        // Who was refused has not asked anybody.
        if (outcome && outcome.outcome !== 'refused') batch.entries.forEach(({ delivery }) => tried.add(delivery.id));
        if (outcome?.outcome === 'sent') report.sent += deliveries;
        else if (outcome) report.undelivered += deliveries;
      } catch (error) {
        report.failed++;
        logger.error('a message could not be sent', { channel: batch.channel, ...errorFields(error) });
      }
    };
    for (const turn of turnsOf(batches, open.all())) {
      await sideBySide(SIDE_BY_SIDE, turn, sendOne);
      const woken = await wake(parts, open, delivering, tried);
      for (const alert of woken) touched.set(alert.hash, alert);
      // Worse may have waited than what was due: it goes before the rest, with the next round.
      if (woken.length > 0) break;
    }
    if (touched.size === 0 || !report.complete) break;
    // As they stand now: several messages may have been of one alert.
    await decide([...touched.keys()].flatMap((hash) => open.get(hash) ?? []));
  }
  return report;
}

/** What waits for another attempt at a channel that has just delivered has waited long enough. */
async function wake(
  { table, clock, logger }: DeliverParts,
  open: OpenAlerts,
  channels: ReadonlySet<string>,
  tried: ReadonlySet<string>,
): Promise<Alert[]> {
  const nowMs = clock.now();
  const again = (alert: Alert) => dueAgain(alert, channels, tried, nowMs);
  const waiting = open.all().filter((alert) => again(alert) !== undefined);
  const woken: Alert[] = [];
  await sideBySide(SIDE_BY_SIDE, waiting.toSorted(worstFirst), async (seen) => {
    const decide = (current: Alert | undefined) => {
      const next = current && again(current);
      return next && { alert: next };
    };
    try {
      const { alert } = await changeAlert(table, seen.hash, decide, seen);
      if (!alert) return;
      open.learn(alert);
      woken.push(alert);
    } catch (error) {
      // It goes when its own time has come.
      logger.error('what waits for a channel could not be made due', { alert: seen.id, ...errorFields(error) });
    }
  });
  return woken;
}

/** That a channel does not deliver is an alert of its own; that it does ends it. */
async function judgeChannel(
  parts: DeliverParts,
  { channel, entries }: Batch,
  alerts: readonly Alert[],
  outcome: Awaited<ReturnType<typeof sendBatch>>['outcome'],
  open: OpenAlerts,
): Promise<Alert[]> {
  if (!outcome) return [];
  const ids = new Set(entries.map(({ delivery }) => delivery.id));
  const tried = alerts.flatMap(({ deliveries }) => deliveries.filter(({ id }) => ids.has(id)));
  const condition = channelCondition(channel, outcome, tried, parts.clock.now());
  if (!condition) return [];
  const known = open.get(hashOfCondition(condition.key));
  if (condition.firing === (known?.status === 'firing')) return [];
  const alert = await observe(parts, condition, parts.clock.now());
  return alert ? [alert] : [];
}

/** What is said of alerts; what changed before they began is asked once a service and minute, and is left out if nobody can tell. */
function messages(parts: DeliverParts, open: OpenAlerts): (batch: Batch) => Promise<Message> {
  const { routing, cell, clock, logger, changesBefore } = parts;
  const firing = open.firing();
  const followers = followersOf(firing, quieting(routing, firing));
  const asked = new Map<string, Promise<Notice['changes']>>();

  function changesOf({ condition, since }: Alert): Promise<Notice['changes']> {
    const about = `${condition.service} ${since}`;
    const known = asked.get(about);
    if (known) return known;
    const changes = changesBefore(condition.service, since).catch((error: unknown) => {
      logger.warn('it could not be found what changed before an alert', {
        of: condition.service,
        ...errorFields(error),
      });
      return undefined;
    });
    asked.set(about, changes);
    return changes;
  }

  return async (batch) => {
    const burning = batch.entries.slice(0, MOST_LISTED).filter(({ alert }) => alert.status === 'firing');
    const changes = await Promise.all(burning.map(async ({ alert }) => [alert.id, await changesOf(alert)] as const));
    return messageOf(batch, {
      routing,
      cell,
      nowMs: clock.now(),
      summaryOf: (key) => open.get(hashOfCondition(key))?.condition.summary,
      followersOf: (key) => followers.get(key) ?? 0,
      changes: new Map(changes),
    });
  };
}
