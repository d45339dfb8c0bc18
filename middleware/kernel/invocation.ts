// One invocation as the policies see it; begun by the first flyball hook, ended exactly once by the middleware that began it.
import type { Context } from 'aws-lambda';
import type { Refused } from './errors.ts';
import type { Instance } from './instance.ts';
import type { Outcome } from './outcome.ts';
import type { Principal } from './principal.ts';
import type { Resource } from './resources.ts';
import type { Snapshot } from './rules/snapshot.ts';
import type { Trigger } from './trigger.ts';
import { storeLimitMs } from './patience.ts';

/** How much waiting for the store one invocation may add up, in ms, whatever the number of rules. */
export const STORE_WAIT_BUDGET_MS = storeLimitMs(200);

/** What the platform needs to take the answer, in ms. */
const LAST_WORD_MS = 20;

export class Invocation {
  readonly instance: Instance;
  /** The rules of this invocation from its first hook to its last. */
  snapshot: Snapshot;
  /** What triggered it, or what had triggered the invocation that parked its event. */
  trigger: Trigger;
  resource: Resource;
  /** Policies may replace it, e.g. by a batch without the records that were deferred. */
  event: unknown;
  readonly context: Context;
  readonly requestId: string;
  /** Wall clock, epoch ms. */
  readonly startedAt: number;
  /** Monotonic, ms. */
  readonly startedPrecise: number;
  /** The first invocation of this instance. */
  readonly cold: boolean;
  /** ms that Lambda gave this invocation when it began; 0 when it does not say. */
  readonly givenMs: number;
  /** When the platform ends it, epoch ms. */
  readonly endsBy: number;
  /** Epoch ms by which the answer must be given. */
  deadlineAt: number;
  /** Which attempt of its caller this invocation is, from 1. */
  attempt = 1;
  /** Set when a caller further up has given up retrying or has no budget: nothing is retried here. */
  noRetry = false;
  /** Who the caller is, once `access` has made sure of it. */
  principal: Principal | undefined;
  /** The service that has signed the call, once `access` has made sure of it: what it says in headers is believed. */
  declare signedBy?: string | undefined;
  /** The job that it is a run of, as the API names it: `service:job`. */
  declare job?: string | undefined;
  /** The quota that has the least left for this caller, if one applies. */
  quota: { readonly rule: string; readonly left: number } | undefined;
  /** Headers that calls made by this invocation carry on: trace context and the like. */
  readonly carried: Record<string, string> = {};
  /** ms that a drill has taken: no part of how long the service takes. */
  injectedMs = 0;
  /** The faults that it has met, if any. */
  faults: Set<string> | undefined;
  /** ms of waiting for the store so far. */
  storeWaitedMs = 0;
  outcome: Outcome | undefined;
  error: unknown;
  response: unknown;
  refusal: Refused | undefined;
  ended = false;
  /** True until the first hook that waits, or the last: what runs then runs at the time of the beginning. */
  untimed = false;
  /** Set by `flyball.fail`: the code of a business failure. */
  businessCode: string | undefined;
  /** Finds the code of a business failure in an answer that looks well, if the rules say where to look. */
  judge: ((response: unknown) => string | undefined) | undefined;
  /** What came in, as long as its texts are; 0 when that is not known without making a text of it. */
  bytesIn = 0;
  /**
   * Told when the invocation has ended, with its outcome, after all hooks; unlike `after` also when another middleware's
   * early return has skipped those. Never throws or rejects. Whoever sets it goes on with the one that was there.
   */
  atEnd: (() => void | Promise<void>) | undefined;
  /** The event that brought this one inside of it, and what caused that. */
  broughtBy: { readonly trigger: Trigger; readonly event: unknown } | undefined;
  #abort: AbortController | undefined;
  #cancelTimer: (() => void) | undefined;
  #endings: Set<() => void> | undefined;
  #state: Map<object, unknown> | undefined;

