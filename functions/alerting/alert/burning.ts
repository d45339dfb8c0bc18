// Of an alert that fires: who is told for the first time, again, or because nobody else has acknowledged it. Pure.
import type { Alert, AlertHold, Delivery, DeliveryKind } from '../../../store/items/alert-record.ts';
import { speaksNoMore } from '../../api/speaking.ts';
import type { Target } from '../routing/document.ts';
import { OWNER, ownerOf, targetsOf } from '../routing/targets.ts';
import { deferralOf, repeatedAt } from './deferral.ts';
import { groupOf, type Addressed, type Draft } from './draft.ts';
import { heldBy, type Around } from './holding.ts';
import { routedOf } from './limits.ts';
import { isWorse, severityOf } from './severity.ts';
import { isEnd, isUnsettled, isUntried, wasTold } from './told.ts';
import { inWords } from './words.ts';

interface Wanted {
  readonly kind: DeliveryKind;
  readonly reason: string;
  /** It has been told of already. */
  readonly again: boolean;
  readonly waitMs: number;
}

export function burning(alert: Alert, draft: Draft, around: Around): void {
  const { routing } = around;
  const targets = routing ? [...targetsOf(routing, routedOf(alert)), ...fallbacks(alert, around)] : [];
  const channels = new Set(targets.map(({ channel }) => channel));
  for (const delivery of draft.deliveries.filter(isUntried)) {
    if (!channels.has(delivery.channel)) draft.drop(delivery, 'no route leads to this channel any more');
  }
  if (targets.length === 0) {
    const reason = routing ? 'no route names a channel for it' : 'there is no routing document: nobody is told';
    draft.hold({ kind: 'unrouted', reason }, '', '');
  }
  const done = new Set<string>();
  for (const target of targets) {
    if (!done.has(target.channel) && towards(alert, draft, target, around)) done.add(target.channel);
  }
  for (const hold of alert.holds) {
    if (hold.channel !== '' && !done.has(hold.channel)) draft.release(hold, 'there is nothing to tell');
  }
}

/** @returns whether the channel is dealt with: it waits for something, is held, or is told. */
function towards(alert: Alert, draft: Draft, target: Target, around: Around): boolean {
  const { channel } = target;
  let waiting = draft.to(channel).findLast(isUnsettled);
  if (waiting?.state === 'pending' && isEnd(waiting)) {
    draft.drop(waiting, 'it went wrong again');
    waiting = undefined;
  }
  if (waiting && !isUntried(waiting)) return true;
  if (waiting) {
    const again = waiting.kind !== 'firing' && waiting.kind !== 'digest';
    const held = isSentNow(alert, [waiting]) ? undefined : heldBy(alert, { target, again }, around);
    if (!held) return true;
    draft.drop(waiting, held.reason);
    draft.hold(held, channel, target.route);
    return true;
  }
  const wanted = wantedOf(alert, draft, target, around);
  if (!wanted) return false;
  const passes = !wanted.again && isSentNow(alert, draft.to(channel));
  const held = passes ? undefined : heldBy(alert, { target, again: wanted.again }, around);
  if (held) draft.hold(held, channel, target.route);
  else draft.add(addressed(alert, target), wanted.kind, wanted.reason, { notBefore: around.nowMs + wanted.waitMs });
  return true;
}

/** Somebody has asked for it, and this channel has not been told since. */
const isSentNow = ({ sendNow }: Alert, to: readonly Delivery[]): boolean =>
  sendNow !== undefined && !to.some((delivery) => wasTold(delivery) && delivery.decidedAt >= sendNow.at);

function wantedOf(alert: Alert, draft: Draft, target: Target, around: Around): Wanted | undefined {
  const { channel, escalation } = target;
  const last = draft.to(channel).at(-1);
  // What was given up because it was over is said anew.
  const knows = last !== undefined && !isEnd(last) && last.state !== 'dropped';
  if (escalation) {
    const isStep = ({ seq, step }: Delivery) => seq >= alert.runFrom && step === escalation.step;
    if (!draft.to(channel).some((delivery) => isStep(delivery) && !isEnd(delivery) && delivery.state !== 'dropped')) {
      return escalationOf(alert, draft, escalation, around);
    }
    if (!knows) return undefined;
  } else if (!knows) {
    return firstOf(alert, target, around);
  }
  const severity = severityOf(alert);
  if (isWorse(severity, last.severity)) {
    return {
      kind: 'escalation',
      reason: `its severity was ${last.severity} and is ${severity}`,
      again: true,
      waitMs: 0,
    };
  }
  return repeatOf(alert, target, last, around);
}

function repeatOf(alert: Alert, target: Target, last: Delivery, { nowMs, routing }: Around): Wanted | undefined {
  const lastAt = last.settledAt ?? last.decidedAt;
  const reason = `it still burns after ${inWords(target.repeatMs)}, and nobody has acknowledged it`;
  if (severityOf(alert) !== 'deferred' || !routing) {
    return nowMs < lastAt + target.repeatMs ? undefined : { kind: 'repeat', reason, again: true, waitMs: 0 };
  }
  const at = repeatedAt(alert, ownerOf(routing, alert.condition.owner), lastAt, target.repeatMs);
  return nowMs < at ? undefined : { kind: 'digest', reason: 'it still burns', again: true, waitMs: 0 };
}

