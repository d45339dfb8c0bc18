// One dependency's breaker on one instance: an attempt must be admitted by the fleet's and by the instance's own.
import type { Instance } from '../kernel/instance.ts';
import type { Invocation } from '../kernel/invocation.ts';
import { announceHere } from './announcing.ts';
import { FleetCounts } from './fleet-counts.ts';
import type { FleetProbes, Held } from './fleet-probes.ts';
import { FleetView } from './fleet-view.ts';
import { loadChanged } from './later.ts';
import { InstanceGuard, type GuardTicket } from './guard.ts';
import type { Result, Standing } from './machine.ts';
import { placeOf } from './ramp.ts';
import type { BreakerSettings } from './settings.ts';

/** Admission of one attempt. */
export interface Ticket {
  readonly kind: 'admitted';
  readonly epoch: number;
  readonly held: Held | undefined;
  readonly guard: GuardTicket | undefined;
}

/** `here`: it is open on this instance alone. */
export type Refusal = Standing & { readonly kind: 'refuse'; readonly here?: boolean };

/** When nobody can say when the slot is free again, ms. */
const LOST_RETRY_MS = 1_000;

export class Breaker {
  readonly #instance: Instance;
  readonly #fleet: FleetView;
  readonly #counts: FleetCounts;
  /** From the first time on that it is not closed. */
  #probes: FleetProbes | undefined;
  readonly #guard: InstanceGuard;
  #epoch = 0;

