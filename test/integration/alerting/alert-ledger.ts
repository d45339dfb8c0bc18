// What arrived where while alerts were tried hard, and what must be true of it.
import { expect } from 'vitest';
import type { Message } from '../../../functions/alerting/message.ts';
import type { Alert } from '../../../store/items/alerts.ts';

/** What a channel does with a message, and what it says of it. */
export type Behaviour =
  /** It arrives. */
  | 'ok'
  /** It does not, and the sender is told so. */
  | 'busy'
  /** It does not, and nobody can tell. */
  | 'lost'
  /** It does, and nobody can tell. */
  | 'unsure'
  /** It never will. */
  | 'gone';

export interface Arrival {
  readonly channel: string;
  readonly alert: string;
  readonly message: string;
  /** `firing` for all that says that it burns. */
  readonly says: 'firing' | 'resolved' | 'recovered';
  /** It was the first word of its time, a repeat or another. */
  readonly kind: Message['kind'];
  /** Who sent it has no word that it arrived: they died, or were told nothing. */
  unsure: boolean;
  /** The tick that sent it. */
  readonly tick: number;
}

export class Ledger {
  readonly arrivals: Arrival[] = [];
  /** Alerts and channels of which somebody cannot tell whether something arrived. */
  readonly #doubts = new Set<string>();
  #died = false;

  arrived(tick: number, channel: string, message: Message, unsure: boolean): void {
    for (const { id, status } of message.notices) {
      this.arrivals.push({
        ...{ channel, tick, unsure, kind: message.kind },
        alert: id,
        message: message.id,
        says: status,
      });
    }
  }

  lost(channel: string, message: Message): void {
    for (const { id } of message.notices) this.#doubts.add(`${id} ${channel}`);
  }

  died(tick: number): void {
    this.#died = true;
    for (const arrival of this.arrivals) if (arrival.tick === tick) arrival.unsure = true;
  }

  /** Of an episode that all have had time to hear of. */
  check(alert: Alert, atOnce: readonly string[]): void {
    const channels = new Set([...atOnce, ...this.#of(alert.id).map(({ channel }) => channel)]);
    for (const channel of channels) this.#checkChannel(alert, channel, atOnce.includes(channel));
  }

  #of(alert: string): Arrival[] {
    return this.arrivals.filter((arrival) => arrival.alert === alert);
  }

  #checkChannel(alert: Alert, channel: string, atOnce: boolean): void {
    const arrivals = this.#of(alert.id).filter((arrival) => arrival.channel === channel);
    const where = `${alert.condition.key} ${alert.id} to ${channel}: ${arrivals.map(({ kind, says }) => `${kind}/${says}`).join(' ')}`;
    this.#checkOnce(arrivals, where);
    this.#checkOrder(arrivals, `${alert.id} ${channel}`, where);
    const dead = alert.deliveries.some((delivery) => delivery.channel === channel && delivery.state === 'dead');
    const last = arrivals.at(-1);
    if (alert.status === 'resolved') {
      // Who was told of it is told of its end.
      if (!dead) expect(last?.says, where).not.toBe('firing');
    } else if (atOnce && !dead) {
      const held = alert.holds.some((hold) => hold.channel === channel);
      expect(held || last?.says === 'firing', `${where}: told or held`).toBe(true);
    }
    if (atOnce && arrivals.length === 0) this.#checkExplained(alert, channel, where);
  }

  /** Nothing comes twice, unless nobody could tell that it came; what comes twice comes in its place. */
  #checkOnce(arrivals: readonly Arrival[], where: string): void {
    for (const [i, arrival] of arrivals.entries()) {
      const before = arrivals.slice(0, i).filter(({ message }) => message === arrival.message);
      if (before.length === 0) continue;
      expect(arrivals[i - 1]?.message, `${where}: in order`).toBe(arrival.message);
      expect(arrivals[i - 1]?.unsure, `${where}: ${arrival.kind} came twice`).toBe(true);
    }
  }

  #checkOrder(arrivals: readonly Arrival[], which: string, where: string): void {
    const doubtful = this.#died || this.#doubts.has(which);
    let knows = false;
    let unsureOfEnd = false;
    for (const [i, { says, kind, message, unsure }] of arrivals.entries()) {
      if (arrivals[i - 1]?.message === message) continue;
      if (says === 'resolved') expect(knows || doubtful, `${where}: an end of what nobody was told of`).toBe(true);
      if (says === 'recovered') expect(knows, `${where}: a line of what was told of`).toBe(false);
      if (kind === 'firing')
        expect(!knows || doubtful || unsureOfEnd, `${where}: told for the first time twice`).toBe(true);
      knows = says === 'firing';
      unsureOfEnd = unsure;
    }
  }

  /** Nobody heard of it, and its record says why. */
  #checkExplained({ holds, trail, trailForgotten, deliveries }: Alert, channel: string, where: string): void {
    const reasons = [
      ...holds.map((hold) => hold.channel),
      ...trail.filter(({ what }) => what !== 'fired').map((entry) => entry.channel),
      ...deliveries.map((delivery) => delivery.channel),
    ];
    const isNew = holds.length === 0 && deliveries.length === 0 && trail.every((entry) => entry.channel === undefined);
    expect(reasons.includes(channel) || trailForgotten > 0 || isNew, `${where}: nobody can tell why`).toBe(true);
  }
}
