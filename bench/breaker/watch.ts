// Watches one history, call by call and state by state, and says what it amounts to. Pure: README.md says what is meant.
import type { FleetState } from './subjects/subject.ts';

export interface WatchOptions {
  /** Epoch ms. Nothing is judged before. */
  readonly deathMs: number;
  /** Epoch ms; Infinity when the dependency does not recover. */
  readonly recoveryMs: number;
  /** When the dependency changed, epoch ms. */
  readonly changesMs: readonly number[];
  /** The share of the fleet's calls that fails at a time, and the share that opens the breaker. */
  readonly trueRate: (nowMs: number) => number;
  readonly threshold: number;
  /** How long probes and ramp may take, ms. */
  readonly afterOpenForMs: number;
}

export interface Verdict {
  /** From the death until the fleet's state was open. */
  readonly openedMs: number | undefined;
  /** From the death until the last call of an instance that had not stopped, but had run since it was open. */
  readonly stoppedMs: number | undefined;
  /** The same, with those that were frozen since before it was open. */
  readonly lastLeakMs: number | undefined;
  /** Calls after the death of instances that had not stopped. */
  readonly leaked: number;
  readonly falseTrips: number;
  readonly flaps: number;
  /** From the recovery until the last call that was refused; undefined when some still were. */
  readonly recoveryMs: number | undefined;
  readonly recoveryOverBoundMs: number | undefined;
}

/** While one is refused in the last of a history, the fleet has not recovered. */
const QUIET_MS = 1_000;
/** A probe that left before the recovery may end, and open it again, as late as this. */
const LATE_PROBE_MS = 1_000;

interface Opening {
  readonly atMs: number;
  readonly openForMs: number;
}

export class Watch {
  readonly #options: WatchOptions;
  readonly #stopped = new Set<number>();
  /** The instances an invocation of which has ended since it was first open. */
  readonly #awake = new Set<number>();
  #leaked = 0;
  #lastLeakMs = 0;
  #lastAwakeLeakMs = 0;
  #state: FleetState = { kind: 'CLOSED', epoch: 0 };
  #openedMs: number | undefined;
  /** The last that led from closed to open. */
  #trip: number | undefined;
  /** The last time it was open from, whether from closed or by a probe that failed. */
  #opening: Opening | undefined;
  #falseTrips = 0;
  #flaps = 0;
  #lastRefusalMs: number | undefined;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  sent(instance: number, nowMs: number): void {
    const { deathMs, recoveryMs } = this.#options;
    if (nowMs < deathMs || nowMs >= recoveryMs || this.#stopped.has(instance)) return;
    // What goes through while it is half-open is a probe.
    if (this.#state.kind === 'HALF_OPEN') return;
    this.#leaked++;
    this.#lastLeakMs = nowMs - deathMs;
    // Nothing could tell it meanwhile, if this is the first it does since.
    if (this.#openedMs === undefined || this.#awake.has(instance)) this.#lastAwakeLeakMs = this.#lastLeakMs;
  }

  /** An invocation there has ended. */
  ended(instance: number): void {
    if (this.#openedMs !== undefined) this.#awake.add(instance);
  }

  refused(instance: number, nowMs: number): void {
    const { deathMs, recoveryMs } = this.#options;
    if (nowMs >= deathMs) this.#stopped.add(instance);
    if (nowMs >= recoveryMs) this.#lastRefusalMs = nowMs;
  }

  /** The fleet's state is this; told as often as anybody likes. */
  state(state: FleetState, nowMs: number): void {
    const before = this.#state;
    if (state.epoch <= before.epoch && state.kind === before.kind) return;
    this.#state = state;
    if (state.kind !== 'OPEN' || before.kind === 'OPEN') return;
    const { recoveryMs } = this.#options;
    if (nowMs < recoveryMs + LATE_PROBE_MS) this.#opening = { atMs: nowMs, openForMs: state.openForMs ?? 0 };
    if (before.kind === 'CLOSED') this.#tripped(nowMs);
  }

  #tripped(nowMs: number): void {
    const { deathMs, trueRate, threshold, changesMs } = this.#options;
    const last = this.#trip;
    this.#trip = nowMs;
    if (trueRate(nowMs) < threshold) this.#falseTrips++;
    if (last !== undefined && !changesMs.some((atMs) => atMs > last && atMs <= nowMs)) this.#flaps++;
    if (nowMs >= deathMs) this.#openedMs ??= nowMs - deathMs;
  }

  verdict(endMs: number): Verdict {
    const opened = this.#openedMs;
    return {
      openedMs: opened,
      stoppedMs: opened === undefined ? undefined : Math.max(opened, this.#lastAwakeLeakMs),
      lastLeakMs: opened === undefined ? undefined : this.#lastLeakMs,
      leaked: this.#leaked,
      falseTrips: this.#falseTrips,
      flaps: this.#flaps,
      ...this.#recovery(endMs),
    };
  }

  #recovery(endMs: number): Pick<Verdict, 'recoveryMs' | 'recoveryOverBoundMs'> {
    const { recoveryMs, afterOpenForMs } = this.#options;
    const lastMs = this.#lastRefusalMs ?? recoveryMs;
    if (recoveryMs >= endMs || lastMs > endMs - QUIET_MS) {
      return { recoveryMs: undefined, recoveryOverBoundMs: undefined };
    }
    const tookMs = lastMs - recoveryMs;
    const boundMs = (this.#opening?.openForMs ?? 0) + afterOpenForMs;
    return { recoveryMs: tookMs, recoveryOverBoundMs: Math.max(0, tookMs - boundMs) };
  }
}
