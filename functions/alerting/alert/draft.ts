// A decision being made: deliveries, holds and trail of an alert as they come to be. Nothing of it leaves before it is done.
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Alert, AlertHold, Delivery, DeliveryKind, TrailEntry } from '../../../store/items/alert-record.ts';
import type { GroupField } from '../routing/document.ts';
import type { Held } from './holding.ts';
import { severityOf } from './severity.ts';
import { deliveriesTo, isUnsettled, wasTold } from './told.ts';
import { withTrail } from './trail.ts';

/** To whom. */
export interface Addressed {
  readonly channel: string;
  readonly route: string;
  readonly step: number;
  readonly group: string;
}

/** Settled deliveries to a channel that are kept. */
const SETTLED_KEPT = 4;
const DROPPED_KEPT = 2;

export class Draft {
  readonly #alert: Alert;
  readonly #nowMs: number;
  #deliveries: Delivery[];
  #seq: number;
  readonly #holds: AlertHold[] = [];
  readonly #trail: TrailEntry[] = [];

  constructor(alert: Alert, nowMs: number) {
    this.#alert = alert;
    this.#nowMs = nowMs;
    this.#seq = alert.seq;
    // Who claimed them has had their time: they may have been sent.
    this.#deliveries = alert.deliveries.map((delivery) =>
      delivery.state === 'claimed' && (delivery.claimedUntil ?? 0) <= nowMs
        ? { ...delivery, state: 'pending', claimedUntil: undefined, maybeSent: true, notBefore: nowMs }
        : delivery,
    );
  }

  /** Those to a channel that were not taken back, oldest first. */
  to(channel: string): Delivery[] {
    return deliveriesTo(this.#deliveries, channel);
  }

  get deliveries(): readonly Delivery[] {
    return this.#deliveries;
  }

  add(to: Addressed, kind: DeliveryKind, reason: string, more: { notBefore: number; recovered?: boolean }): void {
    const seq = this.#seq++;
    this.#deliveries.push({
      id: `${this.#alert.id}-${seq}`,
      seq,
      channel: to.channel,
      kind,
      state: 'pending',
      reason,
      route: to.route,
      step: to.step,
      group: to.group,
      severity: severityOf(this.#alert),
      recovered: more.recovered,
      decidedAt: this.#nowMs,
      notBefore: more.notBefore,
      attempts: 0,
    });
    this.#trail.push({ at: this.#nowMs, what: 'decided', channel: to.channel, detail: `${kind}: ${reason}` });
  }

  /** What was taken back is to be sent after all, as the same message: who has got it knows it again. */
  again(dropped: Delivery, reason: string, notBefore: number): void {
    const anew = { attempts: 0, firstTriedAt: undefined, settledAt: undefined, error: undefined };
    const pending: Delivery = { ...dropped, ...anew, state: 'pending', reason, notBefore };
    this.#deliveries = this.#deliveries.map((delivery) => (delivery.seq === dropped.seq ? pending : delivery));
    this.#trail.push({
      at: this.#nowMs,
      what: 'decided',
      channel: dropped.channel,
      detail: `${dropped.kind}: ${reason}`,
    });
  }

  drop(dropped: Delivery, why: string): void {
    const settled: Delivery = { ...dropped, state: 'dropped', settledAt: this.#nowMs, error: why };
    this.#deliveries = this.#deliveries.map((delivery) => (delivery.seq === dropped.seq ? settled : delivery));
    this.#trail.push({
      at: this.#nowMs,
      what: 'dropped',
      channel: dropped.channel,
      detail: `${dropped.kind}: ${why}`,
    });
  }

  hold(held: Held, channel: string, route: string, recovered?: boolean): void {
    const { kind, by } = held;
    const last = this.#alert.holds.find((hold) => hold.channel === channel && hold.kind === kind && hold.by === by);
    this.#holds.push({ channel, route, ...held, since: last?.since ?? this.#nowMs, recovered });
    if (last && last.until === held.until && last.recovered === recovered) return;
    const until = held.until === undefined ? '' : ` until ${new Date(held.until).toISOString()}`;
    this.#trail.push({ at: this.#nowMs, what: 'held', channel, detail: `${kind}${until}: ${held.reason}` });
  }

  /** A hold is over and nothing is sent. */
  release({ channel, kind }: AlertHold, why: string): void {
    this.#trail.push({ at: this.#nowMs, what: 'released', channel, detail: `${kind}: ${why}` });
  }

  /** The alert as it is now decided; the very same one when nothing has changed. */
  done(dueAt: (deliveries: readonly Delivery[], holds: readonly AlertHold[]) => number | undefined): Alert {
    const kept = pruned(this.#deliveries, this.#alert.runFrom);
    const isGone = ({ seq, state }: Delivery) => state === 'sent' && !kept.some((delivery) => delivery.seq === seq);
    const next: Alert = {
      ...this.#alert,
      seq: this.#seq,
      deliveries: kept,
      sentBefore: this.#alert.sentBefore + this.#deliveries.filter(isGone).length,
      holds: this.#holds,
      dueAt: dueAt(kept, this.#holds),
    };
    const isOpen = (alert: Alert) => alert.dueAt !== undefined;
    if (isOpen(next) === isOpen(this.#alert) && isDeepStrictEqual(decidedOf(next), decidedOf(this.#alert))) {
      return this.#alert;
    }
    return withTrail(next, this.#trail);
  }
}

/** What is undefined is not in the table: it makes no difference. */
const decidedOf = ({ deliveries, holds }: Alert): unknown =>
  [...deliveries, ...holds].map((one) =>
    Object.fromEntries(Object.entries(one).filter(([, value]) => value !== undefined)),
  );

/**
 * The latest to each channel, what it was told last, those that are not settled, and what tells which escalations there
 * have been.
 */
function pruned(deliveries: readonly Delivery[], runFrom: number): Delivery[] {
  const later = new Map<string, number>();
  const told = new Set<string>();
  const isKept = (delivery: Delivery, i: number) => {
    const { channel, step, seq } = delivery;
    const isDropped = delivery.state === 'dropped' && !wasTold(delivery);
    const which = `${isDropped ? 'dropped' : 'kept'} ${channel}`;
    const count = later.get(which) ?? 0;
    later.set(which, count + 1);
    const isLastTold = wasTold(delivery) && !told.has(channel) && told.add(channel);
    if (isLastTold || isUnsettled(delivery) || count < (isDropped ? DROPPED_KEPT : SETTLED_KEPT)) return true;
    const isStep = (other: Delivery) => other.seq >= runFrom && other.step === step && other.channel === channel;
    return seq >= runFrom && !isDropped && deliveries.findIndex(isStep) === i;
  };
  return deliveries
    .map((delivery, i) => ({ delivery, i }))
    .toReversed()
    .filter(({ delivery, i }) => isKept(delivery, i))
    .map(({ delivery }) => delivery)
    .toReversed();
}

/** Notices that have this in common go together. */
export function groupOf(condition: Alert['condition'], groupBy: readonly GroupField[]): string {
  const fields = groupBy.map((field) => [field, condition[field] ?? null]);
  return createHash('sha256').update(JSON.stringify(fields)).digest('hex').slice(0, 16);
}
