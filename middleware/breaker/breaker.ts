// One dependency's breaker on one instance: an attempt must be admitted by the fleet's and by the instance's own.
import type { Instance } from '../kernel/instance.ts';
import type { Call, Reply } from '../kernel/outbound.ts';
import { DeadlineExceeded } from '../kernel/errors.ts';
import { FleetBreaker, type Held } from './fleet.ts';
import { InstanceGuard, type GuardTicket } from './guard.ts';
import type { Result, Standing } from './machine.ts';
import type { BreakerSettings } from './settings.ts';

/** Admission of one attempt. */
export interface Ticket {
  readonly kind: 'admitted';
  readonly epoch: number;
  readonly held: Held | undefined;
  readonly guard: GuardTicket | undefined;
}

export type Refusal = Standing & { readonly kind: 'refuse' };

/** When nobody can say when the slot is free again, ms. */
const LOST_RETRY_MS = 1_000;

export class Breaker {
  readonly #instance: Instance;
  readonly #fleet: FleetBreaker;
  readonly #guard: InstanceGuard;
  #epoch = 0;

  constructor(name: string, instance: Instance) {
    this.#instance = instance;
    this.#fleet = new FleetBreaker(name, instance);
    this.#guard = new InstanceGuard((from, to) => instance.recorder.internal(`breaker-here:${name}:${from}:${to}`));
  }

  lookAgain(): void {
    this.#fleet.lookAgain();
  }

  /** Decides at once unless the view is too old or a probe's slot must be claimed. */
  admit(call: Call, settings: BreakerSettings): Ticket | Refusal | Promise<Ticket | Refusal> {
    const waiting = this.#fleet.freshen(call.invocation, settings, this.#instance.clock.now());
    return waiting ? waiting.then(() => this.#decide(call, settings)) : this.#decide(call, settings);
  }

  /** The state an attempt met: the fleet's, unless this instance alone has opened. */
  stateMet({ kind }: Ticket | Refusal): string {
    const state = this.#fleet.shown(this.#instance.clock.now());
    return state === 'CLOSED' && kind === 'refuse' ? 'OPEN' : state;
  }

  #decide(call: Call, settings: BreakerSettings): Ticket | Refusal | Promise<Ticket | Refusal> {
    const nowMs = this.#instance.clock.now();
    const fleet = this.#fleet;
    if (fleet.forcedClosed(nowMs)) return { kind: 'admitted', epoch: fleet.epoch, held: undefined, guard: undefined };
    if (fleet.epoch !== this.#epoch) {
      this.#epoch = fleet.epoch;
      this.#guard.startAfresh();
    }
    const standing = fleet.standing(nowMs);
    if (standing.kind === 'refuse') return standing;
    if (standing.kind === 'probe') return this.#probe(call, settings);
    const guard = this.#guard.admit(nowMs, leaseMs(settings));
    return 'kind' in guard ? guard : { kind: 'admitted', epoch: fleet.epoch, held: undefined, guard };
  }

  /** Claims the fleet's probe, but only where this instance's own breaker lets it pass and its time suffices. */
  async #probe(call: Call, settings: BreakerSettings): Promise<Ticket | Refusal> {
    const fleet = this.#fleet;
    const { clock } = this.#instance;
    if (!hasTimeFor(call, settings, clock.now())) return { kind: 'refuse', retryAfterMs: LOST_RETRY_MS };
    let guard = this.#guard.admit(clock.now(), leaseMs(settings));
    if ('kind' in guard) return guard;
    const held = await fleet.claim(call.invocation, settings);
    if (typeof held === 'object') return { kind: 'admitted', epoch: held.epoch, held, guard };
    if (held === 'away') {
      this.#guard.takeOver(fleet.epoch, fleet.openForMs ?? settings.openForMs, clock.now());
      if (guard.token === undefined) guard = this.#guard.admit(clock.now(), leaseMs(settings));
      return 'kind' in guard ? guard : { kind: 'admitted', epoch: fleet.epoch, held: undefined, guard };
    }
    // The slot of this instance's own breaker must not stay taken by an attempt that is not made.
    this.#guard.record(guard, 'ignored', false, settings, clock.now(), false);
    const standing = fleet.standing(clock.now());
    if (standing.kind === 'refuse') return standing;
    return standing.kind === 'pass' ? this.#decide(call, settings) : { kind: 'refuse', retryAfterMs: LOST_RETRY_MS };
  }

  /** Takes in how an admitted attempt ended. */
  record(ticket: Ticket, result: Result, slow: boolean, settings: BreakerSettings): void {
    const nowMs = this.#instance.clock.now();
    const { held, guard, epoch } = ticket;
    // A probe so slow that it would open a closed breaker does not close an open one.
    const asProbe = result === 'success' && slow ? 'failure' : result;
    if (guard) {
      const seen = guard.token === undefined ? result : asProbe;
      this.#guard.record(guard, seen, slow, settings, nowMs, this.#fleet.away(nowMs));
    }
    if (held) void this.#fleet.settle(held, asProbe, settings);
    else if (result !== 'ignored') this.#fleet.count(epoch, result === 'failure', slow, settings, nowMs);
  }
}

/** What an attempt's end says about the dependency. */
export function resultOf(reply: Reply, call: Call, settings: BreakerSettings): Result {
  if (reply.outcome === 'ok') return settings.isFailure('ok') ? 'failure' : 'success';
  // Cut short by the caller's own deadline, or refused by flyball: nothing the dependency did.
  if (reply.outcome === 'refused' || reply.error instanceof DeadlineExceeded) return 'ignored';
  // The caller gave up: what it would have answered is not known.
  if (call.signal.aborted && !isTimeout(call.signal.reason)) return 'ignored';
  return settings.isFailure(reply.outcome) ? 'failure' : 'success';
}

const isTimeout = (reason: unknown) => reason instanceof DOMException && reason.name === 'TimeoutError';

/**
 * A probe cut short would say nothing, so the time left must cover an attempt; or at least half of what the whole
 * invocation has, lest a rule whose attempts may outlast the invocation never be probed.
 */
function hasTimeFor(call: Call, settings: BreakerSettings, nowMs: number): boolean {
  const { deadlineAt, startedAt } = call.invocation;
  return deadlineAt - nowMs >= Math.min(settings.attemptMs, (deadlineAt - startedAt) / 2);
}

const leaseMs = (settings: BreakerSettings) => settings.attemptMs + 1_000;