  constructor(
    instance: Instance,
    snapshot: Snapshot,
    trigger: Trigger,
    event: unknown,
    context: Context,
    startedAt: number,
  ) {
    this.instance = instance;
    this.snapshot = snapshot;
    this.trigger = trigger;
    this.resource = snapshot.resources.of(trigger, instance.functionName);
    this.event = event;
    this.context = context;
    this.requestId = context.awsRequestId ?? '';
    this.startedAt = startedAt;
    this.startedPrecise = instance.clock.precise();
    this.cold = instance.cold;
    this.givenMs = context.getRemainingTimeInMillis?.() ?? 0;
    this.deadlineAt = this.endsBy = startedAt + (this.givenMs || 900_000);
  }

  /** Goes on as the invocation of another event, which came inside of its own. Before any other policy has looked at it. */
  become(event: unknown, trigger: Trigger): void {
    this.broughtBy = { trigger: this.trigger, event: this.event };
    this.event = event;
    this.trigger = trigger;
    this.under(this.snapshot);
  }

  /** Begins under these rules, with the resource they see in the event. Before any policy but the one that unpacks it. */
  under(snapshot: Snapshot): void {
    this.snapshot = snapshot;
    this.resource = snapshot.resources.of(this.trigger, this.instance.functionName);
  }

  /** Epoch ms. As of the beginning while nothing can have taken time since: reading the clock costs as much as a hook. */
  nowMs(): number {
    return this.untimed ? this.startedAt : this.instance.clock.now();
  }

  /** ms left until the deadline; never negative. */
  remainingMs(): number {
    return Math.max(0, this.deadlineAt - this.instance.clock.now());
  }

  /** Aborts when the deadline passes. Made, with its timer, only when somebody asks for it. */
  get signal(): AbortSignal {
    if (!this.#abort) {
      const abort = new AbortController();
      this.#abort = abort;
      if (!this.ended) {
        this.#cancelTimer = this.instance.clock.after(this.remainingMs(), () =>
          abort.abort(new DOMException('the invocation has passed its deadline', 'TimeoutError')),
        );
      }
    }
    return this.#abort.signal;
  }

  /** Whether it is this invocation's own `signal`, without making one. */
  hasMade(signal: AbortSignal): boolean {
    return this.#abort?.signal === signal;
  }

  /** How long one more wait for the store may take, in ms, within the budget of the whole invocation. */
  storeWaitMs(wantedMs: number): number {
    return Math.max(0, Math.min(wantedMs, STORE_WAIT_BUDGET_MS - this.storeWaitedMs, this.remainingMs()));
  }

  /**
   * How long the end may wait for exchanges under way, in ms: within the same budget, and in the time the platform still
   * gives, which is more than the deadline's: what happened until then is still to be told.
   */
  settleMs(wantedMs: number): number {
    const platformMs = this.context.getRemainingTimeInMillis?.() ?? Infinity;
    return Math.max(0, Math.min(wantedMs, STORE_WAIT_BUDGET_MS - this.storeWaitedMs, platformMs - LAST_WORD_MS));
  }

  /** State that `owner` (a policy) keeps for this invocation. */
  state<T>(owner: object, create: () => T): T {
    this.#state ??= new Map();
    let state = this.#state.get(owner) as T | undefined;
    if (state === undefined) {
      state = create();
      this.#state.set(owner, state);
    }
    return state;
  }

  /**
   * Has something ended with this invocation, whoever still waits for it; the returned function takes it back. For waits
   * that a handler may leave behind: nothing of an invocation runs on in the next one.
   */
  onEnd(end: () => void): () => void {
    const endings = (this.#endings ??= new Set());
    endings.add(end);
    return () => void endings.delete(end);
  }

  /** Ends the timers of this invocation: nothing of it runs on. */
  dispose(): void {
    this.#cancelTimer?.();
    if (!this.#endings) return;
    for (const end of this.#endings) end();
    this.#endings = undefined;
  }
}