  /** `key`: of a rule with a key, as it is stored. */
  constructor(name: string, instance: Instance, key?: string) {
    this.#instance = instance;
    this.#fleet = new FleetView(name, instance, key);
    this.#counts = new FleetCounts(this.#fleet);
    this.#guard = new InstanceGuard(name, (from, to) => {
      instance.recorder.internal(`breaker-here:${name}:${from}:${to}`);
      announceHere(this.#fleet, from, to);
    });
  }

  /** Nothing would be lost with it but what the fleet knows anyway. */
  get closed(): boolean {
    return this.#fleet.shown(this.#fleet.clock.now()) === 'CLOSED' && this.#guard.closed;
  }

  /** Of a rule with a key, as it is stored. */
  get key(): string | undefined {
    return this.#fleet.key;
  }

  lookAgain(): void {
    this.#counts.lookAgain();
  }

  /** Decides at once unless the view is too old or a probe's slot must be claimed. */
  admit(invocation: Invocation, settings: BreakerSettings): Ticket | Refusal | Promise<Ticket | Refusal> {
    const nowMs = this.#fleet.clock.now();
    this.#probes?.settleOverdue(nowMs);
    const waiting = this.#counts.freshen(invocation, settings, nowMs);
    return waiting
      ? waiting.then(() => this.#decide(invocation, settings, this.#fleet.clock.now()))
      : this.#decide(invocation, settings, nowMs);
  }

  /** The state an attempt met: the fleet's, unless this instance alone has opened. */
  stateMet(decided: Ticket | Refusal): string {
    if (decided.kind === 'refuse' && decided.ramp) return 'RAMP';
    const state = this.#fleet.shown(this.#fleet.clock.now());
    return state === 'CLOSED' && decided.kind === 'refuse' ? 'OPEN' : state;
  }

  #decide(
    invocation: Invocation,
    settings: BreakerSettings,
    nowMs: number,
  ): Ticket | Refusal | Promise<Ticket | Refusal> {
    const fleet = this.#fleet;
    if (fleet.forcedClosed(nowMs)) return { kind: 'admitted', epoch: fleet.epoch, held: undefined, guard: undefined };
    if (fleet.epoch !== this.#epoch) {
      this.#epoch = fleet.epoch;
      this.#guard.startAfresh();
    }
    const standing = fleet.standing(settings, nowMs);
    if (standing.kind === 'refuse' || standing.kind === 'probe') this.#counts.countRefused(settings, nowMs);
    if (standing.kind === 'refuse') return standing;
    if (standing.kind === 'probe') return this.#probe(invocation, settings, standing.since);
    if (standing.kind === 'ramp' && placeOf(invocation.requestId, fleet.name) >= standing.share) {
      return { kind: 'refuse', retryAfterMs: standing.retryAfterMs, ramp: true };
    }
    const guard = this.#admitHere(invocation, settings, nowMs);
    return 'kind' in guard ? guard : { kind: 'admitted', epoch: fleet.epoch, held: undefined, guard };
  }

  /** By this machine's own time, which nobody puts right. */
  #admitHere({ requestId }: Invocation, settings: BreakerSettings, nowMs: number): GuardTicket | Refusal {
    const admitted = this.#guard.admit(requestId, settings, this.#fleet.clock.own(nowMs), leaseMs(settings));
    return 'kind' in admitted ? { ...admitted, here: true } : admitted;
  }

  /** Claims one of the fleet's slots, but only where this instance's own breaker lets it pass and its time suffices. */
  async #probe(invocation: Invocation, settings: BreakerSettings, since: number): Promise<Ticket | Refusal> {
    const fleet = this.#fleet;
    const { clock } = fleet;
    const { clock: here } = this.#instance;
    const probes = this.#probes ?? (await this.#loadProbes());
    const turnInMs = probes.turnInMs(since, clock.now());
    if (turnInMs > 0) {
      this.#counts.lookMeanwhile(settings, clock.now());
      return { kind: 'refuse', retryAfterMs: turnInMs };
    }
    if (!hasTimeFor(invocation, settings, here.now())) return { kind: 'refuse', retryAfterMs: LOST_RETRY_MS };
    let guard = this.#admitHere(invocation, settings, clock.now());
    if ('kind' in guard) return guard;
    const held = await probes.claim(invocation, settings);
    if (typeof held === 'object') return { kind: 'admitted', epoch: held.epoch, held, guard };
    if (held === 'away') {
      this.#guard.takeOver(fleet.epoch, fleet.openForMs ?? settings.openForMs, here.now());
      if (guard.token === undefined) guard = this.#admitHere(invocation, settings, clock.now());
      return 'kind' in guard ? guard : { kind: 'admitted', epoch: fleet.epoch, held: undefined, guard };
    }
    // The slot of this instance's own breaker must not stay taken by an attempt that is not made.
    this.#guard.record(guard, 'ignored', false, settings, here.now(), false);
    const standing = fleet.standing(settings, clock.now());
    if (standing.kind === 'refuse') return standing;
    return standing.kind === 'probe'
      ? { kind: 'refuse', retryAfterMs: LOST_RETRY_MS }
      : this.#decide(invocation, settings, clock.now());
  }

  async #loadProbes(): Promise<FleetProbes> {
    const { FleetProbes } = await loadChanged();
    // Another call may have waited for the same file.
    return (this.#probes ??= new FleetProbes(this.#fleet));
  }

  /** Takes in how an admitted attempt ended. */
  record(ticket: Ticket, result: Result, slow: boolean, settings: BreakerSettings): void {
    const { clock } = this.#fleet;
    const nowMs = clock.now();
    const { held, guard, epoch } = ticket;
    if (guard) this.#guard.record(guard, result, slow, settings, clock.own(nowMs), this.#fleet.away(nowMs));
    if (held) void this.#probes?.settle(held, result, slow, settings);
    else if (result !== 'ignored') this.#counts.count(epoch, result === 'failure', slow, settings, nowMs);
  }
}

/**
 * A probe cut short would say nothing, so the time left must cover an attempt; or at least half of what the whole
 * invocation has, lest a rule whose attempts may outlast the invocation never be probed.
 */
function hasTimeFor({ deadlineAt, startedAt }: Invocation, settings: BreakerSettings, nowMs: number): boolean {
  return deadlineAt - nowMs >= Math.min(settings.attemptMs, (deadlineAt - startedAt) / 2);
}

const leaseMs = (settings: BreakerSettings) => settings.leaseMs + 1_000;