function firstOf(alert: Alert, target: Target, around: Around): Wanted {
  const { channel, groupWaitMs } = target;
  const first = { again: false, waitMs: 0 };
  const { sendNow, holds } = alert;
  if (sendNow) return { ...first, kind: 'firing', reason: `${sendNow.by} had it sent: ${sendNow.reason}` };
  const hold = holds.find((one) => one.channel === channel && one.kind !== 'unrouted');
  if (!hold) return { ...first, kind: 'firing', reason: unheldReason(alert, around), waitMs: groupWaitMs };
  return { ...first, ...releasedFrom(alert, hold, around) };
}

/** Of what could have waited it is said why it does not. */
function unheldReason(alert: Alert, { nowMs, routing }: Around): string {
  if (routing && severityOf(alert) === 'deferred') {
    const { early, reason } = deferralOf(alert, ownerOf(routing, alert.condition.owner), nowMs);
    if (early) return reason;
  }
  return alert.reopened > 0 ? 'it went wrong again' : 'it fires';
}

/** What was held for a time is told of with all else that was. */
function releasedFrom(alert: Alert, hold: AlertHold, { nowMs, routing }: Around): Pick<Wanted, 'kind' | 'reason'> {
  const { kind, until = Infinity, reason } = hold;
  switch (kind) {
    case 'deferred': {
      const severity = severityOf(alert);
      if (severity !== 'deferred') return { kind: 'firing', reason: `its severity is ${severity} now` };
      if (!routing) return { kind: 'firing', reason };
      const deferral = deferralOf(alert, ownerOf(routing, alert.condition.owner), nowMs);
      return { kind: deferral.early || nowMs < until ? 'firing' : 'digest', reason: deferral.reason };
    }
    case 'silenced':
    case 'muted':
      return { kind: 'digest', reason: `it was held back, and that is over (${reason})` };
    case 'inhibited':
      return { kind: 'firing', reason: speaksNoMore(hold.by) };
    default:
      return { kind: 'firing', reason: `that is over: ${reason}` };
  }
}

function escalationOf(
  alert: Alert,
  draft: Draft,
  { step, afterMs }: { readonly step: number; readonly afterMs: number },
  { nowMs }: Around,
): Wanted | undefined {
  const run = runOf(alert, draft.deliveries).filter((delivery) => delivery.step < step);
  // Nobody waits for those who cannot be told.
  const dead = run.find((delivery) => delivery.state === 'dead' && delivery.step === step - 1);
  if (dead) {
    return { kind: 'escalation', reason: `it could not be delivered to ${dead.channel}`, again: true, waitMs: 0 };
  }
  const told = run.filter(({ step: of, state }) => of === 0 && state !== 'dropped');
  // A channel that is tried again and again puts nothing off: who else is to be told is so when their time comes.
  const from = Math.min(
    ...told.map(({ firstTriedAt, notBefore, decidedAt }) => firstTriedAt ?? Math.max(notBefore, decidedAt)),
  );
  if (nowMs < from + afterMs) return undefined;
  return { kind: 'escalation', reason: `nobody has acknowledged it in ${inWords(afterMs)}`, again: true, waitMs: 0 };
}

/** When nobody else can be told, the root's channels: those that have been tried already are not tried once more. */
function fallbacks(alert: Alert, { routing }: Around): Target[] {
  if (!routing) return [];
  const run = runOf(alert, alert.deliveries);
  const dead = run.filter(({ state }) => state === 'dead');
  if (dead.length === 0) return [];
  const { route } = routing;
  const step = 1 + Math.max(0, ...targetsOf(routing, routedOf(alert)).map(({ escalation }) => escalation?.step ?? 0));
  const worst = Math.max(...dead.map((delivery) => delivery.step));
  if (worst < step - 1) return [];
  const owners = ownerOf(routing, alert.condition.owner).channels.filter((name) => routing.channels.has(name));
  const channels = route.channels.flatMap((name) => (name === OWNER ? owners : [name]));
  const isTried = (channel: string) => run.some((delivery) => delivery.channel === channel && delivery.step !== step);
  return [...new Set(channels)]
    .filter((channel) => !isTried(channel))
    .map((channel) => ({
      channel,
      route: route.path,
      escalation: { step, afterMs: Infinity },
      groupBy: route.groupBy,
      groupWaitMs: 0,
      repeatMs: route.repeatMs,
      mute: [],
    }));
}

const runOf = ({ runFrom }: Alert, deliveries: readonly Delivery[]): Delivery[] =>
  deliveries.filter((delivery) => delivery.seq >= runFrom && !isEnd(delivery));

export const addressed = (alert: Alert, { channel, route, escalation, groupBy }: Target): Addressed => ({
  channel,
  route,
  step: escalation?.step ?? 0,
  group: groupOf(routedOf(alert), groupBy),
});
