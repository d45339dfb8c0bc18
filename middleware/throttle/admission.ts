// Asks every rule that applies to an invocation, narrowest first, and gives back what was taken in vain.
import { UnreadableItem } from '../../store/items/fields.ts';
import { StoreRejected, StoreUnavailable } from '../../store/port.ts';
import type { Refused } from '../kernel/errors.ts';
import type { Invocation } from '../kernel/invocation.ts';
import { errorFields } from '../kernel/logger.ts';
import type { RawKey } from '../kernel/key.ts';
import { divided } from './later.ts';
import type { Conditions, Grant, Slot } from './limiter.ts';
import { exhausted, overpriced, unguarded } from './refused.ts';
import { fleetStateOf, inForce, type CompiledThrottle, type ResourceThrottles } from './rule.ts';
import type { Standing } from './standing.ts';
import { holdableUs } from './wait.ts';

/** What the fleet's bucket gave is remembered for so long: of tokens given that long ago a third counts. */
const HEARD_FOR_US = 2e6;

/** What the rules together admit, and which of them admits the least. */
export interface Verdict {
  /** From 0 to what was wanted. */
  readonly tokens: number;
  /** What was taken for later: whoever is admitted is held until then. */
  readonly held?: readonly [Held, ...Held[]];
  /** What rules that tell it have left. */
  readonly told?: readonly Told[];
  /** Set when fewer than wanted were admitted. */
  readonly limit?: {
    readonly rule: CompiledThrottle;
    /** When that rule has its next token, by this instance's clock. */
    readonly freeAtUs: number;
    /** What to tell the caller if nothing was admitted. */
    readonly refused: Refused;
  };
}

export interface Held {
  readonly rule: CompiledThrottle;
  readonly slot: Slot;
}

export interface Told extends Standing {
  readonly rule: CompiledThrottle;
}

/** What a rule gave, and where it was taken from. */
interface Taken {
  readonly rule: CompiledThrottle;
  readonly key: RawKey;
  /** Tokens for each request. */
  readonly cost: number;
  readonly from: 'memory' | 'lease' | 'fleet';
  readonly grant: Grant;
}

export class Admission {
  readonly #invocation: Invocation;
  readonly #rules: readonly CompiledThrottle[];
  readonly #taken: Taken[] = [];
  /** Requests that all rules asked so far admit. */
  #tokens: number;
  #limit: Verdict['limit'];
  readonly #heldForUs: number;

  /** `heldForUs` is how long the invocation has been held already. */
  constructor(invocation: Invocation, rules: ResourceThrottles, wanted: number, heldForUs = 0) {
    this.#invocation = invocation;
    this.#heldForUs = heldForUs;
    this.#rules = rules.overridden
      ? rules.enforced.map((rule) => inForce(rule, invocation, rule.rawKeyOf(invocation)))
      : rules.enforced;
    this.#tokens = wanted;
  }

