// What keeps a channel from being told of an alert at a moment: the first of what holds, in the order that `why` gives. Pure.
import type { Alert, AlertHold } from '../../../store/items/alert-record.ts';
import { isInForce, type Silence } from '../../../store/items/silences.ts';
import { speaksFor } from '../../api/speaking.ts';
import type { MuteWindow, Routing, Target } from '../routing/document.ts';
import { mutedUntil } from '../routing/hours.ts';
import { matches } from '../routing/matches.ts';
import { ownerOf } from '../routing/targets.ts';
import { deferralOf } from './deferral.ts';
import { routedOf } from './limits.ts';
import type { Quiet } from './quiet.ts';
import { isWorse, severityOf } from './severity.ts';

/** What a decision is made by, beside the alert. */
export interface Around {
  readonly nowMs: number;
  /** Undefined when there is no document. */
  readonly routing: Routing | undefined;
  readonly silences: readonly Silence[];
  readonly quietedBy: (alert: Alert) => Quiet | undefined;
}

/** Without when it began: that is known by who has seen the last one. */
export type Held = Omit<AlertHold, 'since' | 'channel' | 'route'>;

export interface Asked {
  readonly target: Pick<Target, 'mute'>;
  /** It has been told already that it burns: what is deferred is so once. */
  readonly again: boolean;
}

export function heldBy(alert: Alert, { target, again }: Asked, around: Around): Held | undefined {
  return (
    acknowledgedHold(alert, around) ??
    inhibitedHold(alert, around) ??
    silencedHold(alert, around) ??
    mutedHold(target.mute, around.nowMs) ??
    (again ? undefined : deferredHold(alert, around))
  );
}

export function acknowledgedHold(alert: Alert, { nowMs }: Around): Held | undefined {
  const { acknowledged } = alert;
  if (!acknowledged || isWorse(severityOf(alert), acknowledged.severity)) return undefined;
  const { by, until, reason } = acknowledged;
  if (until !== undefined && until <= nowMs) return undefined;
  return { kind: 'acknowledged', by, until, reason: `${by} has acknowledged it${reason ? `: ${reason}` : ''}` };
}

function inhibitedHold(alert: Alert, { quietedBy }: Around): Held | undefined {
  const quiet = quietedBy(alert);
  if (!quiet) return undefined;
  return { kind: 'inhibited', by: quiet.by, reason: speaksFor(quiet.by, quiet.rule) };
}

/** By the one that lasts longest. */
export function silencedHold(alert: Alert, { silences, nowMs }: Around): Held | undefined {
  const routed = routedOf(alert);
  const fitting = silences.filter((silence) => isInForce(silence, nowMs) && matches(silence.match, routed));
  if (fitting.length === 0) return undefined;
  const { id, until, by, reason } = fitting.reduce((a, b) => (b.until > a.until ? b : a));
  return { kind: 'silenced', by: id, until, reason: `${by} has silenced it: ${reason}` };
}

/** By the window that ends last. */
export function mutedHold(windows: readonly MuteWindow[], nowMs: number): Held | undefined {
  let held: Held | undefined;
  let last = 0;
  for (const window of windows) {
    const until = mutedUntil(window, nowMs);
    if (until === undefined || until <= last) continue;
    last = until;
    held = {
      kind: 'muted',
      by: window.name,
      until: Number.isFinite(until) ? until : undefined,
      reason: `its route is mute: ${window.name}`,
    };
  }
  return held;
}

function deferredHold(alert: Alert, { routing, nowMs }: Around): Held | undefined {
  if (!routing || severityOf(alert) !== 'deferred') return undefined;
  const { until, reason } = deferralOf(alert, ownerOf(routing, alert.condition.owner), nowMs);
  return nowMs < until ? { kind: 'deferred', until, reason } : undefined;
}