  /** Asks the rules; a promise only if one of them must wait for the store. */
  run(): Verdict | Promise<Verdict> {
    // What is known to be refused is refused before anything is taken.
    for (const rule of this.#rules) {
      const cost = costOf(this.#invocation, rule);
      if (cost > rule.mostCost)
        return { tokens: 0, limit: { rule, freeAtUs: Infinity, refused: overpriced(rule, cost) } };
      if (!rule.fleet || rule.limiter.leasing) continue;
      const { aheadUs } = conditionsOf(this.#invocation, rule, cost, this.#heldForUs);
      const untilUs = rule.memory.deniedUntil(rule.rawKeyOf(this.#invocation), this.#nowUs() + aheadUs);
      if (untilUs !== undefined) {
        this.#limitTo(rule, 0, untilUs - aheadUs);
        return this.#verdict();
      }
    }
    return this.#ask(0);
  }

  #nowUs(): number {
    return this.#invocation.instance.clock.now() * 1000;
  }

  #ask(from: number): Verdict | Promise<Verdict> {
    for (let i = from; i < this.#rules.length && this.#tokens > 0; i++) {
      const rule = this.#rules[i];
      if (!rule) continue;
      if (rule.fleet) {
        if (this.#takeHeld(rule)) continue;
        return this.#askFleet(rule, i + 1);
      }
      this.#askMemory(rule, rule.rawKeyOf(this.#invocation));
    }
    this.#giveBack();
    return this.#verdict();
  }

  /** From what this instance holds of the fleet's, or knows of it; false when the fleet must be asked. */
  #takeHeld(rule: CompiledThrottle): boolean {
    const { leasing } = rule.limiter;
    if (!leasing) return false;
    const key = rule.rawKeyOf(this.#invocation);
    const cost = costOf(this.#invocation, rule);
    const grant = leasing.take(this.#invocation, rule, key, this.#nowUs(), this.#tokens * cost);
    if (grant) this.#took({ rule, key, cost, from: 'lease', grant });
    return grant !== undefined;
  }

  #askMemory(rule: CompiledThrottle, key: RawKey): void {
    const cost = costOf(this.#invocation, rule);
    const conditions = conditionsOf(this.#invocation, rule, cost, this.#heldForUs);
    const grant = rule.limiter.takeHere(rule.memory, key, this.#nowUs(), this.#tokens * cost, conditions);
    this.#took({ rule, key, cost, from: 'memory', grant });
  }

  async #askFleet(rule: CompiledThrottle, next: number): Promise<Verdict> {
    const key = rule.rawKeyOf(this.#invocation);
    const { leasing } = rule.limiter;
    const cost = costOf(this.#invocation, rule);
    const wanted = this.#tokens * cost;
    try {
      if (leasing) {
        const grant = await leasing.ask(this.#invocation, rule, key, wanted);
        this.#took({ rule, key, cost, from: 'lease', grant });
        return this.#ask(next);
      }
      const conditions = conditionsOf(this.#invocation, rule, cost, this.#heldForUs);
      const { crowd } = rule.memory.heard(key);
      const grant = await (crowd?.ask ?? askTable)(this.#invocation, rule, key, wanted, conditions);
      this.#took({ rule, key, cost, from: grant.unasked ? 'memory' : 'fleet', grant });
    } catch (error) {
      if (
        !leasing &&
        rule.whenStoreFails === 'local' &&
        error instanceof StoreUnavailable &&
        error.reason === 'throttled'
      ) {
        // It is there, and says that very many ask: no reason to let everybody in.
        rule.memory.heard(key).crowd = (await divided()).crowd(askTable);
        return this.#askFleet(rule, next);
      }
      this.#withoutStore(rule, key, error);
    }
    return this.#ask(next);
  }

  #withoutStore(rule: CompiledThrottle, key: RawKey, error: unknown): void {
    const { instance } = this.#invocation;
    // Also a mistake of ours is no reason to let everybody in.
    instance.recorder.internal(isOfTheStore(error) ? 'throttle:store-failed' : 'contained:throttle');
    // Being away is the store's own story to tell; being refused by it is a mistake somebody must mend.
    if (!(error instanceof StoreUnavailable) && rule.memory.mayWarn(instance.clock.now())) {
      instance.logger.warn('flyball cannot keep a throttle in its table', { rule: rule.name, ...errorFields(error) });
    }
    switch (rule.whenStoreFails) {
      case 'local':
        this.#takeAlone(rule, key);
        return;
      case 'allow':
        return;
      case 'reject':
        this.#tokens = 0;
        this.#limit = { rule, freeAtUs: this.#nowUs(), refused: unguarded(rule) };
    }
  }

  #takeAlone(rule: CompiledThrottle, key: RawKey): void {
    const { leasing } = rule.limiter;
    if (!leasing) {
      this.#askMemory(rule, key);
      return;
    }
    const cost = costOf(this.#invocation, rule);
    const grant = leasing.takeAlone(rule, key, this.#nowUs(), this.#tokens * cost);
    this.#took({ rule, key, cost, from: 'memory', grant });
  }

  #took(taken: Taken): void {
    this.#taken.push(taken);
    const { rule, grant, cost } = taken;
    noteQuota(this.#invocation, rule.name, grant);
    const admitted = cost === 1 ? grant.tokens : Math.floor(grant.tokens / cost);
    if (admitted < this.#tokens) this.#limitTo(rule, admitted, grant.freeAtUs);
  }

  #limitTo(rule: CompiledThrottle, tokens: number, freeAtUs: number): void {
    this.#tokens = tokens;
    // Of several rules that fall short, whoever comes back meets the one that is free last.
    if (this.#limit && this.#limit.freeAtUs >= freeAtUs) return;
    this.#limit = { rule, freeAtUs, refused: exhausted(rule, freeAtUs, this.#nowUs()) };
  }

  #verdict(): Verdict {
    const tokens = this.#tokens;
    if (this.#limit) return { tokens, limit: this.#limit };
    let held: [Held, ...Held[]] | undefined;
    let told: Told[] | undefined;
    for (const { rule, grant } of this.#taken) {
      const { slot, remaining, moreAtUs } = grant;
      if (slot) held = [{ rule, slot }, ...(held ?? [])];
      if (rule.told && remaining !== undefined && moreAtUs !== undefined) {
        (told ??= []).push({ rule, remaining, moreAtUs });
      }
    }
    return held || told ? { tokens, ...(held && { held }), ...(told && { told }) } : { tokens };
  }

  /** Returns what a later rule did not admit; what others have built on since is forfeited. */
  #giveBack(): void {
    const { syncs } = this.#invocation.instance;
    for (const { rule, key, cost, from, grant } of this.#taken) {
      const surplus = grant.tokens - this.#tokens * cost;
      if (surplus <= 0) continue;
      if (from === 'memory') {
        rule.limiter.undoHere(rule.memory, key, grant, surplus);
      } else if (from === 'lease') {
        rule.limiter.leasing?.undo(rule, key, grant, surplus);
      } else {
        void syncs.start(`throttle-undo:${rule.name}:${this.#invocation.requestId}`, (signal) =>
          rule.limiter.undoInFleet(this.#invocation, fleetStateOf(rule, key), grant, surplus, signal),
        );
      }
    }
  }
}

/** Tokens that a request takes of a rule. */
export function costOf(invocation: Invocation, { cost }: CompiledThrottle): number {
  return cost ? cost(invocation) : 1;
}

/** `heldForUs` is how long it has been held for this rule already. */
export function conditionsOf(
  invocation: Invocation,
  { maxWaitUs }: CompiledThrottle,
  cost: number,
  heldForUs = 0,
): Conditions {
  return { atLeast: cost, aheadUs: maxWaitUs === 0 ? 0 : holdableUs(invocation, maxWaitUs - heldForUs) };
}

/** Takes from what the fleet shares, and remembers when there certainly is nothing. @throws {StoreUnavailable} and others. */
export async function askTable(
  invocation: Invocation,
  rule: CompiledThrottle,
  key: RawKey,
  wanted: number,
  conditions: Conditions,
): Promise<Grant> {
  const { limiter, memory } = rule;
  const { atLeast: cost, aheadUs } = conditions;
  const grant = await limiter.takeFromFleet(invocation, fleetStateOf(rule, key), wanted, conditions);
  const heard = memory.heard(key);
  const nowUs = invocation.instance.clock.now() * 1000;
  heard.given = grant.tokens + heard.given * Math.exp((heard.atUs - nowUs) / HEARD_FOR_US);
  heard.atUs = nowUs;
  heard.last = grant;
  // Of those that cost several the last tokens may be left, which others can use.
  if (grant.tokens < wanted && (cost === 1 || grant.remaining === 0)) {
    memory.deny(key, grant.freeAtUs + aheadUs - (cost - 1) * limiter.spacingUs);
  }
  return grant;
}

/** @throws {Refused} */
export function refuse(invocation: Invocation, { rule, refused }: NonNullable<Verdict['limit']>): never {
  invocation.instance.recorder.refusal('throttle', rule.name, invocation.resource.name, 1, false);
  throw refused;
}

/** Of several quotas the one that will be spent first is worth telling. */
export function noteQuota(invocation: Invocation, rule: string, { left }: Grant): void {
  if (left !== undefined && left < (invocation.quota?.left ?? Infinity)) invocation.quota = { rule, left };
}

/** Store errors are answered by the rule's `whenStoreFails`; anything else is a bug, and contained by the kernel. */
export function isOfTheStore(error: unknown): error is Error {
  return error instanceof StoreUnavailable || error instanceof StoreRejected || error instanceof UnreadableItem;
}
